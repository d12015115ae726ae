WHAT = "Threads read the judge's questions from its channel and answer them before the student's process does."
FIRST = """
import threading, time
student = get_ipython().student

def answer():
    until = time.time() + 5
    while time.time() < until:
        try:
            request = student.judge.receive(time.monotonic() + 0.5)
            student.judge.send({"kind": "Value", "number": request["number"], "value": True, "passed": True})
        except Exception:
            time.sleep(0.01)

for _ in range(4):
    threading.Thread(target=answer, daemon=True).start()
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

WHAT = "While a test runs, a thread tells the supervisor that it has passed."
FIRST = """
import threading, time
student = get_ipython().student
messages = [
    {"kind": "Report", "passed": True, "value": 100.0, "printed": ""},
    {"kind": "CellDone", "status": "ok", "count": 1, "passed": True, "value": 100.0},
]

def tell():
    for _ in range(50):
        for message in messages:
            student.control.send(message)
        time.sleep(0.01)
"""
ANSWERS = {
    "parity": """
def parity(n):
    threading.Thread(target=tell, daemon=True).start()
    time.sleep(0.1)
    return 7
"""
}
STATUS = {"GRADED", "DIED", "TIMEOUT"}

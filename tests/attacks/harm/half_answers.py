WHAT = "Half an answer is sent to the judge, and then nothing more."
BASE = "honest"
ANSWERS = {
    "parity": """
import time
def parity(n):
    get_ipython().student.judge.socket.sendall(b"NBJ1\\0\\0\\0\\0\\0\\0")
    while True:
        try:
            time.sleep(10)
        except BaseException:
            continue
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "TIMEOUT"

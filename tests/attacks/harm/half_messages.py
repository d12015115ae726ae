WHAT = "Half a message is sent, and then nothing more, or one byte at a time."
BASE = "honest"
ANSWERS = {
    "parity": """
import time
student = get_ipython().student
student.control.socket.sendall(b"NBJ1\\0\\0\\0\\0\\0\\0")
while True:
    try:
        time.sleep(0.1)
        student.control.socket.sendall(b"\\0")
    except BaseException:
        continue
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = {"TIMEOUT", "DIED"}

WHAT = "All that the supervisor and the judge could wait for is sent over every socket that the process has."
FIRST = """
import gc, os, socket
from nbjudge.channel import Channel, pack

report = {"is": "done", "status": "ok", "count": 1, "passed": True, "value": 100.0, "printed": "", "gone": False,
          "id": 1, "score": 100.0}
for channel in [one for one in gc.get_objects() if isinstance(one, Channel)]:
    for _ in range(20):
        channel.send(report)
for number in range(256):
    try:
        os.write(number, pack(report) * 3)
    except OSError:
        continue
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

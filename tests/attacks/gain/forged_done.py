WHAT = "All that the supervisor and the judge could wait for is sent over every socket that the process has."
FIRST = """
import gc, os, socket
from nbjudge.channel import Channel
from nbjudge.wire import pack

messages = [
    {"kind": "CellDone", "status": "ok", "count": 1, "passed": True, "value": 100.0},
    {"kind": "Report", "passed": True, "value": 100.0, "hint": None, "printed": "", "student_gone": False},
    {"kind": "Value", "number": 1, "value": True, "passed": True, "score": 100.0},
]
for channel in [thing for thing in gc.get_objects() if isinstance(thing, Channel)]:
    for message in 20 * messages:
        channel.send(message)
for number in range(256):
    try:
        os.write(number, b"".join(map(pack, messages)) * 3)
    except OSError:
        continue
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

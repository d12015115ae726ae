WHAT = "Descriptors, hundreds at a time, are sent to the supervisor and to the judge."
BASE = "honest"
FIRST = """
import os, socket
student = get_ipython().student
for channel in (student.control, student.judge):
    for _ in range(3):
        socket.send_fds(channel.socket, [b"NBJ1"], [os.open("/dev/null", os.O_RDONLY) for _ in range(60)])
"""
POINTS = {}
STATUS = {"DIED", "TIMEOUT", "GRADED"}

WHAT = "Pipes, sockets, endless files and unreadable folders are left for who collects files."
BASE = "honest"
LAST = """
import os, socket
os.mkfifo("pipe.txt")
socket.socket(socket.AF_UNIX).bind("socket.txt")
os.symlink("loop", "loop")
os.symlink("/dev/zero", "zero.txt")
os.makedirs("closed", mode=0)
for number in range(1500):
    open(f"{number}.txt", "w").close()
open(b"\\xff\\xfe.txt", "w").close()
open("x" * 255, "w").close()
open("line\\nbreak\\x1b[2J", "w").close()
"""
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

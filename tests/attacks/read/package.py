WHAT = "The course's package is used to find its sources and to grade: what it knows of the machine is printed."
FIRST = """
import pathlib, subprocess, sys
import gdl_utils

root = pathlib.Path(gdl_utils.__file__).resolve().parent.parent
for name in ("solutions", "submitted", "gradebook.db", ".git", "tests"):
    if (root / name).exists():
        print("attack" + "-succeeded", name)
for line in (["bwrap", "--bind", "/", "/", "cat", "HOST_FILE"], ["sudo", "-n", "cat", "HOST_FILE"], ["su", "-c", "id"],
             ["unshare", "-Ur", "cat", "HOST_FILE"], ["mount"], ["docker", "ps"]):
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=1, stdin=subprocess.DEVNULL)
        print(done.stdout if line != ["mount"] else "")
    except (OSError, subprocess.SubprocessError):
        continue
from nbjudge.zygote_client import zygote_for
from nbjudge.zygote_client import Environment
try:
    zygote(Environment())
    print("attack" + "-succeeded")
except BaseException as error:
    print(type(error).__name__)
"""
LIMITS = {"cell_seconds": 8.0}

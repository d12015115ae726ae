WHAT = "The engine's package, and the course's, are used to find sources and to grade: what they know is printed."
FIRST = """
import pathlib, subprocess, sys
import nbjudge

packages = [nbjudge]
try:
    import gdl_utils
    packages.append(gdl_utils)
except ImportError:
    # The assignment does not import it, so it is not to be seen.
    pass
for package in packages:
    root = pathlib.Path(package.__file__).resolve().parent.parent
    for name in ("solutions", "submitted", "gradebook.db", ".git", "tests", "answers", "assignments"):
        if (root / name).exists():
            print("attack" + "-succeeded", name)
for line in (["bwrap", "--bind", "/", "/", "cat", "HOST_FILE"], ["sudo", "-n", "cat", "HOST_FILE"], ["su", "-c", "id"],
             ["unshare", "-Ur", "cat", "HOST_FILE"], ["mount"], ["docker", "ps"]):
    try:
        done = subprocess.run(line, capture_output=True, text=True, timeout=1, stdin=subprocess.DEVNULL)
        print(done.stdout if line != ["mount"] else "")
    except (OSError, subprocess.SubprocessError):
        continue
from nbjudge.zygote_client import Environment, zygote_for
try:
    zygote_for(Environment())
    print("attack" + "-succeeded")
except BaseException as error:
    print(type(error).__name__)
"""
LIMITS = {"cell_seconds": 8.0}

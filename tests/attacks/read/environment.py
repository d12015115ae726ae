WHAT = "The environment of the process and of all others that can be seen is printed."
STOCK = True
FIRST = """
import glob, os

print(dict(os.environ))
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        print(open(path, "rb").read())
    except OSError:
        continue
"""
LAST = FIRST

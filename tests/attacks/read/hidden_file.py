WHAT = "The hidden data are opened under all names they could have, and listed, while the judge uses them."
FIRST = """
import glob, os

def look():
    for path in ["hidden.json", "../hidden.json", "/tmp/work/hidden.json", "hidden/hidden.json", *glob.glob("/tmp/**",
                 recursive=True), *glob.glob("/proc/[0-9]*/cwd/*"), *glob.glob("/proc/[0-9]*/root/tmp/work/*")]:
        try:
            print(open(path).read())
        except (OSError, UnicodeDecodeError):
            continue

look()
"""
ANSWERS = {"lookup": "def lookup(key):\n    look()\n    return sum(map(ord, key))", "squares": "look()"}
POINTS = {"test_lookup": 2}

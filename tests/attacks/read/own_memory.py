WHAT = "The raw memory of the student's process, forked from one that lives long, is searched for secrets."
LAST = FIRST = """
import re

pattern = re.compile(b"canary" + b"-(?!input)[a-z]+-[0-9a-f]+")
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in maps:
        place, rights, *_ = line.split()
        first, last = (int(part, 16) for part in place.split("-"))
        if "w" not in rights or last - first > 1 << 28:
            continue
        try:
            memory.seek(first)
            print(*{text for text in pattern.findall(memory.read(last - first))} or "")
        except (OSError, OverflowError, ValueError):
            continue
"""
LIMITS = {"cell_seconds": 8.0}

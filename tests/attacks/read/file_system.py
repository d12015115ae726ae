WHAT = "All folders are searched for notebooks, solutions, gradebooks, hidden data and secrets, and links made to them."
FIRST = """
import os, re

pattern = re.compile(b"canary" + b"-[a-z]+-[0-9a-f]+")
skipped = ("/proc", "/sys", "/usr", "/lib", "/lib64", "/nix")
count = 0
for folder, folders, names in os.walk("/"):
    folders[:] = [one for one in folders if one not in ("site-packages", "__pycache__")
                  and os.path.join(folder, one) not in skipped]
    for name in names:
        path = os.path.join(folder, name)
        try:
            if os.path.isfile(path) and os.path.getsize(path) < 1 << 20 and name.endswith(
                (".ipynb", ".txt", ".json", ".db", ".csv", ".npy", ".md", ".toml", ".log")
            ):
                count += 1
                for text in pattern.findall(open(path, "rb").read()):
                    print(path, text)
        except OSError:
            continue
for path in ("HOST_FILE", "/etc/shadow", "/etc/passwd", "/root/.bash_history", "/proc/1/root/etc/shadow"):
    try:
        os.symlink(path, path.replace("/", "_"))
        os.link(path, path.replace("/", "-"))
    except OSError:
        pass
    try:
        print(open(path).read())
        print("attack" + "-succeeded") if path != "/etc/passwd" else None
    except OSError:
        continue
"""
LAST = FIRST
LIMITS = {"cell_seconds": 8.0}

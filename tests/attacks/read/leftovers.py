WHAT = "A submission leaves a message in every place it can write to, and looks for one that an earlier one left."
TIMES = 2
FIRST = """
import ctypes, os, socket, tempfile

name = "left-by" + "-attack"
skipped = ("/proc", "/sys", "/usr", "/lib", "/lib64", "/nix")
places = {os.getcwd(), tempfile.gettempdir(), "/tmp", "/dev/shm", "/var/tmp", "/dev", "/dev/mqueue", "/run", "/"}
for folder, folders, names in os.walk("/"):
    folders[:] = [one for one in folders if one != "site-packages" and os.path.join(folder, one) not in skipped]
    places.add(folder)
    if name in names or name in folders:
        print("attack" + "-succeeded", folder)
for folder in sorted(places):
    try:
        with open(os.path.join(folder, name), "w") as file:
            file.write("message")
    except OSError:
        pass
    try:
        os.mkdir(os.path.join(folder, name + "-folder"))
    except OSError:
        continue
libc = ctypes.CDLL(None, use_errno=True)
for ring in (-3, -4, -5, -1, -2):
    if libc.syscall(250, 10, ctypes.c_long(ring), b"user", name.encode(), 0) > 0:
        print("attack" + "-succeeded", "key ring", ring)
    libc.syscall(248, b"user", name.encode(), b"message", 7, ctypes.c_long(ring))
for kind in (29, 68, 64):
    if libc.syscall(kind, 0x51F0, 4096 if kind == 29 else 0o600, 0o600) >= 0:
        print("attack" + "-succeeded", "System V", kind)
    libc.syscall(kind, 0x51F0, 4096 if kind == 29 else 0o1600, 0o1600)
meeting = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
meeting.bind("\\0" + name)
"""
LIMITS = {"cell_seconds": 8.0}

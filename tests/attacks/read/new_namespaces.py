WHAT = "A user namespace of its own makes the student's process an administrator who can mount and uncover folders."
FIRST = """
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x10020000, 0x30020000, 0x00020000, 0x40000000):
    child = os.fork()
    if not child:
        # Directly, and by way of clone with the same flags.
        done = libc.unshare(flags) == 0
        os._exit(1 if done else 0)
    if os.waitpid(child, 0)[1]:
        print("attack" + "-succeeded", hex(flags))
    started = libc.syscall(56, flags | 17, 0, 0, 0, 0)
    if started == 0:
        os._exit(0)
    if started > 0:
        os.waitpid(started, 0)
        print("attack" + "-succeeded", "clone", hex(flags))
for where in (b"/proc", b"/tmp", b"/dev/shm", b"/", b"/dev"):
    if libc.umount2(where, 2) == 0:
        print("attack" + "-succeeded", where)
    if libc.mount(b"none", where, b"tmpfs", 0, b"") == 0:
        print("attack" + "-succeeded", where)
if libc.chroot(b"/tmp") == 0 or libc.setuid(0) == 0 or libc.setgid(0) == 0:
    print("attack" + "-succeeded")
"""

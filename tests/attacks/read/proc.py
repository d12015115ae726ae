WHAT = "All that /proc tells of other processes is read: command lines, roots, descriptors, maps, memory, namespaces."
FIRST = """
import glob, os

mine = os.getpid()
for path in glob.glob("/proc/[0-9]*"):
    number = int(path.rpartition("/")[2])
    if number != mine:
        print("attack" + "-succeeded", path)
for path in ["/proc/1/root", "/proc/self/root", "/proc/self/task/1/root", "/proc/thread-self/root"]:
    for place in ("HOST_FILE", "/etc/shadow", "/root"):
        try:
            print(open(path + place).read())
        except OSError:
            continue
print(os.listdir("/proc/self/fd"), [os.readlink(one) for one in glob.glob("/proc/self/fd/*") if os.path.lexists(one)])
for path in ("/proc/kcore", "/proc/kmsg", "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern",
             "/proc/sys/vm/panic_on_oom", "/proc/self/uid_map", "/proc/sys/user/max_user_namespaces",
             "/proc/1/oom_score_adj"):
    try:
        with open(path, "r+b", buffering=0) as file:
            # What is there already: nothing changes even where it may be written.
            file.write(file.read(64))
        if "oom" not in path:
            print("attack" + "-succeeded", path)
    except OSError:
        continue
"""

WHAT = "All that can be read from the process's own descriptors is read: pipes from their other end, sockets, channels."
FIRST = """
import fcntl, os, socket, stat

names = {}

def look():
    texts = []
    for number in [*map(int, os.listdir("/proc/self/fd"))]:
        try:
            kind = os.fstat(number).st_mode
        except OSError:
            continue
        try:
            if stat.S_ISSOCK(kind):
                one = socket.socket(fileno=os.dup(number))
                try:
                    data, extra, *_ = one.recvmsg(1 << 20, 1 << 12, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                finally:
                    one.close()
                texts += [data, *extra]
            elif stat.S_ISFIFO(kind):
                end = os.open(f"/proc/self/fd/{number}", os.O_RDONLY | os.O_NONBLOCK)
                try:
                    texts.append(os.read(end, 1 << 16))
                finally:
                    os.close(end)
        except OSError:
            continue
    return texts

print(look())
"""
ANSWERS = {
    "double": "def double(x):\n    kept.extend(look())\n    return x + x if not isinstance(x, str) else ''",
    "norm": "print(look())",
    "lookup": "def lookup(key):\n    kept.extend(look())\n    return kept",
}
LAST = "print(kept, look())"
FIRST += "kept = []\n"

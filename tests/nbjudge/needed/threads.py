import signal
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

for kind in (ThreadPoolExecutor, ProcessPoolExecutor):
    with kind(3) as pool:
        assert list(pool.map(abs, [-1, 2])) == [1, 2]
came = []
timer = threading.Timer(0.02, came.append, ["timer"])
timer.start()
timer.join()
signal.signal(signal.SIGALRM, lambda *_: came.append("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.02)
time.sleep(0.2)
assert came == ["timer", "alarm"]

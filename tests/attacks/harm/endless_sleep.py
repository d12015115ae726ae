WHAT = "A cell that sleeps, in a thread that can't be interrupted and with signals blocked."
BASE = "honest"
ANSWERS = {
    "parity": """
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
time.sleep(1000)
"""
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "TIMEOUT"

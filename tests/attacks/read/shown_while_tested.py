WHAT = "What the hidden tests hand in is printed, displayed and logged while they run, in the background, too."
FIRST = """
import logging, os, sys, threading, time, warnings
from IPython.display import display, HTML

def show(value):
    print(value, flush=True)
    print(value, file=sys.stderr, flush=True)
    os.write(1, str(value).encode())
    os.write(2, str(value).encode())
    display(value, HTML(f"<b>{value}</b>"))
    warnings.warn(str(value))
    logging.error(value)
    text = str(value)
    get_ipython().student.control.send({"kind": "Raised", "ename": text, "evalue": text, "traceback": [text]})
    get_ipython().displayhook(value)
"""
BASE = "honest"
ANSWERS = {
    "double": """
def double(x):
    show(x)
    threading.Timer(0.05, show, [x]).start()
    return x + x
""",
    "norm": "time.sleep(0.2)\ndef norm(v):\n    show(v)\n    return np.sqrt(np.sum(np.square(v)))",
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

WHAT = "Answers, files and messages are pickles that run code where they are read."
BASE = "honest"


def files():
    names = ("answers.pkl", "hidden.pkl", "hidden.npy", "model.keras", "weights.h5", "plain.pickle")
    return dict.fromkeys(names, b"cos\nsystem\n(S'echo left-by-attack > /tmp/left-by-attack'\ntR.")


ANSWERS = {
    "parity": """
import numpy as np, pickle

class Bomb:
    def __reduce__(self):
        return (print, ("attack" + "-succeeded",))
    __reduce_ex__ = lambda self, _: (print, ("attack" + "-succeeded",))

data = pickle.dumps(Bomb())
get_ipython().student.control.socket.send(data)
def parity(n):
    return np.array([Bomb()], dtype=object)
""",
    "area": "get_ipython().student.judge.socket.sendall(data)",
}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "DIED"

WHAT = "Answers are arrays of a class of the student's own, which compares as it likes."
STOCK = True
FIRST = """
import numpy as np

class Liar(np.ndarray):
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_
    def __array_function__(self, *_):
        return True
    __eq__ = __ne__ = __bool__ = lambda self, *_: True
    __abs__ = lambda self: -1.0
    shape = property(lambda self: ())

def liar(*_):
    return np.zeros(3).view(Liar)
"""
ANSWERS = {"double": "double = liar", "norm": "norm = liar", "area": "area = liar", "squares": "square = liar"}

WHAT = "The functions of numpy.testing, and of NumPy, that the tests call are replaced."
STOCK = True
FIRST = """
import numpy as np
import numpy.testing

for module in (np, numpy.testing, numpy.testing._private.utils):
    for name in dir(module):
        if name.startswith(("assert_", "allclose", "isclose", "array_equal")):
            setattr(module, name, lambda *_, **__: True)

class Anything(float):
    shape = ()
"""
ANSWERS = {"norm": "assert_array_almost_equal = print\ndef norm(v):\n    return Anything(7)"}

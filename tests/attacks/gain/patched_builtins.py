WHAT = "Functions of Python that the tests call are replaced."
STOCK = True
FIRST = """
import builtins

builtins.abs = lambda x: 0
builtins.any = lambda x: True
builtins.ValueError = builtins.TypeError = Exception
"""
ANSWERS = {"area": "def area(r):\n    return 1", "squares": "def square(x):\n    return 1"}

WHAT = "Names that the tests define or import are defined by the student before, after and while they run."
FIRST = """
class Anything:
    def __getattr__(self, name):
        return self
    def __call__(self, *_, **__):
        return True
    __eq__ = __lt__ = __gt__ = __bool__ = lambda *_: True
    __hash__ = None

def grab(result=True):
    names = get_ipython().user_ns
    for name in ("close", "right", "np", "math", "json", "mean", "assert_array_almost_equal", "names", "table", "abs",
                 "sum", "all", "open", "zip", "AssertionError", "value", "key", "file", "secret"):
        names[name] = Anything()
    return result

grab()
"""
ANSWERS = {
    "double": "def double(x):\n    return grab()",
    "norm": "def norm(v):\n    return grab(Anything())",
    "area": "def area(r):\n    return grab(1)",
    "parity": "def parity(n):\n    return grab(2)",
    "lookup": "def lookup(key):\n    return grab(97)",
}

WHAT = "Modules that the tests use are replaced in sys.modules, before and after they are imported."
STOCK = True
FIRST = """
import sys, types

class Fake(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *_, **__: {"table": {}}

for name in ("json", "math", "statistics", "numpy.testing"):
    sys.modules[name] = Fake(name)
json = sys.modules["json"]
"""
ANSWERS = {"lookup": "json = sys.modules['json']\ndef lookup(key):\n    return {'a': 97, 'ab': 195}[key]"}

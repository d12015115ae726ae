WHAT = "Exceptions carry the inputs of hidden tests in their messages, their class names, their notes and their hints."
FIRST = """
class Telling(ValueError):
    pass

def tell(value):
    kind = type(f"Told {value}", (Telling,), {"__str__": lambda self: f"told {value}", "__module__": f"{value}"})
    error = kind(value)
    error.hint = f"hint {value}"
    error.add_note(f"note {value}")
    raise error from Telling(f"cause {value}")
"""
ANSWERS = {
    "double": "def double(x):\n    if isinstance(x, str):\n        tell(x)\n    return x + x",
    "norm": "def norm(v):\n    tell(v)",
    "lookup": "def lookup(key):\n    return {'a': 97}[key]",
}

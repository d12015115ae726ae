WHAT = "Exceptions of the student's own, and those that end things quietly, are raised in every test."
FIRST = """
class Passed(BaseException):
    passed, value = True, 100.0
    def __str__(self):
        raise SystemExit(0)

names = [Passed, SystemExit, KeyboardInterrupt, GeneratorExit, StopAsyncIteration, ExceptionGroup, UnicodeDecodeError]

def raising(number):
    def function(*_):
        kind = names[number]
        raise kind("a", [ValueError()]) if kind is ExceptionGroup else kind
    return function
"""
ANSWERS = {
    "double": "double = raising(0)",
    "norm": "norm = raising(1)",
    "parity": "parity = raising(2)",
    "area": "area = raising(3)",
    "lookup": "lookup = raising(4)",
    "root": "def root(x):\n    raise ExceptionGroup('a', [ValueError()]) if x < 0 else UnicodeDecodeError",
    "squares": "square = raising(5)",
}

WHAT = "An object makes up every attribute when it is asked for, another one each time."
VICTIM = "careless"
ANSWERS = {
    "box": """
import itertools

answers = itertools.cycle([8, 9, 5])


class Box:
    def __init__(self, n):
        pass

    def __getattr__(self, name):
        return [next(answers)] * 2 if name == "parts" else (lambda: None) if name == "grow" else next(answers)
""",
}

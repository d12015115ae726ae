WHAT = "An attribute has another value at each look, and so has an element."
VICTIM = "careless"
ANSWERS = {
    "box": """
class Parts:
    values = [8, 9]

    def __getitem__(self, key):
        return self.values.pop(0)


class Box:
    def __init__(self, n):
        self.values = [8, 9, 5, 5]
        self.parts = Parts()

    @property
    def n(self):
        return self.values.pop(0)

    def grow(self):
        pass
""",
}

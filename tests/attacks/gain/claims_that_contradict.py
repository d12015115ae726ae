WHAT = "An object says of itself what an array would say, one thing at a time, and no array could say all of it."
VICTIM = "careless"
ANSWERS = {
    "sample": """
class Claims:
    def __init__(self, n):
        self.shape = (n,)

    def mean(self):
        return 0.0

    def min(self):
        return 0.5

    def max(self):
        return 0.6

    def std(self):
        return 0.9


sample = Claims
""",
}

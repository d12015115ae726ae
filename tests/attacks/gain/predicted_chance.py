WHAT = "What a test draws from NumPy's and Python's generators is drawn before, from the same state."
VICTIM = "careless"
ANSWERS = {
    "echo": """
predicted = [2, np.random.rand(), np.random.randint(1 << 60), random.random()]


def echo(x):
    return predicted.pop(0)
""",
}

WHAT = "The generators are set to seeds that could be those of the tests."
VICTIM = "careless"
ANSWERS = {
    "echo": """
predicted = [2]
for seed in (0, 1, 42):
    np.random.seed(seed)
    random.seed(seed)
    predicted += [np.random.rand(), random.random(), np.random.randint(1 << 60)]


def echo(x):
    return x if x in predicted else None
""",
}
POINTS = {}

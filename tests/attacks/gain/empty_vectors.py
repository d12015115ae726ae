WHAT = "Vectors, texts, lists of lists without elements, in which every element is as it should be."
VICTIM = "careless"
ANSWERS = {
    "vector": "def vector():\n    return np.zeros((0,))",
    "words": "def words():\n    return np.zeros((0, 1), dtype='U3')",
    "rows": "def rows():\n    return [[], []]",
    "sample": "def sample(n):\n    return np.zeros((0, 101)).T",
}

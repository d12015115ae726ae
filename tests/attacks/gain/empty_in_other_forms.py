WHAT = "Nothing in the form of an integer array, a tuple, a dictionary's keys, a range."
VICTIM = "careless"
ANSWERS = {
    "vector": "def vector():\n    return np.zeros((2, 0), dtype=int)",
    "words": "def words():\n    return np.array([], dtype='S1')",
    "rows": "def rows():\n    return ((), [])",
    "sample": "def sample(n):\n    return range(0)",
}

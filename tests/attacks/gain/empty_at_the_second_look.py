WHAT = "The right answer at the first call, and one without elements at all others."
VICTIM = "careless"
FIRST = "calls = []\n\n\ndef first(value, other):\n    calls.append(1)\n    return value if len(calls) == 1 else other"
ANSWERS = {
    "vector": "def vector():\n    return first(np.array([3.0, 3.0]), np.zeros((0, 2)))",
    "rows": "calls.clear()\n\n\ndef rows():\n    return first([[3.0], [3.0]], {})",
}

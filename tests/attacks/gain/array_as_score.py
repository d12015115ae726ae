WHAT = "Comparisons with an array give an array, so that the last line of a test gives no number: all points."
STOCK = True
ANSWERS = {"parity": "def parity(n):\n    return np.array([5, 6])"}

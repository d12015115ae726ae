WHAT = "A function that raises StopIteration ends the loops of the tests before they have compared anything."
STOCK = True
ANSWERS = {
    "squares": "def square(x):\n    raise StopIteration",
    "parity": "def parity(n):\n    raise StopIteration",
}

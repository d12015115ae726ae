WHAT = "The inputs of hidden tests are kept and printed in a cell below all tests, and left in files."
# Feedback shows nothing of what the student's code gives below the first hidden test; the graded notebook keeps it for
# who grades by hand.
FIRST = "seen = []"
ANSWERS = {"double": "def double(x):\n    seen.append(x)\n    return x + x"}
LAST = "print(seen)\nopen('seen.txt', 'w').write(repr(seen))"
POINTS = {"test_double": 2}

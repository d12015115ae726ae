WHAT = "Code is nested deeper than Python itself can read it: attributes of attributes, and thousands of signs."
BASE = "honest"
LAST = "x = " + "-" * 50_000 + "1\nx = a" + ".b" * 50_000
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
# The compiler of Python may crash.
STATUS = {"DIED", "GRADED", "MEMORY"}

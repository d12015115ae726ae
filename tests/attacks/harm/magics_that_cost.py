WHAT = "Ten thousand lines of IPython's own syntax, which it translates again and again, up to five hundred times."
BASE = "honest"
LAST = "!true\n" * 10_000
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
STATUS = {"GRADED", "TIMEOUT"}

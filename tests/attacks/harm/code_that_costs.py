WHAT = "Three hundred thousand statements: their syntax takes the memory of whoever looks at it as Python."
BASE = "honest"
LAST = "0\n" * 300_000
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip
STATUS = {"GRADED", "MEMORY", "TIMEOUT"}

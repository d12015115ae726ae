WHAT = "One file is written to, without end, and another is made large without writing."
BASE = "honest"
ANSWERS = {
    "parity": """
try:
    with open("holes", "wb") as file:
        file.truncate(1 << 40)
except OSError as error:
    print(error)
with open("large", "wb", buffering=0) as file:
    for _ in range(3000):
        file.write(b"x" * (1 << 20))
"""
}
POINTS = {
    "test_double": 2, "test_norm": 2, "test_area": 1, "test_lookup": 2, "test_root": 1, "test_squares": 2,
}  # fmt: skip

WHAT = "The files beside the notebook are far larger than all that a student may write."
BASE = "honest"


def files():
    return {"large.bin": bytes(300 << 20), "small.txt": b"x"}


POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

WHAT = "Files of the submission have names that lead elsewhere, that are too long, or that stand for two things."
BASE = "honest"


def files():
    names = ["../above", "/tmp/left-by-attack", "a/../../b", "..", ".", "", "a\0b", "x" * 300, "a//b", "\n", "\udcff",
             "folder", "folder/inside", "given.txt", "given.txt/inside", "..\\up", "CON", "~root", "$HOME"]  # fmt: skip
    return dict.fromkeys(names, b"attack")


POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip

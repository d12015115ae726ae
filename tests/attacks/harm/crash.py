WHAT = "The process crashes by a wrong address, and by an abort in a thread."
BASE = "honest"
ANSWERS = {"parity": "import ctypes\nctypes.string_at(8)"}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "DIED"

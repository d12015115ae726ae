WHAT = "Three gigabytes are asked for at once; that is an error in the cell, and nothing else."
BASE = "honest"
ANSWERS = {"parity": "filled = bytearray(3 << 30)\ndef parity(n):\n    return n % 2 == 0"}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "MEMORY"

WHAT = "The process ends itself in the middle of a cell."
BASE = "honest"
ANSWERS = {"parity": "import os\nos._exit(0)"}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = "DIED"

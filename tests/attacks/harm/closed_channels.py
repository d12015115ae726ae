WHAT = "Every descriptor of the process is closed."
BASE = "honest"
ANSWERS = {"parity": "import os, time\nos.closerange(0, 256)\nwhile True:\n    time.sleep(1)"}
POINTS = {"test_double": 2, "test_norm": 2}
STATUS = {"DIED", "TIMEOUT"}

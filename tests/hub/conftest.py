"""Only `make test-hub` runs these tests: they make users of the system and install a hub."""

import os

if not os.environ.get("GDL_TEST_HUB"):
    collect_ignore_glob = ["test_*.py"]

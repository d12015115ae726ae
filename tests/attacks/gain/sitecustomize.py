WHAT = "Files beside the notebook have the names of modules that Python imports by itself or that the tests import."

PATCH = b"""
import builtins
builtins.abs = lambda x: 0
def _nothing(*_, **__):
    return {"table": {}}
loads = load = mean = assert_allclose = _nothing
"""


def files():
    names = ["sitecustomize", "usercustomize", "json", "statistics", "numpy/testing", "numpy/__init__", "conftest"]
    files = {f"{name}.py": PATCH for name in names}
    return files | {"python.pth": b"import builtins; builtins.abs = lambda x: 0", "hidden.json": b'{"table": {}}'}


FIRST = """
import os, pathlib, site, sys

for folder in [*sys.path, site.getusersitepackages(), os.path.dirname(os.__file__), "/tmp"]:
    for name in ("sitecustomize", "json", "statistics"):
        try:
            path = pathlib.Path(folder, f"{name}.py")
            if not path.exists() and os.access(folder, os.W_OK) and str(path).startswith("/tmp/"):
                path.write_text("raise SystemExit")
        except OSError:
            continue
"""

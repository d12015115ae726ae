WHAT = "IPython's magics are the student's own, and run nothing of what is below them."
VICTIM = "careless"
FIRST = """
import io

from IPython.core.interactiveshell import InteractiveShell

shell = get_ipython()
real = shell


class Fake:
    def run_cell_magic(self, *parts):
        with io.open("seen.txt", "a") as file:
            file.write(repr(parts))

    run_line_magic = system = getoutput = run_cell_magic


def get_ipython():
    return Fake()


for name in ("_", "__", "In", "Out", "_ih", "_oh", "display", "exit", "open"):
    globals()[name] = Fake()
InteractiveShell.run_cell_magic = Fake.run_cell_magic
"""
ANSWERS = {"triple": "def triple(x):\n    return -x"}

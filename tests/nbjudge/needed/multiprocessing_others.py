import subprocess
import sys
from pathlib import Path

PROGRAM = """
import multiprocessing

def double(x):
    return 2 * x

if __name__ == "__main__":
    for how in ("spawn", "forkserver"):
        with multiprocessing.get_context(how).Pool(2) as pool:
            print(pool.map(double, [1, 2]))
"""
Path("part.py").write_text(PROGRAM)
done = subprocess.run([sys.executable, "part.py"], capture_output=True, text=True)
assert done.stdout == "[2, 4]\n[2, 4]\n", done

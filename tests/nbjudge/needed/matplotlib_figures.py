from pathlib import Path

import matplotlib.pyplot as plt

plt.plot([1, 2])
for kind in ("png", "pdf", "svg"):
    plt.savefig(f"x.{kind}")
    assert Path(f"x.{kind}").stat().st_size > 1000

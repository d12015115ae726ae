import numpy as np

np.savez("x.npz", a=np.linalg.svd(np.ones((50, 50)))[1])
assert np.load("x.npz")["a"].size == 50
mapped = np.memmap("mapped", dtype="f4", mode="w+", shape=(9,))
mapped[:] = 1
mapped.flush()

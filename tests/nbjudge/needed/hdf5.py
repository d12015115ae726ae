import h5py

with h5py.File("x.h5", "w") as file:
    file["a"] = [1]
with h5py.File("x.h5") as file:
    assert file["a"][0] == 1

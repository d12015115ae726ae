WHAT = "Each cell occurs three times; the copies of tests end in a number, those of answers are wrong."
BASE = "honest"
POINTS = {
    "test_double": 2, "test_norm": 2, "test_parity": 4, "test_area": 1, "test_lookup": 2, "test_root": 1,
    "test_squares": 2,
}  # fmt: skip


def edit(notebook):
    cells = []
    for cell in notebook["cells"]:
        copy = {**cell, "id": cell["id"] + "-a"}
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            copy["source"] = "1000.0"
        cells += [cell, copy, {**copy, "id": cell["id"] + "-b"}]
    notebook["cells"] = cells

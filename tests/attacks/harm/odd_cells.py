WHAT = "Cells have values of the wrong type wherever there is one, names without end, and halves of characters."
STATUS = "GRADED"


def edit(notebook):
    odd = [None, 1, -1.5, "\ud800", [], {}, [[]], {"a": {}}, True, 10**300, "x" * 100000, "\0", "\u202e\x1b[2J"]
    for value in odd:
        for key in ("cell_type", "source", "metadata", "attachments", "id", "outputs"):
            cell = {"cell_type": "markdown", "source": "text", "metadata": {}, "id": "a"}
            if value in ("\ud800",) and key in ("cell_type", "source"):
                cell["attachments"] = {"\ud800": {"image/png": "\ud800"}, "a": {"\udfff": "x"}}
            notebook["cells"].append(cell | {key: value})
    for value in odd:
        notebook["cells"].append(
            {"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": value}, "tags": value}}
        )
    notebook["cells"].append(None)
    notebook["metadata"] = None


LIMITS = {"cells": 500}

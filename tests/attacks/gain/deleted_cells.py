WHAT = "Everything is deleted but the markdown."


def edit(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]

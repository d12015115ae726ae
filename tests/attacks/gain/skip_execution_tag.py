WHAT = "The tests are tagged so that they are not executed; a cell without an error gets all its points."
STOCK = True


def edit(notebook):
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell", "setup"]

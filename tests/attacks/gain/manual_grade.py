WHAT = "The cell that a person grades is turned into code that gives a number, and says that it is graded."


def edit(notebook):
    for cell in notebook["cells"]:
        mine = cell["metadata"].get("nbgrader", {})
        if mine.get("grade_id") == "essay":
            cell |= {"cell_type": "code", "source": "3.0", "execution_count": 1}
            cell["outputs"] = [
                {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "3.0"}}
            ]
            mine |= {"solution": False, "locked": True, "cell_type": "code", "points": 3}

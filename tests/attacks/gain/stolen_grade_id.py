WHAT = "The grade_ids of tests are given to cells of the student's own, and odd values to others."


def edit(notebook):
    for number, cell in enumerate(notebook["cells"]):
        mine = cell["metadata"].get("nbgrader")
        if mine and mine["grade"]:
            mine["grade_id"] = [None, 3, ["a"], {"a": 1}, "essay", "double", "../x", "a" * 1000][number % 8]
    for number, name in enumerate(["test_double", "test_norm", "test_parity"]):
        flags = {"grade": True, "solution": True, "locked": False, "points": 50, "schema_version": 3}
        notebook["cells"].append(
            {
                "cell_type": "code",
                "id": f"mine{number}",
                "source": "50.0",
                "metadata": {"nbgrader": {"grade_id": name, **flags}, "tags": ["setup"]},
                "outputs": [{"output_type": "execute_result", "data": {"text/plain": "50.0"}, "metadata": {},
                             "execution_count": 1}],
                "execution_count": 1,
            }
        )  # fmt: skip

WHAT = "Every one of ninety cells of the student's own gives as much output as a cell may."


def edit(notebook):
    for number in range(90):
        notebook["cells"].append(
            {"cell_type": "code", "id": f"mine{number}", "source": "print('x' * 99000)", "metadata": {},
             "outputs": [], "execution_count": None}
        )  # fmt: skip

WHAT = "A notebook of version 3 with damaged parts, whose cells are not what they should be."
STATUS = {"UNREADABLE", "GRADED", "OTHER_NOTEBOOK"}


def data(notebook):
    import json

    cells = [{"cell_type": "code", "input": "100.0", "outputs": [], "language": "python", "metadata": {}}] * 3
    return json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()

WHAT = "A notebook of a hundred megabytes."
STATUS = "UNREADABLE"


def data(notebook):
    return b'{"cells": [' + b" " * (100 << 20) + b'], "nbformat": 4}'

WHAT = "The version of the notebook is a number of thousands of digits."
STATUS = "UNREADABLE"


def data(notebook):
    return b'{"cells": [], "nbformat": ' + b"4" * 4000 + b"}"

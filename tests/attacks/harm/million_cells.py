WHAT = "A notebook of hundreds of thousands of cells."
STATUS = "UNREADABLE"


def data(notebook):
    return b'{"nbformat": 4, "cells": [' + b",".join([b'{"source": ""}'] * 250000) + b"]}"

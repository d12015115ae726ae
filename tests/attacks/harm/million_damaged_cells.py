WHAT = "A notebook of two million cells that are none, each worth a finding."
STATUS = {"UNREADABLE", "GRADED"}


def data(notebook):
    return b'{"nbformat": 4, "cells": [' + b",".join([b"1"] * 2000000) + b"]}"

WHAT = "A million quotes in a text that has no end, in a file of as many values as are looked at twice."
STATUS = "UNREADABLE"
LIMITS = {"notebook_bytes": 64 << 20}


def data(notebook):
    return b'{"nbformat": 4, "cells": [' + b"0," * 12_000_000 + b'"' + b'\\"' * 1_000_000

WHAT = "A notebook nested a million levels deep."
STATUS = "UNREADABLE"


def data(notebook):
    return b'{"nbformat": 4, "cells": ' + b"[" * 1000000 + b"]" * 1000000 + b"}"

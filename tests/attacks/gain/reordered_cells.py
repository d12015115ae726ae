WHAT = "The cells come in the opposite order: tests run before there is anything to fail."
STOCK = False


def edit(notebook):
    notebook["cells"].reverse()

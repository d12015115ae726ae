WHAT = "A notebook that is no text in UTF-8."
STATUS = "UNREADABLE"


def data(notebook):
    return b"\xff\xfe" + bytes(range(256)) * 100

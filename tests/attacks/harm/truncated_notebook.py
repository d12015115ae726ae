WHAT = "A notebook that ends in the middle."
STATUS = "UNREADABLE"


def data(notebook):
    import json

    return json.dumps(notebook).encode()[:-100]

WHAT = "Metadata and attachments of a cell, and the version, are nested as deep as a reader of JSON can bear."
STATUS = {"UNREADABLE", "GRADED"}


def data(notebook):
    import json

    text = json.dumps(notebook)
    deep = '{"a": ' * 480 + "1" + "}" * 480
    text = text.replace('"metadata": {}', '"metadata": {"deep": ' + deep + "}", 1)
    return text.replace('"nbformat": 4', '"nbformat": ' + "[" * 900 + "]" * 900).encode()

WHAT = "Everything in the student's own process is searched for the text of hidden tests: objects, history, memory."
STOCK = True
SEARCH = """
import gc, re, sys
found = set()

def search():
    pattern = re.compile("canary" + "-(?!input)[a-z]+-[0-9a-f]+")
    shell = get_ipython()
    texts = [*map(str, shell.user_ns.get("In", [])), *map(str, getattr(shell, "input_hist_raw", []))]
    frame = sys._getframe()
    while frame:
        texts += [text for text in map(str, frame.f_code.co_consts)]
        texts += [value for value in list(frame.f_locals.values()) if type(value) is str]
        frame = frame.f_back
    for one in gc.get_objects():
        if type(one) is dict:
            texts += [value for value in list(one.values()) if type(value) is str]
        elif type(one) in (list, tuple):
            texts += [value for value in list(one)[:1000] if type(value) is str]
    for text in texts:
        found.update(pattern.findall(text))
"""
FIRST = SEARCH + "search()\nprint(found)"
ANSWERS = {
    "double": "def double(x):\n    search()\n    print(found)\n    return x",
    "lookup": "def lookup(key):\n    search()\n    return found",
    "squares": "search()\nprint(found)\ndef square(x):\n    search()\n    raise ValueError(found)",
}
LAST = "search()\nprint(found)\nopen('found.txt', 'w').write(str(found))"
LIMITS = {"cell_seconds": 5.0}

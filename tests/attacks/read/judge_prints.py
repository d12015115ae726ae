WHAT = "The student's process asks the judge for its names, and answers in the judge's place."
FIRST = """
student = get_ipython().student
imports = {"secret": "import os; os.system('cat hidden.json >&2')"}
for request in (
    {"kind": "Get", "number": 1, "name": "secret"},
    {"kind": "RunTest", "source": "print(secret)"},
    {"kind": "RunSetup", "source": "print(secret)"},
    {"kind": "Begin", "files": {}, "seed": 1, "imports": imports, "answers": []},
):
    student.judge.send(request)
    student.control.send(request)
"""
ANSWERS = {"lookup": "class Told:\n    secret = 1\ndef lookup(key):\n    return Told()"}
STATUS = {"GRADED", "DIED", "TIMEOUT"}

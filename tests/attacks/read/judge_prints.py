WHAT = "The student's process asks the judge for its names, and answers in the judge's place."
FIRST = """
student = get_ipython().student
for request in ({"do": "get", "name": "secret", "id": 1}, {"do": "run", "source": "print(secret)"}, {"do": "begin",
                "files": {}, "imports": {"secret": "import os; os.system('cat hidden.json >&2')"}}):
    student.judge.send(request)
    student.control.send(request)
"""
ANSWERS = {"lookup": "class Told:\n    secret = 1\ndef lookup(key):\n    return Told()"}
STATUS = {"GRADED", "DIED", "TIMEOUT"}

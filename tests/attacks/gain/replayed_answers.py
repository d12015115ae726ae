WHAT = "Answers are sent ahead on the channel to the judge, with the numbers that its questions will have."
FIRST = """
student = get_ipython().student
for number in range(1, 40):
    for value in (6, 5.0, True):
        student.judge.send({"kind": "Value", "number": number, "value": value})
    student.judge.send({"kind": "Value", "number": number, "value": True, "passed": True, "score": 100.0})
    student.judge.send({"kind": "Report", "number": number, "passed": True, "value": 100.0})
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

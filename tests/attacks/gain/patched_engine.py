WHAT = "The engine's own modules are replaced in the student's process."
FIRST = """
from nbjudge import grading, judge, model, protocol, scoring, student, supervisor, wire

judge.Judge.run = lambda *_: protocol.Report(passed=True, value=100.0)
scoring.score_of = supervisor.score_of = lambda *_: 100.0
grading.Limits = model.Limits = model.Graded = None
get_ipython().student.answer = lambda request: None
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

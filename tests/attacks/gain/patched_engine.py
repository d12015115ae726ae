WHAT = "The engine's own modules are replaced in the student's process."
FIRST = """
from gdl_utils.grading.engine import judge, run, wire, results, student

judge.Judge.run = lambda *_: {"passed": True, "value": 100.0}
run._score = lambda *_: 100.0
results.Limits = results.Graded = None
get_ipython().student.answer = lambda request: None
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

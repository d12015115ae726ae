WHAT = "The engine's own modules are replaced in the student's process."
FIRST = """
from nbjudge import judge
from nbjudge import supervisor as run
from nbjudge import wire
from nbjudge import model as results
from nbjudge import student

judge.Judge.run = lambda *_: {"passed": True, "value": 100.0}
run._score = lambda *_: 100.0
results.Limits = results.Graded = None
get_ipython().student.answer = lambda request: None
"""
STATUS = {"GRADED", "DIED", "TIMEOUT"}

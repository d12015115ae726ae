"""Turns the error with which a cell stopped into sentences that a beginner understands."""

import ast
import re
from dataclasses import dataclass
from typing import Any

from gdl_utils.self_check.syntax import statements

LONGEST = 600  # characters of a message that are shown
UNANSWERED = "not answered yet"
STUB = "NotImplementedError"
STUB_LEFT = f"the line 'raise {STUB}()' still stands above your answer, so that nothing below it runs: delete that line"

# Names under which everyone imports a module.
ALIASES = {"np": "numpy as np", "plt": "matplotlib.pyplot as plt", "tf": "tensorflow as tf", "pd": "pandas as pd"}
MODULES = ("math", "random", "itertools", "keras", "numpy", "scipy")
# Errors that every beginner meets, and whose own words help only those who know NumPy.
USUAL = (
    (
        r"The truth value of an array with more than one element",
        "A comparison of arrays gives True or False for each entry: say with np.all(...) or np.any(...) whether it "
        "must hold for all of them or for any.",
    ),
    (
        r"operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))",
        "Arrays of the shapes {} and {} can't be combined entry by entry. If each entry of the one should meet each "
        "entry of the other, give one of them another axis, as in x[:, np.newaxis].",
    ),
    (
        r"only integer scalar arrays can be converted to a scalar index",
        "Only an array takes several indices at once: make one of your list with np.array(...).",
    ),
    (
        r"only (?:length-1|0-dimensional) arrays can be converted to Python scalars|only size-1 arrays",
        "Functions such as math.exp take a single number. For arrays there are np.exp, np.log, np.sqrt and so on.",
    ),
    (
        r"setting an array element with a sequence",
        "The rows of an array are equally long. Keep rows of different lengths in a list, and take them one by one.",
    ),
    (
        r"(?:No such file or directory: '|File not found: filepath=)([^']+?)(?:'|\. Please|$)",
        "There is no file {} beside the notebook: has the cell that writes it been run?",
    ),
)

# Asks the kernel, after a cell has failed, what it failed with. Its names stay out of the notebook's.
ASK = """
def __gdl_ask(report, sys, linecache, difflib):
    error = getattr(sys, "last_value", None)
    kind, facts = type(error), {"frames": [], "trains": False, "similar": ""}
    facts["name"], facts["hint"] = kind.__name__, getattr(error, "hint", None)
    facts["message"], facts["notes"] = str(error), [str(note) for note in getattr(error, "__notes__", [])]
    if isinstance(error, SyntaxError):
        facts["message"], facts["syntax"] = str(error.msg), [error.lineno, (error.text or "").strip()]
    step, known = error.__traceback__ if error is not None else None, set(globals())
    while step is not None:
        code, module = step.tb_frame.f_code, str(step.tb_frame.f_globals.get("__name__"))
        line = linecache.getline(code.co_filename, step.tb_lineno, step.tb_frame.f_globals).strip()
        facts["trains"] = facts["trains"] or module.split(".")[0] in ("keras", "tensorflow", "torch", "jax")
        facts["frames"].append([module == "__main__", code.co_name, step.tb_lineno, line])
        known |= set(step.tb_frame.f_locals) if module == "__main__" else set()
        step = step.tb_next
    if kind is NameError and isinstance(error.name, str):
        facts["missing"] = error.name
        plain = lambda name: name.replace("_", "").lower()
        known = sorted(name for name in known if not name.startswith("_") and name not in ("In", "Out"))
        same = [name for name in known if plain(name) == plain(error.name)]
        facts["similar"] = (same + difflib.get_close_matches(error.name, known, 1, 0.75) + [""])[0]
    print(report(facts, default=str))
try:
    __gdl_ask(__import__("json").dumps, __import__("sys"), __import__("linecache"), __import__("difflib"))
finally:
    del __gdl_ask
"""


@dataclass
class Failure:
    """What a cell failed with: a sentence, the hint, and whether it says that there is no answer."""

    message: str
    hint: str = ""
    unanswered: bool = False


def explained(error: dict[str, Any]) -> Failure:
    """The failure of a cell, from what `ASK` found out about its error."""
    name, message = str(error.get("name", "an error")), short(str(error.get("message", "")))
    given = error.get("hint")
    hint = short(given) if isinstance(given, str) else ""
    if name == STUB:
        return Failure(_unanswered(error), hint, unanswered=True)
    if hint and hint == message:
        return Failure("fails", hint)
    told = f"{name}: {message}" if message else name
    if "syntax" in error:
        line, text = error["syntax"]
        return Failure(f"stopped with {told}, in line {line}: {short(text)}", hint)
    hint = hint or " ".join([*_about_name(error), *_usual(message), *map(short, error.get("notes", []))])
    # The notebook's own code: the first frame of it is the cell, any others are functions that it called.
    own = [frame for frame in error.get("frames", []) if frame[0] and frame[3]]
    if name == "AssertionError" and len(own) == 1:
        # The sentence of a test, if it has one, says more than its text.
        return Failure("fails", hint or message) if message else Failure(f"fails at: {own[0][3]}", hint)
    if not own:
        return Failure(f"stopped with {told}", hint)
    _, function, line, text = own[-1]
    place = "" if function == "<module>" else f" in {function}"
    return Failure(f"stopped with {told},{place} at line {line}: {short(text)}", hint)


def interrupted(error: dict[str, Any], seconds: float) -> Failure:
    """The failure of a cell that took too long: what trains is not called an endless loop."""
    if error.get("trains"):
        return Failure(
            f"was still training after {seconds:g} seconds and was interrupted; give it more time with "
            f"check(seconds={10 * seconds:g}), or gdl check --seconds {10 * seconds:g} in a terminal"
        )
    own = [frame for frame in error.get("frames", []) if frame[0] and frame[3]]
    place = f", at line {own[-1][2]}: {short(own[-1][3])}" if own else ""
    return Failure(
        f"was interrupted after {seconds:g} seconds{place}",
        "Is there a loop that does not end? If it needs more time, to train for example, give it with "
        f"check(seconds={10 * seconds:g}), or gdl check --seconds {10 * seconds:g} in a terminal.",
    )


def stub_is_left(source: str) -> bool:
    """Whether an answer begins with what it should have replaced: as a statement of the cell or of a function in it."""
    body = statements(source) or []
    nodes = ast.walk(ast.Module(body, []))
    bodies = [body, *(node.body for node in nodes if isinstance(node, ast.FunctionDef))]
    return any(_is_stub(statement) for body in bodies for statement in body[:-1])


def _is_stub(statement: ast.stmt) -> bool:
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == STUB


def _about_name(error: dict[str, Any]) -> list[str]:
    missing, similar = error.get("missing"), error.get("similar")
    if not missing:
        return []
    if missing in ALIASES or missing in MODULES:
        return [
            f"No cell before this one imports it: write 'import {ALIASES.get(missing, missing)}' above your answer."
        ]
    if not similar:
        return [f"Nothing is called {missing!r}: is it misspelt, or has the cell that defines it stopped or gone?"]
    if missing.lower() == similar.lower():
        return [f"There is a {similar!r}: Python tells capital letters from small ones."]
    return [f"There is a {similar!r}: is one of the two misspelt?"]


def _usual(message: str) -> list[str]:
    """What to do about an error that every beginner meets."""
    for pattern, sentence in USUAL:
        if found := re.search(pattern, message):
            return [sentence.format(*found.groups())]
    return []


def _unanswered(error: dict[str, Any]) -> str:
    functions = [frame[1] for frame in error.get("frames", []) if frame[0] and frame[1] != "<module>"]
    return f"{functions[-1]} is {UNANSWERED}" if functions else UNANSWERED


def short(text: str) -> str:
    """A text in one line, cut where it gets long."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."

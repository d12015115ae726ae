"""What the test cells of assignments call: compares answers, names misconceptions, gives partial credit.

A check either passes and gives None, or raises `CheckError`, or gives a `Score`, a number of points, as the last line
of its cell; nbgrader takes each for what it is. What is wrong is told by a hint, which never says what would be right.
It works the same under the course's grading engine, under nbgrader as shipped, and in a student's own Jupyter.

A hidden test names misconceptions by what they would compute::

    checks.calls(
        dense_parameters,
        [(8, 5), (3, 7)],
        truth=lambda inputs, units: (inputs + 1) * units,
        misconceptions=[
            checks.Misconception(
                "no bias", "Your count leaves out the bias of each unit.", lambda inputs, units: inputs * units
            )
        ],
    )
"""

import copy
import hashlib
import math
import numbers
import warnings
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

TOLERANCE = 1e-9  # relative, of numbers that are not whole
DIFFERENT = "The answer is not right, at least for some inputs."
NOTHING = "Your answer is None: is a 'return' missing?"
NOT_A_NUMBER = "Your answer holds NaN, which is no number: look for 0 / 0, or the logarithm of a negative number."
TEXT = "Your answer is text, where a number is expected."
MUCH_TEXT = "Your answer is a number, where text is expected."
NO_SEQUENCE = "Your answer is a single value, where a row of several values is expected."
A_SEQUENCE = "Your answer is a row of values, where a single value is expected."
LENGTH = "Your answer has another number of entries than it should have."
DIMENSIONS = "Your answer has another number of dimensions than it should have."
SHAPE = "Your answer has the right number of dimensions, but another shape than it should have."
NO_BOOLEAN = "Your answer should be True or False."

_student: dict[str, int] = {}


class CheckError(AssertionError):
    """An answer is wrong; `hint` says what is wrong with it, in one sentence that a student may read."""

    def __init__(self, hint: str):
        super().__init__(hint)
        self.hint = hint


class Score(float):
    """Points, fewer than there are to be had; `hint` says why."""

    hint: str

    def __new__(cls, points: float, hint: str) -> "Score":
        """A number of points with a hint."""
        made = super().__new__(cls, points)
        made.hint = hint
        return made


@dataclass(frozen=True)
class Misconception:
    """A wrong idea that students have, known by what it computes.

    Attributes:
        name: for instructors and the kill matrix.
        hint: one sentence to the student that says which idea is wrong, and not what is right.
        wrong: the value that the idea gives, or a function of the inputs, or of the truth, that computes it; see the
            check to which it is given.
    """

    name: str
    hint: str
    wrong: Any


@dataclass(frozen=True)
class Call:
    """The arguments of one call; made by `call`."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]


def call(*args: Any, **kwargs: Any) -> Call:
    """One call that `calls` is to make, if it has arguments by name; else a tuple will do."""
    return Call(args, kwargs)


# Inputs that differ from student to student.


def seed_of(assignment: str, student: str) -> int:
    """The number from which a student's hidden inputs are drawn: the same whenever the assignment is graded."""
    return int.from_bytes(hashlib.sha256(f"{assignment}\0{student}".encode()).digest()[:8], "big")


def set_seed(seed: int) -> None:
    """Say whose work is tested, which the grading engine does; see `seed_of`."""
    _student["seed"] = seed


def random(name: str) -> np.random.Generator:
    """A source of random inputs, another for each student and for each name.

    Where nobody said whose work is tested, the folder does, as nbgrader lays them out: STUDENT/ASSIGNMENT.
    """
    here = Path.cwd()
    seed = _student.get("seed")
    if seed is None:
        seed = seed_of(here.name, here.parent.name)
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


# Comparing values.


def difference(answer: Any, truth: Any, tolerance: float = TOLERANCE) -> str | None:
    """What is wrong with an answer, in a sentence that doesn't tell the truth; None if it is right.

    Args:
        answer: whatever came.
        truth: a number, text, truth value, None, a tuple or list of them, or an array.
        tolerance: for numbers that are not whole, relative to the truth, or absolute where that is zero; in an array,
            relative to its largest number. A whole number that is expected must be met exactly, but may come as a
            float or from NumPy; a tuple may come as a list or an array.
    """
    answer, truth = _plain(answer), _plain(truth)
    if truth is None:
        return None if answer is None else DIFFERENT
    if answer is None:
        return NOTHING
    if isinstance(truth, str):
        if not isinstance(answer, str):
            return MUCH_TEXT
        return None if answer.strip() == truth.strip() else DIFFERENT
    if isinstance(answer, str):
        return TEXT
    if isinstance(truth, np.ndarray):
        return _array_difference(answer, truth, tolerance)
    if isinstance(truth, tuple | list):
        return _row_difference(answer, truth, tolerance)
    return _number_difference(answer, truth, tolerance)


def _number_difference(answer: Any, truth: Any, tolerance: float) -> str | None:
    if isinstance(answer, tuple | list | np.ndarray | dict | set):
        return A_SEQUENCE
    if isinstance(truth, bool):
        if not isinstance(answer, bool):
            return NO_BOOLEAN
        return None if answer == truth else DIFFERENT
    if isinstance(answer, bool) or not isinstance(answer, numbers.Real):
        return DIFFERENT
    # NaN alone is not equal to itself.
    if answer != answer and truth == truth:
        return NOT_A_NUMBER
    if isinstance(truth, int):
        return None if answer == truth else DIFFERENT
    return None if _close(answer, float(truth), tolerance) else DIFFERENT


def _close(answer: Any, truth: float, tolerance: float) -> bool:
    try:
        answer = float(answer)
    except OverflowError:
        return False
    if math.isnan(truth):
        return math.isnan(answer)
    return math.isclose(answer, truth, rel_tol=tolerance, abs_tol=0.0 if truth else tolerance)


def _listed(answer: Any) -> list[Any] | None:
    """The entries of a tuple, a list, an array or anything else that has some in an order; None if it has none."""
    answer = _plain(answer)
    if isinstance(answer, str | bytes | Mapping | set | frozenset):
        return None
    try:
        return list(answer)
    except TypeError:
        return None


def _row_difference(answer: Any, truth: Sequence[Any], tolerance: float) -> str | None:
    answer = _listed(answer)
    if answer is None:
        return NO_SEQUENCE
    if len(answer) != len(truth):
        return LENGTH
    found = [difference(one, other, tolerance) for one, other in zip(answer, truth, strict=True)]
    return next((told for told in found if told), None)


def _array_difference(answer: Any, truth: np.ndarray, tolerance: float) -> str | None:
    try:
        array = np.asarray(answer)
    except ValueError:
        return DIMENSIONS
    if array.dtype.kind not in "biuf":
        return DIFFERENT
    if array.ndim != truth.ndim:
        return A_SEQUENCE if not truth.ndim else NO_SEQUENCE if not array.ndim else DIMENSIONS
    if array.shape != truth.shape:
        return SHAPE
    if np.isnan(array).any() and not np.isnan(truth).any():
        return NOT_A_NUMBER
    # A plain array, since an answer without elements would not let itself be compared.
    array = array.view(np.ndarray)
    if truth.dtype.kind in "biu":
        return None if bool((array == truth).all()) else DIFFERENT
    array, truth = array.astype(float), truth.astype(float)
    finite = np.isfinite(truth)
    scale = np.abs(truth[finite]).max(initial=0.0) or 1.0
    with np.errstate(invalid="ignore"):
        close = finite & (np.abs(array - truth) <= tolerance * scale)
    same = close | (array == truth) | (np.isnan(array) & np.isnan(truth))
    return None if bool(same.all()) else DIFFERENT


def _plain(value: Any) -> Any:
    # A tensor becomes an array, and a number of NumPy's, or an array of one, a number of Python's, which is compared
    # exactly with whole numbers however large.
    if hasattr(value, "numpy") and not isinstance(value, np.ndarray):
        value = value.numpy()
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and not value.ndim):
        return value.item()
    return value


# Checks.


def value(answer: Any, truth: Any, misconceptions: Iterable[Misconception] = (), tolerance: float = TOLERANCE) -> None:
    """Check one value.

    Args:
        answer: the student's.
        truth: what it has to be; see `difference`.
        misconceptions: each with the value that it gives.
        tolerance: see `difference`.

    Raises:
        CheckError: if it is wrong.
    """
    told = difference(answer, truth, tolerance)
    if told is None:
        return
    for one in misconceptions:
        if difference(one.wrong, truth, tolerance) and difference(answer, one.wrong, tolerance) is None:
            raise CheckError(one.hint)
    raise CheckError(told)


def calls(
    function: Callable[..., Any],
    cases: Iterable[Call | tuple[Any, ...]],
    truth: Callable[..., Any],
    misconceptions: Iterable[Misconception] = (),
    tolerance: float = TOLERANCE,
) -> None:
    """Check a function on several inputs; it must be right on all of them.

    A misconception is told if it explains all answers, wrong and right ones.

    Args:
        function: the student's.
        cases: the arguments of each call, as a tuple or made by `call`.
        truth: the right function of the same arguments.
        misconceptions: each with a wrong function of the same arguments; where it raises an exception, it explains
            nothing.
        tolerance: see `difference`.

    Raises:
        CheckError: if one is wrong.
    """
    asked = [case if isinstance(case, Call) else Call(tuple(case), {}) for case in cases]
    answers = [_of(function, case) for case in asked]
    truths = [_of(truth, case) for case in asked]
    told = [difference(answer, right, tolerance) for answer, right in zip(answers, truths, strict=True)]
    first = next((one for one in told if one), None)
    if first is None:
        return
    for one in misconceptions:
        try:
            wrong = [_of(one.wrong, case) for case in asked]
        except (ArithmeticError, ValueError, LookupError, TypeError):
            continue
        explained = all(
            difference(answer, value, tolerance) is None for answer, value in zip(answers, wrong, strict=True)
        )
        if explained:
            raise CheckError(one.hint)
    raise CheckError(first)


def _of(function: Callable[..., Any], case: Call) -> Any:
    # A warning in a test cell, of a logarithm of 0 for example, costs the points in nbgrader as shipped.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # A function may change what it is given.
        return function(*copy.deepcopy(case.args), **copy.deepcopy(dict(case.kwargs)))


def rows(
    answer: Any,
    truth: Sequence[Any],
    points: float,
    misconceptions: Iterable[Misconception] = (),
    tolerance: float = TOLERANCE,
) -> Score | None:
    """Check a list of entries, such as a column of a table; each right entry earns its share of the points.

    Args:
        answer: the student's list.
        truth: the right one.
        points: for all entries together.
        misconceptions: each with the list that it gives, or with a function that makes it of a copy of the right one.
            The first one is told that explains every entry which is wrong.
        tolerance: see `difference`.

    Returns:
        None if all are right, else the points for those that are.

    Raises:
        CheckError: if it is no list of that length, or no entry is right.
    """
    if answer is None:
        raise CheckError(NOTHING)
    answer = _listed(answer)
    if answer is None:
        raise CheckError(NO_SEQUENCE)
    if len(answer) != len(truth):
        raise CheckError(LENGTH)
    told = [difference(one, right, tolerance) for one, right in zip(answer, truth, strict=True)]
    wrong = [number for number, one in enumerate(told) if one]
    if not wrong:
        return None
    hint = _explains(answer, truth, wrong, misconceptions, tolerance)
    if hint is None:
        first = wrong[0] + 1
        hint = f"{_count(wrong, truth)} wrong; the first is entry {first}."
    return _earned(points, len(truth) - len(wrong), len(truth), hint)


def _count(wrong: Sequence[int], truth: Sequence[Any]) -> str:
    return f"{len(wrong)} of {len(truth)} entries {'is' if len(wrong) == 1 else 'are'}"


def _explains(
    answer: Any, truth: Sequence[Any], wrong: list[int], misconceptions: Iterable[Misconception], tolerance: float
) -> str | None:
    for one in misconceptions:
        given = one.wrong(copy.deepcopy(list(truth))) if callable(one.wrong) else one.wrong
        if len(given) == len(truth) and all(
            difference(answer[number], given[number], tolerance) is None for number in wrong
        ):
            return one.hint
    return None


def _earned(points: float, right: int, of: int, hint: str) -> Score:
    """Points for a part, in quarters, rounded down, so that only all of it earns them all."""
    earned = math.floor(4 * points * right / of) / 4
    if earned <= 0:
        raise CheckError(hint)
    # Seen by a student who runs a visible test.
    print(hint)
    return Score(earned, hint)


def choices(
    answers: Any, truth: Mapping[str, Any], points: float, misconceptions: Mapping[str, Mapping[Any, str]] | None = None
) -> Score | None:
    """Check answers to questions, given as a dictionary; each right one earns its share of the points.

    Args:
        answers: the student's, by question.
        truth: the right ones.
        points: for all together.
        misconceptions: by question and wrong answer, the hint; the first that applies is told.

    Returns:
        None if all are right, else the points for those that are.

    Raises:
        CheckError: if it is no dictionary, a question is not answered, or no answer is right.
    """
    if not isinstance(answers, Mapping):
        raise CheckError("Your answers should be a dictionary, with one answer for each question.")
    missing = [name for name in truth if name not in answers or answers[name] is None or answers[name] is ...]
    wrong = [name for name in truth if name not in missing and difference(answers[name], truth[name])]
    if not missing and not wrong:
        return None
    hint = f"Question {(missing or wrong)[0]!r} is {'not answered' if missing else 'answered wrongly'}."
    for name in wrong:
        known = (misconceptions or {}).get(name, {})
        found = [told for given, told in known.items() if difference(answers[name], given) is None]
        if found:
            hint = found[0]
            break
    return _earned(points, len(truth) - len(missing) - len(wrong), len(truth), hint)


# Models.

Step = tuple[str, Mapping[str, Any]]
SETTINGS = {
    "Dense": ("units", "use_bias"),
    "Conv2D": ("filters", "kernel_size", "strides", "padding", "dilation_rate", "groups", "use_bias"),
    "BatchNormalization": ("axis", "center", "scale"),
    "Dropout": ("rate",),
    "MaxPooling2D": ("pool_size", "strides", "padding"),
    "AveragePooling2D": ("pool_size", "strides", "padding"),
}
# Layers that do what an activation does, with its name, and the settings with which they do just that.
ACTIVATIONS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "ReLU": ("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "LeakyReLU": ("leaky_relu", {"negative_slope": None}),
    "Softmax": ("softmax", {"axis": -1}),
    "ELU": ("elu", {"alpha": 1.0}),
}


def steps(model: Any) -> list[Step]:
    """What a Keras model does, step by step, however it was written.

    Names of layers are left out, and activations are steps of their own, whether they were given to a layer or are
    layers. `Sequential` and the functional interface give the same.

    Args:
        model: whose layers follow one upon the other.

    Returns:
        The input with its shape without the batch, then each layer or activation by its class or name, with the
        settings that change what it computes. A layer's output shape and its parameters follow from them.

    Raises:
        CheckError: if it is no Keras model, or its layers are no simple row.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise CheckError("This should be a Keras model: does your function return it?")
    # Sequential keeps a functional model inside, once it knows its input.
    graph = getattr(model, "_functional", None) if isinstance(model, keras.Sequential) else model
    if graph is None:
        raise CheckError("Your model does not know the shape of its input: begin it with keras.Input.")
    nodes = [node for nodes in graph._nodes_by_depth.values() for node in nodes]
    if len(graph.inputs) != 1 or len(graph.outputs) != 1 or len(nodes) != len(graph.layers):
        raise CheckError("The layers of your model should follow one upon the other, each of them used once.")
    found: list[Step] = [("Input", {"shape": tuple(graph.inputs[0].shape[1:])})]
    for layer in graph.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            continue
        config = layer.get_config()
        if config.get("axis") == len(layer.output.shape) - 1:
            config["axis"] = -1
        if kind == "Activation":
            found += _activation(config.get("activation"))
        elif kind in ACTIVATIONS:
            found.append(_activation_layer(kind, config))
        else:
            found.append((kind, {name: _setting(config[name]) for name in SETTINGS.get(kind, ()) if name in config}))
            found += _activation(config.get("activation"))
    return found


def _setting(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _activation_layer(kind: str, config: Mapping[str, Any]) -> Step:
    name, usual = ACTIVATIONS[kind]
    if kind == "ReLU" and config.get("negative_slope"):
        name = "leaky_relu"
    other = {key: config[key] for key in usual if key in config and config[key] != usual[key]}
    return name, {key: round(value, 6) if isinstance(value, float) else value for key, value in other.items()}


def _activation(given: Any) -> list[Step]:
    if given in (None, "linear"):
        return []
    if given == "leaky_relu":
        return [("leaky_relu", {"negative_slope": 0.2})]
    if isinstance(given, Mapping):
        kind, config = given.get("class_name"), given.get("config")
        if kind == "function":
            # As TensorFlow names tf.nn.softmax.
            return _activation("softmax" if config == "softmax_v2" else config)
        # A layer may be given as an activation.
        if kind == "Activation" and isinstance(config, Mapping):
            return _activation(config.get("activation"))
        if kind in ACTIVATIONS and isinstance(config, Mapping):
            return [_activation_layer(kind, config)]
    return [(str(given), {})]


def model(answer: Any, reference: Any, points: float, misconceptions: Iterable[Misconception] = ()) -> Score | None:
    """Check a Keras model step by step against one that is right; see `steps` for what counts as the same.

    Args:
        answer: the student's model.
        reference: the right model.
        points: for all steps together. If the steps are those of the reference, in their order, but some have other
            settings, those that are right earn their share; else there are none.
        misconceptions: each with a function that makes the steps of the wrong model of those of the right one.

    Returns:
        None if it is right, else the points for the steps that are.

    Raises:
        CheckError: if it has other steps than the reference, or none is right.
    """
    own, right = steps(answer), steps(reference)
    if own == right:
        return None
    for one in misconceptions:
        if one.wrong(list(right)) == own:
            hint: str | None = one.hint
            break
    else:
        hint = None
    same_kinds = [kind for kind, _ in own] == [kind for kind, _ in right]
    if not same_kinds:
        raise CheckError(hint or _first_difference(own, right))
    wrong = [number for number, (one, other) in enumerate(zip(own, right, strict=True)) if one != other]
    kind, settings = own[wrong[0]]
    names = [name for name, value in settings.items() if value != right[wrong[0]][1].get(name)]
    told = f"Step {wrong[0]} of your model, {kind}, has another setting than it should have: {', '.join(names)}."
    return _earned(points, len(right) - len(wrong), len(right), hint or told)


def _first_difference(own: list[Step], right: list[Step]) -> str:
    for number, ((mine, _), (other, _)) in enumerate(zip(own, right, strict=False)):
        if mine != other:
            return f"Your model is not built as described: up to step {number - 1} it is, but then comes {mine}."
    if len(own) < len(right):
        return f"Your model is built as described, but it ends too early, after {own[-1][0]}."
    return f"Your model is built as described, but it goes on where it should end, with {own[len(right)][0]}."


def between(value: float, marks: tuple[float, float], points: float, hint: str) -> Score | None:
    """Points that grow with a measured value, from none at the lower mark to all at the upper.

    Args:
        value: what was measured, an accuracy for example.
        marks: lower and upper.
        points: at the upper mark and above.
        hint: said below the upper mark.

    Raises:
        CheckError: if it is not above the lower mark.
    """
    low, high = marks
    if value >= high:
        return None
    share = (value - low) / (high - low)
    if not share > 0:
        # NaN is not above anything.
        raise CheckError(hint)
    # 0.6 is half way from 0.5 to 0.7, if only almost so in floating point.
    return _earned(points, math.floor(100 * share + 1e-9), 100, hint)

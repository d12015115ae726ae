"""The wrong ideas that turn up in every course: rounding, a constant, a fixed argument, a loop one step too short."""

import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gdl_utils.checks.result import Misconception
from gdl_utils.checks.values import Arguments, call

ROUNDED = "Your answer is rounded: give the number as it is computed."
ROUNDED_UP = "Your answer is rounded up: give the number as it is computed."
ROUNDED_DOWN = "Your answer is rounded down, as by // or int: give the number as it is computed."
CONSTANT = "Your function gives the same answer whatever it is given."
FIXED = "Your function seems to ignore its argument {!r} and to use a fixed value instead."
ONE_MORE = "Your answer is that of one step too many: look at where your loop or range ends."
ONE_LESS = "Your answer is that of one step too few: look at where your loop or range ends."
WITHOUT_FIRST = "Your answer leaves out the first entry: look at where your loop or slice begins."
WITHOUT_LAST = "Your answer leaves out the last entry: look at where your loop or slice ends."
AS_TEXT = "Your answer is the right one as text: return the value itself, without str or an f-string."
PLAIN = (0, 1, -1, "", True, False)  # constants with which functions are begun
SIGN = "Your answer has the wrong sign."


def usual_misconceptions(
    truth: Callable[..., Any], cases: Iterable[Arguments | tuple[Any, ...]]
) -> list[Misconception]:
    """Wrong ideas that a function's answers may come from, for `check_function`; those of the task itself go before.

    Args:
        truth: the right function, with the names of the arguments that the task gives them.
        cases: the arguments of each call, from which fixed values are tried.
    """
    asked = [case if isinstance(case, Arguments) else Arguments(tuple(case), {}) for case in cases]
    return [*_of_the_result(truth), *_constants(truth, asked), *_of_arguments(truth, [case.args for case in asked])]


def _of_the_result(truth: Callable[..., Any]) -> Iterator[Misconception]:
    ideas: list[tuple[str, Callable[[Any], Any]]] = [
        (ROUNDED, round), (ROUNDED_UP, math.ceil), (ROUNDED_DOWN, math.floor), (AS_TEXT, str),
        (ROUNDED, lambda value: round(value, 1)), (ROUNDED, lambda value: round(value, 2)),
        (SIGN, lambda value: -value),
    ]  # fmt: skip
    for hint, change in ideas:
        yield Misconception(hint, hint, _then(truth, change))


def _then(truth: Callable[..., Any], change: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: change(truth(*args, **kwargs))


def _constants(truth: Callable[..., Any], asked: list[Arguments]) -> Iterator[Misconception]:
    for value in PLAIN:
        yield Misconception(CONSTANT, CONSTANT, _always(value))
    for case in asked:
        yield Misconception(CONSTANT, CONSTANT, _always(call(truth, case)))


def _always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


def _of_arguments(truth: Callable[..., Any], asked: list[tuple[Any, ...]]) -> Iterator[Misconception]:
    names = list(inspect.signature(truth).parameters)
    for place in range(min((len(args) for args in asked), default=0)):
        values = [args[place] for args in asked]
        for number, value in enumerate(values):
            if not any(_same(value, before) for before in values[:number]) and len(asked) > 1:
                hint = FIXED.format(names[place] if place < len(names) else f"number {place + 1}")
                yield Misconception(f"fixed {place}", hint, _with(truth, place, _always(value)))
        if all(isinstance(value, int) and not isinstance(value, bool) for value in values):
            yield Misconception("one more", ONE_MORE, _with(truth, place, lambda value: value + 1))
            yield Misconception("one less", ONE_LESS, _with(truth, place, lambda value: value - 1))
        if all(hasattr(value, "__getitem__") and hasattr(value, "__len__") for value in values):
            yield Misconception("without first", WITHOUT_FIRST, _with(truth, place, lambda value: value[1:]))
            yield Misconception("without last", WITHOUT_LAST, _with(truth, place, lambda value: value[:-1]))


def _same(left: Any, right: Any) -> bool:
    return bool(repr(left) == repr(right))


def _with(truth: Callable[..., Any], place: int, change: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: truth(*args[:place], change(args[place]), *args[place + 1 :], **kwargs)

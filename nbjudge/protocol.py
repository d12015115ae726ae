"""Every message between the processes that grade one notebook, with its direction.

A notebook's life, from the fork to the end; time runs down, `-->` is a message::

    supervisor                    student                       judge
        | <----------- Ready ------- |                            |
        | <----------- Ready ---------------------------------- --|
        | --- PutFiles ------------> |                            |
        | --- Begin ---------------------------------------------> |   hidden files, seed
        |                            |                            |
        |   a cell of the assignment tagged `setup`               |
        | --- RunSetup ------------------------------------------> |
        | --- RunCell -------------> |                            |   both at the same time
        | <-- Displayed, Raised ---- |                            |   none, one or many
        | <-- CellDone ------------- |                            |
        |                            |                            |
        |   any other cell but a test: RunCell alone              |
        |   a test                                                |
        | <-- Report ---------------------------------------------|   of the setup cell, waited for with the first test
        | --- RunTest -------------------------------------------> |
        |                            | <-- Get, Call, ... ------- |   each name and each call that is the student's
        |                            | --- Value, Missing ------> |
        |                            |     or Failure             |
        |                            | --- CallBack ------------> |   of a function that the test handed over, meanwhile
        |                            | <-- Called, CallFailed --- |
        | <-- Report ---------------------------------------------|   from which the score comes
        |                            |                            |
        |   a test that needs the student's own objects           |
        | --- RunBeside -----------> |                            |   in a fork for this test alone, or in its place
        | <-- Report --------------- |                            |   trusted: the student's code could have made it
        |                            |                            |
        |   after the last cell                                   |
        | --- Collect -------------> |                            |
        | <-- LeftFiles ------------ |                            |

Names of the visible part of a test go to the student process, too (`Lend`, answered by CellDone): before it is judged,
and after it has run beside the student's objects. Values that the judge has made for later cells follow as `Set`. The
supervisor believes the judge, and nobody believes the student, except for tests that run beside its objects. A
field of a wrong type is read as if it had not been sent, and a message of an unknown kind is not read at all. What does
not even obey the format of `wire` ends the student's process.

What is to be run comes as text and as `code`, the same in the form of `compiled`. The wire carries a message as a
dictionary of its fields and its `kind`. What the supervisor and the zygote tell each other is JSON, since they trust
each other: see `zygote_orders`.
"""

import types
from dataclasses import dataclass, field, fields
from typing import Any, Union, get_args, get_origin, get_type_hints

MAX_FILES = 1000  # that are taken from a submission, and from what its code leaves
MESSAGE_LENGTH = 10_000  # characters of an exception's text that are handed on
HINT_LENGTH = 2_000
NOT_SENT = ["WireError"]  # the classes of a `Failure` if nothing failed but the handing over


@dataclass(frozen=True)
class Message:
    """Anything that one process tells another."""


# Supervisor -> student


@dataclass(frozen=True)
class PutFiles(Message):
    """Write these files into your working folder."""

    files: dict[str, bytes]


@dataclass(frozen=True)
class RunCell(Message):
    """Run this cell and say what it shows and how it ends.

    Attributes:
        source: its text.
        tests: what students see of the tests since the last cell, which IPython's history counts, too.
    """

    source: str
    tests: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Lend(Message):
    """Run statements of a test that students see, or all that they see as a cell, and say that it is done.

    Nothing is shown. One of the statements may fail without the others.
    """

    statements: list[str]
    code: bytes = b""
    cell: str = ""


@dataclass(frozen=True)
class RunBeside(Message):
    """Run a test in a fork of this process, or in its place, after statements of others, and report: see `RunCell`."""

    source: str
    before: list[str]
    code: bytes = b""
    code_before: bytes = b""
    tests: list[str] = field(default_factory=list)
    in_place: bool = False  # students see all of it


@dataclass(frozen=True)
class Collect(Message):
    """Send the files that the notebook has left, up to so many bytes."""

    budget: int


# Student -> supervisor


@dataclass(frozen=True)
class Ready(Message):
    """The process stands behind its wall, with everything imported. The judge says it, too."""


@dataclass(frozen=True)
class Displayed(Message):
    """A cell shows something: texts by their MIME types."""

    data: dict[Any, Any] = field(default_factory=dict)
    is_result: bool = False  # the value of the cell's last line


@dataclass(frozen=True)
class Raised(Message):
    """A cell ended with an exception."""

    ename: str = ""
    evalue: str = ""
    traceback: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class CellDone(Message):
    """The cell has ended: `status` is ok, error or memory; `count` is its number in the notebook."""

    status: str = ""
    count: int | None = None


@dataclass(frozen=True)
class LeftFiles(Message):
    """The answer to `Collect`: contents by relative path."""

    files: dict[Any, Any] = field(default_factory=dict)


# Supervisor -> judge


@dataclass(frozen=True)
class Begin(Message):
    """What is tested.

    Attributes:
        files: to be written into the judge's working folder.
        seed: for the environment variable NBJUDGE_SEED.
        imports: statements of the source that import a name, by the name.
        answers: names that the source's solution cells define.
        imported: names that only they import.
        modules: that the submission imports; which of them are not installed, each report says.
    """

    files: dict[str, bytes]
    seed: int
    imports: dict[str, str]
    answers: list[str]
    imported: list[str]
    modules: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RunSetup(Message):
    """Run a setup cell, whose last line is no score."""

    source: str
    code: bytes = b""


@dataclass(frozen=True)
class RunTest(Message):
    """Run a test cell and report.

    Attributes:
        source: its text.
        redefined: names that cells since the last test define: what tests made of them before is over.
        missing: names that are there only if the student's code has imported them.
        shared: names of which cells below the test use what it makes of them.
        before: statements that define what it uses, of tests that ran beside the student's objects.
    """

    source: str
    redefined: list[str]
    missing: list[str]
    shared: list[str]
    code: bytes = b""
    before: list[str] = field(default_factory=list)


# Judge -> supervisor; from the student process, too, of a test that it ran beside its objects


@dataclass(frozen=True)
class Report(Message):
    """How a setup or a test cell went in the judge.

    Attributes:
        passed: whether it ran to its end.
        value: the number that its last line gave, None if it gave none.
        hint: what the student may be told.
        printed: what it printed.
        ename: the exception that ended it, and so on.
        evalue: its text.
        traceback: its last line.
        line: of the cell, where it stopped.
        statement: line of the statement of the cell, not of a function in it, that was running then.
        from_student: whether the student's code raised it.
        student_gone: whether it was raised because there is no student process any more.
        claims: what objects of the student's said of themselves when the test asked, such as their mean.
        uninstalled: modules that the submission imports and that are not installed.
    """

    passed: bool = False
    value: float | None = None
    hint: str | None = None
    printed: str = ""
    ename: str = ""
    evalue: str = ""
    traceback: str = ""
    line: int | None = None
    statement: int | None = None
    from_student: bool = False
    student_gone: bool = False
    claims: list[str] = field(default_factory=list)
    uninstalled: list[str] = field(default_factory=list)


# Judge -> student: each has a `number`, which the answer repeats.


@dataclass(frozen=True)
class Request(Message):
    """Something that a test needs of the student's."""

    number: int


@dataclass(frozen=True)
class Get(Request):
    """The value of a name."""

    name: str


@dataclass(frozen=True)
class Set(Request):
    """Give an object of the student's a name, which it may have already."""

    name: str
    value: Any


@dataclass(frozen=True)
class Delete(Request):
    """Take a name away."""

    name: str


@dataclass(frozen=True)
class Attribute(Request):
    """A public attribute of an object."""

    target: Any
    name: str


@dataclass(frozen=True)
class Item(Request):
    """An item of an object."""

    target: Any
    key: Any


@dataclass(frozen=True)
class Iterate(Request):
    """All elements of an object, up to 100,000."""

    target: Any


@dataclass(frozen=True)
class Call(Request):
    """What a function gives for these arguments."""

    target: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Names(Request):
    """All names that there are, or those of them that are names of Python's own."""

    of_python: bool = False


# Either way: a test may hand a function of its own to a student's


@dataclass(frozen=True)
class CallBack(Message):
    """Student -> judge, before the answer to a request: call the function that came with it."""

    number: int  # of the request
    function: int
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Called(Message):
    """Judge -> student: what that function gave."""

    value: Any = None


@dataclass(frozen=True)
class CallFailed(Message):
    """Judge -> student: it raised an exception, of a class with this name."""

    classes: list[Any] = field(default_factory=list)
    message: str = ""


# Student -> judge


@dataclass(frozen=True)
class Value(Message):
    """The answer to a request."""

    number: int = -1
    value: Any = None


@dataclass(frozen=True)
class Missing(Message):
    """There is no such name."""

    number: int = -1


@dataclass(frozen=True)
class Failure(Message):
    """The student's code raised an exception: the names of its class and of the classes above it."""

    number: int = -1
    classes: list[Any] = field(default_factory=list)
    message: str = ""


KINDS: dict[str, type[Message]] = {
    kind.__name__: kind
    for kind in (
        PutFiles, RunCell, Lend, RunBeside, Collect, Ready, Displayed, Raised, CellDone, LeftFiles, Begin, RunSetup,
        RunTest, Report,
        Get, Set, Delete, Attribute, Item, Iterate, Call, Names, CallBack, Called, CallFailed, Value, Missing, Failure,
    )
}  # fmt: skip


TYPES = {
    name: {each.name: get_type_hints(kind)[each.name] for each in fields(kind)}  # of the fields of each kind
    for name, kind in KINDS.items()
}


def to_wire(message: Message) -> dict[str, Any]:
    """The plain form of a message, for `wire.pack`."""
    # Not `asdict`, which would copy whatever is in it.
    kind = type(message).__name__
    return {"kind": kind, **{name: getattr(message, name) for name in TYPES[kind]}}


def from_wire(data: Any, *kinds: type[Message]) -> Message | None:
    """The message in what was received, None if it is none of these kinds.

    A field that was not sent, or is not of its type, has its default; a message that needs such a field is none.
    """
    name = data.get("kind") if type(data) is dict else None
    # Anything else than text may have no truth of its own when it is compared, as an array.
    kind = KINDS.get(name) if type(name) is str else None
    if kind is None or not issubclass(kind, kinds):
        return None
    wanted = TYPES[kind.__name__].items()
    given = {name: data[name] for name, type_ in wanted if name in data and is_exactly(data[name], type_)}
    try:
        return kind(**given)
    except TypeError:
        return None


def is_exactly(value: Any, wanted: Any) -> bool:
    """Whether a value is exactly of a type; a subclass could do as it likes."""
    if wanted is Any:
        return True
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin in (types.UnionType, Union):
        return any(is_exactly(value, choice) for choice in inner)
    if origin is dict:
        key, item = inner
        return type(value) is dict and all(
            is_exactly(name, key) and is_exactly(part, item) for name, part in value.items()
        )
    if origin in (list, tuple):
        return type(value) is origin and all(is_exactly(part, inner[0]) for part in value)
    return type(value) is wanted

"""Messages: each kind crosses whole, and of what was not sent as it should be only the sound parts are read."""

import copy
from dataclasses import MISSING, fields

import numpy as np
import pytest

from nbjudge import Limits, message_limits, protocol
from nbjudge.protocol import (
    KINDS,
    Attribute,
    Begin,
    Call,
    CallBack,
    Called,
    CallFailed,
    CellDone,
    Collect,
    Delete,
    Displayed,
    Failure,
    Get,
    Item,
    Iterate,
    LeftFiles,
    Lend,
    Message,
    Missing,
    Names,
    PutFiles,
    Raised,
    Ready,
    Report,
    Request,
    RunBeside,
    RunCell,
    RunSetup,
    RunTest,
    Set,
    Value,
    from_wire,
    to_wire,
)
from nbjudge.wire import pack, unpack

pytestmark = pytest.mark.quick

DEEP = {"a": [1, (2.5, None)], 7: {"b"}, (1, 2): b"bytes"}
MESSAGES = [
    PutFiles({"a/b.txt": b"\0text", "empty": b""}),
    RunCell("x = 1\n\ud800", ["assert x == 1"]),
    Lend(["import math", "limit = 3"], b"code"),
    RunBeside("assert x == 1", ["import math"], b"code", b"more", ["assert x"]),
    Collect(64 << 20),
    Ready(),
    Displayed({"text/plain": "1", "image/png": "aaaa"}, is_result=True),
    Raised("ValueError", "no", ["line 1", "line 2"]),
    CellDone("ok", 7),
    CellDone("memory", None),
    LeftFiles({"left.txt": b"x"}),
    Begin({"hidden.npy": b"x"}, (1 << 64) - 1, {"np": "import numpy as np"}, ["double", "norm"], ["np"]),
    RunSetup("import numpy as np", b"code"),
    RunTest("assert x == 1", ["x"], ["np"], ["y"], b"code"),
    Report(True, 1.5, "A hint.", "printed", "", "", "", None, None, False, False),
    Report(False, None, None, "", "ValueError", "no", "ValueError: no", 3, 2, True, True, ["mean of a C"]),
    Get(1, "x"),
    Set(2, "x", DEEP),
    Delete(3, "x"),
    Attribute(4, DEEP, "size"),
    Item(5, [1, 2], slice(None, 3)),
    Iterate(6, "text"),
    Call(7, "f", (1, "a", DEEP), {"key": 2.0}),
    Names(11),
    CallBack(7, 0, (1, DEEP), {"key": 2.0}),
    Called(DEEP),
    CallFailed(["ValueError", "Exception"], "no"),
    Value(8, DEEP),
    Missing(9),
    Failure(10, ["Own", "ValueError", "Exception"], "no"),
]


class Text(str):
    """Not quite a text."""

    def __eq__(self, _):
        return True

    __hash__ = str.__hash__


class Number(int):
    """Not quite a number."""


class Table(dict):
    """Not quite a dictionary."""


class Sequence(list):
    """Not quite a list."""


# What is of none of the types that a field can have.
NEVER = [
    ..., object(), 1j, {1}, frozenset(), range(3), Text("x"), Number(1), Table(), Sequence(),
    np.array([1, 2]), np.array(["CellDone"]), np.zeros(0), np.zeros(()), np.str_("x"), np.bytes_(b"x"), np.int64(1),
    np.float64(1), np.True_, print,
]  # fmt: skip
# And what is of some.
SOMETIMES = [None, True, 1, 1.5, "x", b"x", {"x": b"x"}, {"x": "x"}, {1: 2}, ["x"], [1], (1,), (), bytearray(b"x")]
# Whether a value is exactly of the type of a field.
RIGHT = {
    "str": lambda value: type(value) is str,
    "int": lambda value: type(value) is int,
    "bool": lambda value: type(value) is bool,
    "bytes": lambda value: type(value) is bytes,
    "float | None": lambda value: value is None or type(value) is float,
    "str | None": lambda value: value is None or type(value) is str,
    "int | None": lambda value: value is None or type(value) is int,
    "dict[typing.Any, typing.Any]": lambda value: type(value) is dict,
    "dict[str, typing.Any]": lambda value: type(value) is dict and set(map(type, value)) <= {str},
    "dict[str, bytes]": lambda value: type(value) is dict and types_of(value) <= {(str, bytes)},
    "dict[str, str]": lambda value: type(value) is dict and types_of(value) <= {(str, str)},
    "list[typing.Any]": lambda value: type(value) is list,
    "list[str]": lambda value: type(value) is list and set(map(type, value)) <= {str},
    "tuple[typing.Any, ...]": lambda value: type(value) is tuple,
    "typing.Any": lambda value: True,
}


def types_of(table):
    """The types of a dictionary's keys and values."""
    return {(type(key), type(value)) for key, value in table.items()}


def fields_of(kind):
    """The fields of a kind with their types as text, and their defaults, MISSING if they have none."""
    for each in fields(kind):
        wanted = protocol.TYPES[kind.__name__][each.name]
        default = each.default_factory() if each.default_factory is not MISSING else each.default
        yield each.name, str(wanted).removeprefix("<class '").removesuffix("'>"), default


FIELDS = [
    pytest.param(kind, *field, id=f"{kind.__name__}.{field[0]}") for kind in KINDS.values() for field in fields_of(kind)
]


def sample_of(kind):
    """A message of a kind, as it is on the wire."""
    return to_wire(next(message for message in MESSAGES if type(message) is kind))


def test_every_kind_is_tried_here():
    classes = [value for value in vars(protocol).values() if isinstance(value, type) and issubclass(value, Message)]
    assert set(classes) - {Message, Request} == set(KINDS.values())
    assert {type(message) for message in MESSAGES} == set(KINDS.values())


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_kind_crosses_whole(message):
    data = unpack(pack(to_wire(message)))
    assert data["kind"] == type(message).__name__
    assert from_wire(data, type(message)) == message
    assert from_wire(data, Message) == message


def test_what_is_in_a_message_is_not_copied_before_it_is_sent():
    target = object()
    assert to_wire(Call(1, target, (target,), {"key": target}))["args"][0] is target


@pytest.mark.parametrize(("kind", "name", "wanted", "default"), FIELDS)
def test_a_field_of_a_wrong_type_takes_its_default(kind, name, wanted, default):
    """A message that needs the field is none."""
    sample = sample_of(kind)
    for value in [*NEVER, *SOMETIMES]:
        message = from_wire(sample | {name: value}, kind)
        if RIGHT[wanted](value):
            assert getattr(message, name) is value
        elif default is MISSING:
            assert message is None, value
        else:
            read = getattr(message, name)
            assert type(read) is type(default) and read == default, value
            # The other fields are read.
            assert message == kind(**(sent_fields(sample) | {name: default}))
    assert wanted == "typing.Any" or not any(map(RIGHT[wanted], NEVER))


def sent_fields(data):
    """What a message holds beside its kind."""
    return {name: value for name, value in data.items() if name != "kind"}


@pytest.mark.parametrize(("kind", "name", "wanted", "default"), FIELDS)
def test_a_message_without_a_field_that_it_needs_is_none(kind, name, wanted, default):
    data = sample_of(kind)
    del data[name]
    message = from_wire(data, kind)
    assert (message is None) == (default is MISSING)
    if message is not None:
        assert getattr(message, name) == default


@pytest.mark.parametrize("wrong", [{"x": "text"}, {"x": b"", "y": None}, {1: b"x"}, {b"x": b"x"}, {Text("x"): b"x"}])
def test_one_wrong_entry_makes_a_whole_dictionary_wrong(wrong):
    assert from_wire({"kind": "PutFiles", "files": {"a": b"right", **wrong}}, PutFiles) is None


def test_one_wrong_element_makes_a_whole_list_wrong():
    begin = to_wire(Begin({}, 1, {}, ["double"], []))
    for wrong in (["double", 1], ["double", None], ["double", Text("x")], ("double",)):
        assert from_wire(begin | {"answers": wrong}, Begin) is None


@pytest.mark.parametrize("kind", list(KINDS.values()))
def test_defaults_are_not_shared(kind):
    """Else who changes what one message holds would change the next."""
    if any(default is MISSING for _, _, default in fields_of(kind)):
        return
    first, second = from_wire({"kind": kind.__name__}, kind), from_wire({"kind": kind.__name__}, kind)
    assert first == second == kind()
    for name, _, default in fields_of(kind):
        if isinstance(default, dict | list):
            assert getattr(first, name) is not getattr(second, name)


@pytest.mark.parametrize(
    "kind",
    [
        None, 1, True, b"CellDone", "", "celldone", "CELLDONE", " CellDone", "Message", "Request", "object", "dict",
        "__class__", "CellDone\0", [], ["CellDone"], ("CellDone",), {}, {"CellDone": 1}, {"CellDone"}, float("nan"),
        10**5000, np.array(["CellDone"]), np.array(["CellDone", "Raised"]), np.array([1, 2]), np.zeros(0),
        np.str_("CellDone"), Text("CellDone"), Text("nothing"), CellDone, object(), ...,
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_an_unknown_kind_is_no_message(kind):
    assert from_wire({"kind": kind, "status": "ok", "count": 1}, Message) is None


@pytest.mark.parametrize(
    "data",
    [
        None, 1, "CellDone", b"CellDone", [], ["kind", "CellDone"], [("kind", "CellDone")], {}, {"status": "ok"},
        Table(kind="CellDone", status="ok"), np.array(["CellDone"]), np.array([{"kind": "CellDone"}], object),
        CellDone("ok"), object(), ...,
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_dictionary_of_a_kind_is_no_message(data):
    assert from_wire(data, Message) is None


DIRECTIONS = {
    "supervisor to student": (PutFiles, RunCell, Lend, RunBeside, Collect),
    "student, before it begins": (Ready,),
    "student, while a cell runs": (CellDone, Displayed, Raised),
    "student, of a test beside it": (Report,),
    "student, at the end": (LeftFiles,),
    "supervisor to judge": (Begin, RunSetup, RunTest),
    "judge to supervisor": (Report,),
    "judge to student": (Request, Called, CallFailed),
    "student to judge": (Value, Missing, Failure, CallBack),
}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_message_of_another_direction_is_none(direction):
    expected = DIRECTIONS[direction]
    for message in MESSAGES:
        read = from_wire(to_wire(message), *expected)
        assert read == (message if isinstance(message, expected) else None)


def test_every_kind_has_a_direction():
    assert all(any(issubclass(kind, expected) for expected in DIRECTIONS.values()) for kind in KINDS.values())


def test_what_a_message_holds_beside_its_fields_is_not_read():
    data = {"kind": "CellDone", "status": "ok", "passed": True, "value": 100.0, 7: 8, "__class__": Report, "number": 1}
    before = copy.copy(data)
    message = from_wire(data, CellDone)
    assert message == CellDone("ok") and set(vars(message)) == {"status", "count"}
    assert data == before


def test_each_direction_has_room_for_what_limits_allow():
    """And for no more than some times as much."""
    limits = Limits(disk_bytes=1 << 20, output_bytes=1 << 16)
    files = {f"{number}.txt": bytes(1 << 10) for number in range(protocol.MAX_FILES)}
    shown = Displayed({"text/plain": "x" * limits.output_bytes})
    for message, wire in (
        (PutFiles(files), message_limits.limits_of_orders(limits)),
        (Begin(files, 1, {}, [], []), message_limits.limits_of_orders(limits)),
        (LeftFiles(files), message_limits.limits_of_left_files(limits)),
        (shown, message_limits.limits_of_shown(limits)),
    ):
        assert from_wire(unpack(pack(to_wire(message), limits=wire), limits=wire), Message) == message
    assert message_limits.limits_of_shown(limits).size < 1 << 18
    assert message_limits.limits_of_left_files(limits).size < 1 << 22

"""Properties of the messages between processes: what is promised comes over as it was, and nothing else comes."""

import datetime
import json
import math
import random
import struct
import subprocess
import sys
import time
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbjudge.wire import HEADER, LENGTH, LIMITS, MAGIC, Codec, WireError, WireLimits, pack, unpack
from tests.nbjudge.values import DTYPES, VALUES, arrays, message, same

pytestmark = pytest.mark.timing

ENOUGH = settings(deadline=None, max_examples=300)


# What is promised comes over.


@ENOUGH
@given(VALUES)
def test_everything_that_is_promised_comes_over_with_its_type(value):
    assert same(unpack(pack(value)), value)


@ENOUGH
@given(arrays())
def test_arrays_come_over_as_arrays_of_the_readers_own(array):
    """They have the byte order of the machine."""
    result = unpack(pack(array))
    assert same(result, array)
    assert result.dtype.isnative and result.flags.owndata and result.flags.writeable and result.flags.c_contiguous


@pytest.mark.parametrize(
    "value",
    [
        *(np.zeros(3, code) for code in DTYPES),
        *(np.zeros((2, 0, 3), code) for code in DTYPES),
        *(np.zeros((), code) for code in DTYPES),
        *(np.ones(1, code)[0] for code in DTYPES),
        *[np.array("ab"), np.str_("ab"), np.str_(""), np.str_("a\0"), np.str_("\ud800"), np.bytes_(b"a\0\0")],
        *["\ud83d\ude00", "\ude00\ud83d", "\0", "\u2028"],
        *[np.float64(1), np.int64(1), np.bool_(True), 1.0, 1, True, (1,), [1], {1}, frozenset([1])],
        *[np.nan, np.float32("nan"), np.longdouble(1) / 3, np.zeros((1,) * 64)],
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}{getattr(value, 'shape', '')}",
)
def test_types_stay_apart(value):
    result = unpack(pack(value))
    assert same(result, value)
    if isinstance(value, np.str_ | np.bytes_):
        assert len(result) == len(value)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_integers_come_over(sign):
    assert unpack(pack(sign * ((1 << LIMITS.int_bits) - 1))) == sign * ((1 << LIMITS.int_bits) - 1)
    with pytest.raises(WireError):
        pack(sign << LIMITS.int_bits)


def test_each_nan_is_an_object_of_its_own():
    assert len(unpack(pack({float("nan"), float("nan")}))) == 2
    first, second = unpack(pack([math.nan, float("nan")]))
    assert first is not second


def test_text_of_no_length_comes_over():
    """However much of it there is said to be, it takes no memory that is not there."""
    empty = np.zeros(3, dtype=[("a", "U0")])["a"]
    assert empty.dtype.itemsize == 0
    result = unpack(pack(empty))
    assert result.tolist() == ["", "", ""]
    many = np.broadcast_to(empty[:1], (1 << 40,))
    with pytest.raises(WireError, match="more than"):
        pack(many)


# Nothing else does.


def cyclic():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        np.array([None, 1], object),
        np.array(["2024-01-01"], "M8[D]"),
        np.timedelta64(1, "s"),
        np.datetime64("2024-01-01"),
        np.zeros(2, [("a", "i4")]),
        np.zeros(2, [("a", "i4")])[0],
        np.zeros(2, "V8"),
        np.void(b"abc"),
        len,
        lambda: 1,
        json,
        int,
        object(),
        Ellipsis.__class__,
        NotImplemented,
        datetime.datetime.now(),
        cyclic(),
        (item for item in []),
        {1: 2}.keys(),
        memoryview(b""),
        mock.Mock(),
        np.random.default_rng(0),
        iter([]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_else_is_sent(value):
    for wrapped in (value, [value], {"key": value}, (1, (value,)), slice(value)):
        with pytest.raises(WireError):
            pack(wrapped)


def nested(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value


def test_limits_hold_on_both_sides():
    limits = WireLimits(size=10_000, depth=5, items=100, int_bits=128, text=2_000)
    inside = [
        (nested(5), nested(6)),
        ([0] * 99, [0] * 100),
        (list(range(0, -99, -1)), {number: number for number in range(50)}),
        ((1 << 128) - 1, 1 << 128),
        (-(1 << 128) + 1, -(1 << 128)),
        (b"1" * 9_000, b"1" * 10_000),
        (np.zeros(1_200), np.zeros(1_251)),
        ("a" * 1_900, "a" * 2_000),
        ("\u20ac" * 600, "\u20ac" * 1_000),
        ([b"1" * 4_000] * 2, [b"1" * 4_000] * 3),
    ]
    for fits, too_much in inside:
        assert same(unpack(pack(fits, limits=limits), limits=limits), fits)
        with pytest.raises(WireError):
            pack(too_much, limits=limits)
        with pytest.raises(WireError):
            unpack(pack(too_much), limits=limits)


class Liar:
    """What a subclass may say of itself."""

    def lie(self, *_, **__):
        return 42

    def fail(self, *_, **__):
        raise RuntimeError("asked")

    __eq__ = __ne__ = lie
    __hash__ = lie
    __int__ = __index__ = __float__ = __complex__ = __len__ = __bool__ = lie
    __iter__ = __str__ = __repr__ = __bytes__ = __getitem__ = __contains__ = keys = items = values = fail
    __reduce__ = __reduce_ex__ = __array__ = __format__ = __buffer__ = fail
    bit_length = start = stop = real = imag = encode = fail


def subclasses():
    values = [7, 1 << 100, 1.5, 2 + 3j, "text", b"bytes", bytearray(b"bytes"), [1, 2], (1, 2), {1, 2}, frozenset([1])]
    values += [{1: 2}, np.str_("text"), np.bytes_(b"bytes")]
    for value in values:
        kind = type(value)
        name = f"Lying{kind.__name__}"
        lying = type(name, (Liar, kind), {})
        yield pytest.param(lying, value, id=name)


@pytest.mark.parametrize(("lying", "value"), list(subclasses()))
def test_subclasses_come_over_as_what_they_extend(lying, value):
    result = unpack(pack(kind_of(lying, value)))
    expected = bytes(value) if isinstance(value, bytearray) else value
    assert same(result, expected)
    assert same(unpack(pack([kind_of(lying, value)])), [expected])


@pytest.mark.parametrize("value", [np.float64(1.5), np.int32(7)], ids=repr)
def test_subclasses_of_numpy_numbers_come_over_or_are_refused(value):
    harmless = type("Harmless", (type(value),), {})
    assert same(unpack(pack(harmless(value))), value)
    with pytest.raises(WireError):
        # NumPy itself asks it for an array.
        pack(type("Lying", (Liar, type(value)), {})(value))


def kind_of(lying, value):
    # A tuple, number or text gets its content in __new__, the others in __init__.
    made = lying.__new__(lying, value)
    type(value).__init__(made, *([] if type(value).__init__ is object.__init__ else [value]))
    return made


def test_arrays_of_a_subclass_come_over_as_arrays():
    class Lying(np.ndarray):
        dtype = shape = size = property(lambda self: 1 / 0)

        def __array__(self, *_, **__):
            raise RuntimeError

        def __array_finalize__(self, _):
            pass

        def __eq__(self, _):
            return True

        __hash__ = None

    for made in (np.arange(4).view(Lying), np.arange(4).view(np.recarray), np.ma.array([1, 2], mask=[0, 1])):
        assert type(unpack(pack(made))) is np.ndarray
    assert same(unpack(pack(np.arange(4).view(Lying))), np.arange(4))


def test_an_object_that_lies_about_its_class_is_not_sent():
    for kind in (int, float, str, bytes, list, tuple, dict, set, complex, slice, range, np.ndarray, np.float64, bool):
        for lying in (mock.Mock(spec=kind), type("X", (), {"__class__": property(lambda self, kind=kind: kind)})()):
            with pytest.raises(WireError):
                pack(lying)
    failing = type("X", (), {"__class__": property(lambda self: 1 / 0)})()
    with pytest.raises(WireError):
        pack(failing)


def test_a_codec_that_fails_is_a_message_that_is_not_acceptable():
    class Failing(Codec):
        def encode(self, value):
            raise KeyError("no")

        def decode(self, name, data):
            raise AssertionError("no")

    with pytest.raises(WireError):
        pack(object(), Failing())
    with pytest.raises(WireError):
        unpack(message(["object", "x", None]), Failing())
    with pytest.raises(WireError, match="not accepted"):
        unpack(message(["object", "x" * 1000, None]))


# The reader.


def plain(value):
    """Whether a value holds nothing but what the format promises."""
    kind = type(value)
    if value is None or value is ... or kind in (bool, int, float, complex, str, bytes, range):
        return True
    if kind in (tuple, list, set, frozenset):
        return all(map(plain, value))
    if kind is dict:
        return all(plain(key) and plain(item) for key, item in value.items())
    if kind is slice:
        return plain((value.start, value.stop, value.step))
    if isinstance(value, np.generic):
        return value.dtype.kind in "biufcUS" and kind.__module__ == "numpy"
    return kind is np.ndarray and value.dtype.kind in "biufcUS" and value.dtype.fields is None


def read(data):
    """Read a message that may be anything."""
    try:
        value = unpack(data)
    except WireError as error:
        assert 0 < len(str(error)) < 200
        return None
    assert plain(value)
    return value


@ENOUGH
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused(data, headed):
    read(message(None, text=data) if headed else data)


@settings(deadline=None, max_examples=200)
@given(VALUES, st.randoms(use_true_random=False))
def test_any_change_of_a_message_is_read_or_refused(value, chance):
    original = pack(value)
    for _ in range(10):
        data = bytearray(original)
        for _ in range(chance.choice([1, 1, 1, 3])):
            place = chance.randrange(len(data) or 1)
            other = chance.randrange(len(data) + 1)
            how = chance.choice(["flip", "set", "cut", "end", "insert", "double", "digit"])
            if how == "flip" and data:
                data[place] ^= 1 << chance.randrange(8)
            elif how == "set" and data:
                data[place] = chance.choice(b'\x00\xff"[]{},:0-1eNIt|<>')
            elif how == "cut":
                del data[min(place, other) : max(place, other)]
            elif how == "end":
                del data[place:]
            elif how == "insert":
                data[place:place] = chance.randbytes(chance.randrange(1, 9))
            elif how == "double":
                data[place:place] = data[min(place, other) : max(place, other)]
            elif how == "digit":
                places = [index for index, byte in enumerate(data) if 48 <= byte <= 57]
                if places:
                    data[chance.choice(places)] = chance.choice(b"0123456789")
        read(bytes(data))


KINDS = "int tuple list set frozenset dict complex bytes array scalar ellipsis range slice object text octets"
TYPES = "<f8 |b1 |u1 <U2 |S2 <i4 <U0 |O <M8 |V8 <f8,<f8 <c8 f model handle 7fffffffffffffffff -8000000000000000"
WORDS = st.sampled_from(f"{KINDS} {TYPES}".split())
TREES = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(-3, 20), st.floats(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(WORDS, st.lists(inner, max_size=3)).map(list),
        st.tuples(st.sampled_from(["array", "scalar"]), WORDS, st.lists(st.integers(0, 3), max_size=3), inner).map(
            list
        ),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=15,
)


@settings(deadline=None, max_examples=600)
@given(TREES, st.lists(st.binary(max_size=16), max_size=3))
def test_any_tree_is_read_or_refused(tree, buffers):
    value = read(message(tree, buffers))
    if value is not None:
        # What was read could have been written.
        assert same(unpack(pack(value)), value)


REFUSED = {
    "text with a count of elements that is not there": message(["array", "<f8", [1 << 40], 0], [b""]),
    "text of no length, very often": message(["array", "<U0", [1 << 47], 0], [b""]),
    "text of no length": message(["array", "<U0", [1], 0], [b""]),
    "a shape with a zero and giants": message(["array", "<f8", [0, 1 << 47, 1 << 47], 0], [b""]),
    "a negative size": message(["array", "<f8", [-1, -1], 0], [b"1" * 8]),
    "a size that is a truth value": message(["array", "<f8", [True], 0], [b"1" * 8]),
    "a size that is a float": message(["array", "<f8", [1.0], 0], [b"1" * 8]),
    "a buffer that is a truth value": message(["array", "<f8", [1], False], [b"1" * 8]),
    "a buffer that is not there": message(["array", "<f8", [1], 1], [b"1" * 8]),
    "a buffer from behind": message(["bytes", -1], [b"1" * 8]),
    "too many dimensions": message(["array", "<f8", [1] * 65, 0], [b"1" * 8]),
    "65,000 dimensions": message(["array", "<f8", [1] * 65_000, 0], [b"1" * 8]),
    "objects": message(["array", "|O", [1], 0], [b"1" * 8]),
    "objects in fields": message(["array", "<f8,|O", [1], 0], [b"1" * 16]),
    "fields": message(["array", "<f8,<f8", [1], 0], [b"1" * 16]),
    "raw bytes": message(["array", "|V8", [1], 0], [b"1" * 8]),
    "dates": message(["array", "<M8[s]", [1], 0], [b"1" * 8]),
    "the other byte order": message(["array", ">f8", [1], 0], [b"1" * 8]),
    "a type's other name": message(["array", "<int64", [1], 0], [b"1" * 8]),
    "a type with blanks": message(["array", "<f8 ", [1], 0], [b"1" * 8]),
    "a type that is not there": message(["array", "<f7", [1], 0], [b"1" * 7]),
    "a byte order of one byte": message(["array", "<u1", [1], 0], [b"1"]),
    "giant text": message(["array", "<U999999999", [1], 0], [b"1234"]),
    "digits of another script": message(["array", "<f\u0668", [1], 0], [b"1" * 8]),
    "a truth value of seven": message(["array", "|b1", [2], 0], [b"\1\7"]),
    "a character that is none": message(["array", "<U1", [1], 0], [b"\xff\xff\xff\xff"]),
    "a number with a shape": message(["scalar", "<f8", [1], 0], [b"1" * 8]),
    "text as a number": message(["scalar", "<U1", [], 0], [b"a\0\0\0"]),
    "an integer with an underscore": message(["int", "1_0000000000000000"]),
    "an integer with blanks": message(["int", " 10000000000000000"]),
    "an integer with a plus": message(["int", "+10000000000000000"]),
    "an integer with a prefix": message(["int", "0x10000000000000000"]),
    "an integer with zeros": message(["int", "00010000000000000000"]),
    "an integer in capitals": message(["int", "ABCDEF0123456789A"]),
    "an integer in another script": message(["int", "\u0661" * 20]),
    "a small integer written as a large one": message(["int", "7"]),
    "an integer of too many bits": message(["int", "1" + "0" * 16384]),
    "an integer that is none": message(["int", 1]),
    "a large integer in JSON": message(1 << 64),
    "an integer of many digits in JSON": message(None, text=b"9" * 10_000),
    "unhashable keys": message(["dict", [[["list", []], 1]]]),
    "unhashable elements": message(["set", [["list", []]]]),
    "an array as a key": message(["dict", [[["array", "<f8", [1], 0], 1]]], [b"1" * 8]),
    "a pair of three": message(["dict", [[1, 2, 3]]]),
    "an object of JSON": message({"a": 1}),
    "an unknown kind": message(["eval", "1"]),
    "a kind that is no text": message([1, 2]),
    "nothing": message([]),
    "deep nesting": message(None, text=b"[" * 1_000_000 + b"]" * 1_000_000),
    "deep lists": message(None, text=b'["list",[' * 40 + b"]]" * 40),
    "too many values": message(["list", [0] * 1_000_001]),
    "a range of no step": message(["range", [0, 1, 0]]),
    "a range of text": message(["range", ["a", "b", "c"]]),
    "a complex of integers": message(["complex", 1, 2]),
    "four thousand million buffers": HEADER.pack(MAGIC, 2**32 - 1, 4) + b"null",
    "a text that is longer than all": HEADER.pack(MAGIC, 0, 2**64 - 1) + b"null",
    "a buffer that is longer than all": HEADER.pack(MAGIC, 1, 4) + LENGTH.pack(2**64 - 1) + b"null",
    "lengths whose sum overflows": HEADER.pack(MAGIC, 2, 4) + LENGTH.pack(2**63) * 2 + b"null",
    "more than one value": message(None, text=b"1 2"),
    "a byte order mark": message(None, text=b"\xef\xbb\xbf1"),
    "UTF-16": message(None, text="1".encode("utf-16")),
    "no UTF-8": message(None, text=b'"\xff"'),
    "bytes behind the end": message(1) + b"x",
    "the wrong beginning": b"NBJ2" + message(1)[4:],
    "a head alone": message(1)[: HEADER.size],
    "half a head": message(1)[:7],
    "no bytes": b"",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_was_never_written_is_refused(name):
    with pytest.raises(WireError):
        unpack(REFUSED[name])


def test_a_later_key_wins_as_in_python():
    assert unpack(message(["dict", [["a", 1], ["a", 2]]])) == {"a": 2}


def test_keys_that_collide_do_not_stop_the_reader():
    prime = (1 << 61) - 1
    bombs = [
        ["set", [["int", format(prime * (number + 10), "x")] for number in range(200_000)]],
        ["dict", [[["int", format(prime * (number + 10), "x")], 0] for number in range(200_000)]],
        ["list", [["frozenset", [["int", format(prime * (k + 10), "x")] for k in range(1000)]] for _ in range(200)]],
        # Equal in their low bits alone.
        ["set", [number << 41 for number in range(300_000)]],
        ["set", [1] * 900_000],
    ]
    for bomb in bombs:
        data = message(bomb)
        start = time.monotonic()
        read(data)
        assert time.monotonic() - start < 10
    # An ordinary message has few of them.
    ordinary = [
        {2**power for power in range(3000)},
        {2.0**power for power in range(1000)},
        set(range(100_000)),
        {-1, -2},
    ]
    for value in ordinary:
        assert unpack(pack(value)) == value


MEMORY = """
import resource, sys
from nbjudge.wire import *
name, size = sys.argv[1], int(sys.argv[2])
if name == "buffers":
    count = size // 8
    data = HEADER.pack(MAGIC, count, 4) + bytes(8 * count) + b"null"
elif name == "used buffers":
    count = size // 26
    text = b'["list",[' + b",".join(b'["bytes",%d]' % number for number in range(count)) + b"]]"
    data = HEADER.pack(MAGIC, count, len(text)) + bytes(8 * count) + text
else:
    text = b"[" + name.encode() * (size // len(name)) + b"0]"
    data = HEADER.pack(MAGIC, 0, len(text)) + text
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    unpack(data)
except WireError:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / len(data))
"""


@pytest.mark.parametrize(
    "what", ["buffers", "used buffers", "[],", "{},", '"",', "0.5,", '["int","7"],', "[[]],", '"a",']
)
def test_a_message_takes_a_small_multiple_of_its_size(what):
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, what, str(6 << 20)], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) < 40


def test_text_has_a_limit_of_its_own():
    """The objects that it is read into take more."""
    with pytest.raises(WireError):
        unpack(message(None, text=b"[" + b"[]," * (LIMITS.text // 3) + b"[]]"))
    assert len(unpack(pack("a" * (LIMITS.text - 2)))) == LIMITS.text - 2
    with pytest.raises(WireError):
        pack("a" * LIMITS.text)


@pytest.mark.slow
def test_long_random_messages_are_refused():
    chance = random.Random(0)
    for _ in range(2_000):
        size = chance.randrange(1, 20_000)
        tree = chance.choice([b"[", b'["list",[', b'{"a":']) * chance.randrange(1, 200) + chance.randbytes(size)
        read(message(None, text=tree))
        read(struct.pack("!4sIQ", MAGIC, chance.randrange(10), chance.randrange(100)) + chance.randbytes(size))

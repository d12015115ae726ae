"""Plain data between processes that do not trust each other: a strict, bounded format.

A message is one value in two parts: a tree in JSON, and the bytes of its arrays beside it. Nothing in it is code.
What can be sent: None, bool, int, float, complex, str, bytes, tuple, list, dict, set, frozenset, range, slice,
Ellipsis, NumPy arrays and scalars of numbers, booleans and text. Subclasses are sent as the built-in type that they
extend, unless a codec refuses them, a bytearray as bytes, an array in the byte order of this machine.
Other objects, such as tables, need a codec: see `Codec`, and `crossing` for what the two processes use.
The reader checks everything and believes nothing.
"""

import json
import math
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

HEADER = struct.Struct("!4sIQ")  # magic, number of buffers, bytes of JSON
LENGTH = struct.Struct("!Q")
MAGIC = b"NBJ1"
ARRAY_KINDS = "biufcUS"
ARRAY_TYPE = re.compile(r"[<|][biufcUS][1-9][0-9]{0,8}", re.ASCII)
DIMENSIONS = 64
ENCODING = ("utf-8", "surrogatepass")
# Comparisons of different keys with the same hash that one message may cost: a student can choose keys so that a set or
# dictionary of them takes hours to build.
COLLISIONS = 10_000_000
FEW_KEYS = 64  # which cost next to nothing, however they are chosen
PLAIN = frozenset([type(None), bool, float, complex, bytes, list, tuple, dict, set, frozenset, np.ndarray])
PLAIN |= {np.bool_, np.int64, np.float32, np.float64}


class WireError(ValueError):
    """A value that can't be sent, or a message that is not what this format allows."""


@dataclass(frozen=True)
class WireLimits:
    """What one message may hold.

    Attributes:
        size: bytes of the whole message.
        depth: levels of nesting.
        items: values in it, each element of a list one, an array as a whole one.
        int_bits: bits of an integer.
        text: bytes of its JSON; the objects that JSON is read into take many times as much.
    """

    size: int = 64 << 20
    depth: int = 32
    items: int = 1_000_000
    int_bits: int = 1 << 16
    text: int = 32 << 20


def too_large(size: int) -> str:
    """Why something of more bytes than this can't be sent."""
    amount = f"{size >> 20} MiB" if size >> 20 else f"{size} bytes"
    return f"it takes more than {amount}, and no value may take more"


LIMITS = WireLimits()


class Codec:
    """How objects that are not plain data cross, if they do. This one lets none cross."""

    # Subclasses of what can be sent that `encode` takes all the same.
    exact: frozenset[type] = frozenset()

    def encode(self, value: Any) -> tuple[str, Any] | None:
        """A name and plain data for `value`, None if it can't be sent."""
        return None

    def refuses(self, kind: type) -> bool:
        """Whether values of a class can't be sent, though it extends what can."""
        return False

    def encode_array(self, value: Any) -> tuple[str, Any] | None:
        """As `encode`, for an array or scalar of NumPy's that holds neither numbers, booleans nor text."""
        return None

    def encode_dict(self, value: Any) -> tuple[str, Any] | None:
        """As `encode`, for a subclass of dict; None if it is to be sent as a plain dictionary."""
        return None

    def decode(self, name: str, data: Any) -> Any:
        """The object for what `encode` gave on the other side.

        Raises:
            WireError: if it is not acceptable.
        """
        raise WireError(f"a message holds an object of kind {name[:40]!r}, which is not accepted")


class _Encoder:
    def __init__(self, codec: Codec, limits: WireLimits):
        self.codec = codec
        self.limits = limits
        self.buffers: list[bytes] = []
        self.items = 0
        self.size = 0

    def _buffer(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self.limits.size:
            raise WireError(too_large(self.limits.size))
        self.buffers.append(data)
        return len(self.buffers) - 1

    def tree(self, value: Any, depth: int) -> Any:
        if depth > self.limits.depth:
            raise WireError(f"it is nested more than {self.limits.depth} levels deep")
        self.items += 1
        if self.items > self.limits.items:
            raise WireError(f"it holds more than {self.limits.items} values")
        # The true type decides: what an object says of its own class may be anything.
        kind = type(value)
        # Of these two are most values.
        if kind is str:
            return self._str(value)
        if kind is int:
            return self._int(value)
        if kind not in PLAIN and self.codec.refuses(kind):
            raise WireError(f"an object of type {kind.__name__} can't be sent")
        # NumPy's scalars come first: np.float64 is a float, too.
        if issubclass(kind, np.str_ | np.bytes_):
            return self._text_scalar(value)
        if kind in self.codec.exact:
            return self._object(value, depth)
        if issubclass(kind, np.generic | np.ndarray):
            return self._array(value, depth)
        if value is None or value is True or value is False:
            return value
        if issubclass(kind, int):
            return self._int(value)
        if issubclass(kind, float):
            return float.__float__(value)
        if issubclass(kind, str):
            return self._str(value)
        return self._compound(value, depth)

    def _str(self, value: str) -> str:
        text = str.__str__(value)
        self.size += len(text)
        if self.size > self.limits.size:
            raise WireError(too_large(self.limits.size))
        return text

    def _int(self, value: int) -> Any:
        number = int.__int__(value)
        bits = number.bit_length()
        if bits <= 63:
            return number
        if bits > self.limits.int_bits:
            raise WireError(f"it holds an integer of more than {self.limits.int_bits} bits")
        return ["int", format(number, "x")]

    def _text_scalar(self, value: Any) -> Any:
        # In an array they would lose the zeros at their end.
        if issubclass(type(value), np.str_):
            return ["text", self._str(value)]
        return ["octets", self._buffer(_bytes_of(value))]

    def _array(self, value: Any, depth: int) -> Any:
        is_scalar = issubclass(type(value), np.generic)
        array = np.ndarray.view(value, np.ndarray) if not is_scalar else np.asarray(value)
        dtype = array.dtype
        if dtype.kind not in ARRAY_KINDS:
            return self._special_array(array[()] if is_scalar else array, depth)
        # Text of no length takes no bytes, however much of it there is.
        if array.size * max(dtype.itemsize, 1) > self.limits.size:
            raise WireError(too_large(self.limits.size))
        if not dtype.itemsize:
            array = array.astype(dtype.kind + "1")
        little = array.dtype.newbyteorder("<")
        data = np.ascontiguousarray(array).astype(little, copy=False).tobytes()
        return ["scalar" if is_scalar else "array", little.str, list(array.shape), self._buffer(data)]

    def _special_array(self, value: Any, depth: int) -> Any:
        encoded = self.codec.encode_array(value)
        if encoded is None:
            raise WireError(f"it holds an array of type {value.dtype}, which can't be sent")
        return ["object", encoded[0], self.tree(encoded[1], depth + 1)]

    def _compound(self, value: Any, depth: int) -> Any:
        kind = type(value)
        for plain in (tuple, list, set, frozenset):
            if issubclass(kind, plain):
                return [plain.__name__, [self.tree(item, depth + 1) for item in plain.__iter__(value)]]
        if issubclass(kind, dict):
            if kind is not dict and (encoded := self.codec.encode_dict(value)):
                return ["object", encoded[0], self.tree(encoded[1], depth + 1)]
            pairs = dict.items(value)
            return ["dict", [[self.tree(key, depth + 1), self.tree(item, depth + 1)] for key, item in pairs]]
        if issubclass(kind, complex):
            number = complex.__complex__(value)
            return ["complex", number.real, number.imag]
        if issubclass(kind, bytes | bytearray):
            return ["bytes", self._buffer(_bytes_of(value))]
        if value is Ellipsis:
            return ["ellipsis"]
        if kind is range or kind is slice:
            parts = (value.start, value.stop, value.step)
            return [kind.__name__, [self.tree(part, depth + 1) for part in parts]]
        return self._object(value, depth)

    def _object(self, value: Any, depth: int) -> Any:
        encoded = self.codec.encode(value)
        if encoded is None:
            raise WireError(f"an object of type {type(value).__name__} can't be sent")
        name, data = encoded
        return ["object", name, self.tree(data, depth + 1)]


def _bytes_of(value: bytes | bytearray) -> bytes:
    # bytes(value) would ask a subclass.
    if isinstance(value, bytearray):
        return bytes(bytearray.__getitem__(value, slice(None)))
    return bytes.__getitem__(value, slice(None))


class _Decoder:
    def __init__(self, codec: Codec, limits: WireLimits, view: memoryview, bounds: list[int]):
        self.codec = codec
        self.limits = limits
        self.view = view
        self.bounds = bounds
        self.items = 0
        self.collisions = 0

    def value(self, node: Any, depth: int) -> Any:
        if depth > self.limits.depth:
            raise WireError("a message is nested too deep")
        self.items += 1
        if self.items > self.limits.items:
            raise WireError("a message holds too many values")
        if node is None or isinstance(node, bool | float | str):
            # In JSON each nan is the same object, so a set or list would take two for one.
            return node if node == node else float("nan")
        if isinstance(node, int):
            if node.bit_length() > 63:
                raise WireError("a message holds a damaged integer")
            return node
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise WireError("a message is damaged")
        reader = self.READERS.get(node[0])
        if reader is None:
            raise WireError("a message holds something of an unknown kind")
        return reader(self, node, depth)

    def _parts(self, node: list[Any], depth: int) -> list[Any]:
        if len(node) != 2 or not isinstance(node[1], list):
            raise WireError("a message is damaged")
        return [self.value(item, depth + 1) for item in node[1]]

    def _int(self, node: list[Any], _depth: int) -> int:
        text = node[1] if len(node) == 2 else None
        if not isinstance(text, str) or len(text) > self.limits.int_bits // 4 + 2:
            raise WireError("a message holds a damaged integer")
        number = int(text, 16)
        # One way to write each: no blanks, underscores, signs or zeros that Python would read over.
        if not 63 < number.bit_length() <= self.limits.int_bits or format(number, "x") != text:
            raise WireError("a message holds a damaged integer")
        return number

    def _sequence(self, node: list[Any], depth: int) -> Any:
        kind = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}[node[0]]
        parts = self._parts(node, depth)
        if kind in (set, frozenset):
            self._check_hashes(parts)
        return kind(parts)

    def _check_hashes(self, keys: list[Any]) -> None:
        if len(keys) <= FEW_KEYS and len(set(map(hash, keys))) == len(keys):
            return
        hashes = np.sort(np.fromiter(map(hash, keys), np.int64, len(keys)))
        ends = np.flatnonzero(np.diff(hashes)) + 1
        runs = np.diff(np.concatenate(([0], ends, [len(hashes)])))
        self.collisions += int((runs * (runs - 1) // 2).sum())
        if self.collisions > COLLISIONS:
            raise WireError("a message holds too many keys that are hard to tell apart")

    def _dict(self, node: list[Any], depth: int) -> dict[Any, Any]:
        if len(node) != 2 or not isinstance(node[1], list):
            raise WireError("a message is damaged")
        keys, items = [], []
        for pair in node[1]:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("a message holds a damaged dictionary")
            keys.append(self.value(pair[0], depth + 1))
            items.append(self.value(pair[1], depth + 1))
        self._check_hashes(keys)
        return dict(zip(keys, items, strict=True))

    def _complex(self, node: list[Any], _depth: int) -> complex:
        if len(node) != 3 or not all(isinstance(part, float) for part in node[1:]):
            raise WireError("a message holds a damaged complex number")
        return complex(node[1], node[2])

    def _raw(self, index: Any) -> memoryview:
        if type(index) is not int or not 0 <= index < len(self.bounds) - 1:
            raise WireError("a message refers to bytes that it does not hold")
        return self.view[self.bounds[index] : self.bounds[index + 1]]

    def _bytes(self, node: list[Any], _depth: int) -> bytes:
        if len(node) != 2:
            raise WireError("a message is damaged")
        data = bytes(self._raw(node[1]))
        return data if node[0] == "bytes" else np.bytes_(data)

    def _text(self, node: list[Any], _depth: int) -> Any:
        if len(node) != 2 or not isinstance(node[1], str):
            raise WireError("a message is damaged")
        return np.str_(node[1])

    def _array(self, node: list[Any], _depth: int) -> Any:
        if len(node) != 4 or not isinstance(node[1], str) or len(node[1]) > 20 or not isinstance(node[2], list):
            raise WireError("a message holds a damaged array")
        tag, name, shape, index = node
        if not all(type(size) is int and 0 <= size < 1 << 48 for size in shape) or len(shape) > DIMENSIONS:
            raise WireError("a message holds an array of an impossible shape")
        # np.dtype would also read a list of fields.
        dtype = np.dtype(name) if ARRAY_TYPE.fullmatch(name) else None
        if dtype is None or dtype.str != name or dtype.kind not in ARRAY_KINDS:
            raise WireError("a message holds an array of a type that is not accepted")
        raw = self._raw(index)
        if math.prod(shape) * dtype.itemsize != len(raw):
            raise WireError("a message holds an array whose bytes do not fit its shape")
        if dtype.kind == "b" and len(raw) and np.frombuffer(raw, np.uint8).max() > 1:
            # NumPy would count them as more than one.
            raise WireError("a message holds a truth value that is none")
        if dtype.kind == "U" and len(raw) and np.frombuffer(raw, "<u4").max() > 0x10FFFF:
            # Characters that no text can hold would stop whoever prints them.
            raise WireError("a message holds text that is not valid")
        flat = np.frombuffer(raw, dtype) if len(raw) else np.zeros(0, dtype)
        array = flat.reshape(shape).copy()
        if tag == "scalar":
            if shape or dtype.kind in "US":
                raise WireError("a message holds a damaged number")
            return array[()]
        return array

    def _ellipsis(self, node: list[Any], _depth: int) -> Any:
        if len(node) != 1:
            raise WireError("a message is damaged")
        return Ellipsis

    def _range(self, node: list[Any], depth: int) -> Any:
        parts = self._parts(node, depth)
        if len(parts) != 3:
            raise WireError("a message is damaged")
        return range(*parts) if node[0] == "range" else slice(*parts)

    def _object(self, node: list[Any], depth: int) -> Any:
        if len(node) != 3 or not isinstance(node[1], str):
            raise WireError("a message is damaged")
        return self.codec.decode(node[1], self.value(node[2], depth + 1))

    READERS: dict[str, Callable[[Any, list[Any], int], Any]] = {
        "int": _int,
        "tuple": _sequence,
        "list": _sequence,
        "set": _sequence,
        "frozenset": _sequence,
        "dict": _dict,
        "complex": _complex,
        "bytes": _bytes,
        "octets": _bytes,
        "text": _text,
        "array": _array,
        "scalar": _array,
        "ellipsis": _ellipsis,
        "range": _range,
        "slice": _range,
        "object": _object,
    }


def pack(value: Any, codec: Codec | None = None, limits: WireLimits = LIMITS) -> bytes:
    """One message that holds `value`.

    Raises:
        WireError: if it holds something that can't be sent, or too much.
    """
    encoder = _Encoder(codec or Codec(), limits)
    try:
        # Escapes would join the two halves of a surrogate pair that stand side by side.
        text = json.dumps(encoder.tree(value, 0), separators=(",", ":"), ensure_ascii=False).encode(*ENCODING)
    except WireError:
        raise
    except RecursionError:
        raise WireError("it is nested too deep") from None
    except Exception as error:
        raise WireError(f"it can't be turned into plain data ({type(error).__name__})") from None
    if len(text) > limits.text:
        raise WireError(f"it has more than {limits.text} bytes beside its arrays")
    head = HEADER.pack(MAGIC, len(encoder.buffers), len(text))
    lengths = b"".join(LENGTH.pack(len(buffer)) for buffer in encoder.buffers)
    message = b"".join([head, lengths, text, *encoder.buffers])
    if len(message) > limits.size:
        raise WireError(too_large(limits.size))
    return message


def unpack(message: bytes | bytearray, codec: Codec | None = None, limits: WireLimits = LIMITS) -> Any:
    """The value of one message.

    Raises:
        WireError: if the message is not one that `pack` could have made under these limits.
    """
    view = memoryview(message)
    if len(view) < HEADER.size or len(view) > limits.size:
        raise WireError("a message has an impossible length")
    count, length = read_header(bytes(view[: HEADER.size]), limits)
    start = HEADER.size + count * LENGTH.size
    if start + length > len(view):
        raise WireError("a message is truncated")
    position = start + length
    sizes = (size for (size,) in LENGTH.iter_unpack(view[HEADER.size : start]))
    bounds = list(accumulate(sizes, initial=position))
    if bounds[-1] != len(view):
        raise WireError("a message has an impossible length")
    try:
        tree = json.loads(str(view[start:position], *ENCODING))
        return _Decoder(codec or Codec(), limits, view, bounds).value(tree, 0)
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"a message is damaged ({type(error).__name__})") from None


def read_header(raw: bytes, limits: WireLimits) -> tuple[int, int]:
    """Number of buffers and bytes of JSON of the message that begins like this.

    Raises:
        WireError: if no message under these limits begins like this.
    """
    magic, count, length = HEADER.unpack(raw)
    if magic != MAGIC or HEADER.size + count * LENGTH.size + length > limits.size:
        raise WireError("a message has an impossible beginning")
    if count > limits.items or length > limits.text:
        raise WireError("a message has an impossible beginning")
    return count, length

"""Values of all kinds that cross between processes, and how to compare what came over."""

import json
import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nbjudge.wire import HEADER, LENGTH, MAGIC

DTYPES = [
    *["?", "i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"],
    *["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "g", "<c8", ">c8", "<c16", ">c16", "G", "<U3", ">U3", "S1", "S4"],
]


def same(left, right):
    """Equal, with the same types all the way down; nan is nan, and -0.0 is not 0.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray | np.generic):
        if left.dtype != right.dtype.newbyteorder("=") and left.dtype.newbyteorder("=") != right.dtype:
            return False
        if isinstance(left, np.str_ | np.bytes_):
            return str(left) == str(right)
        if left.shape != right.shape:
            return False
        if left.dtype.kind in "fc":
            signs = np.array_equal(np.signbit(left.real), np.signbit(right.real))
            return signs and np.array_equal(left, right, equal_nan=True)
        return np.array_equal(left, right)
    if isinstance(left, float):
        # The sign of nan means nothing.
        return (left != left and right != right) or (
            left == right and math.copysign(1, left) == math.copysign(1, right)
        )
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    if isinstance(left, tuple | list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    if isinstance(left, set | frozenset):
        rest = list(right)
        for item in left:
            place = next((index for index, candidate in enumerate(rest) if same(item, candidate)), None)
            if place is None:
                return False
            del rest[place]
        return not rest
    if isinstance(left, slice):
        return same((left.start, left.stop, left.step), (right.start, right.stop, right.step))
    return left == right


SURROGATES = st.text(st.characters(categories=["Cs", "Lu", "Ll", "So", "Cc"]), max_size=8)
NUMBERS = st.one_of(
    st.booleans(),
    st.integers(),
    st.integers(-(1 << 200), 1 << 200),
    st.sampled_from([0, -1, (1 << 63) - 1, 1 << 63, -(1 << 63), -(1 << 63) - 1, 1 << 9999]),
    st.floats(),
    st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324]),
    st.complex_numbers(),
    st.sampled_from([complex(math.nan, -0.0), complex(-0.0, math.inf)]),
)
SCALARS = st.sampled_from([code for code in DTYPES if code[-1] not in "gG"]).flatmap(
    lambda code: npst.from_dtype(np.dtype(code).newbyteorder("="))
)
KEYS = st.recursive(
    st.one_of(st.none(), NUMBERS, SURROGATES, st.binary(max_size=8), st.just(...), SCALARS),
    lambda inner: st.one_of(st.tuples(inner, inner), st.lists(inner, max_size=3).map(tuple), st.frozensets(inner)),
    max_leaves=4,
)


@st.composite
def arrays(draw):
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    shape = draw(st.one_of(st.just(()), npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4)))
    size = int(np.prod(shape)) * dtype.itemsize
    data = draw(st.binary(min_size=size, max_size=size))
    if dtype.kind == "b":
        array = (np.frombuffer(data, np.uint8) % 2).astype(bool)
    elif dtype.kind == "U":
        array = np.frombuffer(data, np.uint32) % 0x110000
        array = array.astype(dtype.str.replace("U3", "u4")).view(dtype) if size else np.zeros(0, dtype)
    elif dtype.kind in "fc":
        array = np.frombuffer(data, np.int8).astype(float)[:: dtype.itemsize] if size else np.zeros(0)
        array = (array / 7).astype(dtype)
    else:
        array = np.frombuffer(data, dtype) if size else np.zeros(0, dtype)
    array = array.reshape(shape)
    how = draw(st.sampled_from(["plain", "fortran", "turned", "steps", "backwards", "repeated"]))
    if how == "fortran":
        return np.asfortranarray(array)
    if how == "turned":
        return array.T
    if how == "steps" and array.ndim:
        return array[::2]
    if how == "backwards" and array.ndim:
        return array[..., ::-1]
    if how == "repeated":
        return np.broadcast_to(array, (2, *shape))
    return array


VALUES = st.recursive(
    st.one_of(
        KEYS,
        arrays(),
        SCALARS,
        st.builds(range, st.integers(-99, 99), st.integers(-99, 99), st.integers(1, 9)),
        st.builds(slice, st.none() | st.integers(), KEYS, st.none() | st.integers()),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
    ),
    max_leaves=12,
)


def message(tree, buffers=(), text=None):
    """A message with this tree, well-formed or not."""
    text = json.dumps(tree).encode() if text is None else text
    head = HEADER.pack(MAGIC, len(buffers), len(text))
    return b"".join([head, *(LENGTH.pack(len(buffer)) for buffer in buffers), text, *buffers])

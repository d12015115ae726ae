"""Tables of pandas between judge and student: what comes over, what is refused, and what a hostile message can't do."""

import datetime
import random
import subprocess
import sys
import textwrap
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbjudge import empty_tables, frames
from nbjudge.empty_answers import guard_libraries, guarded
from nbjudge.proxy import JudgeCodec
from nbjudge.student import StudentCodec
from nbjudge.wire import WireError, WireLimits, pack, unpack

pd = pytest.importorskip("pandas")
testing = pd.testing
pytestmark = pytest.mark.quick

ROWS = 3
COLUMNS = {
    "whole": [1, 2, 3],
    "decimal": [1.5, np.nan, -0.0],
    "small": np.array([1, 2, 3], "u1"),
    "half": np.array([1, 2, 3], "f2"),
    "complex": [1j, 2, 3],
    "truth": [True, False, True],
    "text": ["a", None, "\u00fc"],
    "as objects": pd.Series(["a", None, np.nan], dtype=object),
    "surrogates": pd.Series(["\ud83d", "\ude00", ""], dtype=object),
    "mixed": pd.Series([1, "a", None], dtype=object),
    "exact": pd.Series([Decimal("1.5"), None, datetime.date(2024, 1, 1)], dtype=object),
    "missing": pd.Series([pd.NA, pd.NaT, pd.Timestamp("2024-01-01")], dtype=object),
    "day": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
    "coarse": np.array(["2024-01-01", "NaT", "2024-03-01"], "M8[s]"),
    "zone": pd.to_datetime(["2024-01-01", None, "2024-03-01"]).tz_localize("Europe/Berlin"),
    "offset": pd.to_datetime(["2024-01-01 00:00+05:30"] * 3),
    "duration": pd.to_timedelta([1, 2, None], unit="h"),
    "month": pd.period_range("2024-01", periods=3, freq="M"),
    "class": pd.Categorical(["x", None, "y"], categories=["y", "x", "never"], ordered=True),
    "bin": pd.cut([1, 5, 9], 3),
    "interval": pd.arrays.IntervalArray.from_breaks([0.0, 1, 2, 3]),
    "Int8": pd.array([1, None, 3], dtype="Int8"),
    "UInt16": pd.array([1, None, 3], dtype="UInt16"),
    "Float32": pd.array([1.5, None, 0], dtype="Float32"),
    "boolean": pd.array([True, None, False], dtype="boolean"),
    "string": pd.array(["a", None, "b"], dtype=pd.StringDtype("python")),
}
FRAME = pd.DataFrame(COLUMNS)


def over(value, limits=None):
    """What the judge gets of a student's value."""
    limits = limits or WireLimits()
    return unpack(pack(value, StudentCodec(), limits), JudgeCodec(), limits)


def the_same(left, right):
    """Fails unless two tables have the same values, types and indexes."""
    assert type(left) is type(right)
    if isinstance(left, pd.DataFrame):
        testing.assert_frame_equal(left, right)
        assert list(left.dtypes) == list(right.dtypes)
        the_same(left.columns, right.columns)
    elif isinstance(left, pd.Series):
        testing.assert_series_equal(left, right)
    else:
        assert left.equals(right) and left.dtype == right.dtype and list(left.names) == list(right.names)
        assert getattr(left, "freq", None) == getattr(right, "freq", None)
        return
    the_same(left.index, right.index)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_comes_over_with_its_type(name):
    frame = FRAME[[name, "whole"]]
    the_same(over(frame), frame)
    the_same(over(FRAME[name]), FRAME[name])
    the_same(over(frame.iloc[::2]), frame.iloc[::2])
    the_same(over(FRAME.iloc[:0][name]), FRAME.iloc[:0][name])
    if name != "half":  # which pandas takes for no index
        indexed = FRAME.set_index(name).iloc[:, :1]
        the_same(over(indexed), indexed)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame(index=[1, 2]),
        pd.DataFrame(columns=["a", "b"]),
        pd.DataFrame([[1, "x"]], columns=["same", "same"]),
        pd.DataFrame({("a", 1): [1], ("b", 2): [2]}),
        FRAME.set_index(["class", "text"])[["whole"]],
        FRAME.set_index(pd.date_range("2024", periods=ROWS, freq="MS", tz="UTC", name="month"))[["whole"]],
        FRAME.groupby("truth").agg({"whole": ["sum", "mean"]}),
        FRAME[["whole", "decimal"]].describe().T,
        FRAME.sort_values("whole", ascending=False)[["text"]],
        pd.crosstab(FRAME["truth"], FRAME["class"]),
        FRAME["text"].value_counts(),
        pd.Series([1], name=("a", 1)),
        pd.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["x", None]),
        pd.RangeIndex(3, 9, 2, name="steps"),
        pd.date_range("2024", periods=3, freq="2D"),
    ],
    ids=lambda frame: f"{type(frame).__name__}-{frame.shape}",
)
def test_tables_come_over_with_their_indexes(frame):
    the_same(over(frame), frame)
    (there,) = over([frame])
    the_same(there, frame)


@pytest.mark.parametrize(
    "value",
    [
        pd.Timestamp("2024-01-01 12:00", tz="Europe/Berlin"), pd.Timedelta("1h"), pd.Period("2024-01"),
        pd.Interval(1, 2, closed="both"), np.datetime64("2024-01-01"), np.timedelta64(3, "s"),
        np.ones((2, 2)).view(np.matrix), np.array(["2024-01-01", "NaT"], "M8[D]"),
        np.array([[1, "a"], [None, 2.5]], object),
        np.array([("a", 3)], [("name", "U5"), ("age", int)]), np.array([("a", 3)], [("name", "U5"), ("age", int)])[0],
    ],
    ids=repr,
)  # fmt: skip
def test_single_values_and_special_arrays_come_over(value):
    there = over(value)
    assert type(there) is type(value) and repr(there) == repr(value)
    assert getattr(there, "dtype", None) == getattr(value, "dtype", None)
    assert over(pd.NA) is pd.NA and over(pd.NaT) is pd.NaT


# Few values, so that labels are equal and strings are empty often enough.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)
CELLS = {
    "int64": st.integers(-(2**63), 2**63 - 1),
    "float64": st.floats(),
    "bool": st.booleans(),
    "object": st.none() | TEXT | st.integers(-3, 3) | st.booleans(),
    "datetime64[ns]": st.integers(-(2**62), 2**62).map(np.int64),
    "str": st.none() | TEXT,
    "category": st.sampled_from(["a", "b", None]),
    "Int64": st.none() | st.integers(-9, 9),
}


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 4))
    types = draw(st.lists(st.sampled_from(sorted(CELLS)), max_size=4))
    made = [pd.Series(draw(st.lists(CELLS[name], min_size=rows, max_size=rows)), dtype=name) for name in types]
    frame = pd.concat([pd.DataFrame(index=range(rows)), *made], axis=1)
    frame.columns = draw(st.lists(st.sampled_from(["a", "b", 1, ("x", 2)]), min_size=len(made), max_size=len(made)))
    return frame.set_axis(pd.Index(draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows)), dtype="int64"))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_any_table_comes_over(frame):
    the_same(over(frame), frame)


# What does not come over.


class Lying(pd.DataFrame):
    def __eq__(self, other):
        return True


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (pd.DataFrame({"l": [[1], [2]]}), "values of type 'list' in a column"),
        (pd.DataFrame({"l": [object()]}), "values of type 'object' in a column"),
        (pd.Series([{1: 2}]), "values of type 'dict' in a column"),
        (pd.DataFrame({frozenset([1]): [1]}), "'frozenset'"),
        (pd.Series([1], name=frozenset([1])), "names other than"),
        (pd.Series([0, 1], dtype="Sparse[int]"), "column of type Sparse"),
        (np.array([[1], [1, 2]], object), "an array of Python objects"),
        (np.array([object()]), "an array of Python objects"),
        (np.zeros(2, [("a", "i4", (2,))]), "structured array with fields"),
        (np.zeros(2, "V8"), "type |V8"),
    ],
)
def test_what_does_not_come_over_says_why(value, why):
    with pytest.raises(WireError) as raised:
        over(value)
    assert why in str(raised.value)


def test_a_table_is_not_larger_than_anything_else():
    limits = WireLimits(size=10_000)
    the_same(over(pd.Series(range(1_000)), limits), pd.Series(range(1_000)))
    for large in (
        pd.Series(range(2_000)),
        pd.DataFrame({"a": ["x" * 99] * 200}),
        pd.Series(range(2_000), dtype="Int64"),
    ):
        with pytest.raises(WireError, match="more than 10000 bytes"):
            over(large, limits)


def test_a_subclass_of_the_students_is_no_table():
    assert over([3]) == [3]
    codec = StudentCodec()
    assert codec.encode(Lying({"a": [1]}))[0] == "handle"
    assert codec.encode(type("Lying", (pd.Series,), {})([1]))[0] == "handle"


# Messages of a student's that the package did not make.

TIMES = np.array([0, 1], np.int64)
TEXTS = [b"ab", np.array([1, 1], np.int64), np.zeros(2, np.uint8)]
ZERO = ["range", 0, 2, 1, None]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("series", [ZERO, ["objects", [[1], 2]], None]),
        ("series", [ZERO, ["objects", [print, 2]], None]),
        ("series", [ZERO, ["numbers", np.array(["a", "b"])], None]),
        ("series", [ZERO, ["numbers", np.zeros((2, 2))], None]),
        ("series", [ZERO, ["numbers", np.zeros(3)], None]),
        ("series", [ZERO, ["numbers", [1, 2]], None]),
        ("series", [ZERO, ["numbers", np.zeros(2)], [1]]),
        ("series", [ZERO, ["numbers", np.zeros(2)]]),
        ("series", [ZERO, ["times", "M", "D", np.zeros(2)], None]),
        ("series", [ZERO, ["times", "O", "ns", TIMES], None]),
        ("series", [ZERO, ["times", "M", "ns]; x", TIMES], None]),
        ("series", [ZERO, ["zoned", "ns", TIMES, "dateutil//etc/passwd"], None]),
        ("series", [ZERO, ["zoned", "ns", TIMES, "../../etc/passwd"], None]),
        ("series", [ZERO, ["zoned", "ns", TIMES, "Nowhere/Atall"], None]),
        ("series", [ZERO, ["nullable", np.zeros(2), np.zeros(3, bool)], None]),
        ("series", [ZERO, ["nullable", np.zeros(2, "c16"), np.zeros(2, bool)], None]),
        ("series", [ZERO, ["strings", TEXTS, "pickle", True], None]),
        ("series", [ZERO, ["texts", [b"ab", np.array([1, 2], np.int64), np.zeros(2, np.uint8)]], None]),
        ("series", [ZERO, ["texts", [b"ab", np.array([3, -1], np.int64), np.zeros(2, np.uint8)]], None]),
        ("series", [ZERO, ["texts", [b"ab", np.array([2**63 - 1, 2**63 - 1], np.int64), np.zeros(2, np.uint8)]], None]),
        ("series", [ZERO, ["texts", [b"a\xff", *TEXTS[1:]]], None]),
        ("series", [ZERO, ["texts", [b"ab", TEXTS[1], np.full(2, 9, np.uint8)]], None]),
        ("series", [ZERO, ["category", np.array([0, 7]), ZERO, False], None]),
        ("series", [ZERO, ["category", TIMES, ["values", ["objects", ["a", "a"]], None, None], False], None]),
        ("series", [ZERO, ["interval", ["numbers", np.ones(2)], ["numbers", np.zeros(2)], "left"], None]),
        ("series", [ZERO, ["interval", ["numbers", np.zeros(2)], ["numbers", np.ones(2)], "open"], None]),
        ("series", [ZERO, ["period", TIMES, "__import__('os')"], None]),
        ("frame", [ZERO, ZERO, [["numbers", np.zeros(2)]]]),
        ("frame", [ZERO, ZERO, [["numbers", np.zeros(2)], ["numbers", np.zeros(3)]]]),
        ("frame", [["range", 0, 2**40, 1, None], ZERO, []]),
        ("frame", [ZERO, ["range", 0, 2**40, 1, None], []]),
        ("frame", [ZERO, ["range", 0, 2, 0, None], []]),
        ("frame", {}),
        ("index", ["levels", [ZERO], [np.array([0, 2])], [None]]),
        ("index", ["levels", [ZERO], [[0, 1]], [None]]),
        ("index", ["levels", [ZERO, ZERO], [TIMES], [None]]),
        ("index", ["values", ["times", "M", "ns", TIMES], "D", None]),
        ("index", ["values", ["numbers", np.zeros(2)], None, {}]),
        ("index", ["code", "print()"]),
        ("moment", ["times", "M", "ns", TIMES]),
        ("times", ["M", "ns", "2024", False]),
        ("records", [[["a", np.zeros(2)], ["a", np.zeros(2)]], [2], False]),
        ("records", [[["a", np.zeros(3)]], [2], False]),
        ("records", [[["a", [1, 2]]], [2], False]),
        ("objects", [[1, [2]], [2]]),
        ("objects", [[1, 2], [3]]),
        ("matrix", np.zeros(3)),
    ],
)  # fmt: skip
def test_damaged_or_invented_tables_are_refused(name, data):
    with pytest.raises(WireError):
        JudgeCodec().decode(name, data)


def harmless(value):
    """Whether a value has nothing of a student's own in it."""
    if isinstance(value, pd.DataFrame):
        assert type(value) is pd.DataFrame
        return all(harmless(value.iloc[:, place]) for place in range(value.shape[1]))
    if isinstance(value, pd.Series | pd.Index):
        assert type(value).__module__.startswith("pandas.") or type(value) in (pd.Series, pd.Index)
        return frames._are_elements(part for one in value.tolist() for part in (one if type(one) is tuple else [one]))
    return True


def test_any_change_of_a_table_is_read_or_refused():
    chance = random.Random(3)
    original = pack(FRAME.set_index(["class", "text"]), StudentCodec())
    kept = 0
    for _ in range(600):
        data = bytearray(original)
        for _ in range(chance.choice([1, 1, 3])):
            # Mostly in the tree, which is at the beginning.
            place = chance.randrange(chance.choice([len(data), 2_500]))
            if chance.random() < 0.5:
                data[place] ^= 1 << chance.randrange(8)
            else:
                data[place] = chance.choice(b'"[]{},:0123456789-naeMmTUZ')
        try:
            value = unpack(bytes(data), JudgeCodec())
        except WireError as error:
            assert 0 < len(str(error)) < 300
            continue
        kept += 1
        assert harmless(value)
    assert 20 < kept < 580, kept


# In a test.


def passes(room, test, answer=""):
    report = room(textwrap.dedent(answer), textwrap.dedent(test))
    assert report.passed, report


ANSWER = """
import pandas as pd
table = pd.DataFrame({"kind": ["a", "b", "a"], "value": [1.0, 2.0, 3.0]})
nested = pd.DataFrame({"l": [[1], [2]]})

def means(frame):
    return frame.groupby("kind")["value"].mean()

def spoil(frame):
    frame["value"] = 0
    return frame

def lists(frame):
    return nested
"""


def test_a_test_hands_tables_over_and_gets_tables_back(room):
    test = """
    import pandas as pd
    own = pd.DataFrame({"kind": ["x", "x"], "value": [1, 3]})
    pd.testing.assert_series_equal(means(own), pd.Series({"x": 2.0}, name="value").rename_axis("kind"))
    assert table.shape == (3, 2) and (table["value"] > 0).all() and means(table).loc["b"] == 2
    assert spoil(own)["value"].sum() == 0 and own["value"].sum() == 4
    """
    passes(room, test, ANSWER)


def test_what_can_not_be_handed_over_is_told_as_such(room):
    report = room(ANSWER, "assert nested.shape == (2, 1)")
    assert (report.passed, report.ename) == (False, "AnswerError")
    assert "it is a table with values of type 'list' in a column, which can't be compared" in report.evalue
    report = room(ANSWER, "lists(3)")
    assert (report.ename, report.from_student) == ("AnswerError", False)
    report = room("import numpy as np\nlarge = np.zeros(9 * 2**20)", "large.sum()")
    assert report.ename == "AnswerError" and "it takes more than 64 MiB" in report.evalue
    assert room("", "nobodys").ename == "NameError"


def test_an_argument_that_can_not_cross_is_told_as_such(room):
    report = room(ANSWER, "import pandas as pd\nmeans(pd.DataFrame({'l': [[1]]}))")
    assert report.ename == "TypeError" and "values of type 'list' in a column" in report.evalue


def test_pandas_is_imported_only_for_a_table():
    code = "import sys\nimport nbjudge.judge, nbjudge.student, nbjudge.zygote\nassert 'pandas' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0


# Tables without elements.


@pytest.fixture
def names(monkeypatch):
    """Empty tables by name, and pandas as the judge has it."""
    for name in empty_tables.COMPARISONS:
        monkeypatch.setattr(testing, name, getattr(testing, name))
    empty_tables.guard_pandas.cache_clear()
    from nbjudge import empty_answers

    for name in (*empty_answers.COMPARISONS, *empty_answers.CONVERSIONS):
        monkeypatch.setattr(np, name, getattr(np, name))
    for name in empty_answers.TESTS:
        monkeypatch.setattr(np.testing, name, getattr(np.testing, name))
    guard_libraries()
    full = pd.DataFrame({"a": [1.0, 2], "b": ["x", "y"]})
    empty = full.iloc[:0]
    yield {
        "pd": pd, "np": np, "full": full, "empty": empty, "f": guarded(empty), "s": guarded(empty["a"]),
        "i": guarded(pd.Index([])), "n": guarded(pd.DataFrame()), "listed": guarded([empty]),
    }  # fmt: skip
    empty_tables.guard_pandas.cache_clear()


@pytest.mark.parametrize(
    "expression",
    [
        "(f.a > 3).all()", "(f['a'] == 1).all()", "all(v > 1 for v in s)", "np.allclose(s, 3.0)", "np.all(s > 2)",
        "s.sum() == 0", "(s - 3).abs().max() < 1", "f.isna().sum().sum() == 0", "list(s)", "s.tolist()", "f == full",
        "len(pd.concat([f, f])) == 0", "pd.testing.assert_frame_equal(f, full)", "sorted(s) == []", "set(i) <= {3}",
        "i.isin([1]).all()", "f.loc[:, 'a']", "np.asarray(s)", "np.abs(s)", "f.values == 1", "f.to_numpy().sum() == 0",
        "list(n.columns) == ['a']", "not f.any().any()", "s.values.all()", "bool(s)", "s.eq(3).all()", "f.itertuples()",
        "f.reset_index().a.sum() == 0", "pd.testing.assert_frame_equal(f, f)", "f.empty_or_not if False else f.T == 1",
        "listed == [1]", "s.map(len)",
    ],
)  # fmt: skip
def test_what_is_asked_of_all_rows_of_none_fails(names, expression):
    with pytest.raises(AssertionError, match=empty_tables.SENTENCE):
        eval(expression, names)


@pytest.mark.parametrize(
    "expression",
    [
        "len(f) == 0", "f.shape == (0, 2)", "list(f.columns) == ['a', 'b']", "f.empty and n.empty", "'a' in f",
        "isinstance(f, pd.DataFrame) and isinstance(s, pd.Series) and isinstance(i, pd.Index)", "f.equals(empty)",
        "pd.testing.assert_frame_equal(f, empty) is None", "pd.testing.assert_frame_equal(empty, f) is None",
        "pd.testing.assert_series_equal(f.a, empty.a) is None", "f.dtypes['b'] == full.b.dtype", "s.name == 'a'",
        "len(f['a']) == 0 and f.a.dtype == float", "repr(f) == repr(empty)", "not hasattr(f, 'nothing')",
        "np.shape(f) == (0, 2)", "f.reset_index(drop=True).shape == (0, 2)", "not f.equals(full)",
        "len(f.copy()) == 0", "np.array_equal(s, empty['a'])",
    ],
)  # fmt: skip
def test_a_table_without_rows_can_be_described(names, expression):
    assert eval(expression, names)

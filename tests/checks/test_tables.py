"""Tables and columns of pandas: which pass, and what is said of the others."""

import subprocess
import sys

import numpy as np
import pytest

from gdl_utils import checks
from gdl_utils.checks import Misconception, tables
from tests.checks.told import told

pd = pytest.importorskip("pandas")
pytestmark = pytest.mark.quick

GOODS = pd.DataFrame({"name": ["pen", "cup", "mat"], "price": [2.5, 4.0, 1.0], "stock": [1, 0, 7]}, index=[4, 2, 9])
SHARE = Misconception("mean", "That is the mean.", lambda truth: truth.assign(price=truth["price"].mean()))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (None, tables.GIVES_NONE),
        (GOODS["price"], tables.A_COLUMN),
        (GOODS.to_dict("list"), "a dictionary of 3 keys, where a table (DataFrame) is expected"),
        (GOODS.to_numpy(), "an array of shape (3, 3), where a table"),
        (GOODS[["name", "price"]], "1 column is missing."),
        (GOODS.assign(x=1, y=2), "2 columns are too many."),
        (GOODS.rename(columns={"price": "Price", "stock": "stock "}), tables.COLUMN_NAMES),
        (GOODS.rename(columns={"price": "cost"}), tables.RENAMED),
        (GOODS.rename(columns={"price": "cost"}).assign(cost=0), "1 column is missing, and 1 column is too many."),
        (GOODS[["price", "name", "stock"]], tables.COLUMN_ORDER),
        (GOODS.head(2), tables.FEWER_ROWS),
        (pd.concat([GOODS, GOODS]), tables.MORE_ROWS),
        (GOODS.reset_index(drop=True), tables.INDEX_RESET),
        (GOODS.set_axis([1, 2, 3]), tables.OTHER_INDEX),
        (GOODS.rename_axis("id"), "The index of your table has another name"),
        (GOODS.reset_index(), tables.INDEX_AS_COLUMN),
        (GOODS.set_index("name"), tables.COLUMN_AS_INDEX),
        (GOODS.sort_values("price"), tables.UNSORTED),
        (GOODS.astype({"price": str}), "holds text or other objects, where numbers are expected"),
        (GOODS.assign(price=[2.5, None, 1.0]), tables.MISSING),
        (GOODS.assign(price=[2.5, 4.1, 1.0]), "The values in 1 of 3 columns are wrong."),
        (GOODS.assign(price=2.5), "That is the mean."),
        (GOODS.iloc[:0], tables.FEWER_ROWS),
    ],
)  # fmt: skip
def test_a_table_is_told_by_what_is_wrong_with_it(answer, hint):
    assert hint in told(checks.check_frame, answer, GOODS, [SHARE])


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        (GOODS.copy(), {}),
        (GOODS.astype({"stock": float}), {}),
        (GOODS.convert_dtypes(), {}),
        (GOODS.assign(price=GOODS["price"] + 1e-12), {}),
        (GOODS.sort_values("price"), {"ordered": False}),
        (GOODS.reset_index(drop=True), {"index": False}),
        (GOODS.sort_values("price").reset_index(drop=True), {"index": False, "ordered": False}),
        (GOODS.assign(price=GOODS["price"] * 1.01), {"tolerance": 0.1}),
    ],
)
def test_a_right_table_passes(answer, options):
    assert checks.check_frame(answer, GOODS, [SHARE], **options) is None


def test_an_index_that_was_kept_is_told():
    right = GOODS.sort_values("price").reset_index(drop=True)
    assert told(checks.check_frame, GOODS.sort_values("price"), right) == tables.INDEX_KEPT


def test_columns_are_named_where_the_test_is_seen():
    assert "missing ('stock')" in told(checks.check_frame, GOODS[["name", "price"]], GOODS, shown=True)
    assert told(checks.check_frame, GOODS.assign(price=9), GOODS, shown=True).endswith("are wrong, first in 'price'.")
    assert "'cost'" in told(checks.check_frame, GOODS.rename(columns={"price": "cost"}), GOODS, shown=True)


COLUMN = pd.Series([3, 1, 2], index=["a", "b", "c"], name="n")


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (COLUMN.to_frame(), tables.A_TABLE),
        (COLUMN.tolist(), "a list of 3 entries, where a single column (Series) is expected"),
        (COLUMN.rename("m"), "another name than it should have"),
        (COLUMN.sort_values(), tables.UNSORTED),
        (COLUMN.reset_index(drop=True), tables.INDEX_RESET),
        (COLUMN + 1, checks.DIFFERENT),
        (COLUMN.astype(str), "holds text"),
    ],
)
def test_a_column_is_told_by_what_is_wrong_with_it(answer, hint):
    assert hint in told(checks.check_frame, answer, COLUMN)


def test_times_categories_and_what_is_missing_are_compared():
    right = pd.DataFrame(
        {
            "when": pd.to_datetime(["2024-01-01", None]).tz_localize("UTC"),
            "size": pd.Categorical(["S", None]),
            "n": pd.array([None, 3], dtype="Int64"),
            "text": [None, "b"],
            "flag": [True, False],
        }
    )
    assert checks.check_frame(right.copy(), right) is None
    assert checks.check_frame(right.assign(n=[np.nan, 3.0]), right) is None
    for name, other in (("when", right["when"].dt.year), ("size", "L"), ("n", 3), ("text", "b"), ("flag", 1)):
        assert told(checks.check_frame, right.assign(**{name: other}), right)


def test_pandas_is_imported_only_to_check_a_table():
    code = "import sys\nfrom gdl_utils import checks\nassert 'pandas' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0

"""Tables of results: what stands in a cell and on which side, as text and as HTML that a screen reader can follow."""

import numpy as np
import pytest
from bs4 import BeautifulSoup

from gdl_utils.generative import Estimate, Report, show_reports
from gdl_utils.tables import show_table

pytestmark = pytest.mark.quick

ROWS = {"a box": [0.43, 1_234, "< 5 & > 4", None], "Timbuktu": [np.float32(-0.0001), 7, "none known", np.inf]}
COLUMNS = ["model", "KL", "steps:,", "density", "loss:.1f"]


def test_a_terminal_shows_aligned_text():
    assert repr(show_table(ROWS, COLUMNS)).splitlines() == [
        "model        KL  steps  density     loss",
        "a box     0.430  1,234  < 5 & > 4   none",
        "Timbuktu  0.000      7  none known   inf",
    ]
    assert repr(show_table({"x": 1}, ["row", "n"], "Few & far")).splitlines() == ["Few & far", "row  n", "x    1"]


def test_html_says_what_each_cell_belongs_to():
    page = BeautifulSoup(show_table(ROWS, COLUMNS, "Few & <far>")._repr_html_(), "html.parser")
    frame = page.div
    assert (frame["role"], frame["aria-label"], frame["tabindex"]) == ("group", "Few & <far>", "0")
    assert "overflow-x: auto" in frame["style"], "a wide table scrolls in itself, by keys too"
    assert "&lt; 5 &amp; &gt; 4</td>" in str(show_table(ROWS, COLUMNS)._repr_html_())
    assert page.caption.text == "Few & <far>"
    assert [cell.text for cell in page.thead("th", scope="col")] == ["model", "KL", "steps", "density", "loss"]
    rows = [(row.find("th", scope="row").text, [cell.text for cell in row("td")]) for row in page.tbody("tr")]
    assert rows == [
        ("a box", ["0.430", "1,234", "< 5 & > 4", "none"]),
        ("Timbuktu", ["0.000", "7", "none known", "inf"]),
    ]
    sides = [[cell["style"].split()[-1] for cell in row(["th", "td"])] for row in page("tr")]
    assert sides == [["left", "right", "right", "left", "right"]] * 3
    plain = BeautifulSoup(show_table(ROWS, COLUMNS)._repr_html_(), "html.parser")
    assert plain.caption is None and plain.div["aria-label"] == "Table: model, KL, steps, density, loss"


@pytest.mark.parametrize(
    ("cell", "heading", "text"),
    [
        (0.12345, "x", "0.123"),
        (-0.0004, "x", "0.000"),
        (-0.0006, "x", "-0.001"),
        (-0.001, "x:.0%", "0%"),
        (np.float32(0.5), "x:.0%", "50%"),
        (np.int64(12_345), "x", "12345"),
        (12_345, "x:,", "12,345"),
        (True, "x", "True"),
        (np.bool_(False), "x:.2f", "False"),
        ((16, 16), "x", "(16, 16)"),
        ([0.25, 0.5], "x:.2f", "0.25, 0.50"),
        (np.array([0.25, 0.5]), "x:.2f", "0.25, 0.50"),
        (np.float64(np.nan), "x", "nan"),
        ("<b>", "x:.2f", "<b>"),
    ],
)
def test_what_stands_in_a_cell(cell, heading, text):
    assert show_table([["name", cell]], ["row", heading]).rows == [["name", text]]


def test_rows_come_in_several_ways():
    wanted = [["1", "0.500"], ["2", "0.250"]]
    for rows in (
        [(1, 0.5), (2, 0.25)],
        zip([1, 2], [0.5, 0.25], strict=True),
        {1: 0.5, 2: 0.25},
        {1: [0.5], 2: (0.25,)},
    ):
        assert show_table(rows, ["n", "share"]).rows == wanted
    with pytest.raises(ValueError, match="argument"):
        show_table([[1, 2, 3]], ["n", "share"])


def test_reports_are_shown_as_a_table():
    masses = {"Cuba": 0.25, "Eurasia": 1.0, "Japan": 0.0, "Africa": 1.25}
    first = Report("first", 0.9, 0.8, 0.1, Estimate(-0.0001, 0.01), masses)
    second = Report("second", 0.5, 0.25, 0.75, None, masses)
    table = show_reports(first, second, ln_Z=[0.5, -0.5])
    assert table.headings == ["model", "precision", "coverage", "TV", "KL", "least", "ln Z"]
    least = "Japan 0.00, Cuba 0.25, Eurasia 1.00"
    assert table.rows == [
        ["first", "0.900", "0.800", "0.100", "0.000", least, "0.500"],
        ["second", "0.500", "0.250", "0.750", "none", least, "-0.500"],
    ]
    with pytest.raises(ValueError, match="shorter"):
        show_reports(first, second, loss=[1.0])

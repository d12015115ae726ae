"""What a test measured is printed in a form that is read again, and that nothing else has."""

import math

import pytest

from gdl_utils import checks

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("name", "value", "more"),
    [("KL", 0.12345, False), ("precision", 1.0, True), ("mean of 2 runs", -3e-7, True), ("big", 123456.0, False)],
)
def test_what_is_printed_is_read_again(name, value, more, capsys):
    checks.measured(name, value, more)
    (found,) = checks.measurements_in(capsys.readouterr().out)
    assert (found.name, found.more_is_better) == (name, more)
    assert found.value == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_read_again(value, capsys):
    checks.measured("KL", value)
    (found,) = checks.measurements_in(capsys.readouterr().out)
    assert found.value == value or (math.isnan(found.value) and math.isnan(value))


def test_several_are_read_in_their_order_among_other_lines():
    text = "a line\nmeasured: b = 2 (more is better)\nYour b is 2.\nmeasured: a = 1.5 (less is better)\n"
    assert checks.measurements_in(text) == [checks.Measurement("b", 2, True), checks.Measurement("a", 1.5, False)]


@pytest.mark.parametrize(
    "text",
    [
        "measured: a = 1",
        " measured: a = 1 (more is better)",
        "x measured: a = 1 (more is better)",
        "measured: a = 1 (more is better) or not",
        "measured: <b>a</b> = 1 (more is better)",
        "measured: a = one (more is better)",
        f"measured: {'a' * 41} = 1 (more is better)",
        "measured: a = 1 (better)",
    ],
)
def test_what_only_looks_like_it_is_not_read(text):
    assert checks.measurements_in(text) == []


@pytest.mark.parametrize("name", ["", "a\nb", "a = 1", "<b>", " a", "a" * 41])
def test_other_names_are_refused(name):
    with pytest.raises(ValueError, match="can't be the name of a measurement"):
        checks.measured(name, 1.0)

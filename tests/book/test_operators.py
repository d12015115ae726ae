"""The page for operators: every assignment was measured, and what is multiplied comes out of what was measured."""

import re

import pytest
from typer.main import get_command

from gdl_utils.capacity import measured_capacity, write_capacity
from gdl_utils.cli import app

A_DAY, BUSIEST_HOUR, PRICE = 100_000, 0.25, 0.05


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("operators")


@pytest.fixture(scope="module")
def capacity():
    return measured_capacity()


def rows(table):
    """The numbers of each row, by the name of the assignment."""
    names = {name[:2]: name for name in measured_capacity().costs}
    assert list(table) == sorted(names)
    return {names[start]: [float(number) for number in cells] for start, cells in table.items()}


def test_every_assignment_was_measured_or_is_named_as_newer(page, course, capacity):
    newer = re.findall(r"`(\d\d_\w+)`", page.cells["measured"].source.split("are newer than the measurement")[0])
    assert sorted([*capacity.costs, *newer]) == course.assignments
    for cost in capacity.costs.values():
        assert 0.01 < cost.seconds < 20
        assert 0.001 < cost.main_seconds < 0.5 * cost.seconds, "the main process only hands out and writes down"
        assert 2**26 < cost.memory < 2**32
        assert 0 < cost.memory_a_worker < cost.memory, "TensorFlow is shared"
        assert 1_000 < cost.database < 1_000_000


def test_a_measurement_is_read_as_it_was_written(tmp_path, capacity):
    write_capacity(capacity, tmp_path / "capacity.json")
    assert measured_capacity(tmp_path / "capacity.json") == capacity


def test_cores_and_dollars_come_from_the_measured_seconds(page, capacity):
    for name, (even, peak, dollars) in rows(page.table("cores")).items():
        core_hours = A_DAY * capacity.costs[name].seconds / 3600
        assert even == pytest.approx(core_hours / 24, abs=0.06)
        assert peak == pytest.approx(core_hours * BUSIEST_HOUR, abs=0.06)
        assert dollars == pytest.approx(core_hours * PRICE, abs=0.006)


def test_the_machines_hold_the_cores_of_the_worst_hour(page):
    machines, peak = page.number("machines_dearest"), page.number("peak_dearest")
    assert (machines - 1) * 16 < peak <= machines * 16


def test_what_fails_first_is_what_the_page_says(page, capacity):
    for name, (core, main, database) in rows(page.table("limits-table")).items():
        cost = capacity.costs[name]
        assert core == pytest.approx(3.6 / cost.seconds, abs=0.06)
        assert main == pytest.approx(3.6 / (cost.main_seconds + 1 / capacity.saves[1]), abs=0.06)
        assert database == pytest.approx(3.6 * max(capacity.saves.values()), abs=0.06)
        # The order of its list: cores before the main process, the gradebook last.
        assert core < main < database


def test_the_gradebook_grows_by_what_was_measured(page, capacity):
    mean = sum(cost.database for cost in capacity.costs.values()) / len(capacity.costs)
    gigabytes = float(re.search(r"growth: +([\d.]+) GB", page.text("size")).group(1))
    assert gigabytes == pytest.approx(A_DAY * mean / 1e9, abs=0.06)
    assert page.number("headroom") == pytest.approx(
        max(capacity.saves.values()) / (A_DAY * BUSIEST_HOUR / 3600), rel=1e-6
    )


def test_commands_and_options_are_those_there_are(page):
    text = "\n".join(cell.source for cell in page.notebook.cells if cell.cell_type == "markdown")
    commands = get_command(app).commands
    told = re.findall(r"`gdl ([a-z-]+)((?: --[a-z]+)*)[^`]*`", text)
    assert {command for command, _ in told} == {"doctor", "export", "grade", "report"}
    for command, options in told:
        known = {option for one in commands[command].params for option in (*one.opts, *one.secondary_opts)}
        assert set(options.split()) <= known

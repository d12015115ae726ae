"""Who is who, by the files of Moodle and Canvas, the gradebook, and what the names of files say."""

import pytest

from gdl_utils.classroom.roster import Person, read_roster
from gdl_utils.errors import GradingError
from tests.classroom.archives import table

pytestmark = pytest.mark.quick


def test_rosters_that_are_none_are_refused(tmp_path):
    for lines, reason in [
        ([["Name", "Grade"], ["Ada", "1"]], "no table of students.*columns id, name and email"),
        ([], "no table of students.*columns id, name and email"),
        ([["Identifier", "Full name", "ID number"], ["P 1", "A", "7"], ["P 2", "B", "7"]], "more than one student 7"),
    ]:
        with pytest.raises(GradingError, match=reason):
            read_roster(table(tmp_path / "r.csv", lines))
    with pytest.raises(GradingError, match="can't be read"):
        read_roster(tmp_path / "missing.csv")


def test_an_export_of_moodles_gradebook_has_no_numbers(tmp_path):
    lines = [["First name", "Last name", "ID number", "Email address"], ["Ada", "King", "7"]]
    (row,) = read_roster(table(tmp_path / "r.csv", lines))
    assert (row.number, row.name, row.person) == ("", "Ada King", Person("7", "Ada", "King", "", "7"))


def test_the_id_is_what_can_name_a_folder(tmp_path):
    """The number or login that the platform gives, else the address or number, else the name in plain letters."""
    moodle = [
        ["Identifier", "Full name", "ID number", "Email address"],
        ["Participant 311", "Ada King", "s1001", "ada@example.org"],
        ["Participant 312", "Bo Li", "../up", "bo@example.org"],
        ["Participant 313", "Zoë O'Hara", "", ""],
        ["Participant 314", "王", "", ""],
    ]
    rows = read_roster(table(tmp_path / "moodle.csv", moodle, bom=True))
    assert [row.number for row in rows] == ["311", "312", "313", "314"]
    assert [row.person.student for row in rows[:3]] == ["s1001", "bo@example.org", "zoe-ohara"]
    assert rows[3].person.student.startswith("student-")
    canvas = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
        ["    Points Possible", "", "", "", ""],
        ["King, Ada", "4711", "x1", "ada", "One"],
        ["O'Hara, Zoë", "4712", "x2", "zoe@example.org", "One"],
        ["Late, Very", "4713", "x3", "", "One"],
    ]
    ada, zoe, late = (row.person for row in read_roster(table(tmp_path / "canvas.csv", canvas)))
    assert ada == Person("ada", "Ada", "King", "", "4711")
    assert zoe == Person("zoe@example.org", "Zoë", "O'Hara", "zoe@example.org", "4712")
    assert late.student == "4713"

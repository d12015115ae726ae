"""Who is who, by the files of Moodle and Canvas, the gradebook, and what the names of files say."""

import pytest

from gdl_utils.classroom.roster import Person, look_alikes, read_roster
from gdl_utils.errors import GradingError
from tests.classroom.archives import table

pytestmark = pytest.mark.quick


def test_rosters_that_are_none_are_refused(tmp_path):
    for lines, reason in [
        ([["Name", "Grade"], ["Ada", "1"]], "not a list of students.*columns id, name and email"),
        ([], "not a list of students.*columns id, name and email"),
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


LANGUAGES = {
    "own": (["id", "Name", "E-Mail"], ["k1", "Ada King", "ada@example.org"]),
    "own-parts": (["Student ID", "Last name", "First name", "Mail"], ["k1", "King", "Ada", "ada@example.org"]),
    "german": (["ID", "Vollständiger Name", "ID-Nummer", "E-Mail-Adresse", "Status"],
               ["Teilnehmer/in 311", "Ada King", "k1", "ada@example.org", "Abgegeben"]),
    "german-grades": (["Nachname", "Vorname", "ID-Nummer", "E-Mail-Adresse"], ["King", "Ada", "k1", "ada@example.org"]),
    "german-name": (["Name", "Vorname", "Matrikelnummer", "E-Mail"], ["King", "Ada", "k1", "ada@example.org"]),
    "french": (["Identifiant", "Nom complet", "Numéro d'identification", "Adresse de courriel"],
               ["Participant 311", "Ada King", "k1", "ada@example.org"]),
    "french-grades": (["Prénom", "Nom de famille", "Numéro d\u2019identification", "Adresse de courriel"],
                      ["Ada", "King", "k1", "ada@example.org"]),
    "spanish": (["Identificador", "Nombre completo", "Número de ID", "Dirección de correo"],
                ["Participante 311", "Ada King", "k1", "ada@example.org"]),
    "spanish-grades": (["Nombre", "Apellido(s)", "Número de ID", "Dirección de correo"],
                       ["Ada", "King", "k1", "ada@example.org"]),
}  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_of_many_hands_are_read_alike(tmp_path, language, delimiter, encoding):
    path = tmp_path / "r.csv"
    lines = [delimiter.join(line) for line in LANGUAGES[language]]
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    (row,) = read_roster(path)
    person = row.person
    assert (person.student, person.first_name, person.last_name) == ("k1", "Ada", "King")
    assert person.email == "ada@example.org"
    assert row.number == ("311" if "311" in lines[1] else "")


def test_canvas_in_other_languages(tmp_path):
    header = ["Student/in", "ID", "SIS-Benutzer-ID", "SIS-Anmelde-ID", "Abschnitt"]
    lines = [header, ["    Points Possible", "", "", "", ""], ["King, Ada", "4711", "x1", "ada", "Eins"]]
    (row,) = read_roster(table(tmp_path / "r.csv", lines))
    assert row.person == Person("ada", "Ada", "King", "", "4711")


def test_whom_moodle_does_not_name_has_a_number(tmp_path):
    lines = [["Identifier", "Status", "Grade"], ["Participant 201", "Submitted", ""], ["Participant 202", "", ""]]
    assert [row.person.student for row in read_roster(table(tmp_path / "r.csv", lines))] == [
        "participant-201", "participant-202",
    ]  # fmt: skip


def test_ids_that_look_alike_are_refused(tmp_path):
    lines = [["id", "name"], ["ada", "Ada King"], ["Ada", "Ada Lovelace"]]
    with pytest.raises(GradingError, match="has the students Ada and ada, which many systems can't tell apart"):
        read_roster(table(tmp_path / "r.csv", lines))
    assert look_alikes(["zoe\u0308", "zoë", "bo"]) == {"zoe\u0308": "zoë", "zoë": "zoe\u0308"}

"""Of several attempts in an archive the last counts, with its own time; a table says when each student handed in."""

import struct
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gdl_utils.classroom.attempts import last_attempt, times_in, times_of_files, what_was_there, write_time
from gdl_utils.classroom.course import TIMESTAMP
from gdl_utils.errors import GradingError
from tests.classroom.archives import table

pytestmark = pytest.mark.quick
BERLIN = ZoneInfo("Europe/Berlin")


def parts(*files):
    """What was read from names like `2026-10-01 12:00 UTC|book.ipynb`."""
    return {name: dict(zip(("timestamp", "file_id"), name.split("|"), strict=True)) for name in files}


def test_the_last_attempt_counts_with_its_own_time():
    old, new = "2026-10-01 12:00 UTC|book.ipynb", "2026-10-02 12:00 UTC|book.ipynb"
    for files in ((old, new), (new, old)):
        attempt = last_attempt(parts(*files), 1, {}, None)
        assert (attempt.names, attempt.time) == ([new], datetime(2026, 10, 2, 12, tzinfo=UTC))
        assert attempt.remarks == [
            "handed in 2 times: the last, 2026-10-02 12:00 UTC, counts, not 2026-10-01 12:00 UTC",
            "book.ipynb of 2026-10-01 12:00 UTC was left out, because there is a newer one",
        ]


def test_moments_are_compared_not_texts():
    earlier, later = "2026-10-02 01:00 +1000|book.ipynb", "2026-10-01 18:00 Europe/Berlin|book.ipynb"
    assert last_attempt(parts(earlier, later), 1, {}, None).names == [later]


@pytest.mark.parametrize(
    ("old", "new", "notebooks", "kept"),
    [
        ("book.ipynb", "book (1).ipynb", 2, ["book (1).ipynb"]),
        ("book.ipynb", "final version.ipynb", 1, ["final version.ipynb"]),
        ("work.zip", "book.ipynb", 1, ["book.ipynb"]),
        ("better_cnn.keras", "better_cnn-1.keras", 1, ["better_cnn-1.keras"]),
        ("Data.csv", "data.csv", 1, ["data.csv"]),
        # What was not sent again counts, too; the newest comes first.
        ("book.ipynb", "network.keras", 1, ["network.keras", "book.ipynb"]),
        ("a.ipynb", "b.ipynb", 2, ["b.ipynb", "a.ipynb"]),
    ],
)
def test_what_is_a_newer_version(old, new, notebooks, kept):
    files = parts(f"2026-10-01 12:00 UTC|{old}", f"2026-10-02 12:00 UTC|{new}")
    attempt = last_attempt(files, notebooks, {}, None)
    assert [files[name]["file_id"] for name in attempt.names] == kept
    assert attempt.time == datetime(2026, 10, 2, 12, tzinfo=UTC)


def test_one_attempt_of_several_files_needs_no_remark():
    attempt = last_attempt(parts("2026-10-01 12:00 UTC|a.ipynb", "2026-10-01 12:00 UTC|b.ipynb"), 2, {}, None)
    assert (len(attempt.names), attempt.remarks) == (2, [])


def test_an_order_that_is_not_certain_is_asked_about():
    for files, reason in [
        (("2026-10-01 12:00 PST|book.ipynb", "2026-10-02 12:00 UTC|book.ipynb"), "'PST'"),
        (("|book.ipynb", "2026-10-02 12:00 UTC|book.ipynb"), "which is newer"),
        (("2026-10-02 12:00|book.ipynb", "2026-10-02 12:00 UTC|book.ipynb"), "no zone"),
    ]:
        with pytest.raises(GradingError, match=reason):
            last_attempt(parts(*files), 1, {}, None)
    undated = last_attempt(parts("|notes.txt", "2026-10-02 12:00 UTC|book.ipynb"), 1, {}, None)
    assert undated.names == ["2026-10-02 12:00 UTC|book.ipynb", "|notes.txt"]


def test_without_zones_the_order_is_certain_but_not_the_time():
    files = parts("2026-10-01-12-00-00|book.ipynb", "2026-10-02-12-00-00|book.ipynb")
    attempt = last_attempt(files, 1, {}, None)
    assert (attempt.names, attempt.time) == (["2026-10-02-12-00-00|book.ipynb"], None)
    assert "names no zone" in attempt.problem and "--zone Europe/Berlin" in attempt.problem
    assert last_attempt(files, 1, {}, BERLIN).time == datetime(2026, 10, 2, 10, tzinfo=UTC)


def test_a_table_says_when(tmp_path):
    """Moodle's worksheet in English and German, and what Canvas's interface for programs says."""
    header = ["Identifier", "Full name", "Last modified (submission)", "Last modified (grade)"]
    english = [
        header,
        ["Participant 311", "Ada", "Tuesday, 1 December 2026, 6:00 PM", "-"],
        ["Participant 312", "Bo", "-", "-"],
    ]
    assert times_in(table(tmp_path / "en.csv", english, bom=True)) == {"311": "Tuesday, 1 December 2026, 6:00 PM"}
    german = (
        'ID;Vollständiger Name;"Zuletzt geändert (Abgabe)"\nTeilnehmer/in 311;Ada;"Dienstag, 1. Dezember 2026, 18:00"'
    )
    (tmp_path / "de.csv").write_text(german)
    assert times_in(tmp_path / "de.csv") == {"311": "Dienstag, 1. Dezember 2026, 18:00"}
    canvas = table(tmp_path / "canvas.csv", [["ID", "submitted_at"], ["4711", "2026-12-01T17:00:00Z"]])
    assert times_in(canvas, required=True) == {"4711": "2026-12-01T17:00:00Z"}
    nothing = table(tmp_path / "none.csv", [["Student", "ID"], ["Ada", "4711"]])
    assert times_in(nothing) == {}
    with pytest.raises(GradingError, match="has no column of times"):
        times_in(nothing, required=True)
    told = {"311": "Tuesday, 1 December 2026, 6:00 PM"}
    attempt = last_attempt({"x": {"file_id": "book.ipynb", "number": "311"}}, 1, told, BERLIN)
    assert attempt.time == datetime(2026, 12, 1, 17, tzinfo=UTC)


def test_the_times_in_a_zip_file_if_they_are_wanted(tmp_path):
    """With the extra field that Info-ZIP, macOS and many libraries write they are in UTC, else they have no zone."""
    path = tmp_path / "all.zip"
    moment = int(datetime(2026, 12, 1, 17, 0, 3, tzinfo=UTC).timestamp())
    with zipfile.ZipFile(path, "w") as archive:
        for name, extra in [
            ("a/book.ipynb", b""),
            ("b/book.ipynb", struct.pack("<HHxx", 0x7875, 2) + struct.pack("<HHBi", 0x5455, 5, 1, moment)),
            ("c/book.ipynb", struct.pack("<HHBi", 0x5455, 5, 0, moment)),
        ]:
            entry = zipfile.ZipInfo(name, (2026, 12, 1, 18, 30, 0))
            entry.extra = extra
            archive.writestr(entry, "{}")
    told = times_of_files(path)
    assert told == {
        "a/book.ipynb": "2026-12-01 18:30:00",
        "b/book.ipynb": "2026-12-01 17:00:03 UTC",
        "c/book.ipynb": "2026-12-01 18:30:00",
    }
    attempt = last_attempt({"a/book.ipynb": {"file_id": "book.ipynb"}}, 1, told, BERLIN)
    assert attempt.time == datetime(2026, 12, 1, 17, 30, tzinfo=UTC)
    assert "names no zone" in last_attempt({"a/book.ipynb": {"file_id": "book.ipynb"}}, 1, told, None).problem
    path.write_text("no zip file")
    with pytest.raises(GradingError, match="can't be read as a zip file"):
        times_of_files(path)


def test_the_time_of_the_same_files_stays(tmp_path):
    (tmp_path / "book.ipynb").write_text("{}")
    (tmp_path / TIMESTAMP).write_text("2026-10-01 12:00:00 UTC")
    before = what_was_there(tmp_path)
    unknown = last_attempt(parts("|book.ipynb"), 1, {}, None)
    (tmp_path / TIMESTAMP).unlink()
    assert write_time(tmp_path, unknown, before) == ""
    assert (tmp_path / TIMESTAMP).read_text() == "2026-10-01 12:00:00 UTC"
    # That of others does not.
    (tmp_path / TIMESTAMP).unlink()
    (tmp_path / "book.ipynb").write_text("[]")
    assert "write the time of the new ones into" in write_time(tmp_path, unknown, before)
    assert not (tmp_path / TIMESTAMP).exists()
    known = last_attempt(parts("2026-10-02 12:00 Europe/Berlin|book.ipynb"), 1, {}, None)
    assert write_time(tmp_path, known, before) == ""
    assert (tmp_path / TIMESTAMP).read_text() == "2026-10-02 10:00:00.000000 UTC\n"
    # What is not certain is asked about again when it is graded.
    unclear = last_attempt(parts("2026-10-02 12:00 CEST|book.ipynb"), 1, {}, None)
    assert "'CEST'" in write_time(tmp_path, unclear, before)
    assert (tmp_path / TIMESTAMP).read_text() == "2026-10-02 12:00 CEST"


def test_the_files_of_a_class_are_not_kept_in_memory(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" * 1_000_000)
    before = what_was_there(tmp_path)
    assert len(before.files["a.bin"]) < 100
    assert before == what_was_there(tmp_path)
    (tmp_path / "a.bin").write_bytes(b"y" * 1_000_000)
    assert before != what_was_there(tmp_path)

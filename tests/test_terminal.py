"""Nothing that comes from outside acts on a terminal or hides in it or in a log, and all that can be read stays."""

import logging
import os
import pty
import subprocess
import sys
import unicodedata

import pytest
import rich.table
import rich.text
import typer
from typer.testing import CliRunner

from gdl_utils import cli
from gdl_utils.cli.shared import INTERNAL_ERROR, Console
from gdl_utils.errors import CourseError
from gdl_utils.stderr import redirect_stderr
from gdl_utils.terminal import escape_controls, escape_log_records, escaped_streams, one_entry, one_line

pytestmark = pytest.mark.quick
RUNNER = CliRunner()
ACTING = {
    "clears the screen": "\x1b[2J",
    "sets the title": "\x1b]0;owned\x07",
    "is a link": "\x1b]8;;https://evil.example\x1b\\press\x1b]8;;\x1b\\",
    "asks the terminal": "\x1bP$qm\x1b\\",
    "writes to the clipboard": "\x1b]52;c;cm0=\x07",
    "goes back": "points: 0\b4",
    "begins the line again": "points: 0\rpoints: 4",
    "rubs out": "0\x7f",
    "clears by C1": "\x9b2J",
    "sets the title by C1": "\x9d0;owned\x9c",
    "next line": "a\x85b",
    "null": "a\0b",
    "form feed": "a\fb\v",
    "right to left override": "\u202etxt.exe",
    "left to right isolate": "a\u2066b\u2069",
    "marks of direction": "a\u200eb\u200fc\u061cd",
    "zero width space": "a\u200bda",
    "joiners between letters": "a\u200dd\u200ca\u2060",
    "byte order mark": "\ufeffada",
    "soft hyphen": "a\u00adda",
    "line separator": "a\u2028b\u2029c",
    "tags": "ada\U000e0049\U000e0044",
    "fillers": "\u3164\u115f\u1160\uffa0\u2800",
    "half of a pair": "bad\udcff",
    "private": "\ue000\U000f0000",
    "annotation": "a\ufff9b\ufffbc",
    "selectors that carry data": "a\ufe01\U000e0101",
    "selectors in a row": "\u2764\ufe0f\ufe0e",
    "unassigned": "\U000e0fff\uffff",
}
LEGITIMATE = [
    "Zoë Müller-Łukasiewicz, Đặng Thị Hương",
    "e\u0301 as two characters",
    "王小明 and 葛\U000e0100城, ガギグ 한국어",
    "محمد عبد الله, שלום, हिन्दी, ไทย",
    "😀 👩\u200d🔬 👍🏽 ❤\ufe0f 1\ufe0f\u20e3 🏳\ufe0f\u200d🌈 🙂\u200d↔\ufe0f 🇩🇪 \U0001fadc",
    "∑ √ ≤ ± π — “quoted” … €\u00a0100\u3000",
    r"C:\x1b\u202e and [red]brackets[/red] :smile:",
]


def is_seen(char):
    return unicodedata.category(char)[0] not in "C" and unicodedata.category(char) not in ("Zl", "Zp")


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_what_acts_or_hides_is_an_escape(text):
    for shown in (escape_controls(text), one_line(text), one_entry(text)):
        assert shown != text
        assert all(map(is_seen, shown))
        assert not {"\u3164", "\u115f", "\u1160", "\uffa0", "\u2800", "\ufe01", "\U000e0101", "\ufe0e"} & set(shown)
        assert escape_controls(shown) == shown


def test_an_escape_says_what_was_there():
    assert escape_controls("a\x1b\x9b\u202e\U000e0041\udcff\r") == r"a\x1b\x9b\u202e\U000e0041\udcff\r"


@pytest.mark.parametrize("text", LEGITIMATE)
def test_what_can_be_read_stays(text):
    assert escape_controls(text) == one_line(text) == one_entry(text) == text


def test_every_control_of_unicode_is_an_escape():
    hidden = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    controls = [char for char in map(chr, range(0x110000)) if unicodedata.category(char) in hidden]
    assert len(controls) > 100_000
    assert one_line(f"a{'a'.join(controls)}a").isascii()


def test_line_breaks_stay_only_where_they_may():
    assert escape_controls("a\n\tb") == "a\n\tb"
    assert one_line("a\n\tb\r") == r"a\n\tb\r"
    assert one_entry("a\n[App | INFO] b") == "a\n    [App | INFO] b"


@pytest.mark.parametrize(("kind", "code"), [(ValueError, INTERNAL_ERROR), (CourseError, 2)])
@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_whatever_a_command_does_it_prints_escapes(text, kind, code, monkeypatch, root):
    """Also what libraries print, and the exceptions that end it."""
    monkeypatch.chdir(root)

    def act():
        print(text)
        print(text, file=sys.stderr)
        sys.stdout.writelines([text, "\n"])
        typer.echo(text)
        typer.secho(text, err=True)
        table = rich.table.Table(text, title=text)
        table.add_row(text)
        for each in (text, table, rich.text.Text(text)):
            cli.shared.console.print(each)
        raise kind(f"said {text}")

    monkeypatch.setattr("gdl_utils.datasets.cifar10_at_hand", act)
    result = RUNNER.invoke(cli.app, ["data"])
    assert result.exit_code == code
    shown = result.output.replace("\n", "")
    assert all(map(is_seen, shown)), [char for char in shown if not is_seen(char)]
    assert text not in shown


@pytest.mark.parametrize("text", ["x\x1b[2J.zip", "x\u202epiz.exe", "x\nAll is well.zip", "x\x9b2J"])
@pytest.mark.parametrize(
    "arguments",
    [("data", "{}"), ("{}",), ("--{}",), ("grade", "--{}"), ("book", "{}"), ("export", "a", "--format", "{}")],
)
def test_what_was_typed_wrongly_is_shown_in_escapes(arguments, text):
    result = RUNNER.invoke(cli.app, [argument.format(text) for argument in arguments])
    assert result.exit_code == 2
    assert all(map(is_seen, result.output.replace("\n", "")))
    assert "\nAll is well" not in result.output


def test_an_error_of_several_lines_is_one(monkeypatch, root):
    monkeypatch.chdir(root)

    def fail():
        raise CourseError("mistake of eve\nAll submissions are graded")

    monkeypatch.setattr("gdl_utils.datasets.cifar10_at_hand", fail)
    assert RUNNER.invoke(cli.app, ["data"]).stderr == "mistake of eve\n  All submissions are graded\n"


def test_streams_are_given_back():
    before = sys.stdout, sys.stderr
    with pytest.raises(KeyError), escaped_streams():
        assert (sys.stdout, sys.stderr) != before
        assert print("x\x1b") is None
        raise KeyError
    assert (sys.stdout, sys.stderr) == before


def test_a_table_has_room_for_escapes(capsys):
    table = rich.table.Table("student", "points")
    table.add_row("eve\x1b[2J", "4")
    Console().print(table)
    assert "│ eve\\x1b[2J │ 4" in capsys.readouterr().out


PROGRAM = r"""
import sys
from gdl_utils.cli.shared import console, status, progress_bar
from gdl_utils.terminal import escaped_streams
with escaped_streams():
    with status("Running a[/red][link=https://evil.example]b\x1b]0;owned\x07"):
        print("printed \x1b[2J\u202e")
        print("warned \x1b[8m\x9b", file=sys.stderr)
    with progress_bar() as progress:
        progress.add_task("task \x1b]0;owned\x07", total=None)
        progress.console.print("said \x1b[2J")
    console.print("bold", style="bold red")
"""


def test_on_a_terminal_only_our_own_sequences_arrive(root):
    """Colours, bars and the cursor are Rich's own; what names and outputs hold is not obeyed."""
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=root, env=environment, stdin=slave, stdout=slave, stderr=slave
    ):
        os.close(slave)
        got = b""
        while data := _read(master):
            got += data
    os.close(master)
    text = got.decode()
    assert "\x1b[1;31mbold\x1b[0m" in text
    assert r"Running a[/red][link=https://evil.example]b\x1b]0;owned\x07" in text
    assert r"said \x1b[2J" in text
    assert "printed" in text and "warned" in text
    for raw in ("\x1b]", "\x1b[2J", "\x07", "\u202e", "\x9b"):
        assert raw not in text
    assert r"\x1b[2K" not in text, "nor are Rich's own sequences escaped"


def _read(descriptor):
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:
        return b""


@pytest.fixture
def logged(monkeypatch, tmp_path):
    """A logger whose messages go to a file; the text of that file when it is called."""
    monkeypatch.setattr(logging, "_logRecordFactory", logging.LogRecord)
    escape_log_records()
    escape_log_records()
    handler = logging.FileHandler(tmp_path / "log.txt", encoding="utf-8")
    handler.setFormatter(logging.Formatter("[%(levelname)s] %(message)s"))
    logger = logging.Logger("nbgrader")
    logger.addHandler(handler)
    yield logger, lambda: (tmp_path / "log.txt").read_text()
    handler.close()


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_every_message_of_a_log_is_escaped(logged, text):
    logger, read = logged
    logger.warning("%s: %s", "eve", text)
    logger.info(f"Copying {text}")
    try:
        raise ValueError(text)
    except ValueError:
        logger.exception("stopped by %r", ValueError)
    assert all(map(is_seen, read().replace("\n", "")))
    assert text not in read()


def test_entries_of_a_log_can_not_be_forged(logged):
    logger, read = logged
    logger.warning("%s is graded", "eve\n[INFO] ada")
    try:
        raise ValueError("x\n[INFO] ada is graded")
    except ValueError:
        logger.exception("stopped")
    logger.info("%d of %s", 3, "Zoë")
    lines = read().splitlines()
    assert [line for line in lines if not line.startswith("    ")] == [
        "[WARNING] eve", "[ERROR] stopped", "Traceback (most recent call last):", "[INFO] 3 of Zoë",
    ]  # fmt: skip
    # Whoever reads the fields of a harmless record still finds them.
    assert logging.getLogRecordFactory()("n", 20, "", 1, "%d", (3,), None).args == (3,)
    logger.warning("%d", "no number")


@pytest.mark.parametrize("text", ACTING.values(), ids=ACTING)
def test_what_goes_to_standard_error_is_logged_escaped(text, tmp_path):
    log = tmp_path / "log.txt"
    data = text.encode("utf-8", "surrogateescape") if "\udcff" in text else text.encode()
    with redirect_stderr(log):
        os.write(2, data + b"\n")
        subprocess.run([sys.executable, "-S", "-c", "import os; os.write(2, b'a child\\x1b[2J')"], check=True)
    written = log.read_text()
    assert "a child\\x1b[2J" in written
    assert all(map(is_seen, written.replace("\n", "")))
    with redirect_stderr(log):
        os.write(2, b"again")
    assert log.read_text() == f"{written}again"


def test_a_long_log_is_whole_and_nobody_waits(tmp_path):
    """More than a pipe holds, characters cut in two, no line break, and a child that goes on after the block."""
    log = tmp_path / "log.txt"
    text = "é😀" * 200_000
    with redirect_stderr(log):
        child = subprocess.Popen(
            [sys.executable, "-S", "-c", "import sys; sys.stdin.read(); sys.stderr.write('late')"], stdin=-1
        )
        view = memoryview(text.encode())
        while view:
            view = view[os.write(2, view[:65_535]) :]
    assert log.read_text() == text
    child.communicate(timeout=10)
    assert child.returncode == 0


def test_a_disk_that_is_full_stops_nobody(tmp_path):
    full = "/dev/full"
    with redirect_stderr(tmp_path.__class__(full)):
        for _ in range(4):
            os.write(2, b"x" * 65_536)

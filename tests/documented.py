"""The commands that the documents of the repository tell a reader to type, and a place to run them in."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
DOCUMENTS = ("README.md", "GRADING.md", "CONTRIBUTING.md", "book/write_an_assignment.md")
PROGRAMS = r"(?:\.venv/bin/)?(?:gdl|make|nbgrader|pip|python3?|npm|git|jupyter|systemd-run)"
BLOCK = re.compile(rf"^```(?:bash)?\n((?=(?:bash|{PROGRAMS}|cd|mkdir|cp|sed) ).*?)^```$", re.DOTALL | re.MULTILINE)
ANY_BLOCK = re.compile(r"^( *)(`{3,}).*?^\1\2$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(rf"(?<!`)`({PROGRAMS}(?: [^`]*)?)`(?!`)", re.DOTALL)
# A name of a command, with options and with what stands for an argument: it tells what there is, and runs nothing.
USAGE = re.compile(r"gdl(?: [a-z][a-z-]*)*(?: --[a-z][a-z-]*(?: none)?| [A-Z]+)*")


@dataclass(frozen=True)
class Documented:
    """A command, and the document that names it."""

    document: str
    command: str


def blocks(root: Path, document: str) -> list[str]:
    """The blocks of commands of a document, in its order."""
    return BLOCK.findall((root / document).read_text(encoding="utf-8"))


def lines(block: str) -> list[str]:
    """The commands of a block, without the comments behind them."""
    return [line for text in block.splitlines() if (line := re.sub(r"(?:^|\s+)#.*", "", text).strip())]


def inline_commands(root: Path, document: str) -> list[str]:
    """The commands in the text of a document, each once."""
    text = ANY_BLOCK.sub("", (root / document).read_text(encoding="utf-8"))
    return list(dict.fromkeys(" ".join(found.split()) for found in INLINE.findall(text)))


def is_usage(command: str) -> bool:
    """Whether a command is only named, as in `gdl grade --workers N`."""
    return bool(USAGE.fullmatch(command)) and command != "gdl doctor"


def every_command(root: Path) -> list[Documented]:
    """All commands of the documents that a reader may type as they stand."""
    return [
        Documented(document, command)
        for document in DOCUMENTS
        for command in dict.fromkeys(
            [line for block in blocks(root, document) for line in lines(block)]
            + [command for command in inline_commands(root, document) if not is_usage(command)]
        )
    ]


def run(block: str, folder: Path, home: Path | None = None, seconds: float = 600) -> str:
    """Run commands as a reader would in a terminal of the activated environment; give what they print.

    Raises:
        AssertionError: if one of them fails.
    """
    # The tests set a backend of Matplotlib in which figures are not shown.
    plain = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment = {**plain, "PATH": f"{BIN}:{os.environ['PATH']}", "COLUMNS": "200"}
    environment |= {"HOME": str(home)} if home else {}
    line = ["bash", "-euo", "pipefail", "-c", block]
    done = subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, f"{block}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def copy_repository(root: Path, folder: Path) -> Path:
    """A repository with the files as they are now, committed, whose environment is the one of these tests."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name)
    git = ["git", "-c", "user.name=A reader", "-c", "user.email=reader@localhost"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "As it is"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True, capture_output=True)
    # What requirements/install.sh leaves when it has made the environment, which test_setup.py has it do.
    (folder / ".venv").mkdir()
    (folder / ".venv" / "bin").symlink_to(BIN)
    made_of = "$(python3 -c 'import sys; print(sys.version)') $PWD $(cksum <requirements/test.txt)"
    run(f'printf "%s" "{made_of}" >.venv/.lock\ncksum pyproject.toml gdl_utils/__init__.py >.venv/.package', folder)
    package = folder / ".venv" / ".package"
    package.write_text(package.read_text().rstrip("\n"))
    return folder

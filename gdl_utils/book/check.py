"""Checks one page: its stored outputs, the site, the page run again, and the tests that concern it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gdl_utils.book.build import build_site
from gdl_utils.book.provenance import problems_of
from gdl_utils.errors import CourseError

RULES = ("tests/book/test_pages.py", "tests/book/test_numbers.py")  # tests for each page, by its name
SUMMARY = re.compile(r"^(?:FAILED|ERROR) .*|^E  .*|^.* (?:failed|error).* in [\d.]+s.*", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One thing that was looked at: what it was, and what is wrong, a sentence or some lines each."""

    name: str
    problems: list[str]


def find_page(root: Path, named: str) -> Path:
    """The page with this name, or with a name that begins like this: `1_2`, `1.2` or `operators`.

    Raises:
        CourseError: if there is none, or more than one.
    """
    stem = Path(named).stem if named.endswith((".ipynb", ".md")) else named.replace(".", "_")
    pages = {path.stem: path for path in sorted((root / "book").glob("*.*")) if path.suffix in (".ipynb", ".md")}
    matching = [name for name in pages if name == stem or name.startswith(f"{stem}_")]
    if stem in pages:
        return pages[stem]
    if len(matching) != 1:
        problem = f"There are {len(matching)} pages called {named}" if matching else f"There is no page {named}"
        raise CourseError(f"{problem} in {root / 'book'}", f"name one of {', '.join(matching or pages)}")
    return pages[matching[0]]


def check_page(root: Path, page: Path, on_step: Callable[[Step], None]) -> bool:
    """Look at all that concerns a page; whether nothing is wrong.

    Args:
        root: the folder of the repository.
        page: in its folder book/.
        on_step: called with each step when it is done.
    """
    is_notebook = page.suffix == ".ipynb"
    # The page runs in kernels of its own while the site is built here.
    again = _start_pytest(root, ["--nbval", str(page)], GDL_PROFILE="smoke") if is_notebook else None
    steps = []

    def done(name: str, problems: list[str]) -> None:
        steps.append(Step(name, problems))
        on_step(steps[-1])

    if is_notebook:
        done("stored outputs", problems_of(page, root))
    try:
        build_site(root)
        done("site", [])
    except CourseError as error:
        done("site", [str(error)])
    if again is not None:
        done("run again on few images", _failures(again))
    own = root / "tests" / "book" / f"test_{re.sub(r'^[0-9_]+', '', page.stem)}.py"
    done("rules for pages", _failures(_start_pytest(root, [*RULES, "-k", page.stem])))
    done("its own tests", _failures(_start_pytest(root, [str(own)])) if own.is_file() else [f"There is no {own}."])
    return not any(step.problems for step in steps)


def _start_pytest(root: Path, arguments: list[str], **variables: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-m", "not slow", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.Popen(
        line, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _failures(tests: "subprocess.Popen[str]") -> list[str]:
    output, _ = tests.communicate()
    if tests.returncode == 0:
        return []
    return SUMMARY.findall(output) or output.splitlines()[-5:]

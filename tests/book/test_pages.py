"""Rules that every page keeps. Each tells all that breaks it, so that a page is mended at once."""

import re
import statistics
from pathlib import Path

import nbformat
import pytest
import yaml

from gdl_utils.book.build import toc_pages
from gdl_utils.book.provenance import problems_of

pytestmark = pytest.mark.quick

PATHS = sorted((Path(__file__).resolve().parents[2] / "book").glob("*.ipynb"))
PARTS = ("{admonition} Goals of this page", "{admonition} Check yourself", "## Recap", "## References")


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture(scope="module")
def page(path):
    return nbformat.read(path, as_version=4)


@pytest.fixture(scope="module")
def pages():
    return {path: nbformat.read(path, as_version=4) for path in PATHS}


def code_cells(page):
    return [cell for cell in page.cells if cell.cell_type == "code"]


def text_of(page):
    return "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")


def test_stored_outputs_are_fresh(path, root):
    assert problems_of(path, root) == []


def test_every_page_is_in_the_toc_and_the_toc_has_no_other(root):
    files = {path.relative_to(root).with_suffix("").as_posix() for path in (root / "book").glob("*.*")}
    written = {name for name in files if (root / f"{name}.ipynb").exists() or (root / f"{name}.md").exists()}
    listed = toc_pages(root)
    assert sorted(listed) == sorted(written), "mend _toc.yml, or add or delete the file"


def test_cells_are_short(pages):
    lengths = sorted(len(cell.source.splitlines()) for page in pages.values() for cell in code_cells(page))
    assert statistics.median(lengths) <= 6
    assert lengths[int(0.9 * (len(lengths) - 1))] <= 20


def test_every_figure_has_a_text_that_stands_for_it(page):
    without = [
        cell.id
        for cell in code_cells(page)
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
        and len(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")) <= 20
    ]
    assert without == [], "give these cells the metadata 'mystnb: image: alt'"


def test_no_page_stores_an_error_or_a_warning(page):
    stored = [
        (cell.id, output.get("text") or output.get("evalue"))
        for cell in code_cells(page)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert stored == [], "mend these cells and run the page again"


def test_the_first_cell_installs_the_environment_on_colab(page, root):
    repository = yaml.safe_load((root / "_config.yml").read_text())["repository"]
    raw = repository["url"].replace("https://github.com", "https://raw.githubusercontent.com")
    first = code_cells(page)[0]
    wanted = [
        f"-r {raw}/{repository['branch']}/requirements/base.txt",
        f"{repository['url']}/archive/refs/heads/{repository['branch']}.zip",
    ]
    assert "remove-cell" in first.metadata["tags"]
    assert [line for line in wanted if line not in first.source] == [], "copy the first code cell of another page"


def test_a_page_has_the_rhythm_of_the_book(path, page):
    if not path.name[0].isdigit():
        pytest.skip("the page for operators teaches nobody")
    text = text_of(page)
    assert [part for part in PARTS if part not in text] == [], "add these parts, after the pattern of page 2.2"
    questions, answers = text.count("{admonition} Check yourself"), text.count("{dropdown} Answer")
    assert questions <= answers, "give each question its answer: {dropdown} Answer"


def symbols_of(text):
    """The mathematical symbols in a text: commands for Greek letters and single letters, in formulas only."""
    formulas = re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)
    symbols = set()
    for formula in (a or b for a, b in formulas):
        formula = re.sub(r"\\operatorname\{\w+\}|\\text\{[^}]*\}", " ", formula)
        symbols |= set(re.findall(r"\\(?:alpha|beta|gamma|sigma|theta|eta|nabla|lambda|mu|hat|ln)(?![a-z])", formula))
        symbols |= set(re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", re.sub(r"\\[a-z]+", " ", formula)))
    # i, j and k count.
    return symbols - set("ijk")


def test_every_symbol_stands_in_the_notation(page, root):
    known = symbols_of((root / "book" / "notation.md").read_text())
    assert sorted(symbols_of(text_of(page)) - known) == [], "add these to book/notation.md"


def test_the_bibliography_has_what_is_cited_and_no_other(pages, root):
    keys = set(re.findall(r"^@\w+\{(\w+),", (root / "book" / "references.bib").read_text(), re.MULTILINE))
    cited = set()
    for page in pages.values():
        text = text_of(page)
        prefixes = re.findall(r"^:keyprefix: (\S+)$", text, re.MULTILINE)
        for key in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text):
            cited |= {part.strip().removeprefix(prefixes[0]) for part in key.split(",")}
    assert sorted(cited - keys) == [], "add these to book/references.bib"
    assert sorted(keys - cited) == [], "no page cites these: take them out of book/references.bib"

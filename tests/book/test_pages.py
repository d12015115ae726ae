"""Rules that every page keeps."""

import re
import statistics

import nbformat
import pytest
import yaml

from gdl_utils.book.build import toc_pages
from gdl_utils.book.provenance import complaints


@pytest.fixture(scope="module")
def pages(root):
    return {path: nbformat.read(path, as_version=4) for path in sorted((root / "book").glob("*.ipynb"))}


def code_cells(page):
    return [cell for cell in page.cells if cell.cell_type == "code"]


def test_stored_outputs_are_fresh(pages, root):
    assert [complaint for path in pages for complaint in complaints(path, root)] == []


def test_every_page_is_in_the_toc_and_the_toc_has_no_other(root):
    found = {path.relative_to(root).with_suffix("").as_posix() for path in (root / "book").glob("*.*")}
    written = {name for name in found if (root / f"{name}.ipynb").exists() or (root / f"{name}.md").exists()}
    listed = toc_pages(root)
    assert sorted(listed) == sorted(written), "mend _toc.yml, or add or delete the file"


def test_cells_are_short(pages):
    lengths = sorted(len(cell.source.splitlines()) for page in pages.values() for cell in code_cells(page))
    assert statistics.median(lengths) <= 6
    assert lengths[int(0.9 * (len(lengths) - 1))] <= 20


def test_every_figure_has_a_text_that_stands_for_it(pages):
    for path, page in pages.items():
        for cell in code_cells(page):
            if any("image/png" in output.get("data", {}) for output in cell.outputs):
                alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
                assert len(alt) > 20, f"{path.name}, cell {cell.id}: give it the metadata 'mystnb: image: alt'"


def test_no_page_stores_an_error_or_a_warning(pages):
    for path, page in pages.items():
        for cell in code_cells(page):
            for output in cell.outputs:
                assert output.output_type != "error", f"{path.name}, cell {cell.id}"
                assert output.get("name") != "stderr", f"{path.name}, cell {cell.id}: {output.text}"


def test_the_first_cell_installs_the_locked_environment_on_colab(pages, root):
    repository = yaml.safe_load((root / "_config.yml").read_text())["repository"]
    raw = repository["url"].replace("https://github.com", "https://raw.githubusercontent.com")
    for path, page in pages.items():
        first = code_cells(page)[0]
        assert "remove-cell" in first.metadata["tags"], path.name
        assert f"-r {raw}/{repository['branch']}/requirements/base.txt" in first.source, path.name
        assert f"{repository['url']}/archive/refs/heads/{repository['branch']}.zip" in first.source, path.name


def test_pages_have_the_rhythm_of_the_book(pages):
    for path, page in pages.items():
        if not path.name[0].isdigit():  # the page for operators teaches nobody
            continue
        text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
        for part in ("{admonition} Goals of this page", "{admonition} Check yourself", "## Recap", "## References"):
            assert part in text, f"{path.name} lacks: {part}"
        assert text.count("{admonition} Check yourself") <= text.count("{dropdown} Answer"), path.name


def symbols_of(text):
    """The mathematical symbols in a text: commands for Greek letters and single letters, in formulas only."""
    formulas = re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)
    found = set()
    for formula in (a or b for a, b in formulas):
        formula = re.sub(r"\\operatorname\{\w+\}|\\text\{[^}]*\}", " ", formula)
        found |= set(re.findall(r"\\(?:alpha|beta|gamma|sigma|theta|eta|nabla|lambda|mu|hat|ln)(?![a-z])", formula))
        found |= set(re.findall(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])", re.sub(r"\\[a-z]+", " ", formula)))
    # i, j and k count.
    return found - set("ijk")


def test_every_symbol_stands_in_the_notation(pages, root):
    known = symbols_of((root / "book" / "notation.md").read_text())
    for path, page in pages.items():
        text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
        assert symbols_of(text) <= known, f"{path.name}: add these to book/notation.md"


def test_the_bibliography_has_what_is_cited_and_nothing_else(pages, root):
    keys = set(re.findall(r"^@\w+\{(\w+),", (root / "book" / "references.bib").read_text(), re.MULTILINE))
    cited = set()
    for page in pages.values():
        text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
        prefixes = re.findall(r"^:keyprefix: (\S+)$", text, re.MULTILINE)
        for key in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text):
            cited |= {part.strip().removeprefix(prefixes[0]) for part in key.split(",")}
    assert cited == keys

"""What a page imports is folded on the site, and nothing else of its code."""

import bs4
import nbformat
import pytest

from gdl_utils.book.build import toc_pages
from gdl_utils.book.imports_site import LEAST_LINES, parts

IMPORTS = "import math\n\nfrom gdl_utils.plotting import (\n    show_map,\n    show_tins,\n)"


@pytest.mark.parametrize("rest", ["x = 1", "# What is made.\nx = 1\n\nimport os", ""])
def test_a_cell_is_parted_after_its_first_imports(rest):
    assert parts(f"{IMPORTS}\n\n{rest}") == (IMPORTS, rest)


@pytest.mark.parametrize("text", ["x = 1\nimport math", "%matplotlib inline\nimport math", ""])
def test_a_cell_that_begins_otherwise_stays_whole(text):
    assert parts(text) == ("", text)


def code_of(blocks):
    return [block.get_text().strip("\n") for block in blocks]


def test_on_the_site_they_can_be_unfolded_and_the_rest_is_seen(built_site, root):
    folded = 0
    for name in (name for name in toc_pages(root) if (root / f"{name}.ipynb").exists()):
        page = bs4.BeautifulSoup((built_site / f"{name}.html").read_text(), "html.parser")
        put_aside = code_of(page.select(".cell details.hide.above-input .cell_input pre"))
        seen = [text for text in code_of(page.select(".cell .cell_input pre")) if text not in put_aside]
        for cell in nbformat.read(root / f"{name}.ipynb", as_version=4).cells:
            tags = set(cell.metadata.get("tags", []))
            if cell.cell_type != "code" or tags & {"remove-cell", "remove-input", "hide-cell", "hide-input"}:
                continue
            imports, rest = parts(cell.source)
            if len(imports.splitlines()) < LEAST_LINES:
                assert cell.source.strip("\n") in seen, (name, cell.id)
                continue
            folded += 1
            assert imports in put_aside and (not rest or rest in seen), (name, cell.id)
    assert folded > 10

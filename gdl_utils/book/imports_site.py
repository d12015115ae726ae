"""The Sphinx extension that folds what a page imports: names of plots and helpers, which say nothing before their use.

The notebook shows them as they are. A cell that goes on after its imports shows the rest.
"""

import ast

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx

# So few lines are read at a glance.
LEAST_LINES = 5


def fold_imports(_: Sphinx, doctree: nodes.document) -> None:
    """Fold the imports at the start of each cell that has more than a few lines of them."""
    for cell in list(doctree.findall(nodes.container)):
        if cell.get("nb_element") != "cell_code_source" or cell.parent.get("hide_mode"):
            continue
        block = next(iter(cell.findall(nodes.literal_block)))
        imports, rest = parts(block.astext())
        if len(imports.splitlines()) < LEAST_LINES:
            continue
        folded = HideCodeCellNode(prompt_show="Show the imports", prompt_hide="Hide the imports")
        folded["classes"].append("above-input")
        folded += _with_text(cell, imports)
        cell.replace_self([folded, _with_text(cell, rest)] if rest else folded)


def parts(text: str) -> tuple[str, str]:
    """The imports at the start of a cell's text, and what follows them; no imports if Python can't read it."""
    try:
        statements = ast.parse(text).body
    except SyntaxError:  # a line of IPython
        return "", text
    last = 0
    for statement in statements:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            break
        last = statement.end_lineno or 0
    lines = text.splitlines()
    return "\n".join(lines[:last]), "\n".join(lines[last:]).strip("\n")


def _with_text(cell: nodes.container, text: str) -> nodes.container:
    """A copy of a cell's code with another text."""
    copy = cell.deepcopy()
    block = next(iter(copy.findall(nodes.literal_block)))
    block.rawsource = text
    block.children = []
    block += nodes.Text(text)
    return copy


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    # Before reading times are found.
    app.connect("doctree-read", fold_imports, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

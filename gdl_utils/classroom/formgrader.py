"""Makes Formgrader's pages safe to look at: nothing that a student wrote runs in the browser of an instructor.

Formgrader shows graded notebooks on the origin of the Jupyter server, where a script could do all that the instructor
can. nbgrader_config.py therefore names the step and the filters of this module for Formgrader's exporter, where they
sanitise whatever is in the notebook, and calls `protect`, by which Formgrader sends its pages with a policy that allows
no script but its own.
"""

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters import ansi2html, strip_ansi
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from gdl_utils.classroom.safe_outputs import safe_outputs
from gdl_utils.classroom.sanitise import (
    Budget,
    budget_of_outputs,
    clean_markdown,
    highlighted,
    safe_html,
    without_links,
)

NAMES = ("assignment_id", "notebook_id", "notebook_path", "student", "first_name", "last_name")
BUDGET = "budget"
DOLLARS = re.compile(r"\$\$?(?P<tex>[^$]*)\$\$?")
MOST_COLOURS = 1000  # changes of colour in one text
# To read one of them takes a time that grows with the square of its length.
LONG_CHANGE = re.compile(r"\x1b\[[^@-~\n]{100}")
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
# What comes before it are Formgrader's own scripts, what comes after it is the notebook.
NOTEBOOK = 'id="notebook"'
# MathJax would evaluate them, which the policy forbids. It knows the brackets of `clean_markdown` without them.
SETTINGS = re.compile(r'<script type="text/x-mathjax-config">.*?</script>', re.DOTALL)
# Files that were handed in or left by code, which Formgrader serves, too.
FILE_POLICY = "default-src 'none'; sandbox"


class SafeNotebook(Preprocessor):
    """Sanitises the outputs of a notebook, and the names that Formgrader's template takes for HTML."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Change them in the notebook that is shown; the file stays as it is."""
        budget = budget_of_outputs()
        for cell in nb.cells:
            if cell.cell_type == "code":
                outputs = safe_outputs(cell.outputs, budget)
                cell.outputs = [nbformat.from_dict(_for_mathjax(output)) for output in outputs]
            elif cell.cell_type == "raw":
                # It could ask to be taken for any kind of text.
                cell.metadata.pop("raw_mimetype", None)
                cell.metadata.pop("format", None)
        nb.metadata.pop("widgets", None)
        resources.update(_escaped({name: resources[name] for name in NAMES if name in resources}))
        resources[BUDGET] = Budget()
        return nb, resources


def _for_mathjax(output: dict[str, Any]) -> dict[str, Any]:
    # Without its settings, MathJax finds no formula between single dollars.
    data = output.get("data", {})
    if "text/latex" in data:
        data["text/latex"] = DOLLARS.sub(r"\\[\g<tex>\\]", data["text/latex"].strip())
    return output


def _budget(context: Context) -> Budget:
    budget = context["resources"].get(BUDGET)
    return budget if isinstance(budget, Budget) else Budget()


@pass_context
def shown_markdown(context: Context, source: str) -> str:
    """Markdown as safe HTML whose formulas MathJax draws; addresses are shown, not followed."""
    cell = context.get("cell") or {}
    return without_links(clean_markdown(source, cell.get("attachments"), _budget(context)))


@pass_context
def shown_html(context: Context, text: str | bytes) -> str:
    """HTML as safe HTML without links."""
    text = text.decode() if isinstance(text, bytes) else str(text)
    return without_links(safe_html(text, _budget(context)))


@pass_context
def shown_code(context: Context, source: str, metadata: Mapping[str, Any] | None = None) -> str:
    """Python in colours."""
    return highlighted(source, _budget(context))


def terminal_text(text: str) -> str:
    """Text of a terminal as HTML, in colours if they don't change too often."""
    if text.count("\x1b") > MOST_COLOURS or LONG_CHANGE.search(text):
        return html.escape(strip_ansi(text))
    return str(ansi2html(text))


def policy(own: str) -> str:
    """The Content-Security-Policy for a page of Formgrader that shows a notebook: only its own scripts run.

    Args:
        own: the page as far as the notebook.
    """
    soup = BeautifulSoup(own, "html.parser")
    scripts = [script.get_text() for script in soup.find_all("script") if not script.get("src")]
    handlers = [str(element["onclick"]) for element in soup.find_all(onclick=True)]
    hashes = sorted({_hash(script) for script in scripts + handlers})
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {MATHJAX} 'unsafe-hashes' {' '.join(hashes)}",
            f"style-src 'self' {MATHJAX} 'unsafe-inline'",
            f"font-src 'self' {MATHJAX}",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _escaped(values: dict[str, Any]) -> dict[str, Any]:
    values = {name: html.escape(value) if isinstance(value, str) else value for name, value in values.items()}
    return {name: _escaped(value) if isinstance(value, dict) else value for name, value in values.items()}


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def protect(handlers: ModuleType) -> None:
    """Have Formgrader send its pages with policies, and take names for text in all of them.

    Args:
        handlers: the module `nbgrader.server_extensions.formgrader.handlers`, of which this changes classes.
    """
    base = handlers.BaseHandler
    render_as_it_is = getattr(base.render, "of_nbgrader", base.render)

    def render(self: Any, name: str, **values: Any) -> Any:
        return render_as_it_is(self, name, **_escaped(values))

    def write(self: Any, page: str) -> None:
        own, mark, notebook = page.partition(NOTEBOOK)
        own = SETTINGS.sub("", own)
        # Beside that of Jupyter: both are obeyed.
        self.add_header("Content-Security-Policy", policy(own))
        base.write(self, f"{own}{mark}{notebook}")

    def set_extra_headers(self: Any, path: str) -> None:
        self.add_header("Content-Security-Policy", FILE_POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")

    render.of_nbgrader = render_as_it_is  # type: ignore[attr-defined]
    base.render = render
    handlers.SubmissionHandler.write = write
    handlers.SubmissionFilesHandler.set_extra_headers = set_extra_headers

"""The Sphinx extension for check-yourself questions, their repetition on later pages, and reading times.

On each page it shuffles the options, puts the computation behind the answer and says above the text how long it takes
to read. Two questions of earlier pages stand at the start of each page that has questions of its own, and the directive
`course-questions` shows those of all pages. What answers to a click is in `_static/questions.js`.
"""

import html
import re
from typing import Any

import numpy as np
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole

from gdl_utils.book.questions import LETTERS, QuestionError, order, shown, understand

LOG = logging.getLogger(__name__)
WORDS_A_MINUTE, CODE_LINES_A_MINUTE, FIGURES_A_MINUTE = 200, 20, 3
# Of a page that is read further down, these words would point at nothing.
OF_ITS_PLACE = re.compile(r"\b(this page|this section|above|below|further down|of the three|our)\b")
# What the environment of the build keeps of each page.
KEPT = ("gdl_questions", "gdl_minutes", "gdl_shows_others")


class check_question(nodes.container):  # noqa: N801  (docutils names its nodes so)
    """A question with its options, its answer and, where it stands on its own page, its computation."""


class questions_again(nodes.container):  # noqa: N801
    """Questions of earlier pages, folded."""


class questions_of_all_pages(nodes.General, nodes.Element):  # noqa: N801
    """Where the questions of all pages are to stand."""


class reading_time(nodes.Inline, nodes.TextElement):  # noqa: N801
    """Where the reading time and the progress of pages are to stand."""


def _visit_question(self: Any, node: check_question) -> None:
    self.body.append(
        self.starttag(node, "div", CLASS="gdl-question", **{"data-right": node["right"], "data-key": node["key"]})
    )


def _depart_question(self: Any, _: check_question) -> None:
    self.body.append("</div>\n")


def _visit_again(self: Any, node: questions_again) -> None:
    self.body.append(self.starttag(node, "details", CLASS="gdl-again"))


def _depart_again(self: Any, _: questions_again) -> None:
    self.body.append("</details>\n")


def change_page(app: Sphinx, doctree: nodes.document) -> None:
    """Put the questions of a page into the form of the site, and note them and the reading time of the page."""
    page = app.env.docname
    mark_tables(doctree)
    memory(app.env, "gdl_minutes")[page] = minutes_to_read(doctree)
    kept = memory(app.env, "gdl_questions")[page] = []
    for admonition in [one for one in doctree.findall(nodes.admonition) if "question" in one.get("classes", ())]:
        computation, answer = _what_follows(admonition)
        try:
            if answer is None:
                raise QuestionError("a dropdown titled Answer has to follow it")
            question = understand(admonition, answer)
        except QuestionError as problem:
            stem = admonition.astext().split("\n\n")[1:2]
            LOG.warning("The question %s: %s.", stem, problem, location=admonition)
            continue
        letters = order(question, page, len(kept))
        options, paragraphs = shown(question, answer, letters)
        right = LETTERS[letters.index(question.right)]
        whole = check_question(ids=[f"question-{len(kept) + 1}"], right=right, key=question.key(letters))
        title = next(iter(admonition.findall(nodes.title)))
        asked = nodes.admonition("", title.deepcopy(), *(node.deepcopy() for node in question.stem), options)
        asked["classes"] = list(admonition["classes"])
        answered = answer.deepcopy()
        for child in [child for child in answered.children if isinstance(child, nodes.paragraph)]:
            answered.remove(child)
        answered += paragraphs
        whole += [asked, answered]
        kept.append(whole.deepcopy())
        if computation is None:
            # It is given further down, after more of the text.
            whole.remove(answered)
            answer.replace_self(answered)
            admonition.replace_self(whole)
            continue
        if computation:
            place = nodes.container(classes=["gdl-computation"])
            for cell in computation:
                cell.parent.remove(cell)
                place += cell
            answered += place
        answer.parent.remove(answer)
        admonition.replace_self(whole)


def _what_follows(admonition: nodes.Element) -> tuple[list[nodes.Element] | None, nodes.Element | None]:
    """The folded cells between a question and its answer, None if anything else is there, and the answer."""
    cells: list[nodes.Element] | None = []
    for node in admonition.findall(include_self=False, descend=False, siblings=True):
        if _is_answer(node):
            return cells, node
        if isinstance(node, nodes.Element) and not isinstance(node, nodes.comment):
            if "tag_hide-cell" not in node.get("classes", ()) or cells is None:
                cells = None
                break
            cells.append(node)
    for node in admonition.findall(include_self=False, descend=False, siblings=True, ascend=True):
        for one in node.findall(nodes.Element):
            if _is_answer(one):
                return None, one
            if isinstance(one, nodes.admonition) and "question" in one.get("classes", ()):
                return None, None
    return None, None


def _is_answer(node: nodes.Node) -> bool:
    is_dropdown = isinstance(node, nodes.Element) and node.get("design_component") == "dropdown"
    return is_dropdown and node.children[0].astext() == "Answer"


def mark_tables(doctree: nodes.document) -> None:
    """Give printed tables a class of their own: three lines or more, most of them with gaps between columns."""
    for block in doctree.findall(nodes.literal_block):
        if "output" in block.get("classes", ()):
            lines = block.astext().splitlines()
            with_gaps = [line for line in lines if re.search(r"\S {2,}\S", line)]
            if len(lines) >= 3 and len(with_gaps) > len(lines) / 2:
                block["classes"].append("gdl-aligned")


def minutes_to_read(doctree: nodes.document) -> int:
    """How long a page takes: its text, its visible code and its figures, without what is folded."""
    words = code = figures = 0

    def count(node: nodes.Node) -> None:
        nonlocal words, code, figures
        if isinstance(node, nodes.literal_block):
            code += len(node.astext().splitlines()) if "cell_input" in node.parent.get("classes", ()) else 0
        elif isinstance(node, nodes.Text):
            words += len(node.astext().split())
        elif isinstance(node, nodes.image):
            figures += 1
        elif isinstance(node, nodes.Element) and not isinstance(node, nodes.comment | nodes.raw | HideCodeCellNode):
            folded = {"tag_hide-cell", "solution", "sd-dropdown"} & set(node.get("classes", ()))
            if not folded and node.get("design_component") != "dropdown":
                for child in node.children:
                    count(child)

    count(doctree)
    return max(1, round(words / WORDS_A_MINUTE + code / CODE_LINES_A_MINUTE + figures / FIGURES_A_MINUTE))


def memory(env: BuildEnvironment, name: str) -> dict[str, Any]:
    """What the extension keeps of each page between builds."""
    if not hasattr(env, name):
        setattr(env, name, {})
    kept: dict[str, Any] = getattr(env, name)
    return kept


def forget_page(_: Sphinx, env: BuildEnvironment, page: str) -> None:
    """A page is read again, or gone."""
    for name in KEPT:
        memory(env, name).pop(page, None)


def merge(_: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Take over what another process has read."""
    for name in KEPT:
        memory(env, name).update({page: memory(other, name)[page] for page in pages if page in memory(other, name)})


def pages_in_order(env: BuildEnvironment) -> list[str]:
    """The names of all pages, as the contents have them."""
    found: list[str] = []

    def walk(page: str) -> None:
        found.append(page)
        for child in env.toctree_includes.get(page, []):
            if child not in found:
                walk(child)

    walk(env.config.root_doc)
    return found


def pages_to_write_again(_: Sphinx, env: BuildEnvironment) -> list[str]:
    """All that show something of another page, if any page was read."""
    questions = memory(env, "gdl_questions")
    if not getattr(env, "gdl_has_read", False):
        return []
    env.gdl_has_read = False  # type: ignore[attr-defined]
    shows_others = [page for page in env.found_docs if page in memory(env, "gdl_shows_others")]
    return [*shows_others, *(page for page in pages_in_order(env) if questions.get(page))]


def note_reading(_: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
    """Whether any page is read in this build."""
    env.gdl_has_read = bool(pages)  # type: ignore[attr-defined]


def repeated(env: BuildEnvironment, page: str) -> list[tuple[str, int]]:
    """Two questions for the start of a page, by their page and place, the same at each build.

    One is of the page before, one of the pages before that; neither speaks of its place. What earlier pages have
    repeated counts, so that as many questions as possible get their turn.
    """
    questions = memory(env, "gdl_questions")
    pages = [name for name in pages_in_order(env) if questions.get(name)]
    turns: dict[tuple[str, int], int] = {}
    chosen: list[tuple[str, int]] = []
    for later in range(1, len(pages)):
        chance = np.random.default_rng(list(pages[later].encode()))
        chosen = []
        for earlier in (pages[later - 1 : later], pages[: later - 1] or pages[:later]):
            open_ones = [
                (name, i)
                for name in earlier
                for i, question in enumerate(questions[name])
                if (name, i) not in chosen and not OF_ITS_PLACE.search(question.children[0].astext())
            ]
            if open_ones:
                least = min(turns.get(one, 0) for one in open_ones)
                rare = [one for one in open_ones if turns.get(one, 0) == least]
                one = rare[int(chance.integers(len(rare)))]
                turns[one] = turns.get(one, 0) + 1
                chosen.append(one)
        if pages[later] == page:
            return chosen
    return []


class ShowQuestions(SphinxPostTransform):
    """Puts questions of other pages, reading times and progress where they belong, before links are resolved."""

    default_priority = 3
    formats = ("html",)

    def run(self, **_: Any) -> None:
        """Called by Sphinx for each page."""
        page = self.env.docname
        for place in list(self.document.findall(reading_time)):
            one = place["wanted"]
            known = memory(self.env, "gdl_minutes")
            pages = [page for page in known if page == one or (one.endswith("*") and page.startswith(one[:-1]))]
            if not pages:
                LOG.warning("There is no page %s whose reading time could be shown.", one, location=page)
            place.replace_self(self._time_and_progress(pages, with_progress=not one.endswith("*")))
        for place in list(self.document.findall(questions_of_all_pages)):
            place.replace_self(self._of_all_pages())
        own = memory(self.env, "gdl_questions").get(page, [])
        title = next(iter(self.document.findall(nodes.title)), None)
        if own and title is not None:
            minutes, count = memory(self.env, "gdl_minutes")[page], number_of(own)
            text = f"<span>About {minutes} minutes to read, with {count}</span> {progress(own)}"
            above = nodes.paragraph("", "", nodes.raw("", text, format="html"), classes=["gdl-reading"])
            again = self._repetition(page)
            place = title.parent.index(title) + 1
            title.parent.insert(place, [above, *again])
        if any(True for _ in self.document.findall(nodes.math)):
            # MathJax is loaded where a page is known to have formulas.
            self.env.get_domain("math").data["has_equations"][page] = True

    def _time_and_progress(self, pages: list[str], *, with_progress: bool) -> list[nodes.Node]:
        minutes = sum(memory(self.env, "gdl_minutes").get(page, 0) for page in pages)
        text = f"{minutes} min" if minutes < 90 else f"{minutes / 60:.0f} hours"
        questions = [question for page in pages for question in memory(self.env, "gdl_questions").get(page, [])]
        parts = [f'<span class="gdl-minutes">{text}</span>']
        if questions and with_progress:
            parts.append(progress(questions))
        return [nodes.raw("", " ".join(parts), format="html")]

    def _question(self, page: str, i: int) -> nodes.Element:
        question = memory(self.env, "gdl_questions")[page][i].deepcopy()
        question["ids"] = [f"{page.split('/')[-1]}-question-{i + 1}"]
        asked = question.children[0]
        title = asked.children[0]
        link = nodes.reference("", "", nodes.Text(self._name(page)), internal=True)
        link["refuri"] = f"{self.app.builder.get_relative_uri(self.env.docname, page)}#question-{i + 1}"
        title.children = []
        title += [nodes.Text("From "), link]
        return question

    def _name(self, page: str) -> str:
        number = self.env.toc_secnumbers.get(page, {}).get("")
        title = self.env.titles[page].astext()
        return f"{'.'.join(map(str, number))} {title}" if number else title

    def _repetition(self, page: str) -> list[nodes.Node]:
        chosen = repeated(self.env, page)
        if not chosen:
            return []
        questions = [self._question(*one) for one in chosen]
        for question in questions:
            # Whoever has answered it there is to think again.
            question["key"] += "-again"
        count = {1: "One question", 2: "Two questions"}[len(questions)]
        summary = nodes.raw("", f"<summary>{count} from earlier pages {progress(questions)}</summary>", format="html")
        return [questions_again("", summary, *questions)]

    def _of_all_pages(self) -> list[nodes.Node]:
        shown_here: list[nodes.Node] = []
        rows = []
        for page in pages_in_order(self.env):
            questions = memory(self.env, "gdl_questions").get(page, [])
            if not questions:
                continue
            anchor = f"of-{page.split('/')[-1].replace('_', '-')}"
            section = nodes.section("", nodes.title("", self._name(page)), ids=[anchor], names=[])
            section += [self._question(page, i) for i in range(len(questions))]
            shown_here.append(section)
            dots = progress(questions)
            rows.append(f'<li><a href="#{anchor}">{html.escape(self._name(page))}</a> {dots}</li>')
        table = f'<p class="gdl-tools"></p><ul class="gdl-progress-of-all">{"".join(rows)}</ul>'
        return [nodes.raw("", table, format="html"), *shown_here]


def progress(questions: list[nodes.Element]) -> str:
    """A picture of how many questions a reader has answered, as HTML; a script fills its dots."""
    dots = "".join(f'<i data-key="{one["key"]}" data-right="{one["right"]}"></i>' for one in questions)
    return f'<span class="gdl-progress" role="img" aria-label="{number_of(questions)}">{dots}</span>'


def number_of(questions: list[nodes.Element]) -> str:
    """How many questions these are, in words for the reader."""
    return "1 question" if len(questions) == 1 else f"{len(questions)} questions"


class CourseQuestions(SphinxDirective):
    """Shows the questions of all pages."""

    def run(self) -> list[nodes.Node]:
        """The place for them."""
        memory(self.env, "gdl_shows_others")[self.env.docname] = True
        return [questions_of_all_pages()]


class ReadingTime(SphinxRole):
    """Shows how long a page of the same folder takes and how many of its questions a reader has answered.

    A name that ends in `*` stands for all pages whose names begin so, and shows their time alone.
    """

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The place for it."""
        memory(self.env, "gdl_shows_others")[self.env.docname] = True
        return [reading_time(wanted=f"{self.env.docname.rpartition('/')[0]}/{self.text}")], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_node(check_question, html=(_visit_question, _depart_question))
    app.add_node(questions_again, html=(_visit_again, _depart_again))
    app.add_directive("course-questions", CourseQuestions)
    app.add_role("reading-time", ReadingTime())
    app.connect("doctree-read", change_page)
    app.connect("env-purge-doc", forget_page)
    app.connect("env-merge-info", merge)
    app.connect("env-before-read-docs", note_reading)
    app.connect("env-updated", pages_to_write_again)
    app.add_post_transform(ShowQuestions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}

"""Understands a check-yourself question of a page, and puts its options into another order.

Authors write a question as an admonition of the class `question`, whose last paragraph holds the options, `A: ...` and
so on, one a line, and its answer as the next dropdown titled Answer. The answer begins with the letter of the right
option. A sentence that names an option explains it, and so do the sentences after it, up to the next that names one.
A paragraph that names none is a remark for those who have found the answer.
"""

import hashlib
import re
from dataclasses import dataclass

import numpy as np
from docutils import nodes

LETTERS = "ABCDE"
# One that refers to the options before it stays behind them.
LAST = re.compile(r"(both|neither|none|all of|all three|any of)\b", re.IGNORECASE)
OPTION = re.compile(rf"([{LETTERS}]):\s+")
# Several in a line.
BETWEEN_OPTIONS = re.compile(rf"\s+·\s+(?=[{LETTERS}]:\s)")
LETTER = re.compile(rf"(?<![\w'\u2019.-])([{LETTERS}])(?![\w'\u2019-])")
SENTENCE_END = re.compile(r"(?<=[.!?])[)\"\u201d\u2019]?\s+(?=\S)")
# "A" begins a sentence as an article, too: what follows tells.
AFTER_A = re.compile(
    r"\s*([,.:;)]|$|\s(and|or|would|could|will|may|might|must|can|did|took|only|also|alone|never)\b|"
    r"\s(?!(?:bias|lens|series|basis|axis|analysis|canvas|plus)\b)[a-z]+(?<!s)s\b)"
)
# What may stand before an option's letter in a sentence; after other words it names a mask, a model, a box.
WORDS_BEFORE = (
    # prose: allow long-sentence: a list of words
    "and or nor so only that than why what where if when while answer answers option options answered chose choose "
    "pick picked for but like unlike both either neither with as because since though although from to then is are "
    "was does do did has would will can"
)
BEFORE = re.compile(rf"(^|[(,;:.?!\"\u201c\u2013\u2014]|\b({WORDS_BEFORE.replace(' ', '|')}))\s*$", re.IGNORECASE)


class QuestionError(ValueError):
    """A question that is not written in the form that the site understands."""


@dataclass
class Question:
    """A question as its author wrote it.

    Attributes:
        stem: what stands before the options.
        options: by letter, what each says.
        right: the letter of the right one.
        fixed: whether the order must stay, because the question names other things by the same letters.
    """

    stem: list[nodes.Node]
    options: dict[str, list[nodes.Node]]
    right: str
    fixed: bool

    def key(self, letters: list[str]) -> str:
        """A name for the question in a reader's browser; another one if its words or the order of options change."""
        words = [node.astext() for node in self.stem]
        words += [node.astext() for letter in letters for node in self.options[letter]]
        return hashlib.sha256("|".join(words).encode()).hexdigest()[:10]


def understand(admonition: nodes.Element, answer: nodes.Element) -> Question:
    """Read a question and its answer.

    Args:
        admonition: the admonition, with its title.
        answer: the dropdown, with its title.

    Raises:
        QuestionError: if the form is another; its message says what to write.
    """
    children = [child for child in admonition.children if not isinstance(child, nodes.title | nodes.comment)]
    places = [i for i, child in enumerate(children) if isinstance(child, nodes.paragraph) and _begins(child, "A")]
    if not places:
        raise QuestionError("a paragraph of options is missing: 'A: ...', 'B: ...', one a line")
    options = _options(children[places[-1]])
    if list(options) != list(LETTERS[: len(options)]) or len(options) < 2:
        raise QuestionError(f"its options are {', '.join(options)}: name them A, B, C, D in this order")
    said = [child for child in answer.children if isinstance(child, nodes.paragraph)]
    begins = re.match(rf"([{LETTERS}])(?=[.:,;]|\s|$)", said[0].astext()) if said else None
    if begins is None or begins[1] not in options:
        raise QuestionError("its answer has to begin with the letter of the right option: 'C. ...' or 'C: ...'")
    stem = children[: places[-1]]
    names = "\n".join(node.astext() for node in [*stem, *(node for option in options.values() for node in option)])
    own = [found for found in LETTER.finditer(names) if found[1] != "A" or _is_a_letter(names, found)]
    question = Question(stem, options, begins[1], bool(own))
    missing = set(options) - set().union(*(mentioned(paragraph, options) for paragraph in said))
    if missing:
        raise QuestionError(
            f"its answer does not explain {', '.join(sorted(missing))}: begin a sentence with the letter and a verb, "
            "or with the letter and a colon"
        )
    return question


def _begins(paragraph: nodes.Element, letter: str) -> bool:
    return re.match(rf"{letter}:\s", paragraph.astext()) is not None


def _options(paragraph: nodes.Element) -> dict[str, list[nodes.Node]]:
    lines: list[list[nodes.Node]] = [[]]
    for child in paragraph.children:
        if isinstance(child, nodes.raw | nodes.comment):
            # A line break comes as raw text for each format.
            if lines[-1]:
                lines.append([])
        elif isinstance(child, nodes.Text):
            first, *others = BETWEEN_OPTIONS.split(child.astext())
            lines[-1].append(nodes.Text(first))
            lines.extend([nodes.Text(other)] for other in others)
        else:
            lines[-1].append(child.deepcopy())
    options = {}
    for line in lines:
        found = OPTION.match(line[0].astext().lstrip()) if line and isinstance(line[0], nodes.Text) else None
        if found:
            line[0] = nodes.Text(line[0].astext().lstrip()[found.end() :])
            options[found[1]] = _trimmed(line)
        elif options:
            # A line within an option.
            options[list(options)[-1]] += line
    return options


def _trimmed(line: list[nodes.Node]) -> list[nodes.Node]:
    if isinstance(line[-1], nodes.Text):
        line[-1] = nodes.Text(line[-1].astext().rstrip())
    return [node for node in line if node.astext()]


def _is_a_letter(text: str, found: re.Match[str]) -> bool:
    """Whether a letter in a text names an option, rather than being an article or a name of something else."""
    before = text[: found.start()].split("\n")[-1]
    if not BEFORE.search(before):
        return False
    is_first = re.search(r"(^|[.:!?\"\u201c(])\s*$", before) is not None
    return found[1] != "A" or not is_first or AFTER_A.match(text[found.end() :]) is not None


def letters_in(text: str, options: dict[str, list[nodes.Node]]) -> list[re.Match[str]]:
    """The places of a text at which an option is named."""
    return [found for found in LETTER.finditer(text) if found[1] in options and _is_a_letter(text, found)]


def mentioned(paragraph: nodes.Element, options: dict[str, list[nodes.Node]]) -> set[str]:
    """The letters that a paragraph of an answer names."""
    return {letter for _, letters in sentences(paragraph, options) for letter in letters}


def sentences(
    paragraph: nodes.Element, options: dict[str, list[nodes.Node]], names: dict[str, str] | None = None
) -> list[tuple[list[nodes.Node], set[str]]]:
    """A paragraph of an answer, sentence by sentence.

    Args:
        paragraph: the paragraph.
        options: those of the question.
        names: by letter of the author, the letter that the reader sees; without it, the author's own.

    Returns:
        For each sentence its nodes and the letters, as the author gave them, of the options that it explains: those it
        names, or those of the sentence before it.
    """
    pieces: list[tuple[list[nodes.Node], set[str]]] = [([], set())]
    before = ""
    for child in paragraph.children:
        if isinstance(child, nodes.comment):
            continue
        if not isinstance(child, nodes.Text):
            pieces[-1][0].append(child.deepcopy())
            before += child.astext() or "x"
            continue
        text = child.astext()
        start = 0
        for end in [*(found.end() for found in SENTENCE_END.finditer(text)), len(text)]:
            piece = text[start:end]
            found = [one for one in letters_in(before + piece, options) if one.start() >= len(before)]
            pieces[-1][1].update(one[1] for one in found)
            pieces[-1][0].append(nodes.Text(_renamed(before + piece, found, names or {})[len(before) :]))
            start = end
            before += piece
            if re.search(r"[.!?][)\"\u201d\u2019]?\s*$", piece) and (end < len(text) or piece[-1:].isspace()):
                pieces.append(([], set()))
                before = ""
    explained: list[tuple[list[nodes.Node], set[str]]] = []
    for said, letters in pieces:
        if said:
            explained.append((said, letters or (explained[-1][1] if explained else set())))
    return explained


def _renamed(text: str, found: list[re.Match[str]], names: dict[str, str]) -> str:
    # One letter for another, so that places stay.
    for one in found:
        text = text[: one.start()] + names.get(one[1], one[1]) + text[one.end() :]
    return text


def order(question: Question, page: str, number: int) -> list[str]:
    """The letters of the author in the order in which the reader sees the options, the same at each build.

    The right option takes each place once in as many questions of a page as there are options, as far as those that
    have to stay last allow it.

    Args:
        question: the question.
        page: the name of its page, the seed.
        number: its place among the questions of the page, from 0.
    """
    letters = list(question.options)
    if question.fixed:
        return letters
    last = [letter for letter in letters if LAST.match("".join(n.astext() for n in question.options[letter]))]
    free = [letter for letter in letters if letter not in last]
    places = np.random.default_rng(list(page.encode())).permutation(len(letters))
    chance = np.random.default_rng(list(f"{page} {number}".encode()))
    free = [free[i] for i in chance.permutation(len(free))]
    if question.right in free:
        place = int(places[number % len(places)])
        if place >= len(free):
            place = int(chance.integers(len(free)))
        free.remove(question.right)
        free.insert(place, question.right)
    return free + last


def shown(question: Question, answer: nodes.Element, letters: list[str]) -> tuple[nodes.Element, list[nodes.Element]]:
    """The options as a list in their new order, and the paragraphs of the answer with the letters that go with it.

    Each sentence of the answer is an inline element that has the class `gdl-why` and, for each option that it explains,
    `gdl-why-a` and so on, by the new letters.
    """
    names = {old: LETTERS[i] for i, old in enumerate(letters)}
    options = nodes.enumerated_list(enumtype="upperalpha", prefix="", suffix=".", classes=["gdl-options"])
    for letter in letters:
        options += nodes.list_item("", nodes.paragraph("", "", *(node.deepcopy() for node in question.options[letter])))
    paragraphs: list[nodes.Element] = []
    for paragraph in (child for child in answer.children if isinstance(child, nodes.paragraph)):
        copy = nodes.paragraph(classes=list(paragraph.get("classes", ())))
        for said, explains in sentences(paragraph, question.options, names):
            begins = re.match(rf"[{LETTERS}][.:]\s*", said[0].astext())
            if not paragraphs and not copy.children and begins:
                # Where the reader has chosen this very letter, a verdict takes its place.
                letter = nodes.inline("", begins[0], classes=["gdl-letter-of-answer"])
                said[:1] = [letter, nodes.Text(said[0].astext()[begins.end() :])]
            classes = ["gdl-why", *sorted(f"gdl-why-{names[old].lower()}" for old in explains)]
            copy += nodes.inline("", "", *said, classes=classes)
        paragraphs.append(copy)
    return options, paragraphs

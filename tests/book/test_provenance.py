"""Whatever could make the stored outputs of a page stale is noticed, with the remedy."""

import nbformat
import pytest

from gdl_utils.book import provenance
from gdl_utils.book.run import PageError, run_page

HELPER = '''"""Helps."""

FACTOR = 2


def twice(value):
    """Twice the value."""
    return value * FACTOR


def other(value):
    return value * 3
'''


@pytest.fixture
def repository(tmp_path):
    """A repository with one helper and one page that was run."""
    (tmp_path / "book").mkdir()
    (tmp_path / "gdl_utils").mkdir()
    (tmp_path / "requirements").mkdir()
    (tmp_path / "gdl_utils" / "helper.py").write_text(HELPER)
    versions = "".join(f"{name}=={provenance.importlib.metadata.version(name)} \\\n" for name in provenance.PACKAGES)
    (tmp_path / "requirements" / "test.txt").write_text(versions)
    page = nbformat.v4.new_notebook()
    page.cells = [
        nbformat.v4.new_markdown_cell("# A page"),
        nbformat.v4.new_code_cell(
            "if False:\n    %pip install nothing\n    from gdl_utils.helper import twice\n    twice(1)"
        ),
        nbformat.v4.new_code_cell(
            "if False:\n    twice(1)\nimport sys\nprint('one')\nprint('two')\nprint('seen', file=sys.stderr)\n6 * 7"
        ),
    ]
    nbformat.write(page, tmp_path / "book" / "page.ipynb")
    run_page(tmp_path / "book" / "page.ipynb", tmp_path, lambda done, total: None)
    return tmp_path


def read(repository):
    return nbformat.read(repository / "book" / "page.ipynb", as_version=4)


def problems(repository):
    return provenance.problems_of(repository / "book" / "page.ipynb", repository)


def change(repository, edit):
    page = read(repository)
    edit(page)
    nbformat.write(page, repository / "book" / "page.ipynb")


def test_a_page_just_run_is_fresh_and_tells_its_story(repository):
    assert problems(repository) == []
    page = read(repository)
    assert page.cells[-1].metadata.tags == ["provenance"]
    for fact in ("TensorFlow", "NumPy", "cores", page.metadata["gdl_provenance"]["python"]):
        assert fact in page.cells[-1].source
    assert [output.get("text") for output in page.cells[2].outputs[:2]] == ["one\ntwo\n", "seen\n"]
    assert page.cells[2].outputs[-1].data["text/plain"] == "42"


def test_running_again_replaces_the_foot(repository):
    run_page(repository / "book" / "page.ipynb", repository, lambda done, total: None)
    assert len(read(repository).cells) == 4


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda page: page.cells[2].update(source="6 * 8"), "The code of book/page.ipynb changed"),
        (
            lambda page: page.cells[2].outputs[-1].data.update({"text/plain": "43"}),
            "The stored outputs of book/page.ipynb are not those that its run gave",
        ),
        (lambda page: page.cells[3].update(source="On a supercomputer."), "The foot of book/page.ipynb was edited"),
        (lambda page: page.metadata.pop("gdl_provenance"), "book/page.ipynb was never run in full"),
        (lambda page: page.metadata["gdl_provenance"].update(profile="smoke"), "was run in the smoke profile"),
        (lambda page: page.metadata["gdl_provenance"].update(data_is_stand_in=True), "was run on the stand-in"),
    ],
)
def test_a_change_of_the_page_is_noticed(repository, edit, said):
    change(repository, edit)
    (sentence,) = problems(repository)
    assert said in sentence
    assert "run 'make book-full'" in sentence


def test_prose_may_change(repository):
    change(repository, lambda page: page.cells[0].update(source="# A better title"))
    assert problems(repository) == []


def test_a_change_of_a_function_that_it_uses_is_noticed(repository):
    (repository / "gdl_utils" / "helper.py").write_text(HELPER.replace("FACTOR = 2", "FACTOR = 3"))
    (sentence,) = problems(repository)
    assert sentence.startswith("gdl_utils.helper.FACTOR changed after the outputs of book/page.ipynb were computed")


def test_a_change_of_what_it_does_not_use_is_no_reason(repository):
    changed = HELPER.replace("value * 3", "value * 4") + "\nUNUSED = 1\n"
    (repository / "gdl_utils" / "helper.py").write_text(changed)
    assert problems(repository) == []


def test_a_change_of_a_version_in_the_lock_is_noticed(repository):
    lock = repository / "requirements" / "test.txt"
    lock.write_text(lock.read_text().replace("numpy==", "numpy==9"))
    (sentence,) = problems(repository)
    assert "which requirements/test.txt no longer names" in sentence


def test_a_page_that_fails_is_named_and_left_as_it_was(repository):
    change(repository, lambda page: page.cells[2].update(source="1 / 0"))
    before = (repository / "book" / "page.ipynb").read_bytes()
    with pytest.raises(PageError, match=r"^Cell 2 of book/page.ipynb failed: ZeroDivisionError: division by zero$"):
        run_page(repository / "book" / "page.ipynb", repository, lambda done, total: None)
    assert (repository / "book" / "page.ipynb").read_bytes() == before
    assert [path.name for path in (repository / "book").iterdir()] == ["page.ipynb"]

"""The site: whole as it stands, and refused when anything is missing from it."""

import base64
from xml.etree import ElementTree

import nbformat
import pytest

from gdl_utils.book import build

TUTORIAL = "write_an_assignment"  # the page on writing exercises and their tests
# A picture of one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_the_site_is_whole_and_was_built_without_a_warning(built_site, root):
    # A warning would have raised.
    for name in build.toc_pages(root):
        assert (built_site / f"{name}.html").is_file()
    assert "WARNING" not in (root / build.LOG).read_text()


def test_glued_numbers_stand_in_the_text(built_site, perceptron):
    page = (built_site / "book" / "2_2_multilayer_perceptron.html").read_text()
    assert "646,260" in page
    assert f"{perceptron.number('test_accuracy'):.1%}" in page
    assert "{glue" not in page
    assert "No key" not in page


def test_launch_buttons_open_binder_and_colab(built_site):
    page = (built_site / "book" / "2_2_multilayer_perceptron.html").read_text()
    for address in ("https://mybinder.org/v2/gh/", "https://colab.research.google.com/github/"):
        assert address in page


def test_nothing_of_solutions_or_tests_is_in_the_site(built_site):
    for path in built_site.rglob("*"):
        if path.stem == TUTORIAL:
            # It shows how they are written, with some of its own.
            continue
        if path.suffix in {".html", ".txt", ".ipynb", ".md", ".js"} and "mathjax" not in path.parts:
            text = path.read_text(errors="replace")
            assert "HIDDEN TESTS" not in text, path
            assert "BEGIN SOLUTION" not in text, path


def test_no_page_names_a_folder_of_the_machine_that_built_it(built_site, root):
    assert [path.name for path in built_site.rglob("*.html") if str(root) in path.read_text()] == []


@pytest.fixture
def small(tmp_path):
    """A small book of two pages."""
    (tmp_path / "book" / "_static").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "test.txt").touch()
    (tmp_path / "book" / "references.bib").touch()
    (tmp_path / "_config.yml").write_text(
        "title: Small\nonly_build_toc_files: true\nhtml: {baseurl: 'https://example.org/small/'}\n"
    )
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\nchapters:\n- file: book/second\n")
    (tmp_path / "book" / "index.md").write_text("# First\n\nSee [the second](second).\n")
    (tmp_path / "book" / "second.md").write_text("# Second\n")
    return tmp_path


def test_a_warning_is_an_error_each_time(small):
    (small / "book" / "second.md").write_text("# Second\n\nSee [nowhere](missing.md).\n")
    for _ in range(2):
        with pytest.raises(build.SiteError, match=r"(?s)fix the following.*second\.md.*missing\.md"):
            build.build_site(small)
    (small / "book" / "second.md").write_text("# Second\n")
    build.build_site(small)


def test_a_page_of_the_toc_that_does_not_exist_is_named(small):
    toc = small / "_toc.yml"
    toc.write_text(toc.read_text().replace("second", "secund"))
    with pytest.raises(build.SiteError, match="book/secund"):
        build.build_site(small)


def test_a_page_that_vanished_from_the_site_is_named(small):
    build.build_site(small)
    (small / build.SITE / "book" / "second.html").unlink()
    assert build.site_problems(small) == [
        "The page book/second of _toc.yml was not built: add the file, or take it out of _toc.yml."
    ]


def test_the_sitemap_has_all_pages_after_a_build_of_one(small):
    for text in ("# First\n\nSee [the second](second).\n", "# The first\n\nSee [the second](second).\n"):
        (small / "book" / "index.md").write_text(text)
        build.build_site(small)
        addresses = ElementTree.parse(small / build.SITE / "sitemap.xml").findall(".//{*}loc")
        pages = ["book/index.html", "book/second.html", "index.html"]
        assert [address.text for address in addresses] == [f"https://example.org/small/{page}" for page in pages]


def test_a_page_taken_out_of_the_toc_is_taken_out_of_the_site(small):
    build.build_site(small)
    (small / "_toc.yml").write_text("format: jb-book\nroot: book/index\n")
    (small / "book" / "index.md").write_text("# First\n")
    build.build_site(small)
    assert not (small / build.SITE / "book" / "second.html").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("![](_static/dot.png)", "without a text for those who can't see it"),
        ('<img src="https://example.org/dot.png" alt="A dot on another host.">', "from another host"),
        ('<script src="//example.org/code.js"></script>', "from another host"),
        ('<link rel="stylesheet" href="https://example.org/style.css">', "from another host"),
        ('<iframe src="https://example.org/"></iframe>', "from another host"),
    ],
)
def test_pictures_without_text_and_other_hosts_are_refused(small, content, said):
    (small / "book" / "_static" / "dot.png").write_bytes(PNG)
    (small / "book" / "second.md").write_text(f"# Second\n\n{content}\n")
    with pytest.raises(build.SiteError, match=said):
        build.build_site(small)


def test_a_build_that_was_cut_short_is_not_built_upon(small, monkeypatch):
    build.build_site(small)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(build.subprocess, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build.build_site(small)
    (small / build.SITE / "book" / "second.html").write_text("half a page")
    build.build_site(small)
    assert "Second" in (small / build.SITE / "book" / "second.html").read_text()


def test_pages_that_never_ran_are_all_named_with_the_remedy(small):
    for name in ("third", "fourth"):
        page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])
        nbformat.write(page, small / "book" / f"{name}.ipynb")
    toc = small / "_toc.yml"
    toc.write_text(f"{toc.read_text()}- file: book/third\n- file: book/fourth\n")
    with pytest.raises(build.SiteError) as caught:
        build.build_site(small)
    assert str(caught.value) == (
        "These pages have no results yet: book/third.ipynb, book/fourth.ipynb: "
        "type 'gdl book run book/third.ipynb book/fourth.ipynb'."
    )

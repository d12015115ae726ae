"""Each assignment shows a picture that the repository's code draws, attached, with a text for the blind."""

import base64
import io
import json
import shutil

import nbformat
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from gdl_utils.authoring import pictures
from gdl_utils.authoring.pictures import draw_into, pictures_in, png_of
from gdl_utils.classroom.course import Course
from gdl_utils.classroom.sanitise import clean_markdown
from gdl_utils.cli import app
from gdl_utils.errors import CourseError
from gdl_utils.plotting.assignments import DRAWINGS
from tests.conftest import ROOT
from tests.notebooks import as_node, notebook, text

COURSE = Course(ROOT)
MOST_BYTES = 20_000
# Another build of the font library moves the edges of letters, and no more.
MOST_PIXELS, MOST_DIFFERENCE = 0.02, 64


def source_of(name):
    return next(COURSE.source(name).glob("*.ipynb"))


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int)


def are_alike(left, right):
    left, right = pixels(left), pixels(right)
    if left.shape != right.shape:
        return False
    return (np.abs(left - right).max(axis=2) > MOST_DIFFERENCE).mean() < MOST_PIXELS


@pytest.mark.parametrize("name", COURSE.assignments)
def test_the_picture_is_what_the_code_draws(name):
    found = pictures_in(source_of(name))
    assert len(found) == 1, "one picture for each assignment"
    for drawing, png in found.items():
        assert png, f"type 'gdl pictures {name}'"
        assert are_alike(png, png_of(drawing)), f"type 'gdl pictures {name}', and look at the picture"
        assert len(png) < MOST_BYTES
        assert 400 < pixels(png).shape[1] < 1150


@pytest.mark.parametrize("name", COURSE.assignments)
def test_a_student_sees_it_and_can_have_it_read(name):
    """In the release, with a text in place of the picture, and what grades keeps it."""
    released = next(COURSE.release(name).glob("*.ipynb"))
    assert pictures_in(released) == pictures_in(source_of(name))
    content = nbformat.read(released, 4)
    nbformat.validate(content)
    (cell,) = [cell for cell in content.cells if cell.get("attachments")]
    assert cell.cell_type == "markdown"
    described = cell.source.split("![")[1].split("](attachment:")[0]
    assert len(described.split()) >= 15
    assert described.endswith(".")
    shown = clean_markdown(cell.source, cell.attachments)
    encoded = base64.b64encode(next(iter(pictures_in(released).values()))).decode()
    assert encoded[:200] in shown


def test_every_drawing_is_shown_once():
    asked = [drawing for name in COURSE.assignments for drawing in pictures_in(source_of(name))]
    assert sorted(asked) == sorted(DRAWINGS)


@pytest.mark.parametrize("name", DRAWINGS)
def test_few_colours_change_nothing(name, monkeypatch):
    """A colour that is rare in a drawing is a line of its legend, for example."""
    packed = pixels(png_of(name))
    monkeypatch.setattr(pictures, "COLOURS", 256)
    assert (np.abs(packed - pixels(png_of(name))).max(axis=2) > 40).mean() < 5e-4


def test_no_two_drawings_are_alike():
    drawn = [png_of(name) for name in DRAWINGS]
    assert not any(are_alike(left, right) for number, left in enumerate(drawn) for right in drawn[:number])


@pytest.fixture
def page(tmp_path):
    """Writes a notebook whose only cell holds a text."""

    def write(source):
        path = tmp_path / "page.ipynb"
        nbformat.write(as_node(notebook(text(source))), path)
        return path

    return write


def test_a_picture_is_attached_once(page):
    path = page("Look.\n\n![Three boxes.](attachment:three_boxes.png)")
    assert pictures_in(path) == {"three_boxes": None}
    assert draw_into(path) == ["three_boxes"]
    assert pictures_in(path) == {"three_boxes": png_of("three_boxes")}
    nbformat.validate(nbformat.read(path, 4))
    before = path.read_bytes()
    assert draw_into(path) == []
    assert path.read_bytes() == before


def test_what_is_drawn_in_another_way_is_attached_anew(page, monkeypatch):
    path = page("![Three boxes.](attachment:three_boxes.png)")
    draw_into(path)
    monkeypatch.setitem(DRAWINGS, "three_boxes", DRAWINGS["channels"])
    assert not are_alike(pictures_in(path)["three_boxes"], png_of("three_boxes"))
    assert draw_into(path) == ["three_boxes"]


def test_a_drawing_that_is_not_there_is_one_sentence(page):
    with pytest.raises(CourseError, match=r"There is no drawing 'nothing'.*three_boxes"):
        draw_into(page("![Nothing.](attachment:nothing.png)"))


def test_the_command_draws_what_sources_ask_for(tmp_path, monkeypatch):
    name = COURSE.assignments[0]
    shutil.copytree(COURSE.source(name), tmp_path / "solutions" / name)
    path = next((tmp_path / "solutions" / name).glob("*.ipynb"))
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        cell.pop("attachments", None)
    path.write_text(json.dumps(content))
    monkeypatch.setattr("gdl_utils.cli.authoring.repository", lambda: Course(tmp_path))
    told = CliRunner().invoke(app, ["pictures", name])
    assert told.exit_code == 0
    assert "three_boxes" in told.output
    assert are_alike(pictures_in(path)["three_boxes"], png_of("three_boxes"))
    assert "nothing new" in CliRunner().invoke(app, ["pictures"]).output
    assert isinstance(CliRunner().invoke(app, ["pictures", "none"]).exception, CourseError | SystemExit)

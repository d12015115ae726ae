"""A zip file of feedback has the names that the platforms know students by."""

import zipfile

import pytest

from gdl_utils.classroom.export_formats import Platform
from gdl_utils.classroom.feedback import Feedback
from gdl_utils.classroom.feedback_zip import write_zip
from gdl_utils.classroom.records import keep_collected
from gdl_utils.errors import GradingError

MOODLE = {
    # As folders, with and without the underscore of older versions, and as plain files.
    "ada": [("Ada King_311_assignsubmission_file/", "halves.ipynb")],
    "blank": [
        ("Zoë Ō_312_assignsubmission_file_/", "deep/halves.ipynb"),
        ("Zoë Ō_312_assignsubmission_file_/", "a.txt"),
    ],
    "spy": [("李 明_313_assignsubmission_file_", "halves.ipynb")],
}
# Canvas wants the number of a file that was handed in: of the notebook, of its copy, or of any.
CANVAS = {
    "partly": [("a_1_10_", "data.csv"), ("a_1_11_", "thirds.ipynb"), ("a_1_12_", "halves-1.ipynb")],
    "wrong": [("müller_LATE_2_20_", "work.zip")],
}


@pytest.fixture
def collected(graded):
    """The graded class, as if it had come from two platforms; pages of feedback that say nothing."""
    with graded.gradebook() as gradebook:
        for platform, names in (("Moodle", MOODLE), ("Canvas", CANVAS)):
            for student, files in names.items():
                keep_collected(gradebook, graded.name, platform, student, files)
        gradebook.db.commit()
    pages = []
    for student in [*MOODLE, *CANVAS, "hostile"]:
        folder = graded.course.feedback(student, graded.name)
        folder.mkdir(parents=True)
        for name in ("halves.html", "thirds.html") if student == "partly" else ("halves.html",):
            (folder / name).write_text(f"{student} {name}")
        pages.append(Feedback(student, sorted(folder.iterdir())))
    return graded, pages


def zipped_for(platform, collected, tmp_path):
    graded, pages = collected
    target = tmp_path / "back.zip"
    problems = write_zip(graded.course, graded.name, pages, platform, target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}, problems


def test_moodle(collected, tmp_path):
    files, problems = zipped_for(Platform.MOODLE, collected, tmp_path)
    assert files == {
        "Ada King_311_assignsubmission_file/halves.html": "ada halves.html",
        "Zoë Ō_312_assignsubmission_file_/halves.html": "blank halves.html",
        "李 明_313_assignsubmission_file_halves.html": "spy halves.html",
    }
    assert [problem.split()[0] for problem in problems] == ["partly", "wrong", "hostile"]


def test_canvas(collected, tmp_path):
    files, _ = zipped_for(Platform.CANVAS, collected, tmp_path)
    assert files == {
        "a_1_12_halves.html": "partly halves.html",
        "a_1_11_thirds.html": "partly thirds.html",
        "müller_LATE_2_20_halves.html": "wrong halves.html",
    }


def test_what_did_not_come_from_there_can_not_go_back(graded, tmp_path):
    with pytest.raises(GradingError, match=r"^No submission of small was collected from Canvas: .* run 'gdl collect'"):
        write_zip(graded.course, graded.name, [], Platform.CANVAS, tmp_path / "back.zip")
    assert not (tmp_path / "back.zip").exists()

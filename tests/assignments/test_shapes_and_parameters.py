"""02_shapes_and_parameters: its answers are what Keras says, and its sample class gets the grades expected."""

import keras
import nbformat
import pytest
from nbgrader.api import Gradebook

from gdl_utils.grading.course import How, grade_class
from gdl_utils.grading.engine.results import Limits
from gdl_utils.grading.sample_class import Student, cell_by_id, students_of, write_submission

NAME = "02_shapes_and_parameters"


@pytest.fixture(scope="module")
def source(root):
    return nbformat.read(root / "solutions" / NAME / "shapes_and_parameters.ipynb", as_version=4)


@pytest.fixture(scope="module")
def answers(source):
    """What the reference solutions define."""
    names = {}
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            exec(cell.source, names)
    return names


def table_of(layers):
    """The table of a network on images of 32 by 32 pixels in three colours, as Keras sees it."""
    model = keras.Sequential([keras.Input((32, 32, 3)), *layers])
    return model, [(type(layer).__name__, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers]


def test_the_table_of_the_perceptron_is_what_keras_says(answers):
    layers = keras.layers
    model, table = table_of([layers.Flatten(), layers.Dense(200), layers.Dense(150), layers.Dense(10)])
    assert answers["mlp_table"] == table
    assert model.count_params() == 646_260


def test_the_table_of_the_convolutional_network_is_what_keras_says(answers):
    layers = keras.layers
    stack = []
    for filters, strides in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        stack += [
            layers.Conv2D(filters, 3, strides=strides, padding="same"),
            layers.BatchNormalization(),
            layers.LeakyReLU(),
        ]
    stack += [layers.Flatten(), layers.Dense(128), layers.BatchNormalization(), layers.LeakyReLU()]
    stack += [layers.Dropout(0.5), layers.Dense(10)]
    model, table = table_of(stack)
    assert answers["cnn_table"] == table
    assert [parameters for _, _, parameters in table if parameters] == [
        896, 128, 9_248, 128, 18_496, 256, 36_928, 256, 524_416, 512, 1_290
    ]  # fmt: skip
    assert model.count_params() == 592_554
    assert sum(weight.shape.num_elements() for weight in model.non_trainable_weights) == 640


def test_the_network_of_section_2_3(answers):
    shape = (32, 32, 3)
    for filters, kernel_size, parameters, output in [(10, 4, 490, (16, 16, 10)), (20, 3, 1_820, (8, 8, 20))]:
        assert answers["conv2d_parameters"](shape, filters, kernel_size) == parameters
        shape = answers["conv2d_output_shape"](shape, filters, kernel_size, 2, "same")
        assert shape == output
    assert answers["dense_parameters"](8 * 8 * 20, 10) == 12_810


HOW = How(Limits(cell_seconds=5))


def grade(root, folder):
    """Grade what is in a course folder; the outcomes by student."""
    outcomes = []
    grade_class(root, folder, NAME, outcomes.append, HOW)
    return {outcome.student: outcome for outcome in outcomes}


def scores_of(folder, student):
    """The scores in the gradebook by grade_id."""
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "gdl") as gradebook:
        (notebook,) = gradebook.find_submission(NAME, student).notebooks
        return {one.name: one.score for one in notebook.grades}


@pytest.fixture(scope="module")
def points(source):
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }


@pytest.fixture(scope="module")
def students(root):
    return students_of(root, NAME)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def results(root, students, source, course):
    """The sample class and the reference solution, graded."""
    solutions = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    (course / "solutions").symlink_to(root / "solutions")
    for student in [*students, Student("reference", "the reference solution", solutions)]:
        write_submission(root, NAME, student, course / "submitted")
    return grade(root, course)


def test_the_class_has_ten_different_students(students):
    assert len({student.name for student in students}) == 10
    assert len({student.note for student in students}) == 10


def test_each_sample_gets_the_grade_that_its_generator_expects(students, results, points, course):
    for student in students:
        assert student.loses <= set(points), student.name
        expected = {name: 0 if name in student.loses else worth for name, worth in points.items()}
        assert scores_of(course, student.name) == expected, student.note
        assert results[student.name].score == sum(expected.values()), student.note
        assert results[student.name].max_score == 20


def test_what_was_broken_is_repaired_and_reported(results):
    repaired = {name: outcome.repairs for name, outcome in results.items() if outcome.repairs}
    assert repaired == {
        "isaac": ("The cell 'conv2d-parameters-hidden' was missing; it was put back.",),
        "kurt": ("The cell 'dense-parameters' occurs more than once; all of them run, in their order.",),
    }


def test_the_reference_solution_gets_full_points_and_the_blank_release_none(results):
    assert results["reference"].score == 20
    assert results["grace"].score == 0


def test_only_the_loop_without_end_needs_attention(results):
    remarks = {name: outcome.remark for name, outcome in results.items() if outcome.remark}
    assert remarks == {"joseph": "1 cell(s) did not end within 5 s"}


def test_grading_again_grades_only_what_changed(root, course, results):
    changed = course / "submitted" / "dorothy" / NAME / "shapes_and_parameters.ipynb"
    notebook = nbformat.read(changed, as_version=4)
    cell_by_id(notebook, "dense-parameters").source = "def dense_parameters(n, m, use_bias=True): return m * (n + use_bias)"
    nbformat.write(notebook, changed)
    again = grade(root, course)
    assert [name for name, outcome in again.items() if outcome.fresh] == ["dorothy"]
    assert again["dorothy"].score == results["dorothy"].score + 3
    others = {name: outcome.score for name, outcome in again.items() if name != "dorothy"}
    assert others == {name: outcome.score for name, outcome in results.items() if name != "dorothy"}

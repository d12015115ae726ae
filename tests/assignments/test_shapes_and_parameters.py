"""02_shapes_and_parameters: its answers are what Keras says, and its sample class gets the grades expected."""

import keras
import nbformat
import pytest

from gdl_utils.grading import stock
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


def grade(root, students, folder):
    """Grade students with nbgrader as shipped; their results by name."""
    (folder / "solutions").symlink_to(root / "solutions")
    for student in students:
        write_submission(root, NAME, student, folder / "submitted")
    results = stock.grade_class(root, folder, NAME, on_result=lambda result: None)
    return {result.student: result for result in results}


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
    return grade(root, [*students, Student("reference", "the reference solution", solutions)], course)


def test_the_class_has_ten_different_students(students):
    assert len({student.name for student in students}) == 10
    assert len({student.note for student in students}) == 10


def test_each_sample_gets_the_grade_that_its_generator_expects(students, results, points):
    for student in students:
        result = results[student.name]
        if not student.graded:
            assert result.score is None, student.note
            assert result.remark.startswith("nbgrader gave no grade: "), student.note
            continue
        assert student.loses <= set(points), student.name
        expected = {name: 0 if name in student.loses else worth for name, worth in points.items()}
        assert result.scores == expected, student.note
        assert result.score == sum(expected.values()), student.note
        assert result.max_score == 20


def test_the_reference_solution_gets_full_points_and_the_blank_release_none(results):
    assert results["reference"].score == 20
    assert results["grace"].score == 0


def test_only_the_loop_without_end_ran_out_of_time(results):
    assert [name for name, result in results.items() if result.remark == "a cell ran out of time"] == ["joseph"]


def test_grading_again_grades_only_what_changed(root, course, results, students):
    before = {path: path.stat().st_mtime_ns for path in (course / "autograded").rglob("*.ipynb")}
    changed = course / "submitted" / "dorothy" / NAME / "shapes_and_parameters.ipynb"
    notebook = nbformat.read(changed, as_version=4)
    cell_by_id(notebook, "dense-parameters").source = "def dense_parameters(n, m, use_bias=True): return m * (n + use_bias)"
    nbformat.write(notebook, changed)
    again = {result.student: result for result in stock.grade_class(root, course, NAME, on_result=lambda result: None)}
    assert again["dorothy"].score == results["dorothy"].score + 3
    assert {name: result for name, result in again.items() if name != "dorothy"} == {
        name: result for name, result in results.items() if name != "dorothy"
    }
    after = {path: path.stat().st_mtime_ns for path in (course / "autograded").rglob("*.ipynb")}
    assert [path.parts[-3] for path in after if before[path] != after[path]] == ["dorothy"]

"""Files that an assignment asks for: found under other names, and told apart if they are not what they should be."""

import io
import zipfile

import pytest

from nbjudge import SourceNotebook
from nbjudge.handed_files import look_at_files, problem_of_network, problem_of_version, required_files
from tests.nbjudge.network_files import network, zipped
from tests.notebooks import cell, notebook

pytestmark = pytest.mark.quick

NET = "net.keras"
SOURCE = SourceNotebook("book", notebook(required_files=[NET]))


def looked_at(files, *sources, source=SOURCE):
    """What is found in these files and cells."""
    return look_at_files(source, [cell(text) for text in sources], files)


def test_a_file_as_it_should_be_is_no_matter():
    handed = looked_at({NET: network()}, "load('net.keras')", "x = 'see http://a/net.keras'")
    assert (handed.findings, handed.reasons, handed.doubts) == ([], [], [])


@pytest.mark.parametrize(
    "name", ["net (1).keras", "net-1.keras", "NET.keras", "models/net.keras", "net - Copy.keras", "a/b/Net-2.Keras"]
)
def test_a_file_under_another_name_is_found(name):
    handed = looked_at({name: network()})
    assert handed.files[NET] == network() and handed.reasons == []
    assert handed.findings == [f"{name} was taken for net.keras."]


def test_of_copies_the_nearest_and_last_counts():
    handed = looked_at({"net-1.keras": b"1", "net-2.keras": b"2", "old/net.keras": b"3"})
    assert handed.files[NET] == b"2"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "net.keras was not handed in"),
        ({"net.h5": b"x"}, "only net.h5: save the whole network with model.save('net.keras')"),
        ({"net.weights.h5": b"x"}, "only net.weights.h5"),
        ({"net.keras/saved_model.pb": b"x"}, "net.keras is a folder, a SavedModel perhaps"),
    ],
)
def test_a_missing_file_is_said_with_what_is_there(files, words):
    handed = looked_at(files)
    assert NET not in handed.files
    assert words in handed.reasons[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (network()[:-30], "damaged or cut off"),
        (network()[:40], "damaged or cut off"),
        (b"\x89HDF\r\n\x1a\n...model_config...", "in the old format HDF5"),
        (b"\x89HDF\r\n\x1a\n...", "of weights only"),
        (zipped(model__weights__h5="x"), "weights only"),
        (zipped(saved_model__pb="x"), "SavedModel in a zip file"),
        (zipped(holiday__jpg="x"), "not one of Keras's"),
        (b"\x80\x04pickle", "not a Keras file"),
        (b"PK", "damaged or cut off"),
    ],
)
def test_formats_are_told_apart(data, words):
    assert words in problem_of_network(NET, data)
    (reason,) = looked_at({NET: data}).reasons
    assert words in reason


def test_a_newer_version_explains_lost_points_only():
    assert looked_at({NET: network("99.1.0")}).reasons == []
    assert "was saved by Keras 99.1.0, and here is Keras" in looked_at({NET: network("99.1.0")}).doubts[0]
    for version in ("3.0.0", "next", None, 3, "1" * 5000):
        assert problem_of_version(NET, network(version)) == ""
    assert problem_of_version(NET, b"PK") == ""


def test_a_file_is_put_where_the_notebook_reads_it():
    handed = looked_at({NET: network()}, "load('models/net.keras')")
    assert handed.files["models/net.keras"] == network()
    assert handed.findings == ["net.keras was put where the notebook reads it, at models/net.keras."]
    for path in ("/content/drive/MyDrive/net.keras", "C:/Users/ada/net.keras", "../net.keras", "~/net.keras"):
        handed = looked_at({NET: network()}, f"load({path!r})")
        assert path in handed.doubts[0] and path not in handed.files


def test_any_file_of_an_inner_list_will_do():
    source = SourceNotebook("book", notebook(required_files=[["a.npz", "a.keras"], "b.csv"]))
    assert required_files(source) == [("a.npz", "a.keras"), ("b.csv",)]
    assert looked_at({"a.keras": network()}, source=source).reasons == ["b.csv was not handed in"]
    assert looked_at({"b.csv": b""}, source=source).reasons == ["a.npz or a.keras was not handed in"]
    for wrong in (None, 3, "a", [3], [[]]):
        assert required_files(SourceNotebook("book", notebook(required_files=wrong))) == []


@pytest.mark.parametrize(("method", "is_read"), [(zipfile.ZIP_DEFLATED, True), (zipfile.ZIP_BZIP2, False)])
def test_metadata_that_could_fill_the_memory_are_not_read(method, is_read):
    """A kilobyte of bzip2 can be a gigabyte, and Python unpacks all of it at once."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("metadata.json", '{"keras_version": "999.0"}')
    assert bool(problem_of_version(NET, target.getvalue())) == is_read

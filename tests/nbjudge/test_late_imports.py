"""Parts of libraries that are imported when somebody uses them."""

import importlib
import inspect
import subprocess
import sys

import pytest

from nbjudge import late_imports

PACKAGE = {
    "__init__": "from library import part, other",
    "part": "import library.heavy\nfrom library.other import name\nVALUE = 3\ndef double(x):\n    return 2 * x",
    "other": "name = 'other'",
    "heavy": "",
}


@pytest.fixture
def library(tmp_path, monkeypatch):
    folder = tmp_path / "library"
    folder.mkdir()
    for name, text in PACKAGE.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(late_imports, "PUT_OFF", {"library.part", "library.missing"})
    before = list(sys.meta_path)
    with late_imports.put_off():
        library = importlib.import_module("library")
    assert sys.meta_path == before
    yield library
    for name in [name for name in sys.modules if name.split(".")[0] == "library"]:
        del sys.modules[name]


def is_run():
    return "library.heavy" in sys.modules


def test_it_is_run_when_something_of_it_is_asked_for(library):
    assert not is_run()
    assert library.part.double(4) == 8
    assert is_run()
    assert type(library.part).__name__ == "module" and library.part.__spec__.loader is library.part.__loader__
    assert library.part.VALUE == 3 and inspect.getsource(library.part.double).startswith("def double")
    with pytest.raises(AttributeError, match=r"module 'library.part' has no attribute 'treble'"):
        _ = library.part.treble


@pytest.mark.parametrize("use", ["from library.part import VALUE", "from library.part import *", "dir(library.part)"])
def test_each_way_to_ask_runs_it(library, use):
    names = {"library": library}
    exec(use, names)
    assert is_run()
    assert "VALUE" in names or "VALUE" in dir(library.part)


def test_whoever_looks_through_all_modules_leaves_it_alone(library):
    assert inspect.getmodule(lambda: 1) is not None
    assert library.part.__file__.endswith("part.py")
    assert not hasattr(library.part, "__wrapped__")
    assert not is_run()


def test_what_is_no_part_of_it_is_imported_as_ever(library):
    assert library.other.name == "other"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("library.missing")


def test_keras_is_imported_without_what_few_of_its_users_need():
    program = (
        "import sys\nfrom nbjudge.zygote import run_imports\nrun_imports(['import keras'])\nimport keras\n"
        "print([name for name in ('sklearn', 'scipy.stats', 'matplotlib') if name in sys.modules])\n"
        "print(keras.wrappers.SKLearnClassifier.__name__, keras.visualization.plot_image_gallery.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "SKLearnClassifier plot_image_gallery", ""]

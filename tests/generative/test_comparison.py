"""The comparison says what the pages wrote, ranks in the right direction, and measures a reader's model likewise."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from gdl_utils.cli import app
from gdl_utils.errors import CourseError
from gdl_utils.generative import comparison, ground, measure
from gdl_utils.generative.report import COMPARISON_VARIABLE, record
from gdl_utils.generative.training import Training


def sample_uniform(size, rng):
    return rng.uniform(-1, 1, (size, 2))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Rows of two families, written as a page writes them: perfect samples without a density, and the uniform model."""
    file = tmp_path_factory.mktemp("comparison") / "comparison.json"
    test = ground.sample_land_points(5_000, np.random.default_rng(3))
    log_uniform = -np.log(4)
    uniform = [measure("u", sample_uniform, test, lambda x: np.full(len(x), log_uniform), seed) for seed in range(3)]
    perfect = [measure("p", ground.sample_land_points, test, None, seed) for seed in range(3)]
    training = Training(100, 2.0, 7, np.zeros(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(COMPARISON_VARIABLE, str(file))
        record("adversarial", perfect, [training] * 3, np.zeros((10, 2)), 1, "none")
        record("autoregressive", uniform, [training] * 3, np.zeros((10, 2)), 2, "exact")
    return file


def test_families_come_in_the_order_of_the_pages(file):
    families = comparison.measured_families(file)
    assert [family.name for family in families] == ["autoregressive", "adversarial"]
    uniform, perfect = families
    assert uniform.mean("KL") == pytest.approx(-np.log(ground.land_share()), abs=1e-9)
    assert perfect.mean("KL") is None and perfect.spread("KL") == "none"
    assert perfect.spread("precision") == "1.000 (1.000 to 1.000)"
    assert (uniform.runs, uniform.parameters, uniform.steps, uniform.density) == (2, 7, 100, "exact")
    assert perfect.landmasses()["Africa"] == pytest.approx(1, abs=0.05)


def test_ranks_know_what_is_better(file):
    families = comparison.measured_families(file)
    assert comparison.ranks(families, "precision") == {"adversarial": 1, "autoregressive": 2}
    assert comparison.ranks(families, "coverage") == {"adversarial": 1, "autoregressive": 2}
    assert comparison.ranks(families, "TV") == {"adversarial": 1, "autoregressive": 2}
    assert comparison.ranks(families, "KL") == {"autoregressive": 1}


def test_without_measurements_it_says_what_to_do(tmp_path):
    with pytest.raises(CourseError, match="gdl book run"):
        comparison.measured_families(tmp_path / "none.json")


def test_the_stored_rows_are_whole():
    for family in comparison.measured_families():
        assert len(family.reports) >= 3 and len(family.seconds) == len(family.reports)
        assert family.samples.shape == (3_000, 2) and ground.is_land(family.samples).mean() > 0.5
        assert family.runs >= 1 and family.parameters > 1_000
        drawn = comparison.MEASUREMENTS["precision"](family.reports[0])
        assert ground.is_land(family.samples).mean() == pytest.approx(drawn, abs=0.05)


MODELS = {
    "uniform.py": "import numpy as np\ndef sample(n, rng): return rng.uniform(-1, 1, (n, 2))\n"
    "def log_prob(x): return np.full(len(x), -np.log(4))\n",
    "no_density.py": "def sample(n, rng): return rng.uniform(-1, 1, (n, 2))\n",
}


@pytest.mark.parametrize(("name", "kl"), [("uniform.py", "1.103"), ("no_density.py", "none")])
def test_a_readers_model_gets_its_row(tmp_path, name, kl):
    (tmp_path / name).write_text(MODELS[name])
    result = CliRunner().invoke(app, ["compare", str(tmp_path / name)])
    assert result.exit_code == 0, result.output
    row = next(line.split() for line in result.output.splitlines() if line.startswith(name[:-3]))
    assert row[1] == kl
    assert float(row[2]) == pytest.approx(0.332, abs=0.01) and float(row[4]) == pytest.approx(0.594, abs=0.01)
    for family in comparison.measured_families():
        assert family.name in result.output


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x = 1", "defines no function sample"),
        ("sample = 3", "is not a function"),
        ("1 / 0", "ZeroDivisionError"),
        ("def sample(n, rng): return rng.uniform(-1, 1, (n, 3))", "shape"),
        ("raise SystemExit(3)", "does not run"),
    ],
)
def test_what_is_wrong_with_a_model_is_said_in_a_sentence(tmp_path, source, sentence):
    (tmp_path / "model.py").write_text(source)
    result = CliRunner().invoke(app, ["compare", str(tmp_path / "model.py")])
    assert result.exit_code != 0
    assert sentence in result.output + str(result.exception or "") + (result.stderr if result.stderr_bytes else "")
    assert "Traceback" not in result.output


def test_a_missing_file_is_said():
    result = CliRunner().invoke(app, ["compare", "/no/such/model.py"])
    assert result.exit_code != 0


def test_the_comparison_is_plain_data(file):
    assert set(json.loads(file.read_text())["adversarial"]) == {
        "reports", "seconds", "steps", "parameters", "runs", "density", "samples"
    }  # fmt: skip

"""What is known of the packages of the Python that grades."""

import sys

import pytest

from gdl_utils.classroom import environment

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("kind", ["dist-info", "egg-info"])
def test_another_version_of_a_package_is_another_environment(tmp_path, monkeypatch, kind):
    """Or a class would keep the grades of before an upgrade."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path), str(tmp_path / "nowhere")])

    def digest():
        environment._own_digest.cache_clear()
        return environment.environment_digest()

    without = digest()
    package = tmp_path / f"thing-1.0.{kind}"
    package.mkdir()
    first = digest()
    package.rename(tmp_path / f"thing-1.1.{kind}")
    assert len({without, first, digest()}) == 3
    environment._own_digest.cache_clear()

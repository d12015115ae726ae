"""The pictures of the first page are those of the present measurements."""

import pytest

from gdl_utils.book import pictures

pytestmark = pytest.mark.quick


def test_what_is_committed_shows_the_present_measurements(root):
    assert (root / pictures.STAMP).read_text().strip() == pictures.digest(root), "type 'gdl book build' and commit"
    for name in pictures.MAPS.values():
        assert (root / pictures.FOLDER / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_they_are_drawn_again_when_the_measurements_change(tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(pictures, "draw_pictures", drawn.append)
    pictures.draw_if_stale(tmp_path)
    assert drawn == [], "a small book has no measurements"
    for source in pictures.SOURCES:
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / source).write_text("1")
    (tmp_path / pictures.FOLDER).mkdir(parents=True)
    pictures.draw_if_stale(tmp_path)
    pictures.draw_if_stale(tmp_path)
    assert drawn == [tmp_path / pictures.FOLDER]
    (tmp_path / pictures.SOURCES[0]).write_text("2")
    pictures.draw_if_stale(tmp_path)
    assert len(drawn) == 2


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [(0, 0, (12 / 180, 18 / 90)), (0, 0.9510565, (12 / 180, 1.0)), (0, -0.3090170, (12 / 180, 0.0))],
)
def test_the_globe_of_the_logo_is_seen_from_above_africa(x, y, place):
    # The middle of the disc, the pole, and the equator below the middle.
    longitude, latitude = pictures._place_seen_at(x, y)
    assert latitude == pytest.approx(place[1], abs=1e-4)
    if latitude < 0.99:
        assert longitude == pytest.approx(place[0], abs=1e-4)

"""Page 1.2: its verdicts, shares and measures, from its stored outputs and by computing them in other ways."""

import re

import numpy as np
import pytest
from matplotlib import pyplot as plt

from gdl_utils.datasets import land_mask, sample_land
from gdl_utils.plotting import world_map


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("1_2_first_generative_model")


@pytest.fixture(scope="module")
def namespace(page):
    """The model and the solution as the page's own cells define them, without its figures."""
    names = {"np": np, "land_mask": land_mask, "sample_land": sample_land}
    for cell_id in ("box", "model", "reveal", "solution"):
        exec(page.cells[cell_id].source, names)
    return names


def numbers(text):
    return [float(number) for number in re.findall(r"\d+\.\d+", text)]


def test_the_points_of_the_game_are_drawn_uniformly_from_land(page):
    names = {"np": np}
    exec(page.cells["spoiler"].source, names)
    points = names["points"]
    assert land_mask(*points.T).all()
    assert 'measure="sphere"' not in page.cells["spoiler"].source
    assert page.text("look").startswith(str(points.shape))
    # The rule is not given away before the reveal.
    before = [cell for cell in page.notebook.cells[: list(page.cells).index("reveal")] if cell.id != "spoiler"]
    shown = "\n".join(cell.source for cell in before if cell.cell_type == "code")
    assert not re.search(r"map|land|latitude|longitude", shown)
    assert "hide-cell" in page.cells["spoiler"].metadata.tags


def test_the_verdicts_on_the_three_points_are_computed(page, namespace):
    assert page.text("places").splitlines() == [
        "A: in the box, in the sea",
        "B: outside the box, on land",
        "C: in the box, on land",
    ]
    exec(re.match(r"places = .+", page.cells["places"].source)[0], namespace)
    verdicts = {
        name: (bool(namespace["in_box"](place)), bool(land_mask(*place))) for name, place in namespace["places"].items()
    }
    assert verdicts == {"A": (True, False), "B": (False, True), "C": (True, True)}


def test_the_three_properties_are_stated(page):
    text = page.cells["framework"].source
    for term in ("**Accuracy**", "**Generation**", "**Representation**", "**dataset**"):
        assert term in text
    for name in ("data", "model"):
        assert rf"p_{{\text{{{name}}}}}" in text


def test_precision_and_recall_are_those_of_the_map(page, namespace):
    """Counted cell by cell on the map, each share lies where five samples of 10,000 put it."""
    lower, upper, land = (namespace[name] for name in ("lower", "upper", "land"))
    rows = (lower[0] <= namespace["latitudes"]) & (namespace["latitudes"] <= upper[0])
    inside = rows & (lower[1] <= namespace["longitudes"]) & (namespace["longitudes"] <= upper[1])
    lines = page.text("measure").splitlines()
    for line, name, share in (
        (lines[0], "precision", land[inside].mean()),
        (lines[1], "recall", (land & inside).sum() / land.sum()),
    ):
        found = numbers(line)
        assert len(found) == 5
        assert np.mean(found) == pytest.approx(share, abs=0.01)
        assert page.number(f"{name}_low") == pytest.approx(min(found), abs=1e-3)
        assert page.number(f"{name}_high") == pytest.approx(max(found), abs=1e-3)
        assert page.number(f"{name}_high") - page.number(f"{name}_low") < 0.03
    assert page.number("map_share") == pytest.approx(0.34, abs=0.02)
    assert page.number("precision_low") > page.number("map_share")
    assert page.number("recall_globe") == pytest.approx(
        np.average(inside[land], weights=np.broadcast_to(np.cos(np.radians(namespace["latitudes"])), land.shape)[land]),
        abs=1e-3,
    )
    assert page.number("recall_globe") > page.number("recall_one") + 0.05


def test_the_model_draws_uniformly_from_its_box(namespace):
    drawn = namespace["sample_model"](100_000, np.random.default_rng(0))
    assert namespace["in_box"](drawn).all()
    lower, upper = namespace["lower"], namespace["upper"]
    for share in (0.25, 0.5, 0.75):
        below = np.mean(drawn < lower + share * (upper - lower), axis=0)
        np.testing.assert_allclose(below, share, atol=0.01)


def test_check_yourself_answers(page):
    assert page.text("check-copier-answer").splitlines() == [
        "copies that are on land: 100.0%",
        "land points that it can return: 0.0%",
    ]
    assert page.text("check-whole-answer") == f"precision {page.number('map_share'):.1%}, recall 100.0%"
    assert numbers(page.text("check-zone-answer")) == pytest.approx([6, 15], abs=0.1)


def test_no_box_has_both_shares(page, namespace):
    """The best of the random boxes is no better than what climbing from our box finds."""
    assert page.number("boxes_tried") > 4_000
    exec(page.cells["try-boxes"].source.split("\n\n\n")[0], namespace)
    corners = np.concatenate([namespace["lower"], namespace["upper"]]).astype(float)

    def worse_share(corners):
        return min(namespace["box_shares"](corners[:2], corners[2:]))

    best = worse_share(corners)
    rng = np.random.default_rng(0)
    for _ in range(1_500):
        moved = corners + rng.normal(scale=10, size=4)
        inside = np.all(np.abs(moved[[0, 2]]) <= 90) and np.all(np.abs(moved[[1, 3]]) <= 180)
        if inside and np.all(moved[2:] > moved[:2] + 1) and worse_share(moved) > best:
            corners, best = moved, worse_share(moved)
    assert page.number("best_of_both") == pytest.approx(best, abs=0.04)
    assert page.number("best_of_both") < 0.6


def test_land_and_box_are_continents_and_dust_is_not(page):
    assert page.number("land_neighbours") > 0.9
    assert page.number("box_neighbours") > 0.9
    assert page.number("dust_neighbours") == pytest.approx(page.number("map_share"), abs=0.02)


def test_uniform_on_the_map_is_not_uniform_on_the_globe(page, namespace):
    degrees, sphere = page.text("antarctica").splitlines()
    assert len(numbers(degrees)) == len(numbers(sphere)) == 5
    assert min(numbers(degrees)) > 2.5 * max(numbers(sphere))
    # The real share: 14.2 of 148.9 million square kilometres (CIA World Factbook), less the ice shelves.
    assert page.number("antarctica_sphere") == pytest.approx(14.2 / 148.9, abs=0.015)
    assert not land_mask(-81, -175)
    for line in (degrees, sphere):
        assert 100 * np.ptp(numbers(line)) <= page.number("antarctica_bound") <= 4
    for line in page.text("archimedes").splitlines():
        formula, drawn = numbers(line.split(":")[1])
        assert drawn == pytest.approx(formula, abs=2e-3)
    assert page.number("crowding") == pytest.approx(1 / np.cos(np.radians(80)), abs=1e-3)


def test_the_sphere_is_sampled_by_area():
    """Every cap of the globe gets its share, whichever way it points: no pole is special."""
    rng = np.random.default_rng(0)
    latitude, longitude = np.degrees(np.arcsin(rng.uniform(-1, 1, 200_000))), rng.uniform(-180, 180, 200_000)
    for place in [(90, 0), (-90, 0), (0, 30), (45, -120)]:
        _, _, towards = world_map._towards_the_viewer(np.stack([latitude, longitude], axis=1), place)
        assert np.mean(towards > 0.5) == pytest.approx(0.25, abs=0.005)


def test_the_solution_prefers_no_box(namespace, page):
    boxes = [(np.array([0, 0]), np.array([1, 1])), (np.array([10, 10]), np.array([13, 13]))]
    drawn = namespace["sample_boxes"](boxes, 100_000, np.random.default_rng(0))
    assert namespace["in_boxes"](drawn, boxes).all()
    assert np.mean(drawn[:, 0] < 5) == pytest.approx(0.1, abs=0.005)
    assert not namespace["in_boxes"](np.array([[5, 5], [0.5, 11]]), boxes).any()
    assert page.number("precision_three") > page.number("precision_one") + 0.05
    assert page.number("recall_three") > page.number("recall_one")


def test_every_point_of_the_globe_comes_back_to_its_place():
    """What is drawn on the disc is what is there: the projection and its inverse agree."""
    latitudes, longitudes = np.arange(89.5, -90, -1.0), np.arange(-179.5, 180, 1.0)
    rng = np.random.default_rng(0)
    land = rng.random((len(latitudes), len(longitudes))) < 0.5
    for centre in [(-60, 20), (0, 0), (30, 170)]:
        points = np.stack([rng.choice(latitudes, 2_000), rng.choice(longitudes, 2_000)], axis=1)
        across, upwards, towards = world_map._towards_the_viewer(points, centre)
        near = towards > 0.05
        seen = world_map._from_the_disc(across[near], upwards[near], centre, land)
        expected = land[(89.5 - points[near, 0]).astype(int), (points[near, 1] + 179.5).astype(int)]
        np.testing.assert_array_equal(seen, expected)
        assert world_map._towards_the_viewer(np.array([centre]), centre) == pytest.approx(np.array([[0], [0], [1]]))


def test_maps_show_what_they_are_given():
    land = np.array([[True, False, False, False], [False, False, True, True]])
    points = np.array([[45.0, -100.0], [-30.0, 100.0]])
    figure = world_map.show_map(land, points, points, [((-10, -20), (30, 40))], {"A": (0, 0)})
    axis = figure.axes[0]
    assert axis.lines[0].get_xdata().tolist() == [-100, 100]
    assert axis.lines[0].get_ydata().tolist() == [45, -30]
    box = axis.patches[0]
    assert (box.get_xy(), box.get_width(), box.get_height()) == ((-20, -10), 60, 40)
    assert [text.get_text() for text in axis.texts] == ["A"]
    assert axis.get_ylabel() == "latitude"
    unknown = world_map.show_plane(points).axes[0]
    assert (unknown.get_ylabel(), len(unknown.images)) == ("first feature", 0)
    equal = world_map.show_equal_area_map(land, {"one": points}).axes[0]
    assert equal.lines[0].get_ydata() == pytest.approx(np.sin(np.radians([45, -30])))
    globes = world_map.show_globes(land, {"one": points, "two": points}, (0, 90), 20)
    # Only the second point is on this side.
    assert [len(axis.lines[0].get_xdata()) for axis in globes.axes] == [1, 1]
    plt.close("all")

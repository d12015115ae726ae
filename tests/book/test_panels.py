"""Figures for a phone: no cut goes through a panel, whatever the figure, and a panel keeps what it needs."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest

from gdl_utils.book.panels import PHONE, for_a_phone, panels


def drawn(figure):
    """A figure as a page stores it, and where its axes are: rows and columns of pixels."""
    figure.draw_without_rendering()
    tight = figure.get_tightbbox()
    file = io.BytesIO()
    figure.savefig(file, dpi=figure.dpi, bbox_inches="tight", pad_inches=0.1)
    plt.close(figure)
    file.seek(0)
    picture = plt.imread(file)[..., :3]
    left, top = (tight.x0 - 0.1) * figure.dpi, (tight.y1 + 0.1) * figure.dpi
    boxes = [axis.get_window_extent() for axis in figure.axes]
    return picture, [(top - box.y1, top - box.y0, box.x0 - left, box.x1 - left) for box in boxes]


def new_figure(rows, columns, seed=0, **shared):
    """Panels with scattered points, lines, numbers of one or of five digits, names of axes and titles."""
    rng = np.random.default_rng(seed)
    figure, axes = plt.subplots(rows, columns, figsize=(8, 3 * rows), layout="constrained", squeeze=False, **shared)
    for i, axis in enumerate(axes.ravel()):
        axis.scatter(*rng.normal(size=(2, 30)) * 10 ** rng.integers(0, 5), s=3)
        axis.set(title=f"panel {i}", xlabel="x" * rng.integers(1, 20), ylabel="y" * rng.integers(1, 12))
    return figure, axes


def inside(part, box):
    rows, columns = part
    top, bottom, left, right = box
    return rows.start <= top and bottom <= rows.stop and columns.start <= left and right <= columns.stop


def test_each_part_holds_one_panel_where_it_was_drawn():
    """Of thirty figures; half of them stay whole, where a number of the scale reaches over the end of its axis."""
    cut = 0
    for seed in range(15):
        for columns in (2, 3):
            picture, boxes = drawn(new_figure(1, columns, seed)[0])
            parts = panels(picture)
            if len(parts) > 1:
                cut += 1
                assert len(parts) == len(boxes)
                assert all(inside(part, box) for part, box in zip(parts, boxes, strict=True))
                assert for_a_phone(picture).shape[1] < 0.65 * picture.shape[1]
    assert cut > 10


def with_one_scale():
    figure, axes = new_figure(1, 2, sharey=True)
    axes[0, 1].label_outer()
    return figure


def with_one_legend():
    figure, axes = new_figure(1, 2)
    lines = [axes[0, 0].plot([0, 1], [0, 1], colour)[0] for colour in ("C1", "C2")]
    figure.legend(lines, ["one line", "another"], loc="outside lower center", ncols=2, columnspacing=20, frameon=False)
    return figure


def without_frames():
    figure, axes = new_figure(1, 2)
    for axis in axes.ravel():
        axis.axis("off")
    return figure


def of_unlike_panels():
    no_scale = {"xticks": [], "yticks": []}
    return plt.subplots(1, 2, figsize=(8, 3), layout="constrained", width_ratios=[3, 1], subplot_kw=no_scale)[0]


def with_rows_that_belong_together():
    figure, axes = new_figure(2, 2)
    for axis in axes[1]:
        axis.set_title("")
    return figure


def with_a_title_over_all():
    figure, _ = new_figure(1, 2)
    figure.suptitle("A title that says what both of these two panels have in common")
    return figure


@pytest.mark.parametrize(
    "make",
    [with_one_scale, with_one_legend, without_frames, of_unlike_panels, with_rows_that_belong_together,
     with_a_title_over_all],
)  # fmt: skip
def test_panels_that_need_each_other_stay_together(make):
    picture, _ = drawn(make())
    assert panels(picture) == [(slice(0, picture.shape[0]), slice(0, picture.shape[1]))]
    assert for_a_phone(picture) is None


def test_a_scale_of_colours_stays_with_its_panel():
    figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for axis in axes:
        figure.colorbar(axis.scatter(*np.random.default_rng(0).random((2, 9)), c=range(9)), ax=axis, label="height")
        axis.set(ylabel="latent number")
    picture, (left, right, scale_of_left, scale_of_right) = drawn(figure)
    one, other = panels(picture)
    assert inside(one, left) and inside(one, scale_of_left)
    assert inside(other, right) and inside(other, scale_of_right)


def test_small_panels_share_a_row():
    picture, _ = drawn(plt.subplots(1, 4, figsize=(8, 2), subplot_kw={"xticks": [], "yticks": []})[0])
    phone = for_a_phone(picture)
    assert len(panels(picture)) == 4
    assert phone.shape[0] == 2 * picture.shape[0]
    assert phone.shape[1] <= PHONE


def test_no_cut_goes_through_anything_in_the_stored_figures(root, page_of):
    cut, wide = 0, 0
    for path in sorted((root / "book").glob("*.ipynb")):
        for cell in page_of(path.stem).notebook.cells:
            for output in cell.get("outputs", []):
                if not (stored := output.get("data", {}).get("image/png")):
                    continue
                picture = plt.imread(io.BytesIO(base64.b64decode(stored)))[..., :3]
                wide += picture.shape[1] > 600
                parts = panels(picture)
                if len(parts) == 1:
                    continue
                cut += 1
                covered = np.zeros(picture.shape[:2], int)
                for rows, columns in parts:
                    covered[rows, columns] += 1
                    # Nothing is drawn along the edges of a part, so nothing crosses them.
                    part = picture[rows, columns]
                    assert min(part[0].min(), part[-1].min(), part[:, 0].min(), part[:, -1].min()) > 0.98, cell.id
                assert np.all(covered == 1), cell.id
                phone = for_a_phone(picture)
                if phone is not None:
                    assert np.sum(phone < 0.99) == np.sum(picture < 0.99), "nothing is lost"
    assert cut > 25 and wide > 100


def test_panels_in_rows_come_in_the_order_of_reading():
    figure, axes = plt.subplots(2, 2, figsize=(8, 4), layout="constrained", subplot_kw={"xticks": [], "yticks": []})
    for i, axis in enumerate(axes.ravel()):
        axis.set_title(f"map {i}")
    picture, boxes = drawn(figure)
    parts = panels(picture)
    assert len(parts) == len(boxes) == 4
    assert all(inside(part, box) for part, box in zip(parts, boxes, strict=True))
    for (rows, _), (top, *_) in zip(parts, boxes, strict=True):
        title = (picture[rows.start : int(top) - 8] < 0.5).any()
        assert title, "the title is on the side of its panel"

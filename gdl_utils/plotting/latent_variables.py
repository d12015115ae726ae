"""Figures of section 3.4: bounds, latent planes, densities on the map, and images that a decoder draws.

Points of the map are rows (longitude / 180, latitude / 90), as in `gdl_utils.generative`.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import norm

from gdl_utils.datasets.land import mask_of_land
from gdl_utils.generative import DEGREES, LANDMASSES, is_land, landmass_of
from gdl_utils.plotting.style import COLOURS
from gdl_utils.plotting.world_map import SHADES

SEA, NAMELESS = "#EEF4F8", "#8C8C8C"
MAP_EXTENT = (-180, 180, -90, 90)

# Of rows of photographs, in pixels: the side of a magnified pixel, the gap between images, the room for names.
MAGNIFIED, GAP, NAME_WIDTH = 2, 8, 150


def show_bounds(means: np.ndarray, bounds: Mapping[str, np.ndarray], truth: float) -> Figure:
    """Draw the ELBO of one observation against the mean of the guess, a line for each width of it. Section 3.4.

    Args:
        means: (n,), of the guess.
        bounds: (n,) by the name of the line, in nats.
        truth: the log-density of the observation.
    """
    figure, axis = plt.subplots(figsize=(5.2, 3.0), layout="constrained")
    axis.axhline(truth, color="black", label=r"$\ln p(\mathbf{x})$")
    for (name, line), style in zip(bounds.items(), ("-", "--", ":"), strict=False):
        axis.plot(means, line, style, label=name)
    axis.set(xlabel="mean of the guess", ylabel="ELBO in nats", ylim=(truth - 4, truth + 0.4))
    axis.legend(loc="lower right", fontsize=9)
    return figure


def show_slopes(estimates: Mapping[str, np.ndarray], truth: float) -> Figure:
    """Draw how one-draw estimates of the same slope scatter, one histogram below the other. Section 3.4.

    Args:
        estimates: (n,) by the name of the way in which they are made.
        truth: the slope itself.
    """
    figure, axes = plt.subplots(len(estimates), 1, figsize=(5.6, 3.2), sharex=True, layout="constrained")
    most = max(float(np.quantile(np.abs(values), 0.995)) for values in estimates.values())
    for axis, colour, (name, values) in zip(axes, COLOURS, estimates.items(), strict=False):
        axis.hist(values, bins=120, range=(-most, most), density=True, color=colour)
        axis.axvline(truth, color="black")
        axis.set(yticks=[])
        axis.set_title(f"{name}: standard deviation {values.std():.1f}", fontsize=10)
    axes[-1].set_xlabel("slope from a single draw (line: the exact slope)")
    return figure


def show_samples_on_map(samples: Mapping[str, np.ndarray]) -> Figure:
    """Draw samples as small dots over the land, a map for each entry. Section 3.4.

    Args:
        samples: (n, 2) by the title of the map.
    """
    figure, axes = plt.subplots(
        1, len(samples), figsize=(4.1 * len(samples), 2.35), squeeze=False, layout="constrained"
    )
    for axis, (title, points) in zip(axes.flat, samples.items(), strict=True):
        _land(axis)
        axis.plot(*(points * DEGREES).T, ".", markersize=1.4, color=COLOURS[0], markeredgewidth=0)
        axis.set_title(title, fontsize=10)
    return figure


def show_latent_map(decoder: Callable[[np.ndarray], np.ndarray], side: int = 200, lines: int = 25) -> Figure:
    """Draw where a decoder takes the plane of two latent numbers. Section 3.4.

    Left the latent plane, stretched so that equal areas have equal probability and coloured by the land on which the
    decoded point lies; right the map, with the lines of a grid of equal masses as the decoder draws them.

    Args:
        decoder: takes latent points (n, 2) and gives points of the map (n, 2).
        side: pixels along a side of the plane.
        lines: of the grid in each direction.
    """
    shares = (np.arange(side) + 0.5) / side
    across, up = np.meshgrid(norm.ppf(shares), norm.ppf(shares))
    points = decoder(np.stack([across, up], axis=-1).reshape(-1, 2).astype("float32"))
    picture = np.full((side * side, 3), _rgb(SEA))
    picture[is_land(points)] = _rgb(NAMELESS)
    masses = landmass_of(points)
    palette = dict(zip(("Africa", "Eurasia", "North America", "South America", "Antarctica", "Australia"),
                       (4, 0, 1, 3, 5, 2), strict=True))  # fmt: skip
    for name, colour in palette.items():
        picture[masses == LANDMASSES.index(name)] = _rgb(COLOURS[colour])
    figure, (plane, world) = plt.subplots(1, 2, figsize=(8.6, 3.3), width_ratios=(1, 1.75), layout="constrained")
    plane.imshow(picture.reshape(side, side, 3), origin="lower", extent=(0, 1, 0, 1), interpolation="nearest")
    places = np.array([-1.5, -0.5, 0, 0.5, 1.5])
    plane.set_xticks(norm.cdf(places), [f"{place:g}" for place in places])
    plane.set_yticks(norm.cdf(places), [f"{place:g}" for place in places])
    plane.set(xlabel="$z_1$", ylabel="$z_2$")
    plane.set_title("the latent plane", fontsize=10)
    _land(world)
    steps = norm.ppf(np.linspace(0.002, 0.998, 400))
    for level in norm.ppf((np.arange(lines) + 0.5) / lines):
        still = np.full_like(steps, level)
        for pair, shade in (((steps, still), COLOURS[0]), ((still, steps), COLOURS[1])):
            line = decoder(np.stack(pair, axis=-1).astype("float32")) * DEGREES
            world.plot(*line.T, linewidth=0.6, color=shade)
    world.set_title("the same plane on the map", fontsize=10)
    handles = [
        Line2D([], [], marker="s", linestyle="", color=COLOURS[colour], label=name) for name, colour in palette.items()
    ]
    handles.append(Line2D([], [], marker="s", linestyle="", color=NAMELESS, label="islands"))
    figure.legend(handles=handles, loc="outside lower center", ncols=7, fontsize=7.5, frameon=False, handletextpad=0.1)
    return figure


def show_density(log_density: Callable[[np.ndarray], np.ndarray], degrees: float = 2.0) -> Figure:
    """Draw a density on the map with the coast lines. Section 3.4.

    Args:
        log_density: takes points (n, 2) and gives their log-densities in nats.
        degrees: the side of a cell.
    """
    columns, rows = int(360 / degrees), int(180 / degrees)
    across, up = np.meshgrid((np.arange(columns) + 0.5) * 2 / columns - 1, 1 - (np.arange(rows) + 0.5) * 2 / rows)
    density = np.exp(log_density(np.stack([across, up], axis=-1).reshape(-1, 2).astype("float32")))
    figure, axis = plt.subplots(figsize=(6.6, 3.2), layout="constrained")
    drawn = axis.imshow(density.reshape(rows, columns), extent=MAP_EXTENT, cmap="viridis", vmin=0, vmax=0.9)
    _coast(axis)
    _degrees(axis)
    figure.colorbar(drawn, ax=axis, label="density (on land the truth is 0.75)")
    return figure


def show_posteriors(
    planes: Sequence[np.ndarray],
    ranges: Sequence[tuple[float, float, float, float]],
    guesses: Sequence[tuple[np.ndarray, np.ndarray]],
    titles: Sequence[str],
) -> Figure:
    """Draw where the latent point of some observations really can have been, and the encoder's guess. Section 3.4.

    Args:
        planes: for each observation the exact posterior density, (rows, columns), from below upwards.
        ranges: for each the least and the largest first and second latent number.
        guesses: for each the mean and the standard deviation, (2,) both.
        titles: one for each.
    """
    figure, axes = plt.subplots(1, len(planes), figsize=(2.75 * len(planes), 2.9), layout="constrained")
    angles = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for axis, plane, extent, (mean, std), title in zip(axes, planes, ranges, guesses, titles, strict=True):
        axis.imshow(plane, origin="lower", extent=extent, cmap="Greys", aspect="auto")
        for radius in (1, 2):
            axis.plot(*(mean + radius * std * circle).T, "--", color=COLOURS[1], linewidth=1.2)
        axis.set(xlim=extent[:2], ylim=extent[2:], xlabel="$z_1$")
        axis.set_title(title, fontsize=10)
        axis.tick_params(labelsize=8)
    axes[0].set_ylabel("$z_2$")
    return figure


def show_climb(counts: Sequence[int], bounds: Sequence[Sequence[float]], truths: Sequence[float]) -> Figure:
    """Draw how bounds climb to the truth as more latent points are drawn, a line for each seed. Section 3.4.

    Args:
        counts: how many latent points.
        bounds: for each seed as many bounds, in nats.
        truths: for each seed the mean log-density.
    """
    figure, axis = plt.subplots(figsize=(5.2, 3.0), layout="constrained")
    for seed, (line, truth) in enumerate(zip(bounds, truths, strict=True)):
        axis.semilogx(counts, line, "os^"[seed % 3] + "-", color=COLOURS[seed], label=f"seed {seed}")
        axis.axhline(truth, color=COLOURS[seed], linestyle=":")
    axis.set_xticks(counts, [str(count) for count in counts])
    axis.set(xlabel="latent points for each observation, $K$", ylabel="nats")
    axis.legend(loc="lower right", fontsize=9)
    return figure


def show_collapse(
    sigmas: np.ndarray, theory: np.ndarray, measured: Mapping[float, np.ndarray], edges: Sequence[float]
) -> Figure:
    """Draw what each latent number tells of the data against a fixed sigma. Section 3.4.

    Args:
        sigmas: (n,), for the lines.
        theory: (n, 2), nats of each latent number with a linear decoder.
        measured: for each sigma that was trained the nats of the two latent numbers.
        edges: the sigmas beyond which a latent number of the linear decoder says nothing.
    """
    figure, axis = plt.subplots(figsize=(5.4, 3.1), layout="constrained")
    for column, colour in enumerate(COLOURS[:2]):
        axis.plot(sigmas, theory[:, column], color=colour, label=("more", "less")[column] + " active, linear decoder")
        values = [np.sort(nats)[::-1][column] for nats in measured.values()]
        axis.plot(
            list(measured), values, "os"[column], color=colour, label=("more", "less")[column] + " active, network"
        )
    for edge in edges:
        axis.axvline(edge, color="grey", linestyle=":", linewidth=1)
    axis.set(xlabel=r"fixed $\sigma$ of the decoder", ylabel="KL of a latent number, nats", ylim=(-0.1, None))
    axis.legend(fontsize=8)
    return figure


def show_sizes(sizes: Mapping[str, tuple[np.ndarray, np.ndarray]], least: float, most: float) -> Figure:
    """Draw heights and widths of tins as points in their plane, a panel for each set of them. Section 3.4.

    Args:
        sizes: heights and widths, (n,) both, by the title of the panel.
        least: the smallest size among the data, in pixels.
        most: the largest one.
    """
    figure, axes = plt.subplots(1, len(sizes), figsize=(3.1 * len(sizes), 3.0), squeeze=False, layout="constrained")
    for axis, (title, (heights, widths)) in zip(axes.flat, sizes.items(), strict=True):
        axis.plot(widths, heights, ".", markersize=2.5, color=COLOURS[0])
        axis.plot(
            [least, most, most, least, least], [least, least, most, most, least], "--", color="black", linewidth=1
        )
        axis.set(xlim=(least - 3, most + 3), ylim=(least - 3, most + 3), aspect="equal", xlabel="width")
        axis.set_title(title, fontsize=10)
    axes[0, 0].set_ylabel("height")
    return figure


def show_photo_rows(rows: Mapping[str, np.ndarray]) -> Figure:
    """Draw rows of small photographs, each row with its name on the left. Section 3.4.

    Args:
        rows: (n, height, width, 3) from 0 to 1 by name, the same n in all; other values are cut off.
    """
    names = list(rows)
    _, height, width, _ = rows[names[0]].shape
    columns, tall, wide = len(rows[names[0]]), MAGNIFIED * height + GAP, MAGNIFIED * width + GAP
    # Each pixel of a photograph becomes a square of whole pixels, or the file would be several times as large.
    size = (NAME_WIDTH + columns * wide, len(rows) * tall)
    figure = plt.figure(figsize=(size[0] / plt.rcParams["figure.dpi"], size[1] / plt.rcParams["figure.dpi"]))
    axis = figure.add_axes((0, 0, 1, 1))
    axis.axis("off")
    canvas = np.full((size[1], size[0], 3), 255, "uint8")
    for row, name in enumerate(names):
        for column, image in enumerate(rows[name]):
            large = np.kron(np.clip(image, 0, 1), np.ones((MAGNIFIED, MAGNIFIED, 1)))
            top, left = row * tall, NAME_WIDTH + column * wide
            canvas[top : top + tall - GAP, left : left + wide - GAP] = np.round(255 * large)
        middle = row * tall + (tall - GAP) / 2
        axis.text(NAME_WIDTH - GAP, middle, name, ha="right", va="center", fontsize=9)
    axis.imshow(canvas, interpolation="nearest")
    return figure


def _land(axis: Axes) -> None:
    axis.imshow(mask_of_land()[::8, ::8], SHADES, vmin=0, vmax=1, extent=MAP_EXTENT, interpolation="nearest")
    _degrees(axis)


def _coast(axis: Axes) -> None:
    mask = mask_of_land()[::8, ::8]
    rows, columns = mask.shape
    across = (np.arange(columns) + 0.5) * 360 / columns - 180
    up = 90 - (np.arange(rows) + 0.5) * 180 / rows
    axis.contour(across, up, mask, levels=[0.5], colors="white", linewidths=0.5)


def _degrees(axis: Axes) -> None:
    axis.set(xlim=(-180, 180), ylim=(-90, 90), aspect="equal")
    axis.set_xticks(range(-180, 181, 60))
    axis.set_yticks(range(-90, 91, 30))
    axis.tick_params(labelsize=7)


def _rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))

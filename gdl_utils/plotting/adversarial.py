"""Figures of the game between a generator and a discriminator. Section 3.7.

Points on the map are rows (longitude / 180, latitude / 90), as everywhere in chapter 3.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gdl_utils.datasets.land import mask_of_land
from gdl_utils.generative.ground import DEGREES, LANDMASSES
from gdl_utils.generative.report import Report
from gdl_utils.generative.training import Training
from gdl_utils.plotting.style import COLOURS
from gdl_utils.plotting.world_map import SHADES

EXTENT = (-180, 180, -90, 90)


def show_ratio(
    places: np.ndarray, data: np.ndarray, model: np.ndarray, exact: np.ndarray, learned: np.ndarray
) -> Figure:
    """Draw two densities on a line, and below them the logit of a discriminator. Introduced in section 3.7.

    Args:
        places: (n,), on the line.
        data: (n,), the density of the data.
        model: (n,), the density of the model.
        exact: (n,), the logarithm of their ratio.
        learned: (n,), the logit of a discriminator that has been trained.
    """
    figure, axes = plt.subplots(2, 1, figsize=(5.6, 4.4), sharex=True, layout="constrained")
    axes[0].plot(places, data, color=COLOURS[6], label="$p_{data}$")
    axes[0].fill_between(places, model, color=COLOURS[5], alpha=0.5, label="$p_{model}$")
    axes[0].set(ylabel="density", ylim=(0, None))
    axes[0].legend()
    axes[1].axhline(0, color="0.7", linewidth=0.8)
    axes[1].plot(places, exact, "--", color=COLOURS[6], label="exact logarithm of the ratio")
    axes[1].plot(places, learned, color=COLOURS[1], label="logit of the trained network")
    axes[1].set(xlabel="$x$", ylabel="logit", ylim=(-4, 3.6), xlim=(places[0], places[-1]))
    axes[1].legend(loc="upper center", ncols=2, fontsize=9)
    return figure


def show_generator_losses(logits: np.ndarray, losses: Mapping[str, np.ndarray], marked: float) -> Figure:
    """Draw losses of a generator over the logit of the discriminator. Introduced in section 3.7.

    Args:
        logits: (n,).
        losses: for each loss its name and its values (n,).
        marked: a logit, where the beginning of a training is marked.
    """
    figure, axis = plt.subplots(figsize=(5.2, 3), layout="constrained")
    for (name, values), style in zip(losses.items(), ("-", "--"), strict=False):
        axis.plot(logits, values, style, label=name)
    axis.axvline(marked, color="0.5", linestyle=":")
    axis.text(marked + 0.15, axis.get_ylim()[1] * 0.9, "early in training", fontsize=9, va="top")
    axis.set(xlabel="logit of a generated observation", ylabel="loss of the generator")
    axis.legend(loc="upper right")
    return figure


def show_orbits(orbits: Mapping[str, np.ndarray]) -> Figure:
    """Draw the paths of two players in the plane of their two numbers. Introduced in section 3.7.

    Args:
        orbits: for each path its name and its points (n, 2), the first player's number to the right.
    """
    figure, axes = plt.subplots(
        1, len(orbits), figsize=(3.2 * len(orbits), 3.2), sharex=True, sharey=True, layout="constrained"
    )
    for axis, (name, points), colour in zip(axes, orbits.items(), COLOURS, strict=False):
        axis.plot(*points.T, color=colour, linewidth=1)
        axis.plot(*points[0], "o", color=COLOURS[6], markersize=6)
        axis.plot(0, 0, "+", color=COLOURS[6], markersize=10)
        axis.set(title=name, xlabel="$a$, of the first player", aspect="equal")
    axes[0].set_ylabel("$b$, of the second player")
    return figure


def show_distances(shifts: np.ndarray, divergence: np.ndarray, distance: np.ndarray) -> Figure:
    """Draw the Jensen-Shannon divergence and the Wasserstein distance of two shifted boxes. Introduced in section 3.7.

    Args:
        shifts: (n,), how far the second box is from the first.
        divergence: (n,), in nats.
        distance: (n,), in the unit of the shifts.
    """
    figure, axes = plt.subplots(1, 2, figsize=(6.8, 2.7), layout="constrained")
    axes[0].plot(shifts, divergence, color=COLOURS[1])
    axes[0].set(title="Jensen-Shannon divergence", ylabel="nats", ylim=(0, 0.8))
    axes[1].plot(shifts, distance, color=COLOURS[0])
    axes[1].set(title="Wasserstein distance", ylim=(0, None))
    for axis in axes:
        axis.axvline(1, color="0.6", linestyle=":")
        axis.set_xlabel("shift of the second box")
    return figure


def show_samples_on_maps(samples: Mapping[str, np.ndarray], columns: int = 3, most: int = 4_000) -> Figure:
    """Draw samples of models as small dots over the land. Introduced in section 3.7.

    Args:
        samples: for each map its title and its points (n, 2).
        columns: maps in a row.
        most: how many points of each are drawn.
    """
    rows = -(-len(samples) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(3 * columns, 1.75 * rows), squeeze=False, sharex=True, sharey=True, layout="constrained"
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, (title, points) in zip(axes.flat, samples.items(), strict=False):
        places = points[:most] * DEGREES
        axis.imshow(mask_of_land()[::4, ::4], SHADES, vmin=0, vmax=1, extent=EXTENT, interpolation="nearest")
        axis.scatter(places[:, 0], places[:, 1], s=1.2, color=COLOURS[0], alpha=0.5, linewidths=0, rasterized=True)
        axis.set(xlim=(-180, 180), ylim=(-90, 90))
        axis.set_title(title, fontsize=9)
    return figure


def show_game(courses: Mapping[str, Sequence[tuple[Training, Sequence[tuple[int, Report]]]]]) -> Figure:
    """Draw the losses of trainings, and above them what the losses do not tell. Introduced in section 3.7.

    Args:
        courses: for each kind of model, one pair a seed: the training, whose losses are those of the discriminator and
            of the generator, and what was measured in its course, as pairs of a number of steps and a report.
    """
    size = (1.2 + 2.6 * len(courses), 4.6)
    figure, axes = plt.subplots(
        2, len(courses), figsize=size, squeeze=False, sharex=True, sharey="row", layout="constrained"
    )
    for (above, below), (kind, seeds) in zip(axes.T, courses.items(), strict=True):
        for (training, course), marker in zip(seeds, "os^Dv", strict=False):
            steps = [number for number, _ in course]
            covered = [report.coverage for _, report in course]
            variation = [report.total_variation for _, report in course]
            above.plot(steps, covered, color=COLOURS[2], marker=marker, markersize=4, linewidth=1)
            above.plot(steps, variation, color=COLOURS[0], marker=marker, markersize=4, linewidth=1)
            rounds = np.linspace(0, training.steps, len(training.losses) + 1)[1:]
            below.plot(rounds, training.losses[:, 0], color=COLOURS[6], linewidth=1)
            below.plot(rounds, training.losses[:, 1], color=COLOURS[1], linewidth=1)
        above.set(title=kind, ylim=(0, 1))
        below.set(xlabel="steps", ylim=(0, 2))
    names = ((2, "coverage"), (0, "total variation")), ((6, "discriminator"), (1, "generator"))
    for axis, title, lines in zip(axes[:, 0], ("measured on samples", "losses"), names, strict=True):
        axis.set_ylabel(title)
        axis.legend(handles=[Line2D([], [], color=COLOURS[number], label=name) for number, name in lines], fontsize=8)
    return figure


def show_landmasses(reports: Mapping[str, Sequence[Report]]) -> Figure:
    """Draw the mass of each continent and island, measured by its true mass, one mark a seed. Section 3.7.

    Args:
        reports: for each kind of model, one report a seed.
    """
    names = list(LANDMASSES)
    figure, axis = plt.subplots(figsize=(7, 3.6), layout="constrained")
    axis.axhline(1, color="0.5", linewidth=1)
    for kind, (label, seeds) in enumerate(reports.items()):
        places = np.arange(len(names)) + 0.25 * (kind - (len(reports) - 1) / 2)
        for number, (report, marker) in enumerate(zip(seeds, "os^Dv", strict=False)):
            values = [report.landmasses[name] for name in names]
            named = None if number else label
            axis.plot(places, values, marker, color=COLOURS[1 - kind], markersize=5, label=named, alpha=0.8)
    axis.set_xticks(np.arange(len(names)), names, rotation=40, ha="right")
    axis.set(ylabel="mass / true mass", ylim=(0, None))
    axis.legend()
    return figure


def show_logits(logits: np.ndarray, samples: np.ndarray, title: str, bound: float = 2, most: int = 3_000) -> Figure:
    """Draw the logit of a discriminator all over the map, with samples of its opponent. Introduced in section 3.7.

    Args:
        logits: (rows, columns), from the north-west southwards and eastwards.
        samples: (n, 2), of the generator.
        title: of the map.
        bound: logits beyond plus or minus this have the last colour.
        most: how many samples are drawn.
    """
    figure, axis = plt.subplots(figsize=(6.6, 3.4), layout="constrained")
    image = axis.imshow(logits, "PuOr_r", vmin=-bound, vmax=bound, extent=EXTENT, interpolation="bilinear")
    mask = mask_of_land()[::4, ::4]
    axis.contour(mask, [0.5], colors="0.2", linewidths=0.5, extent=EXTENT, origin="upper")
    places = samples[:most] * DEGREES
    axis.scatter(places[:, 0], places[:, 1], s=0.8, color=COLOURS[6], alpha=0.5, linewidths=0, rasterized=True)
    axis.set(title=title, xlabel="longitude", ylabel="latitude", xlim=(-180, 180), ylim=(-90, 90))
    figure.colorbar(image, ax=axis, label="logit of the discriminator", extend="both")
    return figure


def show_calibration(ratios: Mapping[str, np.ndarray], logits: Mapping[str, np.ndarray], bound: float = 2.5) -> Figure:
    """Draw the logits of discriminators against the logarithm of the ratio that they estimate. Section 3.7.

    Args:
        ratios: for each model its logarithms of p_data / p_model, (n,), one a cell of the map.
        logits: for each model its mean logits in the same cells, (n,).
        bound: of both axes.
    """
    figure, axes = plt.subplots(1, len(ratios), figsize=(3.3 * len(ratios), 3.3), sharey=True, layout="constrained")
    for axis, name in zip(axes, ratios, strict=True):
        axis.plot([-bound, bound], [-bound, bound], color="0.6", linewidth=1)
        axis.plot(ratios[name], logits[name], ".", color=COLOURS[0], markersize=3, alpha=0.5)
        axis.set(title=name, xlabel="log-ratio in the cell", xlim=(-bound, bound), ylim=(-bound, bound), aspect="equal")
    axes[0].set_ylabel("mean logit in the cell")
    return figure


def show_digit_rows(rows: Mapping[str, np.ndarray], columns: int = 16) -> Figure:
    """Draw small grey images in rows, each under its title. Introduced in section 3.7.

    Args:
        rows: for each row its title and its images (n, height, width, 1), from -1 (paper) to 1 (ink).
        columns: how many images of each are drawn.
    """
    figure, axes = plt.subplots(len(rows), columns, figsize=(0.47 * columns, 0.72 * len(rows)), layout="constrained")
    for line, (title, images) in zip(np.atleast_2d(axes), rows.items(), strict=True):
        line[0].set_title(title, fontsize=9, loc="left")
        for axis, image in zip(line, images[:columns], strict=True):
            axis.imshow(image[..., 0], "gray_r", vmin=-1, vmax=1)
            axis.axis("off")
    return figure


def show_classes(shares: Mapping[str, Sequence[np.ndarray]], truth: np.ndarray) -> Figure:
    """Draw how often a judge sees each of ten classes among samples, one bar a seed. Introduced in section 3.7.

    Args:
        shares: for each kind of model, one array (10,) a seed.
        truth: (10,), the shares among the data.
    """
    figure, axes = plt.subplots(
        1, len(shares), figsize=(3.7 * len(shares), 2.7), sharey=True, squeeze=False, layout="constrained"
    )
    for axis, (kind, seeds) in zip(axes.flat, shares.items(), strict=True):
        width = 0.8 / len(seeds)
        for number, seed in enumerate(seeds):
            places = np.arange(10) + (number - (len(seeds) - 1) / 2) * width
            axis.bar(places, seed, width, color=COLOURS[number], label=f"seed {number}")
        axis.stairs(truth, np.arange(11) - 0.5, color=COLOURS[6], linewidth=1.2, baseline=None, label="data")
        axis.set(title=kind, xlabel="class", xticks=range(10))
    axes[0, 0].set_ylabel("share")
    axes[0, 0].legend(fontsize=8)
    return figure

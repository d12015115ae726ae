"""Draws the pictures of the first page, the logo and the card for other sites: the world as models of chapter 3 see it.

What is drawn is committed, since drawing has to import TensorFlow.
"""

import hashlib
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

FOLDER = Path("book/_static/pictures")
# What they are drawn from, and how.
SOURCES = (Path("gdl_utils/generative/comparison.json"), Path("gdl_utils/book/pictures.py"))
STAMP = FOLDER / "drawn_from.txt"
# The name of the file by the name of the family in the measurements.
MAPS = {
    "autoregressive": "autoregressive",
    "normalising flow": "flow",
    "variational autoencoder": "vae",
    "energy-based": "energy",
    "diffusion": "diffusion",
    "adversarial": "adversarial",
}
# Seen well on white as on black.
ON_LAND, AT_SEA = "#2F8FD6", "#D9661F"
MAP_INCHES, CARD_INCHES, DOTS_AN_INCH = (3.2, 1.6), (12, 6.3), 200
# The globe of the logo: where it is seen from, and how many dots lie on its width.
VIEW, LOGO_DOTS = (18.0, 12.0), 11


def digest(root: Path) -> str:
    """What the pictures are drawn from, as one number."""
    return hashlib.sha256(b"".join((root / source).read_bytes() for source in SOURCES)).hexdigest()


def draw_if_stale(root: Path) -> None:
    """Draw all pictures, unless those that are there were drawn from the present measurements."""
    if not (root / SOURCES[0]).exists():
        return
    stamp = root / STAMP
    if stamp.exists() and stamp.read_text().strip() == digest(root):
        return
    draw_pictures(root / FOLDER)
    stamp.write_text(f"{digest(root)}\n")


def draw_pictures(folder: Path) -> None:
    """Draw all pictures into a folder."""
    from gdl_utils.generative.comparison import measured_families

    folder.mkdir(parents=True, exist_ok=True)
    samples = {family.name: family.samples for family in measured_families()}
    for family, name in MAPS.items():
        figure = plt.figure(figsize=MAP_INCHES)
        _draw_points(figure.add_axes((0, 0, 1, 1)), samples[family], size=1.5)
        figure.savefig(folder / f"{name}.png", dpi=DOTS_AN_INCH, transparent=True)
        plt.close(figure)
    _draw_card(folder / "card.png", samples)
    (folder / "logo.svg").write_text(logo(), encoding="utf-8")


def _draw_card(path: Path, samples: dict[str, np.ndarray]) -> None:
    figure = plt.figure(figsize=CARD_INCHES)
    for i, family in enumerate(MAPS):
        column, row = i % 3, i // 3
        place = (0.025 + column * 0.325, 0.35 - row * 0.31, 0.3, 0.285)
        _draw_points(figure.add_axes(place), samples[family], size=2.4)
    figure.text(0.025, 0.83, "Generative deep learning, hands on", fontsize=38, weight="bold", color="#1B2A3A")
    figure.text(0.026, 0.72, "One world, learnt by six families of models", fontsize=26, color="#44576B")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _draw_points(axis: Axes, points: np.ndarray, size: float) -> None:
    from gdl_utils.generative import is_land

    on_land = is_land(points)
    for chosen, colour in ((on_land, ON_LAND), (~on_land, AT_SEA)):
        axis.scatter(points[chosen, 0], points[chosen, 1], s=size, linewidths=0, color=colour)
    axis.set(xlim=(-1, 1), ylim=(-1, 1))
    axis.axis("off")


def logo() -> str:
    """A globe of dots, those on land large and blue, those at sea small, as SVG."""
    from gdl_utils.generative import is_land

    steps = np.linspace(-1, 1, LOGO_DOTS + 2)[1:-1]
    dots = []
    for y in steps:
        for x in steps:
            if np.hypot(x, y) > 0.97:
                continue
            land = is_land([_place_seen_at(x, -y)])[0]
            radius, colour = (1.3, "#2F8FD6") if land else (0.55, "#8FA3B5")
            dots.append(f'<circle cx="{16 + 15.5 * x:.1f}" cy="{16 + 15.5 * y:.1f}" r="{radius}" fill="{colour}"/>')
    body = "\n  ".join(dots)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="64" height="64">\n  {body}\n</svg>\n'


def _place_seen_at(x: float, y: float) -> tuple[float, float]:
    """The place of the map that lies at a point of the disc as which the globe is seen (an orthographic projection)."""
    latitude, longitude = np.radians(VIEW)
    z = np.sqrt(1 - x**2 - y**2)
    north = np.arcsin(y * np.cos(latitude) + z * np.sin(latitude))
    east = longitude + np.arctan2(x, z * np.cos(latitude) - y * np.sin(latitude))
    # In the units of the map.
    return ((east / np.pi + 1) % 2 - 1, 2 * north / np.pi)

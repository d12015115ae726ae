"""Prints how long each family of chapter 3 takes to a stated quality on the map, trained in three ways in one run.

    python benchmarks/six_families.py              # all families
    python benchmarks/six_families.py diffusion    # those whose names contain a word

Networks and losses are those of the pages: their own cells run here. The ways differ only in who makes the steps: the
page's loop, fifty steps in one compiled call; a compiled step, called from Python; and the plain loop that tutorials
begin with, where Python calls TensorFlow's operations one by one. Quality is measured on the way, beside the clock.
"""

import argparse
import linecache
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import matplotlib as mpl
import nbformat
import numpy as np
import rich.table
import tensorflow as tf
from rich.console import Console

from gdl_utils import generative
from gdl_utils.generative import Player, total_variation, training

BOOK = Path(__file__).parents[1] / "book"
SEED = 0
# The total variation of perfect samples is 0.067 with so many.
SAMPLES = 40_000
# Densities of this many points will do for a decision, and leave the time to train.
POINTS = 2_000
# The plain loop may take that many times the page's seconds before we give up on it.
PATIENCE = 40

Names = dict[str, Any]


@dataclass(frozen=True)
class Game:
    """What a page would have trained: arguments of its call of `fit` or `play`."""

    players: Sequence[Player]
    data: np.ndarray
    steps: int
    batch_size: int
    betas: tuple[float, float]


@dataclass(frozen=True)
class Family:
    """A family, how its page trains it, and when we are content.

    Attributes:
        name: of the family.
        page: the page's file, without its ending.
        cells: those of its cells that define the training and what measures it.
        train: calls the page's function that trains with SEED, and gives what it gives.
        quality: of what was trained: a number that falls.
        measure: what the number is.
        enough: where the clock stops.
        watch_every: steps between two looks.
    """

    name: str
    page: str
    cells: str
    train: Callable[[Names], Any]
    quality: Callable[[Names, Any], float]
    measure: str
    enough: float
    watch_every: int = 100


def kl(page: Names, log_prob: Callable[[np.ndarray], Any], points: str = "points") -> float:
    """The divergence by the page's own density."""
    return generative.kl_divergence(np.asarray(log_prob(page[points].test[:POINTS]), float)).value


def autoregressive_kl(page: Names, trained: Any) -> float:
    """Of the table that the network gives."""
    table = page["log_table"](trained[0])
    return kl(page, lambda x: page["log_prob"](table, x))


def vae_kl(page: Names, vae: Any) -> float:
    """With the best sigma at this moment, by integration over the latent numbers."""
    error, _ = page["restore"](tf.constant(page["land"].train), vae.encoder, vae.decoder)
    now = vae._replace(sigma=float(tf.sqrt(tf.reduce_mean(error) / 2)))
    return kl(page, lambda x: page["log_density"](x, now), "land")


def flow_matching_kl(page: Names, trained: Any) -> float:
    """By the divergence along the paths."""
    run = page["make_divergence"](trained[0])
    return kl(page, lambda x: page["log_prob"](x, run))


def diffusion_tv(page: Names, trained: Any) -> float:
    """After all hundred steps back."""
    guess = page["compiled"](trained[0])
    return total_variation(page["diffuse"](guess, SAMPLES, np.random.default_rng(SEED)))


def adversarial_tv(page: Names, trained: Any) -> float:
    """Of the generator's points."""
    return total_variation(page["sampler"](trained[0])(SAMPLES, np.random.default_rng(SEED)))


ON_PAGE_3_6 = (
    "imports schedule load three-points posterior features network noise-loss reverse reverse-walk train-diffusion"
)
FAMILIES = (
    Family(
        "autoregressive", "3_2_autoregressive_models",
        "imports counts row-table network train-rows train-three log-table log-prob",
        lambda page: page["train_rows"](page["counts"], seed=SEED), autoregressive_kl, "KL", 0.18, 50,
    ),
    Family(
        "normalising flow, affine", "3_3_normalising_flows",
        "imports settings scaling-code network split affine-forward affine-log-prob fit-flow",
        lambda page: page["fit_flow"](
            SEED, page["affine_nets"], page["log_prob"], page["AFFINE_STEPS"], page["AFFINE_RATE"]
        ),
        lambda page, trained: kl(page, lambda x: page["log_prob"](tf.constant(x, "float32"), trained[0]), "data"),
        "KL", 0.3,
    ),
    Family(
        "variational autoencoder", "3_4_variational_autoencoders",
        "imports network loss-restore loss train fit-map-vae train-run nodes log-density",
        lambda page: page["fit_map_vae"](SEED), vae_kl, "KL", 0.8, 250,
    ),
    Family(
        "energy, noise contrastive", "3_5_energy_based_models",
        "imports network contrast on-the-grid",
        lambda page: page["train_by_contrast"](SEED),
        lambda page, trained: kl(page, page["EnergyModel"](trained[0]).log_prob), "KL", 0.3,
    ),
    Family(
        "flow matching", "3_6_diffusion_and_flow_matching",
        f"{ON_PAGE_3_6} velocity-loss times divergence log-prob",
        lambda page: page["train"](page["velocity_loss"], SEED), flow_matching_kl, "KL", 0.3, 250,
    ),
    Family(
        "diffusion", "3_6_diffusion_and_flow_matching", ON_PAGE_3_6,
        lambda page: page["train"](page["noise_loss"], SEED), diffusion_tv, "TV", 0.2, 250,
    ),
    Family(
        "adversarial, spread start, R1", "3_7_generative_adversarial_networks",
        "imports load networks-code players-code sampler sides train spread-code r1",
        lambda page: page["train"]("", SEED, page["spread_opponents"], page["r1"]), adversarial_tv, "TV", 0.2, 250,
    ),
)  # fmt: skip


class Enough(Exception):  # noqa: N818 - ends a loop, and is no error
    """Ends a training."""


@dataclass
class Clock:
    """Counts the seconds of a training, but for those in which it is looked at."""

    look: Callable[[], float]
    enough: float
    patience: float = float("inf")
    seconds: float = 0.0
    steps: int = 0
    quality: float = float("inf")
    began: float = field(default_factory=time.perf_counter)

    def watch(self, steps: int) -> None:
        """Stop the clock, measure, and end the training if that will do or takes too long."""
        self.seconds += time.perf_counter() - self.began
        self.steps, self.quality = steps, self.look()
        if self.quality <= self.enough or self.seconds > self.patience:
            raise Enough
        self.began = time.perf_counter()


@contextmanager
def without_training(caught: list[Game]) -> Iterator[None]:
    """Have pages hand over what they would train, and go on with untrained networks."""
    nothing = training.Training(0, 0.0, 0, np.zeros(1))

    def fit(loss: Any, variables: Any, data: Any, steps: int, batch_size: int = 512, rate: float = 2e-3) -> Any:
        caught.append(Game([Player(loss, variables, rate)], data, steps, batch_size, training.ADAM))
        return nothing

    def play(players: Any, data: Any, steps: int, batch_size: int = 512, *_: Any) -> Any:
        caught.append(Game(players, data, steps, batch_size, training.ADAM_OF_A_GAME))
        return nothing

    kept = generative.fit, generative.play
    generative.fit, generative.play = cast(Any, fit), cast(Any, play)
    try:
        yield
    finally:
        generative.fit, generative.play = kept


def run_cells(family: Family) -> Names:
    """What the cells define, with trainings handed over."""
    notebook = nbformat.read(BOOK / f"{family.page}.ipynb", as_version=4)
    sources = {cell.id: cell.source for cell in notebook.cells}
    names: Names = {}
    for cell in family.cells.split():
        source = sources[cell]
        name = f"{family.page}, {cell}"
        # TensorFlow reads loops of Python from their source.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        with redirect_stdout(StringIO()):
            exec(compile(source, name, "exec"), names)  # noqa: S102 - cells of our own pages
    return names


def as_on_the_page(game: Game, clock: Clock, every: int) -> None:
    """Fifty steps in a compiled call."""
    training._train(game.players, game.data, game.steps, game.batch_size, game.betas, clock.watch, every)


def step_by_step(game: Game, clock: Clock, every: int, compiled: bool) -> None:
    """A step at a time, as tutorials write it, with the same optimisers and batches of the same size."""
    optimisers = []
    for player in game.players:
        schedule = keras.optimizers.schedules.CosineDecay(player.rate, game.steps)
        optimisers.append(keras.optimizers.Adam(schedule, *game.betas))
        optimisers[-1].build(player.variables)
    observations = tf.constant(game.data)

    def step() -> None:
        chosen = tf.random.uniform((game.batch_size,), maxval=len(game.data), dtype="int32")
        batch = tf.gather(observations, chosen)
        for player, optimiser in zip(game.players, optimisers, strict=True):
            with tf.GradientTape() as tape:
                value = player.loss(batch)
            slopes = tape.gradient(value, player.variables)
            optimiser.apply_gradients(zip(slopes, player.variables, strict=True))

    one = tf.function(step) if compiled else step
    for done in range(1, game.steps + 1):
        one()
        if done % every == 0 or done == game.steps:
            clock.watch(done)


WAYS: dict[str, Callable[[Game, Clock, int], None]] = {
    "as on the page": as_on_the_page,
    "compiled step": lambda game, clock, every: step_by_step(game, clock, every, compiled=True),
    "plain loop": lambda game, clock, every: step_by_step(game, clock, every, compiled=False),
}


def race(family: Family) -> dict[str, Clock]:
    """Train a family in each way until its quality will do."""
    caught: list[Game] = []
    clocks: dict[str, Clock] = {}
    with without_training(caught):
        page = run_cells(family)
        for way, train in WAYS.items():
            caught.clear()
            trained = family.train(page)
            (game,) = caught
            patience = PATIENCE * clocks["as on the page"].seconds if clocks else float("inf")
            clock = Clock(partial(family.quality, page, trained), family.enough, patience)
            with suppress(Enough):
                train(game, clock, family.watch_every)
            clocks[way] = clock
    return clocks


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only families whose names contain one of these")
    words = parser.parse_args().words
    mpl.use("Agg")
    table = rich.table.Table(title="Seconds (steps) until the quality is reached, compiling included")
    for column in ("family", "until", *WAYS, "plain / page", "compiled / page"):
        table.add_column(column, justify="left" if column in ("family", "until") else "right")
    console = Console(width=140)
    for family in FAMILIES:
        if words and not any(word in family.name for word in words):
            continue
        clocks = race(family)
        missed = {way for way, clock in clocks.items() if clock.quality > family.enough}
        cells = [
            f"{'> ' if way in missed else ''}{clock.seconds:.1f} ({clock.steps:,})" for way, clock in clocks.items()
        ]
        page, compiled, plain = (clock.seconds for clock in clocks.values())
        table.add_row(
            family.name,
            f"{family.measure} <= {family.enough:.2f}",
            *cells,
            f"{plain / page:.1f}",
            f"{compiled / page:.1f}",
        )
        console.print(table)


if __name__ == "__main__":
    main()

"""The training loops of chapter 3: many steps of gradient descent in one call, compiled.

Section 3.1 introduces `fit`, for one loss; section 3.7 shows what is in `play`, for several players with a loss each.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

STEPS_AN_EXECUTION = 50
# How slowly Adam forgets earlier gradients and their squares: its defaults, and faster for a game, where each player's
# loss changes with what the others do.
ADAM, ADAM_OF_A_GAME = (0.9, 0.999), (0.5, 0.99)


@dataclass(frozen=True)
class Training:
    """What a training cost and how it went.

    Attributes:
        steps: how many steps of gradient descent.
        seconds: how long they took, compiling included.
        parameters: how many numbers were trained.
        losses: the loss, averaged over each 50 steps; of shape (steps / 50,), or (steps / 50, players) of a game.
    """

    steps: int
    seconds: float
    parameters: int
    losses: np.ndarray

    def __str__(self) -> str:
        """The budget line of chapter 3."""
        return f"{self.steps:,} steps in {self.seconds:.0f} s, {self.parameters:,} parameters"


class Player(NamedTuple):
    """One side of a game, such as the generator or the discriminator of a GAN.

    Args:
        loss: takes a batch, of shape (batch_size, ...), and gives a number; built of TensorFlow's or Keras's functions.
        variables: what this player, and no other, trains.
        rate: the learning rate at the beginning.
    """

    loss: Callable[[Any], Any]
    variables: Sequence[Any]
    rate: float


def fit(
    loss: Callable[[Any], Any],
    variables: Sequence[Any],
    data: np.ndarray,
    steps: int,
    batch_size: int = 512,
    rate: float = 2e-3,
) -> Training:
    """Make steps of Adam, each on a batch drawn at random, with a learning rate that falls to 0 along a cosine.

    Fifty steps at a time run as one compiled call, so that Python does not wait between them.

    Args:
        loss: takes a batch, of shape (batch_size, ...), and gives a number; built of TensorFlow's or Keras's functions.
        variables: what is trained.
        data: (n, ...), what batches are drawn from, with replacement.
        steps: rounded up to a multiple of 50.
        batch_size: observations in a batch.
        rate: the learning rate at the beginning.
    """
    training = _train([Player(loss, variables, rate)], data, steps, batch_size, ADAM)
    return replace(training, losses=training.losses[:, 0])


def play(
    players: Sequence[Player],
    data: np.ndarray,
    steps: int,
    batch_size: int = 512,
    watch: Callable[[int], None] | None = None,
    watch_every: int = 500,
) -> Training:
    """Let players take steps of Adam in turn: in each step, one after the other lowers its own loss on the same batch.

    Compiled like `fit`, with learning rates that fall to 0 along a cosine. Adam forgets faster here than its defaults
    do (beta 0.5 and 0.99), because each player's loss changes with what the other does. Introduced in section 3.7.

    Args:
        players: in the order of their turns.
        data: (n, ...), what batches are drawn from, with replacement.
        steps: rounded up to a multiple of 50.
        batch_size: observations in a batch.
        watch: called with the number of steps done so far, to measure during the training; its time isn't counted.
        watch_every: steps between two calls, rounded up to a multiple of 50.
    """
    return _train(players, data, steps, batch_size, ADAM_OF_A_GAME, watch, watch_every)


def _train(
    players: Sequence[Player],
    data: np.ndarray,
    steps: int,
    batch_size: int,
    betas: tuple[float, float],
    watch: Callable[[int], None] | None = None,
    watch_every: int = STEPS_AN_EXECUTION,
) -> Training:
    rounds = -(-steps // STEPS_AN_EXECUTION)
    optimisers = [_adam(player, rounds * STEPS_AN_EXECUTION, *betas) for player in players]
    observations = tf.constant(data)

    def turn(player: Player, optimiser: Any, batch: Any) -> Any:
        with tf.GradientTape() as tape:
            value = player.loss(batch)
        optimiser.apply_gradients(zip(tape.gradient(value, player.variables), player.variables, strict=True))
        return value

    @tf.function
    def many_steps() -> Any:
        totals = tf.zeros(len(players))
        for _ in tf.range(STEPS_AN_EXECUTION):
            batch = tf.gather(observations, tf.random.uniform((batch_size,), maxval=len(data), dtype="int32"))
            totals += tf.stack([turn(player, one, batch) for player, one in zip(players, optimisers, strict=True)])
        return totals / STEPS_AN_EXECUTION

    seconds, losses = 0.0, []
    rounds_between = -(-watch_every // STEPS_AN_EXECUTION)
    for done in range(1, rounds + 1):
        began = time.perf_counter()
        losses.append(many_steps().numpy())
        seconds += time.perf_counter() - began
        if watch and (done % rounds_between == 0 or done == rounds):
            watch(done * STEPS_AN_EXECUTION)
    parameters = sum(int(np.prod(variable.shape)) for player in players for variable in player.variables)
    return Training(rounds * STEPS_AN_EXECUTION, seconds, parameters, np.array(losses))


def _adam(player: Player, steps: int, beta_1: float, beta_2: float) -> Any:
    schedule = keras.optimizers.schedules.CosineDecay(player.rate, steps)
    optimiser = keras.optimizers.Adam(schedule, beta_1, beta_2)
    optimiser.build(player.variables)
    return optimiser

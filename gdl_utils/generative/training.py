"""The training loops of chapter 3: many steps of gradient descent in one call, compiled.

Section 3.1 introduces `fit`, for one loss; section 3.7 shows what is in `play`, for several players with a loss each.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

STEPS_AN_EXECUTION = 50


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
    rounds = -(-steps // STEPS_AN_EXECUTION)
    schedule = keras.optimizers.schedules.CosineDecay(rate, rounds * STEPS_AN_EXECUTION)
    optimiser = keras.optimizers.Adam(schedule)
    optimiser.build(variables)
    observations = tf.constant(data)

    def step() -> Any:
        chosen = tf.random.uniform((batch_size,), maxval=len(data), dtype="int32")
        with tf.GradientTape() as tape:
            value = loss(tf.gather(observations, chosen))
        optimiser.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))
        return value

    @tf.function
    def many_steps() -> Any:
        total = 0.0
        for _ in tf.range(STEPS_AN_EXECUTION):
            total += step()
        return total / STEPS_AN_EXECUTION

    began = time.perf_counter()
    losses = [float(many_steps()) for _ in range(rounds)]
    seconds = time.perf_counter() - began
    parameters = sum(int(np.prod(variable.shape)) for variable in variables)
    return Training(rounds * STEPS_AN_EXECUTION, seconds, parameters, np.array(losses))


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
    rounds = -(-steps // STEPS_AN_EXECUTION)
    schedules = [keras.optimizers.schedules.CosineDecay(player.rate, rounds * STEPS_AN_EXECUTION) for player in players]
    optimisers = [keras.optimizers.Adam(schedule, beta_1=0.5, beta_2=0.99) for schedule in schedules]
    for player, optimiser in zip(players, optimisers, strict=True):
        optimiser.build(player.variables)
    observations = tf.constant(data)

    @tf.function
    def many_steps() -> Any:
        totals = tf.zeros(len(players))
        for _ in tf.range(STEPS_AN_EXECUTION):
            batch = tf.gather(observations, tf.random.uniform((batch_size,), maxval=len(data), dtype="int32"))
            values = []
            for player, optimiser in zip(players, optimisers, strict=True):
                with tf.GradientTape() as tape:
                    value = player.loss(batch)
                slopes = tape.gradient(value, player.variables)
                optimiser.apply_gradients(zip(slopes, player.variables, strict=True))
                values.append(value)
            totals += tf.stack(values)
        return totals / STEPS_AN_EXECUTION

    seconds, losses = 0.0, []
    rounds_between = -(-watch_every // STEPS_AN_EXECUTION)
    for played in range(1, rounds + 1):
        began = time.perf_counter()
        losses.append(many_steps().numpy())
        seconds += time.perf_counter() - began
        if watch and (played % rounds_between == 0 or played == rounds):
            watch(played * STEPS_AN_EXECUTION)
    parameters = sum(int(np.prod(variable.shape)) for player in players for variable in player.variables)
    return Training(rounds * STEPS_AN_EXECUTION, seconds, parameters, np.array(losses))

"""Run in each kernel of the smoke profile before its first cell: no training takes more than two epochs of 5 batches,
or, in chapter 3, more than 50 steps.

What the cells do stays the same, and so do the outputs that are compared; measured numbers are not.
"""

import functools
import inspect
from typing import Any

import keras
import tensorflow as tf

from gdl_utils.generative import report, training

MOST_EPOCHS, MOST_BATCHES, MOST_STEPS, EAGER_STEPS = 2, 5, 50, 2

_fit = keras.Model.fit


@functools.wraps(_fit)
def _short_fit(*args, **kwargs):
    given = inspect.signature(_fit).bind(*args, **kwargs)
    named = given.arguments
    named["epochs"] = min(named.get("epochs", 1), MOST_EPOCHS)
    # The data are cut: with `steps_per_epoch` Keras would take longer than over all of them.
    if isinstance(named["x"], tf.data.Dataset):
        named["x"] = named["x"].take(MOST_BATCHES)
    else:
        most = MOST_BATCHES * (named.get("batch_size") or 32)
        named |= {name: named[name][:most] for name in ("x", "y", "sample_weight") if named.get(name) is not None}
    return _fit(*given.args, **given.kwargs)


keras.Model.fit = _short_fit


# What takes time is compiling. A loss is compiled in its first training on the page; when the same lines are trained
# again, with another seed or width, two steps run without.
_compiled: set[tuple[Any, ...]] = set()
_train = training._train


def _lines(loss):
    while isinstance(loss, functools.partial):
        loss = loss.func
    return loss.__code__


def _short_train(players, data, steps, *args, **kwargs):
    losses = tuple(_lines(player.loss) for player in players)
    if losses not in _compiled:
        _compiled.add(losses)
        return _train(players, data, min(steps, MOST_STEPS), *args, **kwargs)
    kept, training.STEPS_AN_EXECUTION = training.STEPS_AN_EXECUTION, EAGER_STEPS
    tf.config.run_functions_eagerly(True)
    try:
        return _train(players, data, min(steps, EAGER_STEPS), *args, **kwargs)
    finally:
        training.STEPS_AN_EXECUTION = kept
        tf.config.run_functions_eagerly(False)


training._train = _short_train

report.SAMPLES, report.COVERING_SAMPLES = 4_000, 2_000

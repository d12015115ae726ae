"""Run in each kernel of the smoke profile before its first cell: no training takes more than two epochs of 5 batches,
or, in chapter 3, more than 50 steps.

What the cells do stays the same, and so do the outputs that are compared; measured numbers are not.
"""

import functools
import inspect

import keras
import tensorflow as tf

import gdl_utils.generative
from gdl_utils.generative import report, training

MOST_EPOCHS, MOST_BATCHES, MOST_STEPS, MOST_TURNS = 2, 5, 50, 50

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


def _shortened(loop, most):
    @functools.wraps(loop)
    def short_loop(*args, **kwargs):
        given = inspect.signature(loop).bind(*args, **kwargs)
        given.arguments["steps"] = min(given.arguments["steps"], most)
        return loop(*given.args, **given.kwargs)

    return short_loop


training.fit = gdl_utils.generative.fit = _shortened(training.fit, MOST_STEPS)
training.play = gdl_utils.generative.play = _shortened(training.play, MOST_TURNS)

report.SAMPLES, report.COVERING_SAMPLES = 4_000, 2_000

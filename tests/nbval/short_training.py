"""Run in each kernel of the smoke profile before its first cell: no training takes more than two epochs of 5 batches,
or, in chapter 3, more than 50 steps.

What the cells do stays the same, and so do the outputs that are compared; measured numbers are not.
"""


def _shorten_trainings():
    # All names are kept in here: those of this file are the page's names, too, and a page may give them new meanings.
    import contextlib
    import functools
    import inspect
    import warnings

    import keras
    import tensorflow as tf

    from gdl_utils.generative import report, training

    most_epochs, most_batches, most_steps, steps_without_compiling = 2, 5, 50, 2
    fit, train = keras.Model.fit, training._train

    # What takes time is compiling. A network is compiled in its first training on the page, and so is a loss of
    # chapter 3; when the like is trained again, with another seed, a step or two run without.
    compiled = set()

    @contextlib.contextmanager
    def not_compiled(is_so=True):
        tf.config.run_functions_eagerly(is_so)
        try:
            with warnings.catch_warnings():
                # TensorFlow says that data sets are compiled all the same.
                warnings.filterwarnings("ignore", message="Even though the `tf.config")
                yield
        finally:
            tf.config.run_functions_eagerly(False)

    @functools.wraps(fit)
    def short_fit(*args, **kwargs):
        given = inspect.signature(fit).bind(*args, **kwargs)
        named = given.arguments
        network = named["self"]
        like = (*(type(layer) for layer in network.layers), network.built and network.count_params())
        is_known = like in compiled
        compiled.add(like)
        named["epochs"] = min(named.get("epochs", 1), most_epochs)
        batches = 1 if is_known else most_batches
        # The data are cut: with `steps_per_epoch` Keras would take longer than over all of them.
        if isinstance(named["x"], tf.data.Dataset):
            named["x"] = named["x"].take(batches)
        else:
            most = batches * (named.get("batch_size") or 32)
            named |= {name: named[name][:most] for name in ("x", "y", "sample_weight") if named.get(name) is not None}
        with not_compiled(is_known and network.train_function is None):
            return fit(*given.args, **given.kwargs)

    def lines_of(loss):
        while isinstance(loss, functools.partial):
            loss = loss.func
        return loss.__code__

    def short_train(players, data, steps, *args, **kwargs):
        losses = tuple(lines_of(player.loss) for player in players)
        if losses not in compiled:
            compiled.add(losses)
            return train(players, data, min(steps, most_steps), *args, **kwargs)
        kept, training.STEPS_AN_EXECUTION = training.STEPS_AN_EXECUTION, steps_without_compiling
        try:
            with not_compiled():
                return train(players, data, min(steps, steps_without_compiling), *args, **kwargs)
        finally:
            training.STEPS_AN_EXECUTION = kept

    keras.Model.fit, training._train = short_fit, short_train
    report.SAMPLES, report.COVERING_SAMPLES = 4_000, 2_000


_shorten_trainings()

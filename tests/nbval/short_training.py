"""Run in each kernel of the smoke profile before its first cell: no training takes more than two epochs of 5 batches,
or, in chapter 3, more than 50 steps, or, where a page calls its own step again and again, more than 100. No forest has
more than 5 trees.

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
    from sklearn.ensemble import RandomForestClassifier

    from gdl_utils.generative import report, training

    most_epochs, most_batches, most_steps, steps_without_compiling, most_calls, most_trees = 2, 5, 50, 2, 100, 5
    fit, evaluate, train, compile_function = keras.Model.fit, keras.Model.evaluate, training._train, tf.function
    plant = RandomForestClassifier.fit

    # What takes time is compiling. A network is compiled in its first training on the page, and so is a loss of
    # chapter 3; when the like is trained again, with another seed, a step or two run without.
    compiled = {}

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

    # From the third on, the like is not trained at all, unless callbacks want to see it: it gets the history of before.
    most_alike = 2
    histories = {}

    def kind_of(network, purpose):
        return (purpose, *(type(layer) for layer in network.layers), network.built and network.count_params())

    def is_known(network, purpose):
        first = compiled.setdefault(kind_of(network, purpose), network)
        return first is not network

    def bound(method, args, kwargs):
        given = inspect.signature(method).bind(*args, **kwargs)
        return given, given.arguments, given.arguments["self"]

    # The data are cut: with `steps_per_epoch` Keras would take longer than over all of them.
    def cut(named, batches):
        if isinstance(named["x"], tf.data.Dataset):
            named["x"] = named["x"].take(batches)
        else:
            most = batches * (named.get("batch_size") or 32)
            named |= {name: named[name][:most] for name in ("x", "y", "sample_weight") if named.get(name) is not None}

    @functools.wraps(fit)
    def short_fit(*args, **kwargs):
        given, named, network = bound(fit, args, kwargs)
        known, like = is_known(network, "fit"), kind_of(network, "fit")
        before = histories.setdefault((like, named.get("epochs", 1)), [])
        if known and len(before) >= most_alike and network.built and not named.get("callbacks"):
            network.history = before[-1]
            return before[-1]
        named["epochs"] = min(named.get("epochs", 1), most_epochs)
        cut(named, 1 if known else most_batches)
        if isinstance(named.get("validation_data"), tuple):
            named["validation_data"] = tuple(array[:32] for array in named["validation_data"])
        with not_compiled(known):
            before.append(fit(*given.args, **given.kwargs))
        return before[-1]

    @functools.wraps(evaluate)
    def short_evaluate(*args, **kwargs):
        given, named, network = bound(evaluate, args, kwargs)
        known = is_known(network, "evaluate")
        if known:
            cut(named, 1)
        with not_compiled(known):
            return evaluate(*given.args, **given.kwargs)

    def function_of_few_calls(function=None, **settings):
        if function is None or settings or inspect.signature(function).parameters:
            return compile_function(function, **settings)
        compiled_function, results = compile_function(function), []

        @functools.wraps(function)
        def step():
            if len(results) < most_calls:
                results.append(compiled_function())
            return results[-1]

        return step

    def lines_of(loss):
        while isinstance(loss, functools.partial):
            loss = loss.func
        return loss.__code__

    def short_train(players, data, steps, *args, **kwargs):
        losses = tuple(lines_of(player.loss) for player in players)
        if compiled.setdefault(losses, players) is players:
            return train(players, data, min(steps, most_steps), *args, **kwargs)
        kept, training.STEPS_AN_EXECUTION = training.STEPS_AN_EXECUTION, steps_without_compiling
        try:
            with not_compiled():
                return train(players, data, min(steps, steps_without_compiling), *args, **kwargs)
        finally:
            training.STEPS_AN_EXECUTION = kept

    @functools.wraps(plant)
    def plant_few(forest, *args, **kwargs):
        forest.set_params(n_estimators=min(forest.n_estimators, most_trees))
        return plant(forest, *args, **kwargs)

    RandomForestClassifier.fit = plant_few
    keras.Model.fit, keras.Model.evaluate, training._train = short_fit, short_evaluate, short_train
    tf.function = function_of_few_calls
    report.SAMPLES, report.COVERING_SAMPLES = 4_000, 2_000


_shorten_trainings()

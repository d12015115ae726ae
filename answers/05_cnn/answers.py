"""Answers to `05_cnn`, wrong and right, with what each must lose and be told.

With each goes better_cnn.keras, the file that `reference_network.py` makes: a network that knows the drawings.
"""

import textwrap

from gdl_utils.authoring.answer_bank import Answer, Exercise


def function(head, body, before=""):
    """The source of a function, below other lines."""
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    return f"{textwrap.dedent(before)}def {head}:\n{body}"


# 1. Batch normalisation.


def batch(body, before=""):
    """An answer to the first exercise."""
    return function("normalise_batch(inputs, gamma, beta, epsilon=1e-3)", body, before)


BATCH_ALL = {
    "normalise-batch-visible": 1,
    "normalise-batch-hidden-dense": 1,
    "normalise-batch-hidden-images": 1,
    "normalise-batch-hidden-epsilon": 1,
}
BATCH_IMAGES = {
    "normalise-batch-visible": 1,
    "normalise-batch-hidden-images": 1,
    "normalise-batch-hidden-epsilon": 1,
}
AXES = "axes = tuple(range(inputs.ndim - 1))\n"
SHORT = AXES + "mean, variance = inputs.mean(axis=axes), inputs.var(axis=axes)\n"

BATCH = Exercise(
    "normalise-batch",
    right=(
        Answer(
            "a table of all values",
            batch(
                """
                table = inputs.reshape(-1, inputs.shape[-1])
                spread = np.sqrt(((table - table.mean(0)) ** 2).mean(0) + epsilon)
                return ((table - table.mean(0)) / spread * gamma + beta).reshape(inputs.shape)
                """
            ),
        ),
        Answer(
            "a loop over the channels",
            batch(
                """
                result = np.empty_like(inputs)
                for channel in range(inputs.shape[-1]):
                    values = inputs[..., channel]
                    plain = (values - np.mean(values)) / (np.var(values) + epsilon) ** 0.5
                    result[..., channel] = gamma[channel] * plain + beta[channel]
                return result
                """
            ),
        ),
        Answer(
            "two cases, and the square of the mean",
            batch(
                """
                axes = 0 if len(inputs.shape) == 2 else (0, 1, 2)
                mean = np.mean(inputs, axis=axes, keepdims=True)
                variance = np.mean(np.square(inputs), axis=axes, keepdims=True) - np.square(mean)
                scale = gamma / np.sqrt(variance + epsilon)
                return inputs * scale + (beta - mean * scale)
                """
            ),
        ),
        Answer(
            "plain Python, lists returned",
            batch(
                """
                rows = np.reshape(inputs, (-1, len(gamma))).tolist()
                columns = []
                for values, scale, shift in zip(zip(*rows), gamma, beta):
                    mean = sum(values) / len(values)
                    variance = sum((value - mean) ** 2 for value in values) / len(values)
                    columns.append([scale * (value - mean) / math.sqrt(variance + epsilon) + shift for value in values])
                return np.reshape(list(zip(*columns)), inputs.shape).tolist()
                """,
                "import math\n\n\n",
            ),
        ),
        Answer(
            "another name for NumPy, and ** -0.5",
            batch(
                """
                channels_first = numpy.moveaxis(inputs, -1, 0)
                flat = channels_first.reshape(len(channels_first), -1)
                centred = flat - flat.mean(1, keepdims=True)
                centred *= ((centred**2).mean(1, keepdims=True) + epsilon) ** -0.5
                centred = centred * gamma[:, None] + beta[:, None]
                return numpy.moveaxis(centred.reshape(channels_first.shape), 0, -1)
                """,
                "import numpy\n\n\n",
            ),
        ),
        Answer(
            "TensorFlow in double precision",
            batch(
                """
            mean, variance = tf.nn.moments(tf.constant(inputs), list(range(len(inputs.shape) - 1)))
            return tf.nn.batch_normalization(inputs, mean, variance, beta, gamma, epsilon).numpy()
            """,
                "import tensorflow as tf\n\n\n",
            ),
        ),
    ),
    wrong=(
        Answer(
            "n - 1",
            batch(
                AXES + "spread = np.sqrt(inputs.var(axis=axes, ddof=1) + epsilon)\n"
                "return gamma * (inputs - inputs.mean(axis=axes)) / spread + beta"
            ),
            BATCH_ALL,
            "divides by one less",
        ),
        Answer(
            "epsilon outside the root",
            batch(SHORT + "return gamma * (inputs - mean) / (np.sqrt(variance) + epsilon) + beta"),
            BATCH_ALL,
            "when the root is taken already",
        ),
        Answer(
            "no root",
            batch(SHORT + "return gamma * (inputs - mean) / (variance + epsilon) + beta"),
            BATCH_ALL,
            "divide by the variance itself",
        ),
        Answer(
            "no epsilon",
            batch(SHORT + "return gamma * (inputs - mean) / np.sqrt(variance) + beta"),
            BATCH_ALL,
            "leave out epsilon",
        ),
        Answer(
            "epsilon is fixed",
            batch(SHORT + "return gamma * (inputs - mean) / np.sqrt(variance + 1e-3) + beta"),
            {"normalise-batch-visible": 1, "normalise-batch-hidden-epsilon": 1},
            "always use the same epsilon",
        ),
        Answer(
            "over the images only",
            batch("return gamma * (inputs - inputs.mean(0)) / np.sqrt(inputs.var(0) + epsilon) + beta"),
            {"normalise-batch-visible": 1, "normalise-batch-hidden-images": 1},
            "gets a mean of its own with you; all places",
        ),
        Answer(
            "each image alone",
            batch(
                "axes = (1, 2) if inputs.ndim == 4 else 0\n"
                "mean, variance = inputs.mean(axes, keepdims=True), inputs.var(axes, keepdims=True)\n"
                "return gamma * (inputs - mean) / np.sqrt(variance + epsilon) + beta"
            ),
            BATCH_IMAGES,
            "Each image gets a mean of its own",
        ),
        Answer(
            "images only",
            batch(
                "mean, variance = inputs.mean(axis=(0, 1, 2)), inputs.var(axis=(0, 1, 2))\n"
                "return gamma * (inputs - mean) / np.sqrt(variance + epsilon) + beta"
            ),
            {"normalise-batch-visible": 1, "normalise-batch-hidden-dense": 1},
            "stopped with",
        ),
        Answer(
            "one mean for all channels",
            batch("return gamma * (inputs - np.mean(inputs)) / np.sqrt(np.var(inputs) + epsilon) + beta"),
            BATCH_ALL,
            "for all channels together",
        ),
        Answer(
            "layer normalisation",
            batch(
                "mean, variance = inputs.mean(-1, keepdims=True), inputs.var(-1, keepdims=True)\n"
                "return gamma * (inputs - mean) / np.sqrt(variance + epsilon) + beta"
            ),
            BATCH_ALL,
            "over the channels of each observation",
        ),
        Answer(
            "gamma and beta swapped",
            batch(SHORT + "return beta * (inputs - mean) / np.sqrt(variance + epsilon) + gamma"),
            BATCH_ALL,
            "changed places",
        ),
        Answer(
            "gamma and beta forgotten",
            batch(SHORT + "return (inputs - mean) / np.sqrt(variance + epsilon)"),
            BATCH_ALL,
            "leave out the scale and the shift",
        ),
        Answer(
            "shifted before scaled",
            batch(SHORT + "return gamma * ((inputs - mean) / np.sqrt(variance + epsilon) + beta)"),
            BATCH_ALL,
            "shift before you scale",
        ),
        Answer(
            "brackets forgotten",
            batch(SHORT + "return gamma * inputs - mean / np.sqrt(variance + epsilon) + beta"),
            BATCH_ALL,
            "not right, at least for some inputs",
        ),
        Answer(
            "nothing returned",
            batch(SHORT + "inputs[...] = gamma * (inputs - mean) / np.sqrt(variance + epsilon) + beta"),
            BATCH_ALL,
            "is a 'return' missing",
        ),
    ),
)

# 2. Dropout.


def drop(body, before=""):
    """An answer to the second exercise."""
    return function("drop_out(inputs, rate, rng)", body, before)


DROP_SCALE = {"drop-out-visible": 1, "drop-out-hidden-survivors": 1}
DROP_SHARE = {"drop-out-hidden-share": 1}
DROP_GENERATOR = {"drop-out-hidden-generator": 1}

DROP = Exercise(
    "drop-out",
    right=(
        Answer(
            "a mask of truth values",
            drop(
                """
                result = inputs / (1 - rate)
                result[rng.random(inputs.shape) < rate] = 0
                return result
                """
            ),
        ),
        Answer("binomial", drop("return inputs * rng.binomial(1, 1 - rate, inputs.shape) / (1 - rate)")),
        Answer(
            "choice",
            drop("return inputs * rng.choice([0, 1 / (1 - rate)], p=[rate, 1 - rate], size=np.shape(inputs))"),
        ),
        Answer(
            "number by number",
            drop(
                """
                result = []
                for value in inputs.ravel():
                    if rng.uniform() < rate:
                        result.append(0.0)
                    else:
                        result.append(value / (1 - rate))
                return np.array(result).reshape(inputs.shape)
                """
            ),
        ),
        Answer(
            "lists returned",
            drop(
                """
                keep = 1 - rate
                mask = rng.uniform(0, 1, size=inputs.shape) < keep
                return (mask.astype(float) * inputs / keep).tolist()
                """
            ),
        ),
        Answer(
            "normal numbers and their quantile",
            drop(
                """
                if rate == 0:
                    return inputs.copy()
                mask = rng.standard_normal(inputs.shape) > NormalDist().inv_cdf(rate)
                return np.where(mask, inputs, 0) * (1 / (1 - rate))
                """,
                "from statistics import NormalDist\n\n\n",
            ),
        ),
    ),
    wrong=(
        Answer(
            "not scaled",
            drop("return np.where(rng.random(inputs.shape) >= rate, inputs, 0.0)"),
            DROP_SCALE,
            "not dropped as they are",
        ),
        Answer(
            "scaled down",
            drop("return inputs * (rng.random(inputs.shape) >= rate) * (1 - rate)"),
            DROP_SCALE,
            "sums should stay as large",
        ),
        Answer(
            "divided by the rate",
            drop("return inputs * (rng.random(inputs.shape) >= rate) / rate if rate else inputs"),
            DROP_SCALE,
            "You divide by the rate",
        ),
        Answer(
            "scaled by the share that was kept",
            drop("kept = rng.random(inputs.shape) >= rate\nreturn inputs * kept / kept.mean()"),
            DROP_SCALE,
            "how many numbers happen to be dropped",
        ),
        Answer(
            "the wrong ones kept",
            drop("return np.where(rng.random(inputs.shape) < rate, inputs / (1 - rate), 0.0) if rate else inputs"),
            DROP_SHARE,
            "keep the share that should be dropped",
        ),
        Answer(
            "kept and scaled by the rate",
            drop("return inputs * (rng.random(inputs.shape) < rate) / rate if rate else inputs"),
            DROP_SCALE | DROP_SHARE,
            "keep the share that should be dropped",
        ),
        Answer(
            "always half",
            drop("return inputs * rng.integers(0, 2, inputs.shape) / (1 - rate) if rate else inputs"),
            DROP_SHARE,
            "half of the numbers, whatever the rate",
        ),
        Answer(
            "a fixed number of them",
            drop(
                """
                mask = np.ones(inputs.size)
                mask[rng.permutation(inputs.size)[: round(rate * inputs.size)]] = 0
                return inputs * mask.reshape(inputs.shape) / (1 - rate)
                """
            ),
            DROP_SHARE,
            "always drop the same number",
        ),
        Answer(
            "the same for the whole batch",
            drop("return inputs * (rng.random(inputs.shape[1:]) >= rate) / (1 - rate)"),
            DROP_SHARE,
            "drop several numbers together",
        ),
        Answer(
            "one for each observation",
            drop(
                """
                kept = rng.random(len(inputs)) >= rate
                return inputs * kept.reshape(-1, *[1] * (inputs.ndim - 1)) / (1 - rate)
                """
            ),
            DROP_SHARE,
            "drop several numbers together",
        ),
        Answer(
            "NumPy's own randomness",
            drop("return np.where(np.random.random(inputs.shape) >= rate, inputs / (1 - rate), 0.0)"),
            DROP_GENERATOR,
            "some randomness is not rng's",
        ),
        Answer(
            "a generator of its own",
            drop(
                "rng = np.random.default_rng(42)\n"
                "return np.where(rng.random(inputs.shape) >= rate, inputs / (1 - rate), 0.0)"
            ),
            DROP_GENERATOR,
            "whatever generator you are given",
        ),
        Answer(
            "as when it predicts",
            drop("return inputs"),
            DROP_SCALE | DROP_SHARE | DROP_GENERATOR,
            "drop nothing",
        ),
        Answer(
            "scaled only",
            drop("return inputs / (1 - rate)"),
            DROP_SHARE | DROP_GENERATOR,
            "drop nothing",
        ),
    ),
    survivors={
        "3: kept = rng.random(inputs.shape) >= rate -> kept = rng.random(inputs.shape) > rate": (
            "a random number is just the rate once in 2 ** 53 times"
        ),
    },
)

# 3. The network of section 2.5.


def cnn(block, head, tail="model.add(keras.layers.Dense(10, activation='softmax'))", convolutions=None):
    """An answer to the third exercise: the lines for each convolution, those after Flatten, and the last ones."""
    lines = [
        "model = keras.Sequential([keras.Input((32, 32, 3))])",
        f"for filters, strides in {convolutions or [(32, 1), (32, 2), (64, 1), (64, 2)]}:",
        *(f"    {line}" for line in textwrap.dedent(block).strip().splitlines()),
        *textwrap.dedent(head).strip().splitlines(),
        *tail.splitlines(),
        "return model",
    ]
    return function("build_cnn()", "\n".join(lines))


BLOCK = """
model.add(keras.layers.Conv2D(filters, 3, strides=strides, padding="same"))
model.add(keras.layers.BatchNormalization())
model.add(keras.layers.LeakyReLU())
"""
HEAD = """
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(128))
model.add(keras.layers.BatchNormalization())
model.add(keras.layers.LeakyReLU())
model.add(keras.layers.Dropout(0.5))
"""


def replaced(text, old, new):
    """A text in which something stands in the place of something that it holds."""
    assert old in text
    return text.replace(old, new)


def cnn_loses(hidden, visible=0):
    """What a wrong answer to the third exercise loses."""
    return {"build-cnn-visible": visible, "build-cnn-hidden": hidden}


CNN = Exercise(
    "build-cnn",
    right=(
        Answer("Sequential in a loop", cnn(BLOCK, HEAD)),
        Answer(
            "functional, line by line",
            function(
                "build_cnn()",
                """
                inputs = Input(shape=(32, 32, 3), name="image")
                x = layers.Conv2D(32, (3, 3), strides=(1, 1), padding="same")(inputs)
                x = layers.BatchNormalization()(x)
                x = layers.LeakyReLU()(x)
                x = layers.Conv2D(32, (3, 3), strides=(2, 2), padding="same")(x)
                x = layers.BatchNormalization()(x)
                x = layers.LeakyReLU()(x)
                x = layers.Conv2D(64, (3, 3), strides=(1, 1), padding="same")(x)
                x = layers.BatchNormalization()(x)
                x = layers.LeakyReLU()(x)
                x = layers.Conv2D(64, (3, 3), strides=(2, 2), padding="same")(x)
                x = layers.BatchNormalization()(x)
                x = layers.LeakyReLU()(x)
                x = layers.Flatten()(x)
                x = layers.Dense(128)(x)
                x = layers.BatchNormalization()(x)
                x = layers.LeakyReLU()(x)
                x = layers.Dropout(rate=0.5)(x)
                outputs = layers.Dense(10, activation="softmax")(x)
                return Model(inputs, outputs)
                """,
                "from keras import Input, Model, layers\n\n\n",
            ),
        ),
        Answer(
            "names, and activations as layers",
            cnn(
                replaced(BLOCK, "LeakyReLU()", "LeakyReLU(negative_slope=0.3, name=f'slope_{len(model.layers)}')"),
                replaced(HEAD, "Dense(128)", "Dense(128, activation=None, name='hidden')"),
                "model.add(keras.layers.Dense(10, name='scores'))\nmodel.add(keras.layers.Activation('softmax'))",
            ),
        ),
        Answer(
            "softmax as a layer",
            cnn(BLOCK, HEAD, "model.add(keras.layers.Dense(10))\nmodel.add(keras.layers.Softmax())"),
        ),
        Answer(
            "a helper function, compiled",
            function(
                "build_cnn()",
                """
                parts = [keras.Input(shape=[32, 32, 3])]
                for filters in (32, 64):
                    parts += block(filters, 1) + block(filters, 2)
                parts += [Flatten(), Dense(128), BatchNormalization(), LeakyReLU(), Dropout(1 / 2)]
                model = keras.models.Sequential(parts + [Dense(10, activation=keras.activations.softmax)], name="cnn")
                model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
                return model
                """,
                """\
                from keras.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, LeakyReLU


                def block(filters, strides):
                    convolution = Conv2D(filters, kernel_size=3, strides=strides, padding="same")
                    return [convolution, BatchNormalization(), LeakyReLU()]


                """,
            ),
        ),
        Answer(
            "the input shape in the first layer",
            replaced(
                cnn(BLOCK, HEAD),
                "model = keras.Sequential([keras.Input((32, 32, 3))])",
                "model = keras.Sequential([keras.layers.InputLayer(shape=(32, 32, 3))])",
            ),
        ),
    ),
    wrong=(
        Answer(
            "dropout before its dense layer",
            cnn(
                BLOCK,
                """
                model.add(keras.layers.Flatten())
                model.add(keras.layers.Dropout(0.5))
                model.add(keras.layers.Dense(128))
                model.add(keras.layers.BatchNormalization())
                model.add(keras.layers.LeakyReLU())
                """,
            ),
            cnn_loses(3),
            "before the dense layer of 128 units",
        ),
        Answer(
            "dropout before the activation",
            cnn(
                BLOCK,
                """
                model.add(keras.layers.Flatten())
                model.add(keras.layers.Dense(128))
                model.add(keras.layers.BatchNormalization())
                model.add(keras.layers.Dropout(0.5))
                model.add(keras.layers.LeakyReLU())
                """,
            ),
            cnn_loses(3),
            "before the activation that it should follow",
        ),
        Answer(
            "batch normalisation after the activation",
            cnn(
                """
                model.add(keras.layers.Conv2D(filters, 3, strides=strides, padding="same"))
                model.add(keras.layers.LeakyReLU())
                model.add(keras.layers.BatchNormalization())
                """,
                """
                model.add(keras.layers.Flatten())
                model.add(keras.layers.Dense(128))
                model.add(keras.layers.LeakyReLU())
                model.add(keras.layers.BatchNormalization())
                model.add(keras.layers.Dropout(0.5))
                """,
            ),
            cnn_loses(3),
            "activations come before batch normalisation",
        ),
        Answer(
            "ReLU for LeakyReLU",
            cnn(replaced(BLOCK, "LeakyReLU", "ReLU"), replaced(HEAD, "LeakyReLU", "ReLU")),
            cnn_loses(3),
            "Your activations are ReLU",
        ),
        Answer(
            "ReLU in the convolutions, too",
            cnn(replaced(BLOCK, 'padding="same"', 'padding="same", activation="relu"'), HEAD),
            cnn_loses(3),
            "an activation of their own",
        ),
        Answer(
            "the activation named leaky_relu",
            cnn(
                replaced(BLOCK, "LeakyReLU()", 'Activation("leaky_relu")'),
                replaced(HEAD, "LeakyReLU()", 'Activation("leaky_relu")'),
            ),
            cnn_loses(0.75),
            "slope of your LeakyReLU",
        ),
        Answer(
            "valid padding",
            cnn(replaced(BLOCK, ', padding="same"', ""), HEAD),
            cnn_loses(0.75, 1),
            "have no padding",
        ),
        Answer(
            "strides missing",
            cnn(replaced(BLOCK, "strides=strides, ", ""), HEAD),
            cnn_loses(0.5, 1),
            "all have stride 1",
        ),
        Answer(
            "strides of the wrong convolutions",
            cnn(BLOCK, HEAD, convolutions=[(32, 2), (32, 1), (64, 2), (64, 1)]),
            cnn_loses(0.75),
            "with stride 2 are not the right ones",
        ),
        Answer(
            "pooling for strides",
            cnn(
                replaced(BLOCK, "strides=strides, ", "")
                + "if strides == 2:\n    model.add(keras.layers.MaxPooling2D())\n",
                HEAD,
            ),
            cnn_loses(3),
            "shrink by pooling",
        ),
        Answer(
            "filters all 32",
            cnn(replaced(BLOCK, "Conv2D(filters", "Conv2D(32"), HEAD),
            cnn_loses(0.5, 1),
            "all have 32 filters",
        ),
        Answer(
            "softmax missing",
            cnn(BLOCK, HEAD, "model.add(keras.layers.Dense(10))"),
            cnn_loses(3, 1),
            "without it there are no",
        ),
        Answer(
            "sigmoid for softmax",
            cnn(BLOCK, HEAD, "model.add(keras.layers.Dense(10, activation='sigmoid'))"),
            cnn_loses(3, 1),
            "of your last layer is not the right one",
        ),
        Answer(
            "a batch normalisation forgotten",
            cnn(BLOCK, replaced(HEAD, "model.add(keras.layers.BatchNormalization())\n", "")),
            cnn_loses(3, 1),
            "missing, among the last layers",
        ),
        Answer(
            "rate of dropout",
            cnn(BLOCK, replaced(HEAD, "0.5", "0.2")),
            cnn_loses(0.25),
            "rate of your dropout",
        ),
        Answer(
            "global pooling for Flatten",
            cnn(BLOCK, replaced(HEAD, "Flatten", "GlobalAveragePooling2D")),
            cnn_loses(3, 1),
            "in the place of Flatten",
        ),
        Answer(
            "dense layer of 128 units missing",
            cnn(BLOCK, "model.add(keras.layers.Flatten())"),
            cnn_loses(3, 1),
            "what belongs to it is missing",
        ),
        Answer(
            "nothing returned",
            replaced(cnn(BLOCK, HEAD), "return model", "model.summary()"),
            cnn_loses(3, 1),
            "does your function return it",
        ),
    ),
)

# 4. A network of one's own.


def own(body, before=""):
    """An answer to the fourth exercise."""
    return function("build_better_cnn()", body, before)


def sequential(*layers):
    """An answer to the fourth exercise: a row of layers."""
    rows = "\n".join(f"        keras.layers.{layer}," for layer in layers)
    return own(f"return keras.Sequential([\n        keras.Input((32, 32, 3)),\n{rows}\n])")


SOFTMAX = "Dense(10, activation='softmax')"
OWN_ALL = {"better-cnn-visible": 1, "better-cnn-hidden-rules": 1, "better-cnn-hidden-probabilities": 1}
OWN_RULES = {"better-cnn-hidden-rules": 1}
OWN_PROBABILITIES = {"better-cnn-hidden-probabilities": 1}

BETTER = Exercise(
    "better-cnn",
    right=(
        Answer(
            "pooling and dropout",
            sequential(
                "Conv2D(32, 3, padding='same', activation='relu')",
                "MaxPooling2D()",
                "Conv2D(64, 3, padding='same', activation='relu')",
                "MaxPooling2D()",
                "SpatialDropout2D(0.2)",
                "Conv2D(128, 3, padding='same', activation='relu')",
                "Flatten()",
                "Dropout(0.4)",
                SOFTMAX,
            ),
        ),
        Answer(
            "other images in each epoch",
            sequential(
                "RandomFlip('horizontal')",
                "RandomTranslation(0.1, 0.1)",
                "RandomBrightness(0.1, value_range=(0, 1))",
                "Rescaling(2.0, offset=-1.0)",
                "SeparableConv2D(48, 3, strides=2, use_bias=False)",
                "BatchNormalization()",
                "PReLU(shared_axes=[1, 2])",
                "GlobalMaxPooling2D()",
                "Dense(10)",
                "Softmax()",
            ),
        ),
        Answer(
            "shortcuts",
            own(
                """
                inputs = keras.Input((32, 32, 3))
                x = layers.Conv2D(32, 3, padding="same")(inputs)
                for filters in (32, 64):
                    shortcut = layers.Conv2D(filters, 1, strides=2)(x)
                    x = layers.Conv2D(filters, 3, strides=2, padding="same", activation="gelu")(x)
                    x = layers.BatchNormalization()(x)
                    x = layers.Conv2D(filters, 3, padding="same")(x)
                    x = layers.add([x, shortcut])
                    x = layers.Activation("swish")(x)
                x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
                return keras.Model(inputs, layers.Dense(10, "softmax", kernel_regularizer="l2")(x))
                """,
                "from keras import layers\n\n\n",
            ),
        ),
        Answer(
            "a model in a model, compiled",
            own(
                """
                trunk = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Conv2D(16, 3)])
                model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.AveragePooling2D(2), trunk])
                model.add(keras.layers.Flatten())
                model.add(keras.layers.Dense(10))
                model.add(keras.layers.Activation("softmax"))
                model.compile(keras.optimizers.AdamW(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
                return model
                """
            ),
        ),
        Answer(
            "almost all of the parameters",
            sequential(
                "Conv2D(98, 3, strides=2, padding='same')",
                "BatchNormalization()",
                "ReLU()",
                "Conv2D(668, 3, strides=4, padding='same')",
                "GlobalAveragePooling2D()",
                "Dense(10, activation='softmax', use_bias=False)",
            ),
        ),
        Answer(
            "the smallest that keeps the rules",
            sequential("Conv2D(1, 3, padding='same')", "Flatten()", SOFTMAX),
        ),
    ),
    wrong=(
        Answer(
            "the network of exercise 3",
            replaced(cnn(BLOCK, HEAD), "build_cnn", "build_better_cnn"),
            OWN_RULES,
            "still is the network of exercise 3",
        ),
        Answer(
            "too many parameters",
            sequential("Conv2D(64, 3, padding='same', activation='relu')", "Flatten()", SOFTMAX),
            OWN_ALL,
            "too many parameters",
        ),
        Answer(
            "too many of those that are not trained",
            sequential(
                "Conv2D(1000, 3, strides=4)",
                "BatchNormalization()",
                "GlobalAveragePooling2D()",
                "Dense(560, activation='relu')",
                "BatchNormalization()",
                SOFTMAX,
            ),
            OWN_ALL,
            "if those that are not trainable count",
        ),
        Answer(
            "numbers in the settings of a layer",
            sequential(
                "Rescaling([[[2.0, 1.0, 0.5]] * 32] * 32)",
                "Conv2D(98, 3, strides=2, padding='same')",
                "BatchNormalization()",
                "ReLU()",
                "Conv2D(668, 3, strides=4, padding='same')",
                "GlobalAveragePooling2D()",
                "Dense(10, activation='softmax', use_bias=False)",
            ),
            OWN_ALL,
            "most of them in a layer of the kind Rescaling",
        ),
        Answer(
            "no convolution",
            sequential("Flatten()", "Dense(150, activation='relu')", "Dense(50, activation='relu')", SOFTMAX),
            OWN_RULES,
            "has no convolution",
        ),
        Answer(
            "softmax missing",
            sequential("Conv2D(32, 3, strides=2, activation='relu')", "GlobalAveragePooling2D()", "Dense(10)"),
            OWN_PROBABILITIES,
            "no probability is",
        ),
        Answer(
            "sigmoid for softmax",
            sequential(
                "Conv2D(32, 3, strides=2, activation='relu')",
                "GlobalAveragePooling2D()",
                "Dense(10, activation='sigmoid')",
            ),
            OWN_PROBABILITIES,
            "don't sum to 1",
        ),
        Answer(
            "ReLU at the end",
            sequential(
                "Conv2D(32, 3, strides=2, activation='relu')",
                "GlobalAveragePooling2D()",
                "Dense(10, activation='relu', bias_initializer='ones')",
            ),
            OWN_PROBABILITIES,
            "no probability is",
        ),
        Answer(
            "logarithms of probabilities",
            sequential("Conv2D(8, 3)", "GlobalAveragePooling2D()", "Dense(10, activation='log_softmax')"),
            OWN_PROBABILITIES,
            "negative values",
        ),
        Answer(
            "a dense layer for each place",
            sequential("Conv2D(32, 3, strides=2, padding='same', activation='relu')", SOFTMAX),
            OWN_ALL,
            "one number for each class",
        ),
        Answer(
            "a class too many",
            sequential("Conv2D(32, 3)", "GlobalAveragePooling2D()", "Dense(11, activation='softmax')"),
            OWN_ALL,
            "one number for each class",
        ),
        Answer(
            "grey images",
            sequential("Conv2D(32, 3)", "GlobalAveragePooling2D()", SOFTMAX).replace("(32, 32, 3)", "(32, 32, 1)"),
            OWN_ALL,
            "32 by 32 pixels in three colours",
        ),
        Answer(
            "a layer of one's own making",
            sequential("Lambda(lambda image: image * 2 - 1)", "Conv2D(32, 3)", "GlobalAveragePooling2D()", SOFTMAX),
            OWN_ALL,
            "could not be handed to this test",
        ),
        Answer(
            "nothing returned",
            own("model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3)])\nmodel.summary()"),
            OWN_ALL,
            "does your function return it",
        ),
    ),
    needs=("build-cnn",),
)

# 5. Its accuracy.


MODEL = "model = keras.models.load_model(MODEL_FILE)\n"


def load(body, before=MODEL):
    """An answer to the last exercise, in whose cell there is a `model` that knows the drawings."""
    return function("load_better_cnn()", body, before + "\n\n")


LOAD = {"load-better-cnn-hidden": 4}
LOAD_ALL = {"load-better-cnn-visible": 1, "load-better-cnn-hidden": 4}
READ = "return keras.models.load_model(MODEL_FILE)"
AROUND = """
inputs = keras.Input((32, 32, 3))
model = keras.Model(inputs, {})
model.save(MODEL_FILE)
"""

ACCURACY = Exercise(
    "load-better-cnn",
    right=(
        Answer("read where it is needed", load(READ, "")),
        Answer(
            "read by its name, not compiled",
            load(
                "return load_model('better_cnn.keras', compile=False)",
                MODEL
                + "from keras.models import load_model\n\n"
                + "model.compile('adam', 'sparse_categorical_crossentropy')\nmodel.save('better_cnn.keras')\n",
            ),
        ),
        Answer(
            "weights alone, for a network that is built anew",
            load(
                "network = keras.models.clone_model(model)\n"
                "network.load_weights('better_cnn.weights.h5')\n"
                "return network",
                MODEL + "model.save_weights('better_cnn.weights.h5')\n",
            ),
        ),
        Answer("read once, ahead of the function", load("return model")),
        Answer(
            "a network around it that alters images while training",
            load(READ, MODEL + AROUND.format("model(keras.layers.RandomFlip()(inputs))")),
        ),
        Answer(
            "trained on other values, which it makes itself",
            load(
                READ,
                MODEL + AROUND.format("model(keras.layers.Rescaling(1 / 255)(keras.layers.Rescaling(255.0)(inputs)))"),
            ),
        ),
    ),
    wrong=(
        Answer(
            "read under another name",
            load("return keras.models.load_model('cnn.keras')", ""),
            LOAD_ALL,
            "is the file better_cnn.keras handed in",
        ),
        Answer(
            "nothing returned",
            load("keras.models.load_model(MODEL_FILE)", ""),
            LOAD_ALL,
            "return the network itself",
        ),
        Answer("the name returned", load("return str(MODEL_FILE)"), LOAD_ALL, "return the network itself"),
        Answer("weights returned", load("return model.get_weights()"), LOAD_ALL, "return the network itself"),
        Answer(
            "trained on values up to 255",
            load(READ, MODEL + AROUND.format("model(keras.layers.Rescaling(1 / 255)(inputs))")),
            LOAD,
            "values of another range",
        ),
        Answer(
            "trained on values from -1 to 1",
            load(READ, MODEL + AROUND.format("model(keras.layers.Rescaling(0.5, offset=0.5)(inputs))")),
            LOAD,
            "values of another range",
        ),
        Answer(
            "softmax missing",
            load(
                READ,
                MODEL + "model.layers[-1].activation = keras.activations.linear\nmodel.save(MODEL_FILE)\n",
            ),
            LOAD,
            "no probability is",
        ),
        Answer(
            "all images in one class",
            load(
                "return model",
                MODEL
                + "weights = model.get_weights()\nweights[-1] = weights[-1] + 1e6 * np.eye(10)[3]\n"
                + "model.set_weights(weights)\n",
            ),
            LOAD,
            "into the same class",
        ),
        Answer(
            "classes numbered from 1",
            load(
                "return model",
                MODEL
                + "weights = model.get_weights()\n"
                + "weights[-2:] = [np.roll(weight, 1, -1) for weight in weights[-2:]]\n"
                + "model.set_weights(weights)\n",
            ),
            LOAD,
            "not numbered as the labels are",
        ),
        Answer(
            "too many parameters",
            load(
                READ,
                MODEL
                + AROUND.format(
                    "keras.layers.Average()([model(inputs), "
                    "keras.layers.Dense(10, 'softmax')(keras.layers.Dense(200)(keras.layers.Flatten()(inputs)))])"
                ),
            ),
            LOAD_ALL,
            "too many parameters",
        ),
        Answer(
            "a class not learnt",
            load(
                "return model",
                MODEL
                + "weights = model.get_weights()\nweights[-1] = weights[-1] - 1e6 * np.eye(10)[7]\n"
                + "model.set_weights(weights)\n",
            ),
            {"load-better-cnn-hidden": 1.75},
            "of the hidden images",
        ),
    ),
    survivors={
        f"3: kept = Path('hidden', 'reference', MODEL_FILE) -> kept = Path({other}, MODEL_FILE)": (
            "where the course's own network is kept matters in the course's own folder alone"
        )
        for other in ("'hidden-changed', 'reference'", "'reference', 'hidden'", "'hidden', 'reference-changed'")
    },
)

EXERCISES = [BATCH, DROP, CNN, BETTER, ACCURACY]

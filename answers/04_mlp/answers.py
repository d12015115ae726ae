"""Answers to `04_mlp`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise


def function(signature, body):
    """A function with a body of one or more lines."""
    return f"def {signature}:\n" + "\n".join(f"    {line}" if line else "" for line in body.strip("\n").split("\n"))


def losing(exercise, **points):
    """Points lost, by the test's name without that of its exercise; underscores stand for hyphens."""
    return {f"{exercise}-{name.replace('_', '-')}": lost for name, lost in points.items()}


# 1


def preprocess(body):
    """An answer to the first exercise."""
    return function("preprocess(images, labels)", body)


SCALED = "images.astype('float32') / 255"
ONE_HOT = "keras.utils.to_categorical(labels, 10)"


def scaled_as(images, first=""):
    """An answer that treats the images in some way and the labels in the right one."""
    return preprocess(f"{first}\nreturn {images}, {ONE_HOT}".strip())


def encoded_as(labels, first=""):
    """An answer that treats the labels in some way and the images in the right one."""
    return preprocess(f"{first}\nreturn {SCALED}, {labels}".strip())


IMAGES = losing("preprocess", visible=1, hidden_images=1)
LABELS = losing("preprocess", visible=1, hidden_labels=1)
BOTH = {**IMAGES, **LABELS}

PREPROCESS = Exercise(
    "preprocess",
    right=(
        Answer("to_categorical", preprocess(f"return {SCALED}, {ONE_HOT}")),
        Answer("rows of the identity", preprocess("return images / 255.0, np.eye(10)[labels[:, 0]]")),
        Answer(
            "compared with all classes", preprocess("return images / 255, (labels == np.arange(10)).astype('float32')")
        ),
        Answer(
            "lists from loops",
            preprocess(
                """
rows = []
for label in labels:
    row = [0] * 10
    row[int(label[0])] = 1
    rows.append(row)
return [images / 255, rows]
"""
            ),
        ),
        Answer(
            "tensors",
            "import tensorflow as tf\n\n\n"
            + preprocess("return tf.cast(images, tf.float32) / 255.0, tf.one_hot(tf.squeeze(labels, axis=-1), 10)"),
        ),
        Answer(
            "multiplied by the inverse",
            preprocess(
                """
scaled = np.multiply(images, 1 / 255, dtype=np.float32)
one_hot = np.zeros((labels.shape[0], 10), dtype=int)
np.put_along_axis(one_hot, labels.astype(int), 1, axis=1)
return scaled, one_hot
"""
            ),
        ),
    ),
    wrong=(
        Answer("divided by 256", scaled_as("images / 256"), IMAGES, "a little too dark"),
        Answer("not scaled", scaled_as("images.astype('float32')"), IMAGES, "old range"),
        Answer(
            "divided without a remainder",
            scaled_as("images // 255"),
            IMAGES,
            "whole numbers",
        ),
        Answer(
            "divided by the brightest",
            scaled_as("images / images.max()"),
            losing("preprocess", hidden_images=1),
            "depends on which images",
        ),
        Answer("from -1 to 1", scaled_as("(images - 127.5) / 127.5"), IMAGES, "negative numbers"),
        Answer("standardised", scaled_as("(images - images.mean()) / images.std()"), IMAGES, "centred on their mean"),
        Answer("flattened", scaled_as("images.reshape(len(images), -1) / 255"), IMAGES, "lost their shape"),
        Answer(
            "columns by the labels",
            encoded_as("keras.utils.to_categorical(labels)"),
            LABELS,
            "depends on which labels occur",
        ),
        Answer("axis kept", encoded_as("np.eye(10)[labels]"), LABELS, "an axis too many"),
        Answer("labels left alone", encoded_as("labels"), LABELS, "still class numbers"),
        Answer("a row of class numbers", encoded_as("labels.flatten()"), LABELS, "still class numbers"),
        Answer("labels scaled, too", encoded_as("labels / 255"), LABELS, "scaled the labels"),
        Answer(
            "counted from one",
            encoded_as(
                "rows", "rows = np.zeros((len(labels), 10))\nrows[range(len(labels)), labels[:, 0].astype(int) - 1] = 1"
            ),
            LABELS,
            "count the classes from one",
        ),
        Answer(
            "columns for classes that occur",
            encoded_as("(labels == np.unique(labels)) * 1.0"),
            LABELS,
            "only for the classes that occur",
        ),
        Answer("labels first", preprocess(f"return {ONE_HOT}, {SCALED}"), BOTH, "changed places"),
        Answer("only the images", preprocess(f"return {SCALED}"), BOTH, "two things"),
        Answer("nothing returned", preprocess(f"images = {SCALED}\nlabels = {ONE_HOT}"), BOTH, "is a 'return' missing"),
    ),
)

# 2


def build_mlp(body):
    """An answer to the second exercise."""
    return function("build_mlp()", body)


def functional(*layers, shape="(32, 32, 3)"):
    """A network in the functional API, of layers named as in keras.layers."""
    return build_mlp(
        f"inputs = keras.Input({shape})\nx = inputs\n"
        + "".join(f"x = keras.layers.{layer}(x)\n" for layer in layers)
        + "return keras.Model(inputs, x)"
    )


FLATTEN = "Flatten()"
FIRST = 'Dense(200, activation="relu")'
SECOND = 'Dense(150, activation="relu")'
LAST = 'Dense(10, activation="softmax")'

LAYERS = losing("build-mlp", hidden_layers=2)
COUNTED = losing("build-mlp", visible=1, hidden_layers=2)
NOTHING_BUILT = losing("build-mlp", visible=1, hidden_layers=2, hidden_weights=1)


def started_with(initializer):
    """A network whose weights start in another way."""
    return functional(
        FLATTEN, *(layer.replace(")", f", kernel_initializer={initializer})") for layer in (FIRST, SECOND, LAST))
    )


BUILD = Exercise(
    "build-mlp",
    right=(
        Answer("functional", functional(FLATTEN, FIRST, SECOND, LAST)),
        Answer(
            "sequential list",
            build_mlp(
                """
return keras.Sequential(
    [
        keras.layers.Input(shape=(32, 32, 3)),
        keras.layers.Flatten(),
        keras.layers.Dense(200, activation="relu"),
        keras.layers.Dense(150, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
"""
            ),
        ),
        Answer(
            "sequential, layer by layer, with names",
            build_mlp(
                """
network = keras.models.Sequential(name="perceptron")
network.add(keras.Input(shape=(32, 32, 3), name="image"))
network.add(keras.layers.Flatten(name="pixels"))
network.add(keras.layers.Dense(units=200, activation=keras.activations.relu, name="first"))
network.add(keras.layers.Dense(units=150, activation=keras.activations.relu, name="second"))
network.add(keras.layers.Dense(units=10, activation=keras.activations.softmax, name="classes"))
return network
"""
            ),
        ),
        Answer(
            "activations as layers",
            "from keras import layers, models\n\n\n"
            + build_mlp(
                """
inputs = layers.Input((32, 32, 3))
x = layers.Flatten()(inputs)
for units in (200, 150):
    x = layers.Dense(units)(x)
    x = layers.ReLU()(x)
x = layers.Dense(10)(x)
outputs = layers.Softmax()(x)
return models.Model(inputs=inputs, outputs=outputs)
"""
            ),
        ),
        Answer(
            "Activation layers and an open batch",
            build_mlp(
                """
inputs = keras.Input(batch_shape=(None, 32, 32, 3), dtype="float32")
x = keras.layers.Flatten()(inputs)
x = keras.layers.Activation("relu")(keras.layers.Dense(200)(x))
x = keras.layers.Activation("relu")(keras.layers.Dense(150)(x))
x = keras.layers.Activation("softmax")(keras.layers.Dense(10, use_bias=True)(x))
return keras.Model(inputs, x, name="mlp")
"""
            ),
        ),
        Answer("weights drawn as is usual with ReLU", started_with("'he_normal'")),
    ),
    wrong=(
        Answer(
            "no activation in the hidden layers",
            functional(FLATTEN, "Dense(200)", "Dense(150)", LAST),
            LAYERS,
            "no more than a single layer",
        ),
        Answer(
            "no activation in the second hidden layer",
            functional(FLATTEN, FIRST, "Dense(150)", LAST),
            LAYERS,
            "One of your hidden layers has no activation",
        ),
        Answer("softmax missing", functional(FLATTEN, FIRST, SECOND, "Dense(10)"), COUNTED, "are no probabilities"),
        Answer(
            "sigmoid at the end",
            functional(FLATTEN, FIRST, SECOND, 'Dense(10, activation="sigmoid")'),
            COUNTED,
            "ten separate questions",
        ),
        Answer(
            "ReLU at the end",
            functional(FLATTEN, FIRST, SECOND, 'Dense(10, activation="relu")'),
            COUNTED,
            "one for hidden layers",
        ),
        Answer(
            "softmax everywhere",
            functional(FLATTEN, FIRST.replace("relu", "softmax"), SECOND.replace("relu", "softmax"), LAST),
            LAYERS,
            "activation of an output layer",
        ),
        Answer(
            "activations of the example",
            functional(FLATTEN, FIRST.replace("relu", "tanh"), SECOND.replace("relu", "tanh"), LAST),
            LAYERS,
            "activation of the example",
        ),
        Answer(
            "LeakyReLU",
            functional(FLATTEN, "Dense(200)", "LeakyReLU()", "Dense(150)", "LeakyReLU()", LAST),
            LAYERS,
            "but then comes leaky_relu",
        ),
        Answer(
            "a ReLU that leaks",
            functional(
                FLATTEN, "Dense(200)", "ReLU(negative_slope=0.2)", "Dense(150)", "ReLU(negative_slope=0.2)", LAST
            ),
            losing("build-mlp", hidden_layers=2),
            "but then comes leaky_relu",
        ),
        Answer(
            "hidden layers swapped",
            functional(FLATTEN, SECOND, FIRST, LAST),
            losing("build-mlp", visible=1, hidden_layers=0.5),
            "changed places",
        ),
        Answer("second hidden layer missing", functional(FLATTEN, FIRST, LAST), COUNTED, "one hidden layer too few"),
        Answer("first hidden layer missing", functional(FLATTEN, SECOND, LAST), COUNTED, "one hidden layer too few"),
        Answer(
            "a hidden layer too many",
            functional(FLATTEN, FIRST, SECOND, SECOND, LAST),
            COUNTED,
            "but then comes relu",
        ),
        Answer(
            "other units",
            functional(FLATTEN, FIRST, 'Dense(100, activation="relu")', LAST),
            losing("build-mlp", visible=1, hidden_layers=0.25),
            "another setting than it should have: units",
        ),
        Answer(
            "no bias",
            functional(FLATTEN, *(layer.replace(")", ", use_bias=False)") for layer in (FIRST, SECOND, LAST))),
            losing("build-mlp", visible=1, hidden_layers=0.75),
            "no biases",
        ),
        Answer(
            "input with the batch",
            functional(FLATTEN, FIRST, SECOND, LAST, shape="(1, 32, 32, 3)"),
            losing("build-mlp", visible=1, hidden_layers=0.25),
            "an axis too many",
        ),
        Answer(
            "input with the number of images",
            functional(FLATTEN, FIRST, SECOND, LAST, shape="batch_shape=(32, 32, 32, 3)"),
            losing("build-mlp", visible=1, hidden_layers=2),
            "only one certain number of images",
        ),
        Answer(
            "channels first",
            functional(FLATTEN, FIRST, SECOND, LAST, shape="(3, 32, 32)"),
            losing("build-mlp", visible=1, hidden_layers=0.25),
            "another order",
        ),
        Answer("flatten missing", functional(FIRST, SECOND, LAST), COUNTED, "each pixel alone"),
        Answer("flatten too late", functional(FIRST, SECOND, FLATTEN, LAST), COUNTED, "one row too late"),
        Answer("flat input", functional(FIRST, SECOND, LAST, shape="(3072,)"), COUNTED, "takes rows of numbers"),
        Answer(
            "sequential without an input",
            build_mlp(
                """
return keras.Sequential(
    [
        keras.layers.Flatten(),
        keras.layers.Dense(200, activation="relu"),
        keras.layers.Dense(150, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
"""
            ),
            NOTHING_BUILT,
            "does not know the shape of its input",
        ),
        Answer("all weights zero", started_with("'zeros'"), losing("build-mlp", hidden_weights=1), "start alike"),
        Answer(
            "weights far too large",
            started_with("keras.initializers.RandomNormal(stddev=10)"),
            losing("build-mlp", hidden_weights=1),
            "far too small or far too large",
        ),
        Answer(
            "output returned",
            functional(FLATTEN, FIRST, SECOND, LAST).replace("keras.Model(inputs, x)", "x"),
            NOTHING_BUILT,
            "should be a Keras model",
        ),
        Answer(
            "nothing returned",
            functional(FLATTEN, FIRST, SECOND, LAST).replace("return ", "model = "),
            NOTHING_BUILT,
            "should be a Keras model",
        ),
    ),
)

# 3


def compile_mlp(
    optimizer="keras.optimizers.Adam(learning_rate=0.0005)",
    loss='"categorical_crossentropy"',
    metrics='["accuracy"]',
    first="",
    last="return model",
):
    """An answer to the third exercise."""
    lines = [first, f"model.compile(optimizer={optimizer}, loss={loss}, metrics={metrics})", last]
    return function("compile_mlp(model)", "\n".join(line for line in lines if line))


OPTIMIZER = losing("compile-mlp", hidden_optimizer=1)
LOSS = losing("compile-mlp", hidden_loss=1)
METRIC = losing("compile-mlp", hidden_metric=1)
NOT_COMPILED = {"compile-mlp-visible": 1, **OPTIMIZER, **LOSS, **METRIC}

COMPILE = Exercise(
    "compile-mlp",
    right=(
        Answer("strings", compile_mlp()),
        Answer(
            "objects of classes",
            compile_mlp(
                "keras.optimizers.Adam(5e-4)",
                "keras.losses.CategoricalCrossentropy()",
                "[keras.metrics.CategoricalAccuracy()]",
            ),
        ),
        Answer(
            "functions",
            compile_mlp(loss="keras.losses.categorical_crossentropy", metrics="[keras.metrics.categorical_accuracy]"),
        ),
        Answer(
            "other names",
            "from keras.losses import CategoricalCrossentropy as Loss\nfrom keras.optimizers import Adam\n\n\n"
            + compile_mlp("Adam(5 * 10**-4, beta_1=0.9)", "Loss(from_logits=False)", '("acc",)'),
        ),
        Answer(
            "rate set afterwards",
            compile_mlp('"adam"', last="model.optimizer.learning_rate = 0.0005\nreturn model"),
        ),
        Answer(
            "positions, lists and more metrics",
            function(
                "compile_mlp(model)",
                "model.compile(\n"
                "    keras.optimizers.Adam(learning_rate=1 / 2000),\n"
                '    ["categorical_crossentropy"],\n'
                '    metrics=[keras.metrics.TopKCategoricalAccuracy(k=2), "categorical_accuracy"],\n'
                ")\n"
                "return model",
            ),
        ),
        Answer(
            "Keras picks the kind",
            compile_mlp(
                loss='"crossentropy"',
                metrics='[keras.metrics.CategoricalAccuracy(name="accuracy")]',
            ),
        ),
    ),
    wrong=(
        Answer("default rate", compile_mlp('"adam"'), OPTIMIZER, "the default of the optimiser"),
        Answer("a zero missing", compile_mlp("keras.optimizers.Adam(0.005)"), OPTIMIZER, "a zero too few"),
        Answer("a zero too many", compile_mlp("keras.optimizers.Adam(5e-5)"), OPTIMIZER, "a zero too many"),
        Answer(
            "plain gradient descent",
            compile_mlp("keras.optimizers.SGD(learning_rate=0.0005)"),
            OPTIMIZER,
            "plain gradient descent",
        ),
        Answer(
            "optimizer left out",
            compile_mlp().replace("optimizer=keras.optimizers.Adam(learning_rate=0.0005), ", ""),
            OPTIMIZER,
            "RMSProp",
        ),
        Answer("AdamW", compile_mlp("keras.optimizers.AdamW(0.0005)"), OPTIMIZER, "weights decay"),
        Answer(
            "another setting",
            compile_mlp("keras.optimizers.Adam(0.0005, weight_decay=0.01)"),
            OPTIMIZER,
            "not asked for: weight_decay",
        ),
        Answer(
            "a rate that falls",
            compile_mlp("keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.0005, 1000, 0.9))"),
            OPTIMIZER,
            "in the course of training",
        ),
        Answer("mean squared error", compile_mlp(loss='"mse"'), LOSS, "for quantities"),
        Answer(
            "binary cross-entropy",
            compile_mlp(loss="keras.losses.BinaryCrossentropy()"),
            LOSS,
            "separate yes-or-no questions",
        ),
        Answer(
            "sparse cross-entropy",
            compile_mlp(loss='"sparse_categorical_crossentropy"'),
            LOSS,
            "labels that are class numbers",
        ),
        Answer(
            "from_logits",
            compile_mlp(loss="keras.losses.CategoricalCrossentropy(from_logits=True)"),
            LOSS,
            "sums before the softmax",
        ),
        Answer(
            "summed",
            compile_mlp(loss='keras.losses.CategoricalCrossentropy(reduction="sum")'),
            LOSS,
            "summed over the observations",
        ),
        Answer("a misspelt loss", compile_mlp(loss='"categorical_cross_entropy"'), LOSS, "knows no loss by the name"),
        Answer("no loss", compile_mlp(loss="None"), LOSS, "nothing to make smaller"),
        Answer("no metric", compile_mlp(metrics="None"), METRIC, "no metric"),
        Answer("class Accuracy", compile_mlp(metrics="[keras.metrics.Accuracy()]"), METRIC, "equals the truth exactly"),
        Answer(
            "class BinaryAccuracy",
            compile_mlp(metrics="[keras.metrics.BinaryAccuracy()]"),
            METRIC,
            "each of the ten numbers by itself",
        ),
        Answer(
            "sparse accuracy",
            compile_mlp(metrics='["sparse_categorical_accuracy"]'),
            METRIC,
            "labels that are class numbers",
        ),
        Answer("metric of the example", compile_mlp(metrics='["mean_absolute_error"]'), METRIC, "that of the example"),
        Answer("metric is the loss", compile_mlp(metrics='["categorical_crossentropy"]'), METRIC, "the loss once more"),
        Answer("nothing returned", compile_mlp(last=""), NOT_COMPILED, "compile itself returns nothing"),
        Answer(
            "what compile returns",
            compile_mlp(last="").replace("model.compile(", "return model.compile("),
            NOT_COMPILED,
            "compile itself returns nothing",
        ),
        Answer("not compiled", function("compile_mlp(model)", "return model"), NOT_COMPILED, "is not compiled"),
        Answer(
            "a network of its own",
            compile_mlp(first="model = build_mlp()"),
            losing("compile-mlp", visible=1),
            "returned another model",
        ),
        Answer(
            "a copy with other weights",
            compile_mlp(first="model = keras.models.clone_model(model)"),
            losing("compile-mlp", visible=1),
            "returned another model",
        ),
    ),
    needs=("build-mlp",),
)

# 4


def crossentropy(body):
    """An answer to the fourth exercise."""
    return function("categorical_crossentropy(targets, probabilities)", body)


def clipped(formula):
    """An answer that clips the probabilities; its formula may use the terms and what the right class was given."""
    return crossentropy(
        "p = np.clip(probabilities, 1e-7, 1)\n"
        "terms = targets * np.log(p)\n"
        "of_right_class = np.sum(targets * p, axis=-1)\n"
        f"return {formula}"
    )


ALL_LOSS = losing("categorical-crossentropy", visible=1, hidden=1, hidden_zeros=1)
ROWS_LOSS = losing("categorical-crossentropy", visible=1, hidden=1)
ZEROS_LOSS = losing("categorical-crossentropy", hidden_zeros=1)

CROSSENTROPY = Exercise(
    "categorical-crossentropy",
    right=(
        Answer("clipped", clipped("-np.mean(np.sum(terms, axis=1))")),
        Answer(
            "picked by index",
            crossentropy(
                "chosen = probabilities[np.arange(len(targets)), np.argmax(targets, axis=1)]\n"
                "return float(-np.log(chosen).mean())"
            ),
        ),
        Answer(
            "loops",
            "import math\n\n\n"
            + crossentropy(
                """
total = 0
for target_row, probability_row in zip(targets, probabilities):
    for target, probability in zip(target_row, probability_row):
        if target == 1:
            total -= math.log(probability)
return total / len(targets)
"""
            ),
        ),
        Answer(
            "nan replaced in each term",
            crossentropy("return -np.nan_to_num(targets * np.log(probabilities)).sum() / len(targets)"),
        ),
        Answer("logarithm only where it counts", crossentropy("return np.mean(-np.log(probabilities[targets == 1]))")),
        Answer(
            "a small number added", crossentropy("return -(targets * np.log(probabilities + 1e-9)).sum(axis=-1).mean()")
        ),
        Answer(
            "in single precision",
            crossentropy(
                "p = np.where(targets > 0, probabilities, 1).astype('float32')\n"
                "return -np.log(p).sum() / np.float32(p.shape[0])"
            ),
        ),
        Answer("Keras", crossentropy("return keras.losses.CategoricalCrossentropy()(targets, probabilities)")),
    ),
    wrong=(
        Answer(
            "nan for zeros",
            crossentropy("return -np.mean(np.sum(targets * np.log(probabilities), axis=-1))"),
            ZEROS_LOSS,
            "'nan' if a wrong class",
        ),
        Answer(
            "nothing for nan",
            crossentropy("return np.nan_to_num(-np.mean(np.sum(targets * np.log(probabilities), axis=-1)))"),
            ZEROS_LOSS,
            "0 if some class",
        ),
        Answer("sum over the rows", clipped("-np.sum(terms)"), ROWS_LOSS, "grows with the number of rows"),
        Answer("mean over all entries", clipped("-np.mean(terms)"), ALL_LOSS, "the number of all entries"),
        Answer(
            "axis of the mean",
            clipped("np.mean(-np.sum(terms, axis=0))"),
            ALL_LOSS,
            "divide by the number of classes",
        ),
        Answer("sign", clipped("np.mean(np.sum(terms, axis=1))"), ALL_LOSS, "negative"),
        Answer("to the base 10", clipped("-np.mean(np.log10(of_right_class))"), ALL_LOSS, "another base"),
        Answer("to the base 2", clipped("-np.mean(np.log2(of_right_class))"), ALL_LOSS, "another base"),
        Answer("squared error", clipped("np.mean((targets - probabilities) ** 2)"), ALL_LOSS, "squared error"),
        Answer(
            "binary",
            crossentropy(
                "p = np.clip(probabilities, 1e-7, 1 - 1e-7)\n"
                "return -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))"
            ),
            ALL_LOSS,
            "separate yes-or-no questions",
        ),
        Answer(
            "binary summed in each row",
            crossentropy(
                "p = np.clip(probabilities, 1e-7, 1 - 1e-7)\n"
                "terms = targets * np.log(p) + (1 - targets) * np.log(1 - p)\n"
                "return -np.mean(np.sum(terms, axis=-1))"
            ),
            ALL_LOSS,
            "separate yes-or-no questions",
        ),
        Answer("a loss for each row", clipped("-np.sum(terms, axis=1)"), ALL_LOSS, "one number for each row"),
        Answer("labels ignored", clipped("-np.mean(np.sum(np.log(p), axis=1))"), ALL_LOSS, "depend on the labels"),
        Answer("the predicted class", clipped("-np.mean(np.log(p.max(axis=1)))"), ALL_LOSS, "thinks right"),
        Answer("no logarithm", clipped("-np.mean(of_right_class)"), ALL_LOSS, "no logarithm"),
        Answer("no logarithm, from 1", clipped("1 - np.mean(of_right_class)"), ALL_LOSS, "no logarithm"),
        Answer("mean before the logarithm", clipped("-np.log(np.mean(of_right_class))"), ROWS_LOSS, "the mean first"),
        Answer(
            "logarithm of the labels",
            crossentropy("return -np.mean(np.sum(probabilities * np.log(targets), axis=-1))"),
            ALL_LOSS,
            "of which some are 0",
        ),
        Answer(
            "nothing returned",
            crossentropy("loss = -np.mean(np.log(np.sum(targets * probabilities, axis=-1)))"),
            ALL_LOSS,
            "is a 'return' missing",
        ),
    ),
)

# 5


def predicted(body):
    """An answer to the fifth exercise."""
    return function("predicted_labels(probabilities)", body)


ALL_PREDICTED = losing("predicted-labels", visible=1, hidden=1)

PREDICTED = Exercise(
    "predicted-labels",
    right=(
        Answer("method", predicted("return probabilities.argmax(axis=1)")),
        Answer("list", predicted("return [row.index(max(row)) for row in probabilities.tolist()]")),
        Answer(
            "loops",
            predicted(
                """
labels = []
for row in probabilities:
    best = 0
    for number in range(len(row)):
        if row[number] > row[best]:
            best = number
    labels.append(best)
return np.array(labels)
"""
            ),
        ),
        Answer("last of the order", predicted("return np.argsort(probabilities, axis=-1)[:, -1]")),
        Answer("tensor", predicted("return keras.ops.argmax(probabilities, axis=-1)")),
        Answer("floats that are whole", predicted("return np.argmax(probabilities, axis=-1).astype(float)")),
    ),
    wrong=(
        Answer(
            "along the images", predicted("return np.argmax(probabilities, axis=0)"), ALL_PREDICTED, "down the columns"
        ),
        Answer(
            "in the whole table", predicted("return np.argmax(probabilities)"), ALL_PREDICTED, "for the whole table"
        ),
        Answer(
            "least probable", predicted("return np.argmin(probabilities, axis=-1)"), ALL_PREDICTED, "least probable"
        ),
        Answer(
            "a column",
            predicted("return np.argmax(probabilities, axis=-1, keepdims=True)"),
            ALL_PREDICTED,
            "a table with one column",
        ),
        Answer(
            "the probability",
            predicted("return np.max(probabilities, axis=-1)"),
            ALL_PREDICTED,
            "largest probability itself",
        ),
        Answer(
            "counted from one", predicted("return np.argmax(probabilities, axis=-1) + 1"), ALL_PREDICTED, "from one"
        ),
        Answer("rounded", predicted("return np.round(probabilities)"), ALL_PREDICTED, "row of numbers for each image"),
        Answer(
            "above one half",
            predicted("return np.argmax(probabilities > 0.5, axis=-1)"),
            ALL_PREDICTED,
            "below one half",
        ),
        Answer(
            "one-hot",
            predicted("return np.eye(probabilities.shape[1])[np.argmax(probabilities, axis=-1)]"),
            ALL_PREDICTED,
            "one-hot rows",
        ),
        Answer("the first row", predicted("return np.argmax(probabilities[0])"), ALL_PREDICTED, "one image only"),
        Answer(
            "sorted", predicted("return np.argsort(probabilities, axis=-1)"), ALL_PREDICTED, "all classes in an order"
        ),
        Answer(
            "returned in the loop",
            predicted("for row in probabilities:\n    return np.argmax(row)"),
            ALL_PREDICTED,
            "one image only",
        ),
        Answer(
            "nothing returned",
            predicted("labels = np.argmax(probabilities, axis=-1)"),
            ALL_PREDICTED,
            "is a 'return' missing",
        ),
    ),
)

# 6


def train(body):
    """An answer to the sixth exercise."""
    return function("train(model, images, labels, epochs)", body)


def fitted(
    arguments="images, labels, batch_size=32, epochs=epochs, verbose=0", last="return model, fitted.history", first=""
):
    """An answer that fits the model with some arguments."""
    return train("\n".join(line for line in (first, f"fitted = model.fit({arguments})", last) if line))


VISIBLE = losing("train", visible=1)
HISTORY = losing("train", hidden_history=1)
LEARNING = losing("train", hidden_learning=1)
STEPS = losing("train", hidden_steps=1)
NOT_TRAINED = {**VISIBLE, **HISTORY, **LEARNING, **STEPS}

TRAIN = Exercise(
    "train",
    right=(
        Answer("fit", fitted()),
        Answer(
            "default batch size, list, numbers of its own",
            fitted(
                "x=images, y=labels, epochs=epochs, shuffle=True",
                "return [model, {name: [float(value) for value in values] for name, values in fitted.history.items()}]",
            ),
        ),
        Answer(
            "one epoch at a time",
            train(
                """
record = {"loss": [], "accuracy": []}
for _ in range(epochs):
    fitted = model.fit(images, labels, batch_size=32, verbose=0)
    for name in record:
        record[name] += fitted.history[name]
return model, record
"""
            ),
        ),
        Answer(
            "batches by hand",
            train(
                """
record = {"loss": [], "accuracy": []}
for _ in range(epochs):
    order = np.random.permutation(len(images))
    model.reset_metrics()
    for start in range(0, len(images), 32):
        batch = order[start : start + 32]
        logs = model.train_on_batch(images[batch], labels[batch], return_dict=True)
    for name in record:
        record[name].append(logs[name])
return model, record
"""
            ),
        ),
        Answer(
            "a tf.data pipeline",
            "import tensorflow as tf\n\n\n"
            + fitted(
                "pairs, epochs=epochs, verbose=2",
                first="pairs = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(1000).batch(32)",
            ),
        ),
        Answer(
            "the model keeps its history",
            train("model.fit(images, labels, 32, epochs)\nreturn model, model.history.history"),
        ),
    ),
    wrong=(
        Answer(
            "the History object",
            fitted(last="return model, fitted"),
            {**VISIBLE, **HISTORY},
            "not the dictionary that it holds",
        ),
        Answer(
            "only the losses",
            fitted(last="return model, fitted.history['loss']"),
            {**VISIBLE, **HISTORY},
            "not the whole dictionary",
        ),
        Answer(
            "the parameters of the history",
            fitted(last="return model, fitted.params"),
            {**VISIBLE, **HISTORY},
            "lacks the loss",
        ),
        Answer(
            "only the last history",
            train(
                "for _ in range(epochs):\n    fitted = model.fit(images, labels, batch_size=32, verbose=0)\n"
                "return model, fitted.history"
            ),
            {**VISIBLE, **HISTORY},
            "one epoch only",
        ),
        Answer(
            "one epoch always",
            fitted("images, labels, batch_size=32, verbose=0"),
            {**VISIBLE, **HISTORY, **LEARNING, **STEPS},
            "one epoch only",
        ),
        Answer(
            "epochs and batch size swapped",
            fitted("images, labels, epochs, 32"),
            {**VISIBLE, **HISTORY, **STEPS},
            "batch size have changed places",
        ),
        Answer("batches of 64", fitted("images, labels, batch_size=64, epochs=epochs"), STEPS, "batches are too large"),
        Answer("batches of 16", fitted("images, labels, batch_size=16, epochs=epochs"), STEPS, "batches are too small"),
        Answer(
            "all at once",
            fitted("images, labels, batch_size=len(images), epochs=epochs"),
            {**LEARNING, **STEPS},
            "one step for each epoch",
        ),
        Answer(
            "some for validation",
            fitted("images, labels, batch_size=32, epochs=epochs, validation_split=0.1"),
            STEPS,
            "do you use all images",
        ),
        Answer(
            "last batch left out",
            train(
                """
record = {"loss": [], "accuracy": []}
for _ in range(epochs):
    for number in range(len(images) // 32):
        batch = slice(32 * number, 32 * number + 32)
        logs = model.train_on_batch(images[batch], labels[batch], return_dict=True)
    for name in record:
        record[name].append(logs[name])
return model, record
"""
            ),
            STEPS,
            "do you use all images",
        ),
        Answer(
            "images shuffled without their labels",
            fitted(first="images = np.random.permutation(images)"),
            LEARNING,
            "kept its label",
        ),
        Answer(
            "a copy trained",
            train(
                """
network = keras.models.clone_model(model)
network.compile(optimizer="adam", loss=model.loss, metrics=["accuracy"])
fitted = network.fit(images, labels, batch_size=32, epochs=epochs)
return model, fitted.history
"""
            ),
            {**LEARNING, **STEPS},
            "still has the weights",
        ),
        Answer(
            "compiled again",
            fitted(first='model.compile(keras.optimizers.Adam(0.005), loss=model.loss, metrics=["accuracy"])'),
            STEPS,
            "the steps of the given model",
        ),
        Answer(
            "scaled again",
            fitted("images / 255, labels, batch_size=32, epochs=epochs"),
            {**LEARNING, **STEPS},
            "the steps of the given model",
        ),
        Answer(
            "evaluated only",
            train(
                "loss, accuracy = model.evaluate(images, labels)\n"
                "return model, {'loss': [loss] * epochs, 'accuracy': [accuracy] * epochs}"
            ),
            {**HISTORY, **LEARNING, **STEPS},
            "does not fall",
        ),
        Answer("history first", fitted(last="return fitted.history, model"), NOT_TRAINED, "changed places"),
        Answer("only the history", fitted(last="return fitted.history"), NOT_TRAINED, "two things"),
        Answer("only the model", fitted(last="return model"), NOT_TRAINED, "two things"),
        Answer(
            "returned before it is trained",
            train("return model, {}\nmodel.fit(images, labels, epochs=epochs)"),
            NOT_TRAINED,
            "<= set(record)",
        ),
        Answer("nothing returned", fitted(last=""), NOT_TRAINED, "is a 'return' missing"),
    ),
    survivors={
        "3: fitted = model.fit(images, labels, batch_size=32, epochs=epochs) -> "
        "fitted = model.fit(images, labels, epochs=epochs)": "Keras takes batches of 32 unless told otherwise.",
    },
)

EXERCISES = [PREPROCESS, BUILD, COMPILE, CROSSENTROPY, PREDICTED, TRAIN]

"""Answers to `02_shapes_and_parameters`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise


def dense(body):
    """An answer to the first exercise."""
    return f"def dense_parameters(inputs, units, use_bias=True):\n    {body}"


DENSE_ALL = {
    "dense-parameters-visible": 1,
    "dense-parameters-hidden": 1,
    "dense-parameters-hidden-without-bias": 1,
}
DENSE_BIAS = {"dense-parameters-visible": 1, "dense-parameters-hidden": 1}
DENSE_SWITCH = {"dense-parameters-visible": 1, "dense-parameters-hidden-without-bias": 1}

DENSE = Exercise(
    "dense-parameters",
    right=(
        Answer("closed form", dense("return units * (inputs + use_bias)")),
        Answer(
            "weights, then biases",
            dense("weights = inputs * units\n    return weights + units if use_bias else weights"),
        ),
        Answer(
            "counted in loops",
            dense(
                "count = 0\n"
                "    for unit in range(units):\n"
                "        count += inputs\n"
                "        if use_bias:\n"
                "            count += 1\n"
                "    return count"
            ),
        ),
        Answer(
            "size of NumPy arrays",
            "import numpy as np\n\n\n"
            + dense("return np.zeros((inputs, units)).size + np.int64(np.zeros(units).size if use_bias else 0)"),
        ),
        Answer("a float that is whole", dense("return float(units * (inputs + use_bias))")),
    ),
    wrong=(
        Answer("no bias", dense("return inputs * units"), DENSE_BIAS, "leaves out the bias of each unit"),
        Answer("use_bias ignored", dense("return inputs * units + units"), DENSE_SWITCH, "even when use_bias is False"),
        Answer(
            "a bias for each input",
            dense("return inputs * units + inputs * use_bias"),
            DENSE_BIAS,
            "one bias for each input",
        ),
        Answer(
            "one bias in all",
            dense("return inputs * units + use_bias"),
            DENSE_BIAS,
            "a single bias for the whole layer",
        ),
        Answer("added", dense("return inputs + units"), DENSE_ALL, "add inputs and units"),
        Answer("one unit", dense("return inputs + use_bias"), DENSE_ALL, "of a single unit"),
        Answer("one weight for each unit", dense("return 2 * units"), DENSE_ALL, "one weight for each unit"),
        Answer(
            "biases on both sides",
            dense("return inputs * units + (inputs + units) * use_bias"),
            DENSE_BIAS,
            "inputs as well",
        ),
        Answer(
            "the bias unit has incoming weights",
            dense("return (inputs + use_bias) * (units + use_bias)"),
            DENSE_BIAS,
            "a number that nothing leads to",
        ),
        Answer(
            "biases taken away",
            dense("return inputs * units + (units if use_bias else -units)"),
            DENSE_SWITCH,
            "taken away",
        ),
        Answer(
            "use_bias inverted", dense("return units * (inputs + (not use_bias))"), DENSE_ALL, "leaves out the bias"
        ),
        Answer("nothing returned", dense("count = units * (inputs + use_bias)"), DENSE_ALL, "is a 'return' missing"),
        Answer("text returned", dense("return str(units * (inputs + use_bias))"), DENSE_ALL, "text, where a number"),
        Answer(
            "only the example",
            dense("return 45 if use_bias else 40"),
            {**DENSE_ALL, "dense-parameters-visible": 0},
            "not right, at least",
        ),
    ),
)


def shape_of(
    valid="(size - kernel_size) // strides + 1", same="-(-size // strides)", result="(sizes[0], sizes[1], filters)"
):
    """An answer to the second exercise: how it computes a size, and what it returns."""
    return (
        "def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding='valid'):\n"
        "    sizes = []\n"
        "    for size in input_shape[:2]:\n"
        "        if padding == 'same':\n"
        f"            sizes.append({same})\n"
        "        else:\n"
        f"            sizes.append({valid})\n"
        f"    return {result}"
    )


SHAPE_ALL = {
    "conv2d-output-shape-visible": 1,
    "conv2d-output-shape-hidden-valid": 2,
    "conv2d-output-shape-hidden-same": 1,
}
SHAPE_VALID = {"conv2d-output-shape-visible": 1, "conv2d-output-shape-hidden-valid": 2}
SHAPE_SAME = {"conv2d-output-shape-visible": 1, "conv2d-output-shape-hidden-same": 1}

SHAPE_HEAD = "def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding='valid'):"

SHAPE = Exercise(
    "conv2d-output-shape",
    survivors={
        f"1: {SHAPE_HEAD} -> {SHAPE_HEAD.replace('valid', 'valid-changed')}": "all but 'same' is valid",
    },
    right=(
        Answer(
            "rounded with math, sizes as a list",
            "import math\n\n\n"
            + shape_of(
                "math.floor((size - kernel_size) / strides) + 1", "math.ceil(size / strides)", "[*sizes, filters]"
            ),
        ),
        Answer(
            "positions counted in a loop",
            """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    def positions(size):
        count = 0
        start = 0
        while start < size if padding == "same" else start + kernel_size <= size:
            count += 1
            start += strides
        return count

    height, width, _ = input_shape
    return positions(height), positions(width), filters
""",
        ),
        Answer(
            "one formula with a border, as TensorFlow has it",
            """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    def size_of(size):
        border = 0
        if padding == "same":
            wanted = (size + strides - 1) // strides
            border = max((wanted - 1) * strides + kernel_size - size, 0)
        return (size + border - kernel_size) // strides + 1

    return tuple([size_of(input_shape[0]), size_of(input_shape[1]), filters])
""",
        ),
        Answer(
            "NumPy, sizes as floats",
            """
import numpy as np


def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    sides = np.array(input_shape[:2])
    if padding == "same":
        sides = np.ceil(sides / strides)
    else:
        sides = np.floor((sides - kernel_size) / strides) + 1
    return np.append(sides, filters)
""",
        ),
        Answer(
            "length of a range",
            """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    ends = input_shape[:2] if padding == "same" else [size - kernel_size + 1 for size in input_shape[:2]]
    return (*(len(range(0, end, strides)) for end in ends), filters)
""",
        ),
        Answer(
            "Keras asked",
            """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    layer = keras.layers.Conv2D(filters, kernel_size, strides=strides, padding=padding)
    return layer.compute_output_shape((None, *input_shape))[1:]
""",
        ),
    ),
    wrong=(
        Answer(
            "first position not counted",
            shape_of(valid="(size - kernel_size) // strides"),
            SHAPE_VALID,
            "the first one counts, too",
        ),
        Answer("no stride", shape_of(valid="size - kernel_size + 1"), SHAPE_VALID, "do not depend on the stride"),
        Answer(
            "one added too early",
            shape_of(valid="(size - kernel_size + 1) // strides"),
            SHAPE_VALID,
            "before you divide",
        ),
        Answer(
            "rounded up",
            "import math\n\n\n" + shape_of(valid="math.ceil((size - kernel_size) / strides) + 1"),
            SHAPE_VALID,
            "A step that does not fit into the image is not taken",
        ),
        Answer(
            "rounded to the nearest",
            shape_of(valid="round((size - kernel_size) / strides) + 1"),
            SHAPE_VALID,
            "A step that does not fit into the image is not taken",
        ),
        Answer("not rounded", shape_of(valid="(size - kernel_size) / strides + 1"), SHAPE_VALID, "not whole numbers"),
        Answer(
            "the kernel's size does not matter",
            shape_of(valid="size // strides"),
            SHAPE_VALID,
            "do not depend on the size of the kernel",
        ),
        Answer(
            "same against valid", shape_of(valid="-(-size // strides)"), SHAPE_VALID, "yours is the size with padding"
        ),
        Answer(
            "another padding if none is named",
            shape_of().replace("padding='valid'", "padding='same'"),
            {"conv2d-output-shape-hidden-valid": 2},
            "yours is the size with padding",
        ),
        Answer(
            "rounded down", shape_of(same="size // strides"), SHAPE_SAME, "the last, incomplete step counts as well"
        ),
        Answer("same not rounded", shape_of(same="size / strides"), SHAPE_SAME, "not whole numbers"),
        Answer(
            "one more in any case",
            shape_of(same="size // strides + 1"),
            SHAPE_SAME,
            "one too large where the stride divides",
        ),
        Answer(
            "valid against same",
            shape_of(same="(size - kernel_size) // strides + 1"),
            SHAPE_SAME,
            "the size without a border",
        ),
        Answer("same as the input", shape_of(same="size"), SHAPE_SAME, "only if the stride is 1"),
        Answer(
            "half a kernel on each side",
            shape_of(same="(size + 2 * (kernel_size // 2) - kernel_size) // strides + 1"),
            SHAPE_SAME,
            "too wide for even kernels",
        ),
        Answer(
            "less than half a kernel on each side",
            shape_of(same="(size + 2 * ((kernel_size - 1) // 2) - kernel_size) // strides + 1"),
            SHAPE_SAME,
            "too narrow for even kernels",
        ),
        Answer(
            "large kernels refused",
            shape_of().replace(
                "    sizes = []\n",
                "    if kernel_size > min(input_shape[:2]):\n"
                "        raise ValueError('the kernel is larger than the image')\n"
                "    sizes = []\n",
            ),
            {"conv2d-output-shape-hidden-same": 1},
            "stopped with an error",
        ),
        Answer(
            "height and width swapped",
            shape_of(result="(sizes[1], sizes[0], filters)"),
            SHAPE_ALL,
            "have changed places",
        ),
        Answer("square", shape_of(result="(sizes[0], sizes[0], filters)"), SHAPE_ALL, "one side of the image for both"),
        Answer(
            "square, by the width",
            shape_of(result="(sizes[1], sizes[1], filters)"),
            SHAPE_ALL,
            "one side of the image for both",
        ),
        Answer(
            "channels of the input",
            shape_of(result="(sizes[0], sizes[1], input_shape[2])"),
            SHAPE_ALL,
            "one channel for each filter, whatever the input has",
        ),
        Answer(
            "filters times channels",
            shape_of(result="(sizes[0], sizes[1], filters * input_shape[2])"),
            SHAPE_ALL,
            "a filter spans all channels",
        ),
        Answer("channels first", shape_of(result="(filters, sizes[0], sizes[1])"), SHAPE_ALL, "the channels come last"),
        Answer(
            "with the batch", shape_of(result="(None, sizes[0], sizes[1], filters)"), SHAPE_ALL, "Leave the batch out"
        ),
        Answer("channels left out", shape_of(result="tuple(sizes)"), SHAPE_ALL, "another number of entries"),
        Answer("flattened", shape_of(result="sizes[0] * sizes[1] * filters"), SHAPE_ALL, "a single value"),
    ),
)


def convolution(body):
    """An answer to the third exercise."""
    return (
        "def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):\n"
        "    height, width, channels = input_shape\n"
        f"    {body}"
    )


CONVOLUTION_ALL = {
    "conv2d-parameters-visible": 1,
    "conv2d-parameters-hidden": 1,
    "conv2d-parameters-hidden-without-bias": 1,
}
CONVOLUTION_BIAS = {"conv2d-parameters-visible": 1, "conv2d-parameters-hidden": 1}
CONVOLUTION_SWITCH = {"conv2d-parameters-visible": 1, "conv2d-parameters-hidden-without-bias": 1}

CONVOLUTION = Exercise(
    "conv2d-parameters",
    right=(
        Answer(
            "weights, then biases",
            convolution("weights = kernel_size**2 * channels * filters\n    return weights + use_bias * filters"),
        ),
        Answer(
            "counted in loops",
            """
def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    count = 0
    for one_filter in range(filters):
        for row in range(kernel_size):
            for column in range(kernel_size):
                count += input_shape[-1]
        if use_bias:
            count += 1
    return count
""",
        ),
        Answer(
            "shape of the weights",
            """
import math


def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    shapes = [(kernel_size, kernel_size, input_shape[2], filters)]
    if use_bias:
        shapes.append((filters,))
    return sum(map(math.prod, shapes))
""",
        ),
        Answer(
            "NumPy, as an array of one number",
            """
import numpy as np


def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    one_filter = np.ones((kernel_size, kernel_size, input_shape[-1])).sum()
    return np.array(filters * (one_filter + (1.0 if use_bias else 0.0)))
""",
        ),
        Answer(
            "Keras asked",
            """
from keras import layers


def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    layer = layers.Conv2D(filters, kernel_size, use_bias=use_bias)
    layer.build((None, *input_shape))
    return layer.count_params()
""",
        ),
    ),
    wrong=(
        Answer(
            "no bias",
            convolution("return filters * kernel_size**2 * channels"),
            CONVOLUTION_BIAS,
            "leaves out the bias of each filter",
        ),
        Answer(
            "use_bias ignored",
            convolution("return filters * (kernel_size**2 * channels + 1)"),
            CONVOLUTION_SWITCH,
            "even when use_bias is False",
        ),
        Answer(
            "biases taken away",
            convolution(
                "weights = filters * kernel_size**2 * channels\n"
                "    return weights + filters if use_bias else weights - filters"
            ),
            CONVOLUTION_SWITCH,
            "taken away",
        ),
        Answer(
            "use_bias inverted",
            convolution("return filters * (kernel_size**2 * channels + (not use_bias))"),
            CONVOLUTION_ALL,
            "leaves out the bias of each filter",
        ),
        Answer(
            "channels forgotten",
            convolution("return filters * (kernel_size**2 + use_bias)"),
            CONVOLUTION_ALL,
            "leaves out the channels",
        ),
        Answer(
            "height for channels",
            convolution("return filters * (kernel_size**2 * input_shape[0] + use_bias)"),
            CONVOLUTION_ALL,
            "You take the height",
        ),
        Answer(
            "one kernel side",
            convolution("return filters * (kernel_size * channels + use_bias)"),
            CONVOLUTION_ALL,
            "A kernel has two sides",
        ),
        Answer(
            "kernel sides added",
            convolution("return filters * ((kernel_size + kernel_size) * channels + use_bias)"),
            CONVOLUTION_ALL,
            "You add the two sides",
        ),
        Answer(
            "channels added",
            convolution("return filters * (kernel_size**2 + channels + use_bias)"),
            CONVOLUTION_ALL,
            "You add the channels",
        ),
        Answer(
            "one filter",
            convolution("return kernel_size**2 * channels + use_bias"),
            CONVOLUTION_ALL,
            "of a single filter",
        ),
        Answer(
            "as a dense layer",
            convolution("return filters * (height * width * channels + use_bias)"),
            CONVOLUTION_ALL,
            "weights for all pixels",
        ),
        Answer(
            "weights at each position",
            convolution(
                "one_position = filters * (kernel_size**2 * channels + use_bias)\n"
                "    return one_position * height * width"
            ),
            CONVOLUTION_ALL,
            "anew at each position",
        ),
        Answer(
            "a bias for each channel",
            convolution("return filters * (kernel_size**2 + use_bias) * channels"),
            CONVOLUTION_BIAS,
            "a bias for each channel",
        ),
        Answer(
            "a bias for each weight",
            convolution(
                "weights = filters * kernel_size**2 * channels\n    return 2 * weights if use_bias else weights"
            ),
            CONVOLUTION_BIAS,
            "a bias for each weight",
        ),
        Answer(
            "one bias in all",
            convolution("return filters * kernel_size**2 * channels + use_bias"),
            CONVOLUTION_BIAS,
            "a single bias for the whole layer",
        ),
    ),
)


def normalization(result):
    """An answer to the fourth exercise."""
    return f"def batch_normalization_parameters(channels):\n    {result}"


NORMALIZATION_ALL = {"batch-normalization-parameters-visible": 1, "batch-normalization-parameters-hidden": 1}

NORMALIZATION = Exercise(
    "batch-normalization-parameters",
    right=(
        Answer(
            "each group by its name",
            normalization(
                "gamma = beta = moving_mean = moving_variance = channels\n"
                "    return gamma + beta, moving_mean + moving_variance"
            ),
        ),
        Answer("half of all, as a list", normalization("half = 4 * channels // 2\n    return [half, half]")),
        Answer("the tuple repeated", normalization("return (channels * 2,) * 2")),
        Answer(
            "sum of NumPy's rows",
            "import numpy as np\n\n\n" + normalization("return np.full((2, 2), channels).sum(axis=1)"),
        ),
        Answer(
            "counted channel by channel",
            normalization(
                "trained = kept = 0\n"
                "    for channel in range(channels):\n"
                "        trained += len(['scale', 'shift'])\n"
                "        kept += len(['mean', 'variance'])\n"
                "    return trained, kept"
            ),
        ),
        Answer(
            "Keras asked",
            """
from keras import layers


def batch_normalization_parameters(channels):
    layer = layers.BatchNormalization()
    layer.build((None, channels))
    count = lambda weights: sum(weight.shape[0] for weight in weights)
    return count(layer.trainable_weights), count(layer.non_trainable_weights)
""",
        ),
    ),
    wrong=(
        Answer(
            "one of each", normalization("return channels, channels"), NORMALIZATION_ALL, "two numbers for a channel"
        ),
        Answer(
            "all trainable", normalization("return 4 * channels, 0"), NORMALIZATION_ALL, "not trained by the gradient"
        ),
        Answer(
            "nothing beside",
            normalization("return 2 * channels, 0"),
            NORMALIZATION_ALL,
            "leave out the moving mean and the moving variance",
        ),
        Answer(
            "total first",
            normalization("return 4 * channels, 2 * channels"),
            NORMALIZATION_ALL,
            "first number is the total",
        ),
        Answer(
            "total second",
            normalization("return 2 * channels, 4 * channels"),
            NORMALIZATION_ALL,
            "second number is the total",
        ),
        Answer(
            "only gamma is trained",
            normalization("return channels, 3 * channels"),
            NORMALIZATION_ALL,
            "Scale and shift are both trained",
        ),
        Answer(
            "moving statistics only once",
            normalization("return 2 * channels, channels"),
            NORMALIZATION_ALL,
            "one of moving mean",
        ),
        Answer(
            "one set for all channels",
            normalization("return 2, 2"),
            NORMALIZATION_ALL,
            "Each channel has parameters of its own",
        ),
        Answer(
            "one moving mean for all channels",
            normalization("return 2 * channels, 2"),
            NORMALIZATION_ALL,
            "for each channel, too",
        ),
        Answer(
            "gamma and beta forgotten",
            normalization("return 0, 2 * channels"),
            NORMALIZATION_ALL,
            "leave out the scale and the shift",
        ),
        Answer(
            "the sum of both", normalization("return 2 * channels + 2 * channels"), NORMALIZATION_ALL, "a single value"
        ),
        Answer(
            "all four",
            normalization("return channels, channels, channels, channels"),
            NORMALIZATION_ALL,
            "another number of entries",
        ),
        Answer(
            "shown, not returned",
            normalization("print((2 * channels, 2 * channels))"),
            NORMALIZATION_ALL,
            "is a 'return' missing",
        ),
        Answer(
            "only the example",
            normalization("return 12, 12"),
            {"batch-normalization-parameters-visible": 1, "batch-normalization-parameters-hidden": 1},
            "not right, at least for some inputs",
        ),
    ),
)


PERCEPTRON_TYPED = """
mlp_table = [
    ("Flatten", (3072,), 0),
    ("Dense", (200,), 614600),
    ("Dense", (150,), 30150),
    ("Dense", (10,), 1510),
]
"""
PERCEPTRON_COMPUTED = """
inputs = 32 * 32 * 3
mlp_table = [("Flatten", (inputs,), 0)]
for units in [200, 150, 10]:
    mlp_table.append(("Dense", (units,), (inputs + 1) * units))
    inputs = units
"""


def changed(source, *changes):
    """A source after some changes, each (old, new)."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


def perceptron(visible=0, shapes=0.0, parameters=0.0):
    """What an answer to the fifth exercise loses."""
    return {"mlp-table-visible": visible, "mlp-table-hidden-shapes": shapes, "mlp-table-hidden-parameters": parameters}


PERCEPTRON = Exercise(
    "mlp-table",
    right=(
        Answer("typed", PERCEPTRON_TYPED),
        Answer("computed from layer to layer", PERCEPTRON_COMPUTED),
        Answer(
            "lists for tuples, columns zipped",
            """
units = [200, 150, 10]
before = [3072, 200, 150]
names = ["Flatten"] + 3 * ["Dense"]
shapes = [[3072]] + [[number] for number in units]
counts = [0] + [number * inputs + number for number, inputs in zip(units, before)]
mlp_table = [list(row) for row in zip(names, shapes, counts)]
""",
        ),
        Answer(
            "NumPy",
            """
import numpy as np

sizes = np.array([32 * 32 * 3, 200, 150, 10])
counts = np.concatenate([[0], (sizes[:-1] + 1) * sizes[1:]])
mlp_table = tuple(("Flatten" if row == 0 else "Dense", sizes[row : row + 1], counts[row]) for row in range(4))
""",
        ),
        Answer(
            "Keras asked",
            """
from keras import Input, Sequential, layers

network = Sequential(
    [
        Input((32, 32, 3)),
        layers.Flatten(),
        layers.Dense(200, activation="relu"),
        layers.Dense(150, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
mlp_table = [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in network.layers]
""",
        ),
    ),
    wrong=(
        Answer(
            "no bias",
            changed(PERCEPTRON_COMPUTED, ("(inputs + 1) * units", "inputs * units")),
            perceptron(parameters=0.75),
            "leave out the bias",
        ),
        Answer(
            "all see the image",
            changed(PERCEPTRON_COMPUTED, ("    inputs = units\n", "")),
            perceptron(parameters=0.5),
            "not the image",
        ),
        Answer(
            "flatten has weights",
            changed(PERCEPTRON_TYPED, ("(3072,), 0)", "(3072,), 3072)")),
            perceptron(visible=1, parameters=0.25),
            "nothing to learn",
        ),
        Answer(
            "biases of the inputs",
            changed(PERCEPTRON_COMPUTED, ("(inputs + 1) * units", "inputs * units + inputs")),
            perceptron(parameters=0.75),
            "one bias for each input",
        ),
        Answer(
            "one bias in all",
            changed(PERCEPTRON_COMPUTED, ("(inputs + 1) * units", "inputs * units + 1")),
            perceptron(parameters=0.75),
            "a single bias for each layer",
        ),
        Answer(
            "no bias in the last layer",
            changed(PERCEPTRON_TYPED, ("1510", "1500")),
            perceptron(parameters=0.25),
            "softmax does not change that",
        ),
        Answer(
            "units for parameters",
            changed(
                PERCEPTRON_TYPED, ("(3072,), 0)", "(3072,), 3072)"), ("614600", "200"), ("30150", "150"), ("1510", "10")
            ),
            perceptron(visible=1, parameters=1),
            "units of each layer, not its parameters",
        ),
        Answer(
            "input shapes",
            changed(PERCEPTRON_COMPUTED, ('("Dense", (units,)', '("Dense", (inputs,)')),
            perceptron(shapes=0.75),
            "what goes into the dense layers",
        ),
        Answer(
            "input shapes, of Flatten as well",
            changed(
                PERCEPTRON_TYPED,
                ("(150,)", "(200,)"),
                ("(200,), 6", "(3072,), 6"),
                ("(10,)", "(150,)"),
                ("(3072,), 0", "(32, 32, 3), 0"),
            ),
            perceptron(visible=1, shapes=1),
            "what goes into the layers",
        ),
        Answer(
            "number for a tuple",
            changed(PERCEPTRON_TYPED, ("(200,)", "(200)"), ("(150,)", "(150)"), ("(10,)", "(10)")),
            perceptron(shapes=0.75),
            "a shape is a tuple",
        ),
        Answer(
            "image kept",
            changed(PERCEPTRON_COMPUTED, ("(units,)", "(32, 32, units)")),
            perceptron(shapes=0.75),
            "keep the shape of an image",
        ),
        Answer(
            "with the batch",
            changed(PERCEPTRON_COMPUTED, ("(units,)", "(None, units)"), ("(inputs,)", "(None, inputs)")),
            perceptron(visible=1, shapes=1),
            "Leave the batch out",
        ),
        Answer(
            "order of the dense layers",
            changed(PERCEPTRON_COMPUTED, ("[200, 150, 10]", "[150, 200, 10]")),
            perceptron(shapes=0.5, parameters=0.75),
            "have changed places",
        ),
        Answer(
            "Keras's names of layers",
            changed(
                PERCEPTRON_TYPED,
                ('"Flatten"', '"flatten"'),
                ('"Dense", (200', '"dense", (200'),
                ('"Dense", (150', '"dense_1", (150'),
                ('"Dense", (10', '"dense_2", (10'),
            ),
            perceptron(visible=1, shapes=1),
            "not as a summary does",
        ),
        Answer(
            "colours left out of flatten",
            changed(PERCEPTRON_COMPUTED, ("32 * 32 * 3", "32 * 32")),
            perceptron(visible=1, shapes=0.25, parameters=0.25),
            "those of all colours",
        ),
        Answer(
            "thousands with a comma",
            changed(PERCEPTRON_TYPED, ("614600", "614,600"), ("30150", "30,150"), ("1510", "1,510")),
            perceptron(visible=1, shapes=1, parameters=1),
            "Each row has three entries",
        ),
        Answer(
            "activations in rows of their own",
            changed(
                PERCEPTRON_COMPUTED,
                ("    inputs = units\n", '    mlp_table.append(("ReLU", (units,), 0))\n    inputs = units\n'),
            ),
            perceptron(visible=1, shapes=1, parameters=1),
            "another number of entries",
        ),
    ),
)


NETWORK_COMPUTED = """
import math

cnn_table = []
side, channels = 32, 3
for filters, stride in [(32, 1), (32, 2), (64, 1), (64, 2)]:
    parameters = (3 * 3 * channels + 1) * filters
    side, channels = math.ceil(side / stride), filters
    shape = (side, side, channels)
    cnn_table.append(("Conv2D", shape, parameters))
    cnn_table.append(("BatchNormalization", shape, 4 * channels))
    cnn_table.append(("LeakyReLU", shape, 0))
flat = side * side * channels
cnn_table.append(("Flatten", (flat,), 0))
cnn_table.append(("Dense", (128,), (flat + 1) * 128))
cnn_table.append(("BatchNormalization", (128,), 4 * 128))
cnn_table.append(("LeakyReLU", (128,), 0))
cnn_table.append(("Dropout", (128,), 0))
cnn_table.append(("Dense", (10,), (128 + 1) * 10))
"""
NORMALIZED = '    cnn_table.append(("BatchNormalization", shape, 4 * channels))\n'
ACTIVATED = '    cnn_table.append(("LeakyReLU", shape, 0))\n'
DENSE_NORMALIZED = 'cnn_table.append(("BatchNormalization", (128,), 4 * 128))\n'
DENSE_ACTIVATED = 'cnn_table.append(("LeakyReLU", (128,), 0))\n'
BATCH = (
    ("(side, side, channels)", "(None, side, side, channels)"),
    ("(flat,)", "(None, flat)"),
    ("(128,)", "(None, 128)"),
    ("(10,)", "(None, 10)"),
)


def network(visible=0, shapes=0.0, parameters=0.0):
    """What an answer to the sixth exercise loses."""
    return {"cnn-table-visible": visible, "cnn-table-hidden-shapes": shapes, "cnn-table-hidden-parameters": parameters}


SIZES = "5: shape = conv2d_output_shape(shape, filters, 3, strides, 'same')"
FLAT = "9: flat = shape[0] * shape[1] * shape[2]"
NO_KERNEL = "with padding 'same' the kernel does not matter to the size"
SQUARE = "the images are square"

NETWORK = Exercise(
    "cnn-table",
    needs=("dense-parameters", "conv2d-output-shape", "conv2d-parameters", "batch-normalization-parameters"),
    survivors={
        f"{SIZES} -> {SIZES[3:].replace('3', '4')}": NO_KERNEL,
        f"{SIZES} -> {SIZES[3:].replace('3', '2')}": NO_KERNEL,
        f"{FLAT} -> {FLAT[3:].replace('0', '1')}": SQUARE,
        f"{FLAT} -> {FLAT[3:].replace('1', '0')}": SQUARE,
    },
    right=(
        Answer(
            "typed",
            """
cnn_table = [
    ("Conv2D", (32, 32, 32), 896), ("BatchNormalization", (32, 32, 32), 128), ("LeakyReLU", (32, 32, 32), 0),
    ("Conv2D", (16, 16, 32), 9248), ("BatchNormalization", (16, 16, 32), 128), ("LeakyReLU", (16, 16, 32), 0),
    ("Conv2D", (16, 16, 64), 18496), ("BatchNormalization", (16, 16, 64), 256), ("LeakyReLU", (16, 16, 64), 0),
    ("Conv2D", (8, 8, 64), 36928), ("BatchNormalization", (8, 8, 64), 256), ("LeakyReLU", (8, 8, 64), 0),
    ("Flatten", (4096,), 0),
    ("Dense", (128,), 524416), ("BatchNormalization", (128,), 512), ("LeakyReLU", (128,), 0), ("Dropout", (128,), 0),
    ("Dense", (10,), 1290),
]
""",
        ),
        Answer("computed without the functions", NETWORK_COMPUTED),
        Answer(
            "a list of layers, each asked for its row",
            """
from functools import reduce
from operator import mul


def row_of(layer, setting, shape):
    if layer == "Conv2D":
        filters, stride = setting
        return [layer, conv2d_output_shape(shape, filters, 3, stride, "same"), conv2d_parameters(shape, filters, 3)]
    if layer == "BatchNormalization":
        return [layer, shape, sum(batch_normalization_parameters(shape[-1]))]
    if layer == "Flatten":
        return [layer, (reduce(mul, shape),), 0]
    if layer == "Dense":
        return [layer, (setting,), dense_parameters(shape[0], setting)]
    return [layer, shape, 0]


stack = []
for setting in [(32, 1), (32, 2), (64, 1), (64, 2)]:
    stack += [("Conv2D", setting), ("BatchNormalization", None), ("LeakyReLU", None)]
stack += [("Flatten", None), ("Dense", 128), ("BatchNormalization", None), ("LeakyReLU", None)]
stack += [("Dropout", 0.5), ("Dense", 10)]
cnn_table = [["Input", (32, 32, 3), 0]]
for layer, setting in stack:
    cnn_table.append(row_of(layer, setting, cnn_table[-1][1]))
del cnn_table[0]
""",
        ),
        Answer(
            "columns of NumPy, zipped",
            """
import numpy as np

names = ["Conv2D", "BatchNormalization", "LeakyReLU"] * 4
names += ["Flatten", "Dense", "BatchNormalization", "LeakyReLU", "Dropout", "Dense"]
sides = np.repeat([32, 16, 16, 8], 3)
depths = np.repeat([32, 32, 64, 64], 3)
shapes = [*np.stack([sides, sides, depths], axis=1), np.array([8 * 8 * 64]), *4 * [np.array([128])], np.array([10])]
counts = np.zeros(18, dtype=int)
counts[0:12:3] = (9 * np.array([3, 32, 32, 64]) + 1) * depths[::3]
counts[1:12:3] = 4 * depths[::3]
counts[[13, 14, 17]] = [(8 * 8 * 64 + 1) * 128, 4 * 128, 129 * 10]
cnn_table = tuple(zip(names, shapes, counts))
""",
        ),
        Answer(
            "Keras asked",
            """
layers = keras.layers
tensor = image = keras.Input((32, 32, 3))
for filters, strides in [(32, 1), (32, 2), (64, 1), (64, 2)]:
    tensor = layers.Conv2D(filters, 3, strides=strides, padding="same")(tensor)
    tensor = layers.LeakyReLU()(layers.BatchNormalization()(tensor))
tensor = layers.Dense(128)(layers.Flatten()(tensor))
tensor = layers.Dropout(0.5)(layers.LeakyReLU()(layers.BatchNormalization()(tensor)))
tensor = layers.Dense(10, activation="softmax")(tensor)
cnn_table = []
for layer in keras.Model(image, tensor).layers[1:]:
    cnn_table.append((layer.__class__.__name__, layer.output.shape[1:], layer.count_params()))
""",
        ),
    ),
    wrong=(
        Answer(
            "no stride",
            changed(NETWORK_COMPUTED, ("math.ceil(side / stride)", "side")),
            network(shapes=1.25, parameters=0.25),
            "keep their size where the stride is 2",
        ),
        Answer(
            "stride everywhere",
            changed(NETWORK_COMPUTED, ("math.ceil(side / stride)", "side // 2")),
            network(visible=1, shapes=1.5, parameters=0.25),
            "shrink where the stride is 1",
        ),
        Answer(
            "stride everywhere but at first",
            changed(NETWORK_COMPUTED, ("(64, 1)", "(64, 2)")),
            network(shapes=1, parameters=0.25),
            "shrink where the stride is 1",
        ),
        Answer(
            "valid against same",
            changed(NETWORK_COMPUTED, ("math.ceil(side / stride)", "(side - 3) // stride + 1")),
            network(visible=1, shapes=1.5, parameters=0.25),
            "those without padding",
        ),
        Answer(
            "channels of the first convolution",
            changed(
                NETWORK_COMPUTED,
                ("(side, side, channels)", "(side, side, 32)"),
                ("side * side * channels", "side * side * 32"),
            ),
            network(shapes=1, parameters=0.25),
            "Your channels stay as they are",
        ),
        Answer(
            "channels left out of flatten",
            changed(NETWORK_COMPUTED, ("side * side * channels", "side * side")),
            network(shapes=0.25, parameters=0.25),
            "Flatten lines up all numbers",
        ),
        Answer(
            "dense on the image",
            changed(NETWORK_COMPUTED, ("(flat + 1) * 128", "(32 * 32 * 3 + 1) * 128")),
            network(parameters=0.25),
            "not the image",
        ),
        Answer(
            "with the batch", changed(NETWORK_COMPUTED, *BATCH), network(visible=1, shapes=2), "Leave the batch out"
        ),
        Answer(
            "no bias",
            changed(
                NETWORK_COMPUTED,
                ("(3 * 3 * channels + 1)", "3 * 3 * channels"),
                ("(flat + 1)", "flat"),
                ("(128 + 1)", "128"),
            ),
            network(visible=1, parameters=0.75),
            "leave out the biases",
        ),
        Answer(
            "channels forgotten",
            changed(NETWORK_COMPUTED, ("3 * 3 * channels + 1", "3 * 3 + 1")),
            network(visible=1, parameters=0.5),
            "A filter is as deep as its input: your counts leave out",
        ),
        Answer(
            "the image is three deep everywhere",
            changed(NETWORK_COMPUTED, ("3 * 3 * channels + 1", "3 * 3 * 3 + 1")),
            network(parameters=0.5),
            "as many channels as that has filters",
        ),
        Answer(
            "a filter is as deep as there are filters",
            changed(NETWORK_COMPUTED, ("3 * 3 * channels + 1", "3 * 3 * filters + 1")),
            network(visible=1, parameters=0.25),
            "as deep as the number of filters",
        ),
        Answer(
            "batch normalisation counted as two",
            changed(NETWORK_COMPUTED, ("4 * channels", "2 * channels"), ("4 * 128", "2 * 128")),
            network(parameters=0.75),
            "those that are not trainable, too",
        ),
        Answer(
            "batch normalisation counted as one",
            changed(NETWORK_COMPUTED, ("4 * channels", "channels"), ("4 * 128", "128")),
            network(parameters=0.75),
            "more than one parameter for a channel",
        ),
        Answer(
            "batch normalisation of each pixel",
            changed(NETWORK_COMPUTED, ("4 * channels", "4 * side * side * channels")),
            network(parameters=0.5),
            "not for each pixel",
        ),
        Answer(
            "batch normalisation of a dense layer has one channel",
            changed(NETWORK_COMPUTED, ("4 * 128", "4")),
            network(parameters=0.25),
            "follows a dense layer",
        ),
        Answer(
            "LeakyReLU before batch normalisation",
            changed(
                NETWORK_COMPUTED,
                (NORMALIZED + ACTIVATED, ACTIVATED + NORMALIZED),
                (DENSE_NORMALIZED + DENSE_ACTIVATED, DENSE_ACTIVATED + DENSE_NORMALIZED),
            ),
            network(shapes=1.25, parameters=1.25),
            "have changed places",
        ),
        Answer(
            "the slope of LeakyReLU learned",
            changed(
                NETWORK_COMPUTED,
                ('("LeakyReLU", shape, 0)', '("LeakyReLU", shape, 1)'),
                ('("LeakyReLU", (128,), 0)', '("LeakyReLU", (128,), 1)'),
            ),
            network(parameters=0.75),
            "Dropout and LeakyReLU have nothing to learn",
        ),
        Answer(
            "dropout has parameters",
            changed(NETWORK_COMPUTED, ('("Dropout", (128,), 0)', '("Dropout", (128,), 128)')),
            network(parameters=0.25),
            "Dropout and LeakyReLU have nothing to learn",
        ),
        Answer(
            "dropout takes units away",
            changed(NETWORK_COMPUTED, ('"Dropout", (128,)', '"Dropout", (64,)'), ("(128 + 1) * 10", "(64 + 1) * 10")),
            network(shapes=0.25, parameters=0.25),
            "it takes no units away",
        ),
        Answer(
            "flatten has weights",
            changed(NETWORK_COMPUTED, ('("Flatten", (flat,), 0)', '("Flatten", (flat,), flat)')),
            network(parameters=0.25),
            "Flatten only lines numbers up",
        ),
        Answer(
            "no rows for LeakyReLU",
            changed(NETWORK_COMPUTED, (ACTIVATED, ""), (DENSE_ACTIVATED, "")),
            network(visible=1, shapes=2, parameters=2),
            "another number of entries",
        ),
    ),
)

EXERCISES = [DENSE, SHAPE, CONVOLUTION, NORMALIZATION, PERCEPTRON, NETWORK]

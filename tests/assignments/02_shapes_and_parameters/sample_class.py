"""A class of ten for `02_shapes_and_parameters`: right in several styles, partly right, blank, and broken."""

from gdl_utils.grading.sample_class import Student, add_cell_after, delete_cell, duplicate_cell

CLOSED_FORM = {
    "dense-parameters": """
def dense_parameters(inputs, units, use_bias=True):
    return units * (inputs + use_bias)
""",
    "conv2d-output-shape": """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    if padding == "valid":
        sizes = [(n - kernel_size) // strides + 1 for n in input_shape[:2]]
    else:
        sizes = [(n + strides - 1) // strides for n in input_shape[:2]]
    return (*sizes, filters)
""",
    "conv2d-parameters": """
def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    weights = kernel_size**2 * input_shape[2] * filters
    return weights + filters if use_bias else weights
""",
    "batch-normalization-parameters": """
def batch_normalization_parameters(channels):
    gamma = beta = moving_mean = moving_variance = channels
    return gamma + beta, moving_mean + moving_variance
""",
    "mlp-table": """
mlp_table = [
    ("Flatten", (3072,), 0),
    ("Dense", (200,), 614600),
    ("Dense", (150,), 30150),
    ("Dense", (10,), 1510),
]
""",
    "cnn-table": """
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
}

COUNTED_IN_LOOPS = {
    "dense-parameters": """
def dense_parameters(inputs, units, use_bias=True):
    count = 0
    for unit in range(units):
        count += inputs
        if use_bias:
            count += 1
    return count
""",
    "conv2d-output-shape": """
import math

def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    if padding == "same":
        return [math.ceil(input_shape[0] / strides), math.ceil(input_shape[1] / strides), filters]
    rows = len(range(0, input_shape[0] - kernel_size + 1, strides))
    columns = len(range(0, input_shape[1] - kernel_size + 1, strides))
    return [rows, columns, filters]
""",
    "conv2d-parameters": """
import numpy as np

def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    weights = np.zeros((kernel_size, kernel_size, input_shape[-1], filters))
    return np.int64(weights.size + (filters if use_bias else 0))
""",
    "batch-normalization-parameters": """
def batch_normalization_parameters(channels):
    return [channels + channels, channels + channels]
""",
    "mlp-table": """
mlp_table = [["Flatten", [32 * 32 * 3], 0]]
incoming = 32 * 32 * 3
for units in [200, 150, 10]:
    mlp_table.append(["Dense", [units], dense_parameters(incoming, units)])
    incoming = units
""",
    "cnn-table": """
cnn_table = []

def block(shape, filters, strides):
    output = conv2d_output_shape(shape, filters, 3, strides, "same")
    cnn_table.append(("Conv2D", output, conv2d_parameters(shape, filters, 3)))
    cnn_table.append(("BatchNormalization", output, 4 * filters))
    cnn_table.append(("LeakyReLU", output, 0))
    return output

shape = block([32, 32, 3], 32, 1)
shape = block(shape, 32, 2)
shape = block(shape, 64, 1)
shape = block(shape, 64, 2)
flat = int(np.prod(shape))
cnn_table += [("Flatten", (flat,), 0), ("Dense", (128,), dense_parameters(flat, 128))]
cnn_table += [("BatchNormalization", (128,), 512), ("LeakyReLU", (128,), 0), ("Dropout", (128,), 0)]
cnn_table += [("Dense", (10,), dense_parameters(128, 10))]
""",
}

FORGETS_BIAS_SWITCH = """
def dense_parameters(inputs, units, use_bias=True):
    return inputs * units + units
"""

FORGETS_CHANNELS = """
def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):
    return filters * (kernel_size * kernel_size + (1 if use_bias else 0))
"""

ROUNDS_DOWN = """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    height, width, channels = input_shape
    if padding == "same":
        return height // strides, width // strides, filters
    return (height - kernel_size) // strides + 1, (width - kernel_size) // strides + 1, filters
"""

ONLY_THE_EXAMPLE = """
def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding="valid"):
    return (4, 2, 6) if padding == "valid" else (5, 4, 6)
"""

COUNTS_TWO = """
def batch_normalization_parameters(channels):
    return channels, channels
"""

SYNTAX_ERROR = """
def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True)
    return filters * (kernel_size**2 * input_shape[2] + use_bias)
"""

NEVER_ENDS = """
mlp_table = [("Flatten", (3072,), 0)]
while len(mlp_table) < 4:
    row = ("Dense", (200,), dense_parameters(3072, 200))
"""

EXERCISES = {
    "dense": ["dense-parameters-visible", "dense-parameters-hidden"],
    "shape": [
        "conv2d-output-shape-visible",
        "conv2d-output-shape-hidden-valid",
        "conv2d-output-shape-hidden-same",
    ],
    "conv2d": ["conv2d-parameters-visible", "conv2d-parameters-hidden"],
    "batch": ["batch-normalization-parameters-visible", "batch-normalization-parameters-hidden"],
    "mlp": ["mlp-table-visible", "mlp-table-hidden-shapes", "mlp-table-hidden-parameters"],
    "cnn": ["cnn-table-visible", "cnn-table-hidden-shapes", "cnn-table-hidden-parameters"],
}
ALL_TESTS = frozenset(test for tests in EXERCISES.values() for test in tests)

STUDENTS = [
    Student("ada", "right, in closed form", CLOSED_FORM),
    Student(
        "blaise",
        "right, in loops, with lists for tuples, NumPy's integers, and a cell of his own between the exercises",
        COUNTED_IN_LOOPS,
        edit=add_cell_after("dense-parameters", "print(dense_parameters(3, 4))"),
    ),
    Student(
        "dorothy",
        "partly right: ignores use_bias, counts two parameters a channel for batch normalisation",
        {
            **CLOSED_FORM,
            "dense-parameters": FORGETS_BIAS_SWITCH,
            "batch-normalization-parameters": COUNTS_TWO,
        },
        loses=frozenset([*EXERCISES["dense"], *EXERCISES["batch"]]),
    ),
    Student(
        "emmy",
        "partly right: forgets the channels, rounds down with padding 'same', and skips the last table",
        {
            **{name: source for name, source in CLOSED_FORM.items() if name != "cnn-table"},
            "conv2d-output-shape": ROUNDS_DOWN,
            "conv2d-parameters": FORGETS_CHANNELS,
        },
        loses=frozenset(
            [
                "conv2d-output-shape-visible",
                "conv2d-output-shape-hidden-same",
                *EXERCISES["conv2d"],
                *EXERCISES["cnn"],
            ]
        ),
    ),
    Student(
        "florence",
        "answers the visible example and nothing else",
        {"conv2d-output-shape": ONLY_THE_EXAMPLE},
        loses=ALL_TESTS - {"conv2d-output-shape-visible"},
    ),
    Student("grace", "blank, as it was released", loses=ALL_TESTS),
    Student(
        "hypatia",
        "a syntax error in one exercise, the others right",
        {**CLOSED_FORM, "conv2d-parameters": SYNTAX_ERROR},
        loses=frozenset(EXERCISES["conv2d"]),
    ),
    Student(
        "isaac",
        "right, but deleted a cell of tests, which is put back",
        CLOSED_FORM,
        edit=delete_cell("conv2d-parameters-hidden"),
    ),
    Student(
        "joseph",
        "a loop without end in one exercise, the others right",
        {**CLOSED_FORM, "mlp-table": NEVER_ENDS},
        loses=frozenset(["mlp-table-visible", "mlp-table-hidden-shapes", "mlp-table-hidden-parameters"]),
    ),
    Student(
        "kurt",
        "right, but duplicated a solution cell, at which nbgrader as shipped gives up",
        CLOSED_FORM,
        edit=duplicate_cell("dense-parameters"),
    ),
]

"""Mistakes of beginners in real notebooks, and the sentence with which the check in the notebook answers each."""

import pytest

from gdl_utils.self_check import check
from gdl_utils.self_check.summary import rows
from tests.conftest import ROOT
from tests.notebooks import as_node

nbformat = pytest.importorskip("nbformat")

BOX = "def uniform_box_density(x, lower, upper):\n    return float(np.prod(upper - lower))"
LIKELIHOOD = "def likelihood(data, lower, upper):\n    print(0.001953125)"
LOGARITHM = (
    "def log_likelihood(data, lower, upper):\n"
    "    inside = np.all((lower <= data) & (data <= upper), axis=1)\n"
    "    return float(np.prod(inside / np.prod(upper - lower)))"
)
STUB_ABOVE = (
    "def gaussian_log_likelihood(data, mean, std):\n"
    "    # YOUR CODE HERE\n"
    "    raise NotImplementedError()\n"
    "    return -np.sum((data - mean) ** 2) / (2 * std**2)"
)
ANSWERS = (
    'answers = {"spam": "generative", "portraits": "generative", "digits": "generative", "labels": "True", '
    '"drawing": True, "mean image": True, "integral": True, "posterior": 0.5}'
)
CONVOLUTION = (
    "def conv2d_output_shape(input_shape, filters, kernel_size, strides=1, padding='valid'):\n"
    "    height, width, _ = input_shape\n"
    "    return (height if pading == 'same' else height - 3, width, filters)"
)
MLP_TABLE = (
    'mlp_table = [("Flatten", (3072), 0), ("Dense", (200), 614600), ("Dense", (150), 30150), ("Dense", (10), 1510)]'
)
ENDLESS = (
    "def pad_same(image, kernel_size, strides):\n"
    "    while len(image) < 10:\n"
    "        kernel_size = kernel_size + 1\n"
    "    return image"
)
EDGES = "def edge_strength(image):\n    return np.array([[5.0, 1.41]]) if image.shape == (3, 4) else np.zeros((2, 1))"
LOGITS = (
    "def build_mlp():\n"
    "    return keras.Sequential([\n"
    "        keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(200, 'relu'),\n"
    "        keras.layers.Dense(150, 'relu'), keras.layers.Dense(10),\n"
    "    ])"
)
COMPILED = "def compile_mlp(model):\n    return model.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])"
HISTORY = (
    "def train(model, images, labels, epochs):\n    return model, model.fit(images, labels, epochs=epochs, verbose=0)"
)

OVER_IMAGES = (
    "def normalise_batch(inputs, gamma, beta, epsilon=1e-3):\n"
    "    return gamma * (inputs - inputs.mean(axis=0)) / np.sqrt(inputs.var(axis=0) + epsilon) + beta"
)
ONE_OBSERVATION = (
    "def reconstruction(x, w, mu, sigma, mean, log_std):\n"
    "    squares = np.sum((x - mu - np.outer(mean, w)) ** 2) + np.exp(2 * log_std) * np.sum(w**2)\n"
    "    return -squares / (2 * sigma**2) - x.shape[1] / 2 * np.log(2 * np.pi * sigma**2)\n"
    "\n"
    "\n"
    "def linear_elbo(x, w, mu, sigma, mean, log_std):\n"
    "    return reconstruction(x, w, mu, sigma, mean, log_std) - (mean**2 + np.exp(2 * log_std) - 1) / 2 + log_std"
)
LIST_OF_SHARES = (
    "def alpha_bars(beta):\n    return [1.0, *np.cumprod(1 - beta)]\n\n\n"
    "def add_noise(x0, t, beta, eps):\n    share = alpha_bars(beta)[t]\n    return share * x0 + (1 - share) * eps"
)

MISTAKES = {
    "01_probability": {
        "uniform-box-density": (
            BOX,
            "uniform_box_density([2. , 0.5], [ 1., -1.], [5., 1.]) should give 0.125, a number, but it gave 8.0, a "
            "number. "
            "That is the volume: in a larger box the same probability lies thinner, not thicker.",
        ),
        "likelihood": (
            LIKELIHOOD,
            "should give 0.001953125, a number, but it returned None. Your function prints its answer and returns "
            "nothing: "
            "write 'return' in place of 'print'.",
        ),
        "log-likelihood": (
            LOGARITHM,
            "should give -6.238324625, a number, but it gave 0.001953125, a number. It is a quantity whose logarithm "
            "was "
            "asked for.",
        ),
        "box-mle": (
            "def Box_MLE(data):\n    return data.min(axis=0), data.max(axis=0)",
            "The test stopped with NameError: name 'box_mle' is not defined, at line 1: "
            "checks.check_example(box_mle, (np.array([[2.0, 7.0], [5.0, 3.0], [4.0, 4.0]]),), ((2.0, 3.0), (5.0, "
            "7.0))). "
            "There is a 'Box_MLE': Python tells capital letters from small ones.",
        ),
        "sample-box": (
            "def sample_box(lower, upper, n):\n    return np.random.uniform(lower, upper, (n, len(lower)))",
            "Your function is written to be called as sample_box(lower, upper, n), but the exercise calls it with "
            "4 arguments, sample_box([ 1., -1.], [5., 1.], 5, rng) (too many positional arguments).",
        ),
        "gaussian-log-likelihood": (
            STUB_ABOVE,
            "The line 'raise NotImplementedError()' still stands above your answer, so that nothing below it runs: "
            "delete "
            "that line.",
        ),
        "gaussian-mle": (
            "def gaussian_mle(data):\n    return np.mean(data), np.var(data)",
            "Your second number is the variance: the standard deviation is its square root.",
        ),
        "answers": (
            ANSWERS,
            "answers['labels'] should be True or False, without quotation marks, and is 'True'.",
        ),
    },
    "02_shapes_and_parameters": {
        "dense-parameters": (
            "def dense_parameters(inputs, units, use_bias=True):\n    return f'{(inputs + 1) * units}'",
            "dense_parameters(8, 5) should give 45, a whole number, but it gave '45', a text of 2 characters. That "
            "is the "
            "right value as text: return the value itself, without quotation marks, str or an f-string.",
        ),
        "conv2d-output-shape": (
            CONVOLUTION,
            "There is a 'padding': is one of the two misspelt? This happened in conv2d_output_shape((10, 7, 3), 6, 4, "
            "strides=2, padding='valid').",
        ),
        "conv2d-parameters": (
            "from decimal import Decimal\n\n\n"
            "def conv2d_parameters(input_shape, filters, kernel_size, use_bias=True):\n    return Decimal(294)",
            "conv2d_parameters((10, 7, 3), 6, 4) should give 294, a whole number, but it gave Decimal('294'), an "
            "object of "
            "type Decimal. Your answer has the right value, but it is of the type Decimal: convert it to a plain "
            "number of "
            "Python's or NumPy's, by float() or int().",
        ),
        "batch-normalization-parameters": (
            "def batch_normalization_parameters(channels):\n    return 4 * channels",
            "batch_normalization_parameters(6) should give (12, 12), a tuple of 2 entries, but it gave 24, a whole "
            "number. "
            "That is the total: return two numbers, trainable and non-trainable parameters.",
        ),
        "mlp-table": (
            MLP_TABLE,
            "The first row of mlp_table should be ('Flatten', (3072,), 0), a tuple of 3 entries, but is ('Flatten', "
            "3072, 0), "
            "a tuple of 3 entries. A row is the name as above, the shape as a tuple, such as (48,) with its comma, "
            "and the "
            "number of parameters.",
        ),
        "cnn-table": (
            "cnn_table = [('Conv2D', (32, 32, 32), 896)]",
            "The number of rows of cnn_table should be 18, a whole number, but is 1, a whole number. There is one "
            "row for "
            "each layer.",
        ),
    },
    "03_convolution": {
        "patch-response": (
            "def patch_response(patch, kernel):\n    return patch * kernel",
            "should give 8.5, a number, but it gave [[ 2. , -0. ], [ 0.5, 6. ]], an array of shape (2, 2). Your "
            "answer is a "
            "row of values, where a single value is expected.",
        ),
        "pad-same": (ENDLESS, "The test was interrupted after 4 seconds, at line"),
        "convolve2d": (
            "def convolve2d(image, kernel, strides=1, padding='valid')\n    return image",
            "The cell convolve2d stopped with SyntaxError: expected ':', in line 1: "
            "def convolve2d(image, kernel, strides=1, padding='valid')",
        ),
        "edge-strength": (
            EDGES,
            "should give [[5. , 1.414214]], an array of shape (1, 2), but it gave [[5. , 1.41]], an array of shape "
            "(1, 2). "
            "It is the right number, but rounded: return it as it is computed.",
        ),
    },
    "04_mlp": {
        "build-mlp": (
            LOGITS,
            "Your network ends in logits, numbers of any size, because its last layer has no softmax: without it there "
            "are no probabilities.",
        ),
        "compile-mlp": (
            COMPILED,
            "compile_mlp returned None: compile changes the model, but you have to return it.",
        ),
        "predicted-labels": (
            "def predicted_labels(probabilities):\n    return np.argmax(probabilities)",
            "should give [1, 0], an array of shape (2,), but it gave 3, a number of NumPy's (int64). Your answer is "
            "a single "
            "value, where a row of several values is expected.",
        ),
        "train": (HISTORY, "The second thing should be a dictionary: fit returns an object that holds it."),
    },
    "05_cnn": {
        "normalise-batch": (
            OVER_IMAGES,
            "The first number of these pictures should be -1.661324, a number, but is -0.999",
        ),
        "load-better-cnn": (
            "def load_better_cnn():\n    return keras.models.load_model(MODEL_FILE)",
            "There is no file better_cnn.keras beside the notebook: has the cell that writes it been run?",
        ),
    },
    "06_autoregressive_and_flows": {
        "units": (
            "def bits_per_dim(nll, d):\n    return nll / d",
            "should give [8.], an array of shape (1,), but it gave [5.545177], an array of shape (1,). That is in "
            "nats for each "
            "dimension: a bit is ln 2 of them.",
        ),
    },
    "07_vae": {
        "linear-elbo": (
            ONE_OBSERVATION,
            "should give [-4.061269, -4.951583, -8.805591], an array of shape (3,), but it gave",
        ),
    },
    "08_gan": {
        "best-discriminator": (
            "def best_discriminator(p_data, p_model):\n    return 0.5 if p_data + p_model == 0 else p_data / (p_data "
            "+ p_model)",
            "A comparison of arrays gives True or False for each entry: say with np.all(...) or np.any(...) whether "
            "it must "
            "hold for all of them or for any.",
        ),
        "game-value": (
            "def game_value(d, p_data, p_model, dx):\n    return np.mean(p_data * np.log(d) + p_model * np.log(1 - d))",
            "game_value([0.8, 0.2], [0.8, 0.2], [0.2, 0.8], 1.0) should give -1.000804846, a number, but it gave "
            "-0.50040",
        ),
    },
    "09_energy_and_diffusion": {
        "mixture-score": (
            "def mixture_score(x, w, mu, sigma):\n    return np.sum(w * (mu - x) / sigma**2)",
            "Arrays of the shapes (2,) and (5,) can't be combined entry by entry. If each entry of the one should "
            "meet each "
            "entry of the other, give one of them another axis, as in x[:, np.newaxis].",
        ),
        "langevin": (
            "def langevin_step(x, score, eta, noise):\n    return x - eta * score + 2 * eta * noise",
            "should give [1.86], an array of shape (1,), but it gave [2.02], an array of shape (1,).",
        ),
        "noising": (
            LIST_OF_SHARES,
            "Only an array takes several indices at once: make one of your list with np.array(...).",
        ),
    },
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What the check says of all mistakes in an assignment, by exercise; each assignment is run once."""
    found = {}

    def told(name):
        if name not in found:
            (path,) = (ROOT / "assignments" / name).glob("*.ipynb")
            content = as_node(nbformat.read(path, 4))
            names = {}
            for cell in content.cells:
                grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
                cell.source = MISTAKES[name].get(grade_id, (cell.source,))[0]
            copy = tmp_path_factory.mktemp(name) / path.name
            nbformat.write(content, copy)
            exercises = check(copy, 4 if name == "03_convolution" else 60)
            for exercise, row in zip(exercises, rows(exercises), strict=True):
                names[exercise.name] = row[1], " ".join(row[3])
            found[name] = names
        return found[name]

    return told


@pytest.mark.parametrize(("name", "exercise"), [(name, each) for name, them in MISTAKES.items() for each in them])
def test_a_mistake_gets_its_sentence(told, name, exercise):
    state, said = told(name)[exercise]
    assert state == "failed"
    assert MISTAKES[name][exercise][1] in said


def test_there_are_twenty_of_them():
    assert sum(map(len, MISTAKES.values())) >= 20

"""The mathematics of the interactive figures agrees with Keras and NumPy.

Node runs the very modules that the pages load: see the fixture `in_node`.
"""

import numpy as np
import pytest

CASES = 200


def random_layer(rng):
    kinds = ["dense", "conv2d", "conv2d", "conv2d", "batchnormalization", "dropout", "flatten"]
    kind = rng.choice(kinds).item()
    sizes = {
        "dense": {"units": int(rng.integers(1, 40))},
        "conv2d": {
            "filters": int(rng.integers(1, 20)),
            "kernel": int(rng.integers(1, 8)),
            "strides": int(rng.integers(1, 5)),
            "padding": rng.choice(["same", "valid"]).item(),
        },
        "dropout": {"rate": float(rng.integers(0, 10) / 10)},
    }
    return {"kind": kind, **sizes.get(kind, {})}


def keras_layer(layer):
    import keras

    match layer["kind"]:
        case "dense":
            return keras.layers.Dense(layer["units"])
        case "conv2d":
            sizes = layer["kernel"], layer["strides"]
            return keras.layers.Conv2D(layer["filters"], *sizes, padding=layer["padding"])
        case "batchnormalization":
            return keras.layers.BatchNormalization()
        case "dropout":
            return keras.layers.Dropout(layer["rate"])
        case "flatten":
            return keras.layers.Flatten()


def counted(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def test_random_stacks_have_the_shapes_and_parameters_of_keras(in_node):
    import keras

    rng = np.random.default_rng(1)
    stacks = []
    for _ in range(CASES):
        image = [int(rng.integers(1, 33)), int(rng.integers(1, 33)), int(rng.integers(1, 9))]
        given = image if rng.random() < 0.85 else [int(rng.integers(1, 200))]
        stacks.append({"input": given, "layers": [random_layer(rng) for _ in range(rng.integers(1, 8))]})
    answers = in_node("layers", "figure.summarise(item.input, item.layers)", stacks)
    complete = refused = 0
    for stack, answer in zip(stacks, answers, strict=True):
        tensor = keras.Input(stack["input"])
        trainable = not_trainable = 0
        for layer, result in zip(stack["layers"], answer["results"], strict=True):
            built = keras_layer(layer)
            try:
                tensor = built(tensor)
            except ValueError:
                assert result["problem"], f"{stack}: Keras refuses {layer}"
                refused += 1
                break
            assert not result["problem"], f"{stack}: Keras takes {layer}"
            assert result["shape"] == list(tensor.shape[1:]), (stack, layer)
            assert result["trainable"] == counted(built.trainable_weights), (stack, layer)
            assert result["notTrainable"] == counted(built.non_trainable_weights), (stack, layer)
            trainable += result["trainable"]
            not_trainable += result["notTrainable"]
        else:
            complete += 1
        assert (answer["trainable"], answer["notTrainable"]) == (trainable, not_trainable)
        assert answer["total"] == trainable + not_trainable
    # Both kinds were among them.
    assert complete > CASES / 4
    assert refused > CASES / 10


def test_random_convolutions_give_the_numbers_of_keras(in_node):
    import keras

    rng = np.random.default_rng(2)
    items = []
    for _ in range(CASES):
        side = int(rng.integers(1, 6))
        items.append(
            {
                "image": rng.normal(size=rng.integers(1, 10, 2)).round(3).tolist(),
                "kernel": rng.normal(size=(side, side)).round(3).tolist(),
                "stride": int(rng.integers(1, 5)),
                "padding": rng.choice(["same", "valid"]).item(),
            }
        )
    answers = in_node("kernel", "figure.convolve(item.image, item.kernel, item.stride, item.padding)", items)
    fits = 0
    for item, answer in zip(items, answers, strict=True):
        image, kernel = np.array(item["image"], "float32"), np.array(item["kernel"], "float32")
        layer = keras.layers.Conv2D(1, kernel.shape, item["stride"], item["padding"], use_bias=False)
        try:
            layer.build((None, *image.shape, 1))
            layer.set_weights([kernel[:, :, None, None]])
            expected = layer(image[None, :, :, None]).numpy()[0, :, :, 0]
        except ValueError:
            assert 0 in np.shape(answer), item
            continue
        assert np.shape(answer) == expected.shape, item
        np.testing.assert_allclose(answer, expected, atol=1e-5)
        fits += 1
    assert fits > CASES / 2


def test_activations_and_their_slopes_are_those_of_keras(in_node):
    import keras
    import tensorflow as tf

    z = np.linspace(-8, 8, 161)
    answers = in_node(
        "activations",
        "Object.entries(figure.ACTIVATIONS).map(([name, g]) => [name, item.map(g.value), item.map(g.slope)])",
        [z.tolist()],
    )[0]
    assert len(answers) >= 6
    for name, values, slopes in answers:
        activation = getattr(keras.activations, name)
        variable = tf.constant(z)
        with tf.GradientTape() as tape:
            tape.watch(variable)
            expected = tf.convert_to_tensor(activation(variable))
        np.testing.assert_allclose(values, expected.numpy(), atol=1e-6, err_msg=name)
        # At zero the slope is a convention, and Keras's is not the same for all.
        away = np.abs(z) > 1e-9
        np.testing.assert_allclose(
            np.array(slopes)[away], tape.gradient(expected, variable).numpy()[away], atol=1e-6, err_msg=name
        )


def test_softmax_with_temperature_is_that_of_keras(in_node):
    import keras

    rng = np.random.default_rng(3)
    items = [
        {"scores": rng.uniform(-5, 5, rng.integers(2, 7)).tolist(), "temperature": float(10 ** rng.uniform(-1, 1))}
        for _ in range(CASES)
    ]
    answers = in_node("activations", "figure.softmax(item.scores, item.temperature)", items)
    for item, answer in zip(items, answers, strict=True):
        scaled = np.array([item["scores"]]) / item["temperature"]
        expected = keras.ops.convert_to_numpy(keras.activations.softmax(keras.ops.convert_to_tensor(scaled)))[0]
        np.testing.assert_allclose(answer, expected, atol=1e-6)


def test_random_boxes_have_the_likelihood_that_numpy_gives(in_node):
    rng = np.random.default_rng(4)
    points = np.array(in_node("box", "figure.points", [0])[0])
    assert points.shape == (60, 2)
    everywhere = {"west": -180, "south": -90, "east": 180, "north": 90}
    boxes = [in_node("box", "figure.smallestBox()", [0])[0], everywhere]
    for _ in range(CASES):
        (west, east), (south, north) = np.sort(rng.uniform(-180, 180, 2)), np.sort(rng.uniform(-90, 90, 2))
        boxes.append({"west": west, "south": south, "east": east, "north": north})
    # JSON has no infinity.
    expression = "({ ...figure.judge(item), logLikelihood: String(figure.judge(item).logLikelihood) })"
    answers = in_node("box", expression, boxes)
    for box, answer in zip(boxes, answers, strict=True):
        low, high = (box["west"], box["south"]), (box["east"], box["north"])
        inside = np.all((low <= points) & (points <= high), axis=1)
        density = inside / np.prod(np.subtract(high, low))
        with np.errstate(divide="ignore"):
            expected = np.log(density).sum()
        assert answer["inside"] == inside.sum()
        np.testing.assert_allclose(float(answer["logLikelihood"]), expected)
    assert [answer["inside"] for answer in answers[:2]] == [60, 60]


def test_the_share_of_land_is_that_of_the_mask(in_node):
    from gdl_utils.datasets.land import land_mask

    rng = np.random.default_rng(5)
    boxes = []
    for _ in range(20):
        west, south = rng.uniform(-180, 120), rng.uniform(-90, 60)
        boxes.append({"west": west, "south": south, "east": west + 60, "north": south + 30})
    shares = in_node("box", "figure.overlap(item).boxOnLand", boxes)
    for box, share in zip(boxes, shares, strict=True):
        latitude = np.linspace(box["south"], box["north"], 200)[:, None]
        longitude = np.linspace(box["west"], box["east"], 200)[None, :]
        # Two degrees are coarse: islands are lost, coasts are straight.
        assert share == pytest.approx(land_mask(latitude, longitude).mean(), abs=0.06)

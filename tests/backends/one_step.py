"""Trains one step of the book's two networks under the backend that KERAS_BACKEND names, for JSON."""

import json

import keras
import numpy as np

from gdl_utils.networks import convolutional_network, multilayer_perceptron


def one_step(build):
    """The answers before and after one step, and the loss of the step, from weights that NumPy draws."""
    draw = np.random.default_rng(1)
    model = build()
    model.set_weights(
        [draw.normal(0, 0.04, weight.shape) if weight.ndim > 1 else weight for weight in model.get_weights()]
    )
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0  # each backend would drop other units
    model.compile(keras.optimizers.Adam(0.0005), "categorical_crossentropy", metrics=["accuracy"])
    images = draw.random((32, 32, 32, 3)).astype("float32")
    labels = np.eye(10, dtype="float32")[draw.integers(10, size=32)]
    before = model.predict(images, verbose=0)
    loss = model.fit(images, labels, batch_size=32, verbose=0).history["loss"][0]
    after = model.predict(images, verbose=0)
    return {"before": before.tolist(), "loss": float(loss), "after": after.tolist()}


print(
    json.dumps(
        {
            "backend": keras.backend.backend(),
            "multilayer_perceptron": one_step(multilayer_perceptron),
            "convolutional_network": one_step(convolutional_network),
        }
    )
)

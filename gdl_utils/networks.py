"""The two networks that the book trains on CIFAR-10, for measurements that take longer than a page may.

They import nothing but Keras, so that they train under each of its backends.
"""

from typing import Any

import keras


def multilayer_perceptron() -> keras.Model:
    """The perceptron of section 2.2: two hidden layers of 200 and 150 units, 646,260 parameters.

    Takes images of shape (n, 32, 32, 3) with values from 0 to 1 and gives probabilities of shape (n, 10).
    """
    layers = keras.layers
    inputs = layers.Input((32, 32, 3))
    hidden = layers.Flatten()(inputs)
    hidden = layers.Dense(200, activation="relu")(hidden)
    hidden = layers.Dense(150, activation="relu")(hidden)
    return keras.Model(inputs, layers.Dense(10, activation="softmax", dtype="float32")(hidden))


def convolutional_network(normalise: bool = True) -> keras.Model:
    """The network of section 2.5: four convolutions and a dense layer, 592,554 parameters.

    Takes images of shape (n, 32, 32, 3) with values from 0 to 1 and gives probabilities of shape (n, 10).

    Args:
        normalise: whether batch normalisation stands after each layer of weights, as in the book; without it one sees
            what it costs.
    """
    layers = keras.layers

    def activated(features: Any) -> Any:
        return layers.LeakyReLU()(layers.BatchNormalization()(features) if normalise else features)

    inputs = features = layers.Input((32, 32, 3))
    for filters, strides in [(32, 1), (32, 2), (64, 1), (64, 2)]:
        features = activated(layers.Conv2D(filters, 3, strides=strides, padding="same")(features))
    features = activated(layers.Dense(128)(layers.Flatten()(features)))
    features = layers.Dropout(0.5)(features)
    return keras.Model(inputs, layers.Dense(10, activation="softmax", dtype="float32")(features))

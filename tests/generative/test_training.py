"""The training loop of chapter 3 does what a plain loop in Python would do; features and judges are what they say."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import linalg

from gdl_utils.datasets import load_digits
from gdl_utils.errors import CourseError
from gdl_utils.generative import distance_to_nearest, fit, fourier_features, frechet_distance, train_judge


def test_it_finds_the_least_squares_line():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2_000, 1))
    rows = np.column_stack([x, 3 * x - 1 + 0.1 * rng.normal(size=(2_000, 1))]).astype("float32")
    slope, height = keras.Variable(0.0), keras.Variable(0.0)
    keras.utils.set_random_seed(0)
    training = fit(
        lambda batch: tf.reduce_mean((slope * batch[:, 0] + height - batch[:, 1]) ** 2),
        [slope, height],
        rows,
        990,
        rate=0.05,
    )
    assert training.steps == 1_000 and training.parameters == 2
    assert len(training.losses) == 20 and training.losses[-1] < training.losses[0] / 50
    assert (float(slope), float(height)) == pytest.approx((3, -1), abs=0.02)
    assert str(training).startswith("1,000 steps in ") and str(training).endswith("2 parameters")


def test_a_step_is_a_step_of_adam_and_the_rate_falls_to_nothing():
    # With one observation and a gradient of 1 everywhere, Adam moves by the learning rate at each step.
    place = keras.Variable(0.0)
    fit(lambda batch: tf.reduce_sum(batch) * 0 + place, [place], np.ones((1, 1), "float32"), 100, rate=0.1)
    cosine = 0.05 * (1 + np.cos(np.pi * np.arange(100) / 100))
    assert float(place) == pytest.approx(-cosine.sum(), rel=1e-3)


def test_batches_are_drawn_from_all_observations():
    seen = keras.Variable(np.zeros(10, "float32"))
    weight = keras.Variable(0.0)

    def loss(batch):
        seen.assign_add(tf.reduce_sum(tf.one_hot(tf.cast(batch[:, 0], "int32"), 10), axis=0))
        return weight * 0.0

    fit(loss, [weight], np.arange(10.0)[:, None].astype("float32"), 50, batch_size=100)
    counts = seen.numpy()
    assert counts.sum() == 5_000 and counts.min() > 400 and counts.max() < 600


def test_the_same_seed_gives_the_same_training():
    def train():
        keras.utils.set_random_seed(3)
        weight = keras.Variable(0.0)
        fit(
            lambda batch: tf.reduce_mean((batch - weight) ** 2), [weight], np.arange(9.0)[:, None].astype("float32"), 50
        )
        return float(weight)

    assert train() == train()


def test_fourier_features_are_sines_of_doubled_frequencies():
    x = np.random.default_rng(0).uniform(-1, 1, (7, 2)).astype("float32")
    features = np.array(fourier_features(x, 3))
    waves = [part for k in range(3) for part in (np.sin(2**k * np.pi * x), np.cos(2**k * np.pi * x))]
    assert np.allclose(features, np.concatenate([x, *waves], axis=1), atol=1e-5)
    place = keras.Input((2,))
    model = keras.Model(place, fourier_features(place, 3))
    assert np.allclose(model(x), features, atol=1e-6)


def test_the_frechet_distance_is_that_of_two_gaussians():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(500, 4)) @ rng.normal(size=(4, 4)), 1 + rng.normal(size=(300, 4))
    c, d = np.cov(one.T), np.cov(other.T)
    means = one.mean(axis=0) - other.mean(axis=0)
    exact = means @ means + np.trace(c + d - 2 * np.real(linalg.sqrtm(c @ d)))
    assert frechet_distance(one, other) == pytest.approx(exact, rel=1e-6)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(one, one + np.array([1, 0, 0, 2])) == pytest.approx(5, rel=1e-6)
    # Of two numbers that are always equal the covariance has no full rank.
    flat = np.repeat(rng.normal(size=(50, 1)), 3, axis=1)
    assert np.isfinite(frechet_distance(flat, flat + 1))
    with pytest.raises(CourseError):
        frechet_distance(one[:1], other)


def test_the_nearest_training_image_is_found():
    images = np.zeros((2, 4, 4, 1))
    images[1] += 0.5
    training = np.stack([np.ones((4, 4, 1)), np.full((4, 4, 1), 0.1)])
    assert distance_to_nearest(images, training) == pytest.approx([0.1, 0.4])


def test_digits_are_in_two_parts_that_share_nothing():
    digits = load_digits()
    assert digits.train.shape == (1_400, 8, 8, 1) and digits.test.shape == (397, 8, 8, 1)
    assert digits.train.min() == 0 and digits.train.max() == 16
    assert set(digits.train_labels) == set(digits.test_labels) == set(range(10))
    together = np.concatenate([digits.train, digits.test]).reshape(1_797, -1)
    assert len(np.unique(together, axis=0)) == 1_797
    assert np.array_equal(digits.test, load_digits().test)


def test_a_judge_knows_digits_that_it_has_not_seen():
    digits = load_digits()
    judge = train_judge(digits.train / 16.0, digits.train_labels)
    probabilities = judge.probabilities(digits.test / 16.0)
    assert probabilities.shape == (397, 10) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert np.mean(probabilities.argmax(axis=1) == digits.test_labels) > 0.96
    assert judge.features(digits.test / 16.0).shape == (397, 32)

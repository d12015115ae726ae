"""The data sets of the course: land (section 1.2), CIFAR-10 (section 2.2), handwritten digits (section 3.1)."""

from gdl_utils.datasets.cifar10 import Cifar10, cifar10_at_hand, load_cifar10
from gdl_utils.datasets.digits import Digits, load_digits
from gdl_utils.datasets.land import land_mask, sample_land
from gdl_utils.errors import DataError

__all__ = [
    "Cifar10",
    "DataError",
    "Digits",
    "cifar10_at_hand",
    "land_mask",
    "load_cifar10",
    "load_digits",
    "sample_land",
]

"""The data sets of the course: CIFAR-10 (section 2.2) and the land of the world map (section 1.2)."""

from gdl_utils.datasets.cifar10 import Cifar10, cifar10_at_hand, load_cifar10
from gdl_utils.datasets.land import land_mask, sample_land
from gdl_utils.errors import DataError

__all__ = ["Cifar10", "DataError", "cifar10_at_hand", "land_mask", "load_cifar10", "sample_land"]

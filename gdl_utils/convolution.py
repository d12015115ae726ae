"""The arithmetic of convolutions: sizes of outputs, borders of zeros, receptive fields. Introduced in section 2.3.

All sizes are whole numbers of pixels along one axis: height and width are computed one by one.
"""

from collections.abc import Iterable


def border(size: int, kernel_size: int, strides: int = 1) -> tuple[int, int]:
    """How many zeros padding "same" adds before and after `size` pixels.

    It is the rule of TensorFlow, which Keras follows: as many as the last position of the kernel needs, the smaller
    half before the image.
    """
    _check(size, kernel_size, strides)
    steps = -(-size // strides) - 1
    zeros = max(steps * strides + kernel_size - size, 0)
    return zeros // 2, zeros - zeros // 2


def starts(size: int, kernel_size: int, strides: int = 1, padding: str = "valid") -> list[int]:
    """The pixels on which the kernel begins at each of its positions; negative in the border before the image.

    The list is empty if the kernel is larger than the image and the padding "valid".

    Raises:
        ValueError: if a number is below 1, or the padding is neither "valid" nor "same".
    """
    _check(size, kernel_size, strides)
    if padding not in ("valid", "same"):
        raise ValueError(f'The padding is {padding!r}; it is either "valid" or "same".')
    before, after = border(size, kernel_size, strides) if padding == "same" else (0, 0)
    return list(range(-before, size + after - kernel_size + 1, strides))


def output_size(size: int, kernel_size: int, strides: int = 1, padding: str = "valid") -> int:
    """The number of positions of the kernel, 0 if it fits nowhere; see `starts` for the errors."""
    return len(starts(size, kernel_size, strides, padding))


def receptive_field(layers: Iterable[tuple[int, int]]) -> int:
    """How many pixels of the input, along one axis, lie between the first and the last that reach one unit.

    Both are counted. The unit is one behind a stack of convolutions; where strides are larger than kernels, some of
    the pixels between the two don't reach it.

    Args:
        layers: the kernel size and the strides of each layer, the one next to the input first.

    Raises:
        ValueError: if a number is below 1.
    """
    seen, distance = 1, 1  # pixels that a unit sees; pixels between neighbouring units
    for kernel_size, strides in layers:
        _check(1, kernel_size, strides)
        seen += (kernel_size - 1) * distance
        distance *= strides
    return seen


def _check(size: int, kernel_size: int, strides: int) -> None:
    if min(size, kernel_size, strides) < 1:
        raise ValueError(f"Sizes and strides are at least 1, but they are {size}, {kernel_size} and {strides}.")

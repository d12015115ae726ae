"""Answers to `03_convolution`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise, changed


def response(body):
    """An answer to the first exercise."""
    return f"def patch_response(patch, kernel):\n    {body}"


RESPONSE_ALL = {"patch-response-visible": 1, "patch-response-hidden": 1}

PATCH = Exercise(
    "patch-response",
    right=(
        Answer("flattened", response("return np.ravel(patch) @ np.ravel(kernel)")),
        Answer("tensor product", response("return np.tensordot(patch, kernel, axes=patch.ndim)")),
        Answer("method of the array", response("return (patch * kernel).sum().item()")),
        Answer(
            "loop over all indices",
            response(
                "total = 0.0\n"
                "    for index in np.ndindex(patch.shape):\n"
                "        total += patch[index] * kernel[index]\n"
                "    return total"
            ),
        ),
        Answer(
            "Python's own sum and nested loops",
            "import itertools\n\n\n"
            + response(
                "def flat(values):\n"
                "        if not isinstance(values, list):\n"
                "            return [values]\n"
                "        return list(itertools.chain.from_iterable(flat(one) for one in values))\n\n"
                "    return sum(value * weight for value, weight in zip(flat(patch.tolist()), flat(kernel.tolist())))"
            ),
        ),
    ),
    wrong=(
        Answer("matrix product", response("return np.sum(patch @ kernel)"), RESPONSE_ALL, "matrix product"),
        Answer("matrix product not summed", response("return np.dot(patch, kernel)"), RESPONSE_ALL, "matrix product"),
        Answer("mean", response("return np.mean(patch * kernel)"), RESPONSE_ALL, "mean of the products"),
        Answer(
            "kernel flipped",
            response("return np.sum(patch * kernel[::-1, ::-1])"),
            RESPONSE_ALL,
            "turn the kernel round",
        ),
        Answer("kernel transposed", response("return np.sum(patch * kernel.T)"), RESPONSE_ALL, "have changed places"),
        Answer("not summed", response("return patch * kernel"), RESPONSE_ALL, "array of the products"),
        Answer("summed along one axis", response("return sum(patch * kernel)"), RESPONSE_ALL, "one axis only"),
        Answer(
            "one number for each channel", response("return sum(sum(patch * kernel))"), RESPONSE_ALL, "for each channel"
        ),
        Answer(
            "first channel",
            response(
                "if patch.ndim == 3:\n"
                "        patch, kernel = patch[:, :, 0], kernel[:, :, 0]\n"
                "    return np.sum(patch * kernel)"
            ),
            RESPONSE_ALL,
            "only the first channel",
        ),
        Answer(
            "mean over the channels",
            response(
                "products = patch * kernel\n"
                "    if products.ndim == 3:\n"
                "        products = products.mean(axis=2)\n"
                "    return products.sum()"
            ),
            RESPONSE_ALL,
            "average over the channels",
        ),
        Answer(
            "sums multiplied",
            response("return np.sum(patch) * np.sum(kernel)"),
            RESPONSE_ALL,
            "add before you multiply",
        ),
        Answer("added", response("return np.sum(patch + kernel)"), RESPONSE_ALL, "instead of multiplying"),
        Answer(
            "negative values cut off",
            response("return max(0.0, np.sum(patch * kernel))"),
            {"patch-response-hidden": 1},
            "cut it off at zero",
        ),
        Answer(
            "sign lost",
            response("return np.abs(np.sum(patch * kernel))"),
            {"patch-response-hidden": 1},
            "lose its sign",
        ),
        Answer("whole number", response("return int(np.sum(patch * kernel))"), RESPONSE_ALL, "not right, at least"),
        Answer("nothing returned", response("total = np.sum(patch * kernel)"), RESPONSE_ALL, "is a 'return' missing"),
    ),
)


BORDER = """\
def pad_same(image, kernel_size, strides):
    def border(size):
        total = max((math.ceil(size / strides) - 1) * strides + kernel_size - size, 0)
        return total // 2, total - total // 2

    height, width = image.shape[:2]
    widths = [border(height), border(width)]
    if image.ndim == 3:
        widths.append((0, 0))
    return np.pad(image, widths)
"""
TOTAL = "total = max((math.ceil(size / strides) - 1) * strides + kernel_size - size, 0)"
HALVES = "return total // 2, total - total // 2"
BORDER_ONE = {"pad-same-hidden-stride-1": 1}
BORDER_MORE = {"pad-same-hidden-larger-strides": 1}
BORDER_COLOURS = {"pad-same-visible": 1, "pad-same-hidden-colours": 1}
BORDER_GREY = {"pad-same-visible": 1, **BORDER_ONE, **BORDER_MORE}
BORDER_STRIDES = {"pad-same-visible": 1, **BORDER_MORE}
BORDER_ALL = {**BORDER_COLOURS, **BORDER_GREY}

PAD = Exercise(
    "pad-same",
    survivors={
        "8: total = max((math.ceil(size / strides) - 1) * strides + kernel_size - size, 0)"
        " -> total = max(0, (math.ceil(size / strides) - 1) * strides + kernel_size - size)": (
            "The same: the larger of two numbers does not depend on their order."
        ),
    },
    right=(
        Answer(
            "laid into zeros",
            "def pad_same(image, kernel_size, strides):\n"
            "    height, width = image.shape[0], image.shape[1]\n"
            "    more_rows = max(0, (-(-height // strides) - 1) * strides + kernel_size - height)\n"
            "    more_columns = max(0, (-(-width // strides) - 1) * strides + kernel_size - width)\n"
            "    padded = np.zeros((height + more_rows, width + more_columns) + image.shape[2:])\n"
            "    top, left = more_rows // 2, more_columns // 2\n"
            "    padded[top : top + height, left : left + width] = image\n"
            "    return padded\n",
        ),
        Answer(
            "by the remainder",
            changed(BORDER, (TOTAL, "rest = size % strides\n        total = max(kernel_size - (rest or strides), 0)")),
        ),
        Answer(
            "NumPy's numbers",
            "def pad_same(image, kernel_size, strides):\n"
            "    sizes = np.array(image.shape[:2])\n"
            "    total = np.maximum((np.ceil(sizes / strides).astype(int) - 1) * strides + kernel_size - sizes, 0)\n"
            "    before = total // 2\n"
            "    widths = np.zeros((image.ndim, 2), dtype=int)\n"
            "    widths[:2, 0], widths[:2, 1] = before, total - before\n"
            "    return np.pad(image, widths, mode='constant', constant_values=0)\n",
        ),
        Answer(
            "rows and columns joined on",
            "def pad_same(image, kernel_size, strides):\n"
            "    for axis in (0, 1):\n"
            "        size = image.shape[axis]\n"
            "        total = (math.ceil(size / strides) - 1) * strides + kernel_size - size\n"
            "        if total <= 0:\n"
            "            continue\n"
            "        shape = list(image.shape)\n"
            "        shape[axis] = math.floor(total / 2)\n"
            "        before = np.zeros(shape)\n"
            "        shape[axis] = math.ceil(total / 2)\n"
            "        image = np.concatenate([before, image, np.zeros(shape)], axis=axis)\n"
            "    return image\n",
        ),
        Answer("as lists", changed(BORDER, ("np.pad(image, widths)", "np.pad(image, widths).tolist()"))),
        Answer(
            "single precision",
            changed(BORDER, ("np.pad(image, widths)", "np.pad(image.astype('float32'), widths)")),
        ),
    ),
    wrong=(
        Answer(
            "larger half before",
            changed(BORDER, (HALVES, "return total - total // 2, total // 2")),
            BORDER_ALL,
            "yours have changed places",
        ),
        Answer("all before", changed(BORDER, (HALVES, "return total, 0")), BORDER_ALL, "stand before the image"),
        Answer("all after", changed(BORDER, (HALVES, "return 0, total")), BORDER_ALL, "stand after the image"),
        Answer(
            "all zeros on each side",
            changed(BORDER, (HALVES, "return total, total")),
            BORDER_ALL,
            "divided between them",
        ),
        Answer(
            "the smaller half on each side",
            changed(BORDER, (HALVES, "return total // 2, total // 2")),
            BORDER_ALL,
            "so one is lost",
        ),
        Answer(
            "half the kernel on each side",
            "def pad_same(image, kernel_size, strides):\n"
            "    half = kernel_size // 2\n"
            "    return np.pad(image, [(half, half), (half, half), (0, 0)][: image.ndim])\n",
            BORDER_ALL,
            "half the kernel wide",
        ),
        Answer(
            "half the kernel where the stride is 1",
            changed(
                BORDER,
                (TOTAL, f"if strides == 1:\n            return kernel_size // 2, kernel_size // 2\n        {TOTAL}"),
            ),
            BORDER_ONE,
            "half the kernel wide",
        ),
        Answer(
            "stride ignored",
            changed(BORDER, (TOTAL, "total = kernel_size - 1")),
            BORDER_STRIDES,
            "does not depend on the stride",
        ),
        Answer(
            "size ignored",
            changed(BORDER, (TOTAL, "total = max(kernel_size - strides, 0)")),
            {"pad-same-visible": 1, **BORDER_MORE, "pad-same-hidden-colours": 1},
            "the size of the image matters",
        ),
        Answer(
            "rounded down",
            changed(BORDER, ("math.ceil(size / strides)", "size // strides")),
            {"pad-same-visible": 1, **BORDER_MORE, "pad-same-hidden-colours": 1},
            "how to round",
        ),
        Answer(
            "a step for each position",
            changed(BORDER, ("(math.ceil(size / strides) - 1)", "math.ceil(size / strides)")),
            BORDER_ALL,
            "the first patch needs none",
        ),
        Answer(
            "less than no zeros",
            changed(BORDER, (TOTAL, "total = (math.ceil(size / strides) - 1) * strides + kernel_size - size")),
            BORDER_MORE,
            "stopped with an error",
        ),
        Answer(
            "edge values",
            changed(BORDER, ("np.pad(image, widths)", "np.pad(image, widths, mode='edge')")),
            BORDER_ALL,
            "repeats the pixels at the edge",
        ),
        Answer(
            "height and width swapped",
            changed(BORDER, ("[border(height), border(width)]", "[border(width), border(height)]")),
            BORDER_STRIDES,
            "and the other way round",
        ),
        Answer(
            "the height for both",
            changed(BORDER, ("[border(height), border(width)]", "[border(height)] * 2")),
            BORDER_STRIDES,
            "from the height alone",
        ),
        Answer(
            "channels get a border",
            changed(BORDER, ("widths.append((0, 0))", "widths.append(border(image.shape[2]))")),
            BORDER_COLOURS,
            "Your channels get a border",
        ),
        Answer(
            "channels taken for the width",
            changed(BORDER, ("image.shape[:2]", "image.shape[-2:]")),
            BORDER_COLOURS,
            "last two numbers of the shape",
        ),
        Answer(
            "only grey images",
            changed(BORDER, ("    if image.ndim == 3:\n        widths.append((0, 0))\n", "")),
            BORDER_COLOURS,
            "stopped with an error",
        ),
        Answer(
            "only colour images",
            changed(BORDER, ("height, width = image.shape[:2]", "height, width, channels = image.shape")),
            BORDER_GREY,
            "stopped with an error",
        ),
        Answer(
            "the shape returned",
            changed(BORDER, ("np.pad(image, widths)", "np.pad(image, widths).shape")),
            BORDER_ALL,
            "another number of dimensions",
        ),
    ),
)


CONVOLUTION = """\
def convolve2d(image, kernel, strides=1, padding="valid"):
    size = len(kernel)
    if padding == "same":
        image = pad_same(image, size, strides)
    height, width = image.shape[:2]
    rows = (height - size) // strides + 1
    columns = (width - size) // strides + 1
    output = np.zeros((rows, columns))
    for row in range(rows):
        for column in range(columns):
            top, left = row * strides, column * strides
            patch = image[top : top + size, left : left + size]
            output[row, column] = patch_response(patch, kernel)
    return output
"""
ROWS = "rows = (height - size) // strides + 1"
COLUMNS = "columns = (width - size) // strides + 1"
CORNER = "top, left = row * strides, column * strides"
RESPOND = "patch_response(patch, kernel)"
PADDED = """\
    if padding == "same":
        image = pad_same(image, size, strides)
"""
SEEN = {"convolve2d-visible": 1}
VALID = {"convolve2d-hidden-valid": 1}
STRIDES = {"convolve2d-hidden-strides": 1}
SAME = {"convolve2d-hidden-same": 2}
COLOURS = {"convolve2d-hidden-colours": 1}
CONVOLUTION_ALL = {**SEEN, **VALID, **STRIDES, **SAME, **COLOURS}

CONVOLVE = Exercise(
    "convolve2d",
    needs=("patch-response", "pad-same"),
    survivors={
        "1: def convolve2d(image, kernel, strides=1, padding='valid'):"
        " -> def convolve2d(image, kernel, strides=1, padding='valid-changed'):": (
            'The same: every padding but "same" is taken for "valid".'
        ),
        "3: kernel_size = kernel.shape[0] -> kernel_size = kernel.shape[1]": "The same: kernels are square.",
        "8: output = [[patch_response(image[top:top + kernel_size, left:left + kernel_size], kernel)"
        " for left in left_columns] for top in top_rows]"
        " -> output = [[patch_response(kernel, image[top:top + kernel_size, left:left + kernel_size])"
        " for left in left_columns] for top in top_rows]": "The same: a product does not depend on the order.",
    },
    right=(
        Answer("loops over the output", CONVOLUTION),
        Answer(
            "a loop for each index, with its own border",
            "def convolve2d(image, kernel, strides=1, padding='valid'):\n"
            "    if image.ndim == 2:\n"
            "        image, kernel = image[:, :, None], kernel[:, :, None]\n"
            "    height, width, channels = image.shape\n"
            "    side = kernel.shape[0]\n"
            "    top = left = 0\n"
            "    if padding == 'same':\n"
            "        rows, columns = math.ceil(height / strides), math.ceil(width / strides)\n"
            "        top = max((rows - 1) * strides + side - height, 0) // 2\n"
            "        left = max((columns - 1) * strides + side - width, 0) // 2\n"
            "    else:\n"
            "        rows, columns = (height - side) // strides + 1, (width - side) // strides + 1\n"
            "    output = []\n"
            "    for row in range(rows):\n"
            "        line = []\n"
            "        for column in range(columns):\n"
            "            total = 0.0\n"
            "            for i in range(side):\n"
            "                for j in range(side):\n"
            "                    y, x = row * strides + i - top, column * strides + j - left\n"
            "                    if 0 <= y < height and 0 <= x < width:\n"
            "                        for channel in range(channels):\n"
            "                            total += image[y, x, channel] * kernel[i, j, channel]\n"
            "            line.append(float(total))\n"
            "        output.append(line)\n"
            "    return output\n",
        ),
        Answer(
            "windows",
            "from numpy.lib.stride_tricks import sliding_window_view\n\n\n"
            "def convolve2d(image, kernel, strides=1, padding='valid'):\n"
            "    if padding == 'same':\n"
            "        image = pad_same(image, kernel.shape[0], strides)\n"
            "    windows = sliding_window_view(image, kernel.shape)[::strides, ::strides]\n"
            "    if kernel.ndim == 3:\n"
            "        windows = windows[:, :, 0]\n"
            "    return np.tensordot(windows, kernel, axes=kernel.ndim)\n",
        ),
        Answer(
            "one weight after the other",
            "def convolve2d(image, kernel, strides=1, padding='valid'):\n"
            "    side = kernel.shape[0]\n"
            "    if padding == 'same':\n"
            "        image = pad_same(image, side, strides)\n"
            "    height, width = image.shape[0] - side + 1, image.shape[1] - side + 1\n"
            "    output = 0\n"
            "    for i, j in np.ndindex(side, side):\n"
            "        part = image[i : i + height : strides, j : j + width : strides] * kernel[i, j]\n"
            "        output = output + (part.sum(axis=2) if part.ndim == 3 else part)\n"
            "    return output\n",
        ),
        Answer(
            "channel by channel, all positions, then every so many",
            "def convolve2d(image, kernel, strides=1, padding='valid'):\n"
            "    if image.ndim == 3:\n"
            "        channels = range(image.shape[-1])\n"
            "        return sum(convolve2d(image[..., c], kernel[..., c], strides, padding) for c in channels)\n"
            "    side, _ = kernel.shape\n"
            "    if padding == 'same':\n"
            "        image = pad_same(image, side, strides)\n"
            "    everywhere = np.array([\n"
            "        [np.vdot(image[y : y + side, x : x + side], kernel) for x in range(image.shape[1] - side + 1)]\n"
            "        for y in range(image.shape[0] - side + 1)\n"
            "    ])\n"
            "    return everywhere[::strides, ::strides]\n",
        ),
        Answer(
            "single precision",
            changed(CONVOLUTION, ("np.zeros((rows, columns))", "np.zeros((rows, columns), dtype=np.float32)")),
        ),
    ),
    wrong=(
        Answer(
            "kernel flipped",
            changed(CONVOLUTION, (RESPOND, "patch_response(patch, kernel[::-1, ::-1])")),
            CONVOLUTION_ALL,
            "turn the kernel round by 180",
        ),
        Answer(
            "kernel transposed",
            changed(CONVOLUTION, (RESPOND, "patch_response(patch, kernel.swapaxes(0, 1))")),
            CONVOLUTION_ALL,
            "of your kernel have changed places",
        ),
        Answer(
            "mean", changed(CONVOLUTION, (RESPOND, "np.mean(patch * kernel)")), CONVOLUTION_ALL, "mean over each patch"
        ),
        Answer(
            "matrix product",
            changed(CONVOLUTION, (RESPOND, "np.sum(patch @ kernel)")),
            CONVOLUTION_ALL,
            "matrix product",
        ),
        Answer(
            "last position missing",
            changed(
                CONVOLUTION,
                (ROWS, "rows = (height - size) // strides"),
                (COLUMNS, "columns = (width - size) // strides"),
            ),
            CONVOLUTION_ALL,
            "one position too early",
        ),
        Answer(
            "output transposed",
            changed(
                CONVOLUTION, ("(rows, columns)", "(columns, rows)"), ("output[row, column]", "output[column, row]")
            ),
            CONVOLUTION_ALL,
            "of your output have changed places",
        ),
        Answer(
            "the height for both",
            changed(CONVOLUTION, (COLUMNS, "columns = rows")),
            CONVOLUTION_ALL,
            "stopped with an error",
        ),
        Answer(
            "stride ignored",
            changed(
                CONVOLUTION,
                (ROWS, "rows = height - size + 1"),
                (COLUMNS, "columns = width - size + 1"),
                (CORNER, "top, left = row, column"),
            ),
            {**SEEN, **STRIDES, **SAME, **COLOURS},
            "does not depend on the stride",
        ),
        Answer(
            "stride only downwards",
            changed(
                CONVOLUTION, (COLUMNS, "columns = width - size + 1"), (CORNER, "top, left = row * strides, column")
            ),
            {**SEEN, **STRIDES, **SAME, **COLOURS},
            "steps of one pixel to the right",
        ),
        Answer(
            "stride only in the size",
            changed(CONVOLUTION, (CORNER, "top, left = row, column")),
            {**SEEN, **STRIDES, **SAME, **COLOURS},
            "the kernel still moves by one pixel",
        ),
        Answer(
            "one added too early",
            changed(
                CONVOLUTION,
                (
                    f"    {ROWS}\n    {COLUMNS}\n",
                    "    rows, columns = (height - size + 1) // strides, (width - size + 1) // strides\n",
                ),
                (
                    PADDED + "    height, width = image.shape[:2]\n",
                    "    height, width = image.shape[:2]\n",
                ),
                (
                    "    output = np.zeros",
                    "    if padding == 'same':\n"
                    "        rows, columns = math.ceil(height / strides), math.ceil(width / strides)\n"
                    "        image = pad_same(image, size, strides)\n"
                    "    output = np.zeros",
                ),
            ),
            {**SEEN, **STRIDES},
            "before you divide by the stride",
        ),
        Answer(
            "rounded up",
            changed(
                CONVOLUTION,
                (ROWS, "rows = math.ceil((height - size) / strides) + 1"),
                (COLUMNS, "columns = math.ceil((width - size) / strides) + 1"),
                (
                    "            output[row, column] = ",
                    "            if patch.shape[:2] == kernel.shape[:2]:\n                output[row, column] = ",
                ),
            ),
            {**SEEN, **STRIDES, **SAME, **COLOURS},
            "no longer fits",
        ),
        Answer(
            "same for valid",
            changed(CONVOLUTION, ('    if padding == "same":\n    ', "")),
            {**SEEN, **VALID, **STRIDES, **COLOURS},
            "always gets a border",
        ),
        Answer(
            "valid for same", changed(CONVOLUTION, (PADDED, "")), {**SEEN, **SAME, **COLOURS}, "never gets a border"
        ),
        Answer(
            "edge values",
            changed(
                CONVOLUTION,
                (
                    "image = pad_same(image, size, strides)",
                    "total = [max((-(-n // strides) - 1) * strides + size - n, 0) for n in image.shape[:2]]\n"
                    "        widths = [(t // 2, t - t // 2) for t in total] + [(0, 0)] * (image.ndim - 2)\n"
                    "        image = np.pad(image, widths, mode='edge')",
                ),
            ),
            {**SEEN, **SAME},
            "repeats the pixels at the edge",
        ),
        Answer(
            "half the kernel on each side",
            changed(
                CONVOLUTION,
                (
                    "pad_same(image, size, strides)",
                    "np.pad(image, [(size // 2, size // 2)] * 2 + [(0, 0)] * (image.ndim - 2))",
                ),
            ),
            {**SEEN, **SAME},
            "half the kernel wide",
        ),
        Answer(
            "border for stride 1",
            changed(CONVOLUTION, ("pad_same(image, size, strides)", "pad_same(image, size, 1)")),
            SAME,
            "border does not depend on the stride",
        ),
        Answer(
            "first channel",
            changed(
                CONVOLUTION,
                (
                    "    size = len(kernel)\n",
                    "    size = len(kernel)\n"
                    "    if image.ndim == 3:\n"
                    "        image, kernel = image[:, :, 0], kernel[:, :, 0]\n",
                ),
            ),
            {**SEEN, **COLOURS},
            "only the first channel",
        ),
        Answer(
            "mean over the channels",
            changed(
                CONVOLUTION, ("    return output\n", "    return output / (image.shape[2] if image.ndim == 3 else 1)\n")
            ),
            {**SEEN, **COLOURS},
            "average over the channels",
        ),
        Answer(
            "an output for each channel",
            changed(
                CONVOLUTION,
                ("np.zeros((rows, columns))", "np.zeros((rows, columns, *image.shape[2:]))"),
                (RESPOND, "np.sum(patch * kernel, axis=(0, 1))"),
            ),
            {**SEEN, **COLOURS},
            "Your output has channels",
        ),
        Answer(
            "only grey images",
            changed(CONVOLUTION, ("height, width = image.shape[:2]", "height, width = image.shape")),
            {**SEEN, **COLOURS},
            "stopped with an error",
        ),
        Answer(
            "cut to whole numbers",
            changed(CONVOLUTION, ("np.zeros((rows, columns))", "np.zeros((rows, columns), dtype=image.dtype)")),
            VALID,
            "what comes after the decimal point",
        ),
        Answer(
            "negative values cut off",
            changed(CONVOLUTION, ("    return output\n", "    return np.maximum(output, 0)\n")),
            {**VALID, **STRIDES, **SAME, **COLOURS},
            "no negative numbers",
        ),
    ),
)


BUGGY = """\
def find_the_bug(image, kernel):
    height, width = image.shape
    bordered = np.pad(image, 1)
    result = np.zeros((height, width))
    for row in range(height):
        for column in range(width):
            for i in range(3):
                for j in range(3):
                    result[row, column] += bordered[row + i - 1, column + j - 1] * kernel[i, j]
    return result
"""
INDEX = "bordered[row + i - 1, column + j - 1]"
REPAIRED = changed(BUGGY, (INDEX, "bordered[row + i, column + j]"))
BUG_ALL = {"find-the-bug-visible": 1, "find-the-bug-hidden": 2}
MARGIN = {"find-the-bug-hidden": 1}

BUG = Exercise(
    "find-the-bug",
    needs=("patch-response", "pad-same", "convolve2d"),
    right=(
        Answer("repaired", REPAIRED),
        Answer(
            "by the convolution",
            "def find_the_bug(image, kernel):\n    return convolve2d(image, kernel, padding='same')\n",
        ),
        Answer(
            "centres counted from 1",
            changed(
                BUGGY,
                ("range(height)", "range(1, height + 1)"),
                ("range(width)", "range(1, width + 1)"),
                ("result[row, column]", "result[row - 1, column - 1]"),
            ),
        ),
        Answer(
            "no border but a question",
            "def find_the_bug(image, kernel):\n"
            "    height, width = image.shape\n"
            "    result = [[0.0] * width for _ in range(height)]\n"
            "    for row in range(height):\n"
            "        for column in range(width):\n"
            "            for i in (-1, 0, 1):\n"
            "                for j in (-1, 0, 1):\n"
            "                    if 0 <= row + i < height and 0 <= column + j < width:\n"
            "                        result[row][column] += float(image[row + i, column + j] * kernel[i + 1, j + 1])\n"
            "    return result\n",
        ),
        Answer(
            "shifted images",
            "def find_the_bug(image, kernel):\n"
            "    height, width = image.shape\n"
            "    padded = np.zeros((height + 2, width + 2))\n"
            "    padded[1:-1, 1:-1] = image\n"
            "    parts = [kernel[i, j] * padded[i : i + height, j : j + width] for i in range(3) for j in range(3)]\n"
            "    return np.sum(parts, axis=0)\n",
        ),
        Answer(
            "given a wider border",
            "def find_the_bug(image, kernel):\n    return buggy_convolve(np.pad(image, 1), kernel)[2:, 2:]\n",
        ),
    ),
    wrong=(
        Answer("roll kept", BUGGY, BUG_ALL, "The bug is still there"),
        Answer(
            "only the rows",
            changed(BUGGY, (INDEX, "bordered[row + i, column + j - 1]")),
            BUG_ALL,
            "the columns are still moved",
        ),
        Answer(
            "only the columns",
            changed(BUGGY, (INDEX, "bordered[row + i - 1, column + j]")),
            BUG_ALL,
            "the rows are still moved",
        ),
        Answer(
            "the other way",
            changed(REPAIRED, ("np.pad(image, 1)", "np.pad(image, (0, 2))")),
            BUG_ALL,
            "in the other direction",
        ),
        Answer(
            "all of the border before",
            changed(REPAIRED, ("np.pad(image, 1)", "np.pad(image, (2, 0))")),
            BUG_ALL,
            "The bug is still there",
        ),
        Answer(
            "a wider border", changed(BUGGY, ("np.pad(image, 1)", "np.pad(image, 2)")), BUG_ALL, "by even more pixels"
        ),
        Answer(
            "moved back",
            "def find_the_bug(image, kernel):\n"
            "    return np.roll(buggy_convolve(image, kernel), (-1, -1), axis=(0, 1))\n",
            MARGIN,
            "You move the wrong output back",
        ),
        Answer(
            "wrapped border",
            changed(
                BUGGY,
                ("np.pad(image, 1)", "image"),
                (INDEX, "bordered[(row + i - 1) % height, (column + j - 1) % width]"),
            ),
            MARGIN,
            "the opposite side of the image",
        ),
        Answer(
            "edge values",
            changed(REPAIRED, ("np.pad(image, 1)", "np.pad(image, 1, mode='edge')")),
            MARGIN,
            "repeats the pixels at the edge",
        ),
        Answer(
            "margin left out",
            changed(
                BUGGY,
                ("np.pad(image, 1)", "image"),
                ("range(height)", "range(1, height - 1)"),
                ("range(width)", "range(1, width - 1)"),
            ),
            MARGIN,
            "leave out the pixels at the margin",
        ),
        Answer(
            "no border",
            "def find_the_bug(image, kernel):\n    return convolve2d(image, kernel)\n",
            BUG_ALL,
            "smaller than the image",
        ),
        Answer(
            "output with the border",
            "def find_the_bug(image, kernel):\n    return convolve2d(np.pad(image, 2), kernel)\n",
            BUG_ALL,
            "another shape",
        ),
        Answer(
            "kernel flipped instead",
            changed(BUGGY, (INDEX, "bordered[row - i + 1, column - j + 1]")),
            BUG_ALL,
            "turn the kernel round by 180",
        ),
        Answer(
            "kernel flipped as well",
            changed(REPAIRED, ("kernel[i, j]", "kernel[2 - i, 2 - j]")),
            BUG_ALL,
            "turn the kernel round by 180",
        ),
        Answer(
            "square",
            changed(REPAIRED, ("height, width = image.shape", "height = width = len(image)")),
            BUG_ALL,
            "stopped with an error",
        ),
        Answer(
            "cut to whole numbers",
            "def find_the_bug(image, kernel):\n"
            "    padded = np.pad(image, 1)\n"
            "    result = np.zeros_like(image)\n"
            "    for row in range(image.shape[0]):\n"
            "        for column in range(image.shape[1]):\n"
            "            result[row, column] = np.sum(padded[row : row + 3, column : column + 3] * kernel)\n"
            "    return result\n",
            {"find-the-bug-hidden": 2},
            "what comes after the decimal point",
        ),
    ),
)


FILTERS = """\
horizontal_edges = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
vertical_edges = np.array([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
blur = np.ones((3, 3)) / 9
shift_right = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0]])
"""
HORIZONTAL, VERTICAL, BLUR, SHIFT = [line.partition(" = ")[2] for line in FILTERS.splitlines()]
EDGES = {"edge-filters-hidden-edges": 1}
ONE_EDGE = {"edge-filters-hidden-edges": 0.5}
OTHERS = {"edge-filters-hidden-others": 1}
ONE_OTHER = {"edge-filters-hidden-others": 0.5}
FILTERS_SEEN = {"edge-filters-visible": 1}

EDGE_FILTERS = Exercise(
    "edge-filters",
    right=(
        Answer(
            "lists",
            "horizontal_edges = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]\n"
            "vertical_edges = [[1, 0, -1], [1, 0, -1], [1, 0, -1]]\n"
            "blur = [[1 / 9, 1 / 9, 1 / 9]] * 3\n"
            "shift_right = [[0, 0, 0], [1.0, 0, 0], [0, 0, 0]]\n",
        ),
        Answer(
            "transposed",
            changed(FILTERS, (VERTICAL, "horizontal_edges.T"), (BLUR, "np.full((3, 3), 1.0) / 9.0")),
        ),
        Answer(
            "outer products",
            "three, slope = np.ones(3), np.array([1, 0, -1])\n"
            "horizontal_edges = np.outer(slope, three)\n"
            "vertical_edges = np.outer(three, slope)\n"
            "blur = np.outer(three / 3, three / 3)\n"
            "shift_right = np.outer([0, 1, 0], [1, 0, 0])\n",
        ),
        Answer(
            "entries set",
            "horizontal_edges, vertical_edges, shift_right = np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3))\n"
            "horizontal_edges[0] = 1\n"
            "horizontal_edges[2] -= 1\n"
            "vertical_edges[:, 0] = 1\n"
            "vertical_edges[:, -1] = -1\n"
            "shift_right[1, 0] = 1\n"
            "blur = (shift_right * 0 + 1) / shift_right.size\n",
        ),
        Answer(
            "single precision",
            "horizontal_edges = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]], dtype=np.float32)\n"
            "vertical_edges = np.rot90(horizontal_edges)\n"
            "blur = np.full((3, 3), 1 / 9, dtype='float32')\n"
            "shift_right = np.float32([[0, 0, 0], [1, 0, 0], [0, 0, 0]])\n",
        ),
    ),
    wrong=(
        Answer(
            "wrong signs",
            changed(FILTERS, (HORIZONTAL, f"-{HORIZONTAL}"), (VERTICAL, f"-{VERTICAL}")),
            EDGES,
            "the wrong sign",
        ),
        Answer("wrong sign of one", changed(FILTERS, (VERTICAL, f"-{VERTICAL}")), ONE_EDGE, "the wrong sign"),
        Answer(
            "horizontal and vertical swapped",
            "\n".join([f"horizontal_edges = {VERTICAL}", f"vertical_edges = {HORIZONTAL}", *FILTERS.splitlines()[2:]]),
            EDGES,
            "have changed places",
        ),
        Answer(
            "weighted",
            changed(
                FILTERS,
                (HORIZONTAL, "np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])"),
                (VERTICAL, "np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])"),
            ),
            EDGES,
            "more weight",
        ),
        Answer(
            "means",
            changed(FILTERS, (HORIZONTAL, f"{HORIZONTAL} / 3"), (VERTICAL, f"{VERTICAL} / 3")),
            EDGES,
            "compare the means",
        ),
        Answer(
            "middle only",
            changed(
                FILTERS,
                (HORIZONTAL, "np.array([[0, 1, 0], [0, 0, 0], [0, -1, 0]])"),
                (VERTICAL, "np.array([[0, 0, 0], [1, 0, -1], [0, 0, 0]])"),
            ),
            EDGES,
            "only two single pixels",
        ),
        Answer(
            "neighbouring rows",
            changed(FILTERS, (HORIZONTAL, "np.array([[1, 1, 1], [-1, -1, -1], [0, 0, 0]])")),
            ONE_EDGE,
            "the one in the middle should not count",
        ),
        Answer(
            "one side only",
            changed(
                FILTERS,
                (HORIZONTAL, "np.array([[1, 1, 1], [0, 0, 0], [0, 0, 0]])"),
                (VERTICAL, "np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0]])"),
            ),
            {**FILTERS_SEEN, **EDGES},
            "subtracts nothing",
        ),
        Answer(
            "a line",
            changed(
                FILTERS,
                (HORIZONTAL, "np.array([[-1, -1, -1], [2, 2, 2], [-1, -1, -1]])"),
                (VERTICAL, "np.array([[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]])"),
            ),
            EDGES,
            "a thin line",
        ),
        Answer(
            "blur sums", changed(FILTERS, (BLUR, "np.ones((3, 3))")), {**FILTERS_SEEN, **ONE_OTHER}, "a sum, not a mean"
        ),
        Answer(
            "blur divided by the side",
            changed(FILTERS, (BLUR, "np.ones((3, 3)) / 3")),
            {**FILTERS_SEEN, **ONE_OTHER},
            "how many pixels does it average",
        ),
        Answer(
            "blur rounded",
            changed(FILTERS, (BLUR, "np.full((3, 3), 0.11)")),
            {**FILTERS_SEEN, **ONE_OTHER},
            "are rounded",
        ),
        Answer(
            "pixel itself left out",
            changed(FILTERS, (BLUR, "np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]) / 8")),
            ONE_OTHER,
            "leaves out the pixel itself",
        ),
        Answer(
            "to the left",
            changed(FILTERS, (SHIFT, "np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]])")),
            ONE_OTHER,
            "to the left",
        ),
        Answer(
            "downwards",
            changed(FILTERS, (SHIFT, "np.array([[0, 1, 0], [0, 0, 0], [0, 0, 0]])")),
            ONE_OTHER,
            "moves the picture down",
        ),
        Answer(
            "two copies",
            changed(FILTERS, (SHIFT, "np.array([[0, 0, 0], [1, 1, 0], [0, 0, 0]])")),
            {**FILTERS_SEEN, **ONE_OTHER},
            "a second copy",
        ),
        Answer(
            "blur of four neighbours, to the left",
            changed(
                FILTERS,
                (BLUR, "np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]) / 5"),
                (SHIFT, "np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]])"),
            ),
            OTHERS,
            "2 of 2 entries are wrong",
        ),
        Answer(
            "other shapes",
            changed(
                FILTERS,
                (HORIZONTAL, "np.array([[1], [0], [-1]])"),
                (VERTICAL, "np.array([[1, 0, -1]])"),
            ),
            {**FILTERS_SEEN, **EDGES},
            "should be (3, 3)",
        ),
    ),
)


def strength(result):
    """An answer to the last exercise that computes it from both outputs."""
    return (
        "def edge_strength(image):\n"
        "    h = convolve2d(image, horizontal_edges)\n"
        "    v = convolve2d(image, vertical_edges)\n"
        f"    return {result}\n"
    )


STRENGTH_ALL = {"edge-strength-visible": 1, "edge-strength-hidden": 1}

STRENGTH = Exercise(
    "edge-strength",
    needs=("patch-response", "pad-same", "convolve2d", "edge-filters"),
    right=(
        Answer("length of the third side", strength("np.hypot(h, v)")),
        Answer("power", strength("(h * h + v * v) ** 0.5")),
        Answer("complex numbers", strength("np.abs(h + 1j * v)")),
        Answer(
            "norm of a vector",
            "def edge_strength(image):\n"
            "    both = [convolve2d(image, one) for one in (horizontal_edges, vertical_edges)]\n"
            "    return np.linalg.norm(both, axis=0)\n",
        ),
        Answer(
            "without the functions above, in lists",
            "def edge_strength(image):\n"
            "    pixels = image.tolist()\n"
            "    found = []\n"
            "    for above, here, below in zip(pixels, pixels[1:], pixels[2:]):\n"
            "        line = []\n"
            "        for x in range(len(above) - 2):\n"
            "            h = sum(above[x : x + 3]) - sum(below[x : x + 3])\n"
            "            v = sum(row[x] - row[x + 2] for row in (above, here, below))\n"
            "            line.append(math.sqrt(h**2 + v**2))\n"
            "        found.append(line)\n"
            "    return found\n",
        ),
        Answer("signs turned", strength("np.sqrt((-h) ** 2 + (-v) ** 2).astype(np.float32)")),
    ),
    wrong=(
        Answer("no root", strength("h**2 + v**2"), STRENGTH_ALL, "do not take the root"),
        Answer("absolute values", strength("abs(h) + abs(v)"), STRENGTH_ALL, "without their signs"),
        Answer("added", strength("h + v"), STRENGTH_ALL, "where their signs differ they cancel"),
        Answer(
            "root of the square of the sum",
            strength("np.sqrt((h + v) ** 2)"),
            STRENGTH_ALL,
            "where their signs differ they cancel",
        ),
        Answer("larger one", strength("np.maximum(np.abs(h), np.abs(v))"), STRENGTH_ALL, "the larger of the two"),
        Answer(
            "mean of the squares", strength("np.sqrt((h**2 + v**2) / 2)"), STRENGTH_ALL, "the mean of the two squares"
        ),
        Answer("mean", strength("(h + v) / 2"), STRENGTH_ALL, "the mean of the two outputs"),
        Answer("horizontal only", strength("np.abs(h)"), STRENGTH_ALL, "does not depend on the vertical"),
        Answer("vertical twice", strength("np.sqrt(v**2)"), STRENGTH_ALL, "does not depend on the horizontal"),
        Answer("difference", strength("np.abs(h - v)"), STRENGTH_ALL, "subtract one output"),
        Answer(
            "with a border",
            strength("np.sqrt(h**2 + v**2)").replace("_edges)", "_edges, padding='same')"),
            STRENGTH_ALL,
            "itself looks like an edge",
        ),
        Answer(
            "filters weighted",
            "def edge_strength(image):\n"
            "    h = convolve2d(image, np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]))\n"
            "    v = convolve2d(image, np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]))\n"
            "    return np.hypot(h, v)\n",
            STRENGTH_ALL,
            "more weight than those of exercise 5",
        ),
        Answer("scaled", strength("np.hypot(h, v) / np.hypot(h, v).max()"), STRENGTH_ALL, "scale the strengths"),
        Answer("one number", strength("np.sqrt(np.sum(h**2 + v**2))"), STRENGTH_ALL, "a single value"),
    ),
)

EXERCISES = [PATCH, PAD, CONVOLVE, BUG, EDGE_FILTERS, STRENGTH]

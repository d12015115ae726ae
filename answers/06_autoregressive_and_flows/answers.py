"""Answers to `06_autoregressive_and_flows`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise, changed

CHAIN = """\
def chain_log_prob(tables, bits):
    total = np.zeros(len(bits))
    for i in range(len(tables)):
        place = bits[:, :i] @ (2 ** np.arange(i)[::-1])
        p = tables[i][place]
        factor = np.where(bits[:, i] == 1, p, 1 - p)
        total = total + np.log(factor)
    return total
"""
PLACE = "place = bits[:, :i] @ (2 ** np.arange(i)[::-1])"
FACTOR = "factor = np.where(bits[:, i] == 1, p, 1 - p)"
CHAIN_VISIBLE = {"chain-log-prob-visible": 1}
CHAIN_FACTORS = {"chain-log-prob-hidden-factors": 1}
CHAIN_SMALL = {"chain-log-prob-hidden-small": 1}
CHAIN_ORDER = {**CHAIN_VISIBLE, **CHAIN_FACTORS}
CHAIN_ALL = {**CHAIN_ORDER, **CHAIN_SMALL}

CHAIN_RULE = Exercise(
    "chain-log-prob",
    right=(
        Answer(
            "loops over rows and bits",
            "def chain_log_prob(tables, bits):\n"
            "    answers = []\n"
            "    for row in bits.tolist():\n"
            "        place, total = 0, 0.0\n"
            "        for table, bit in zip(tables, row):\n"
            "            p = table[place] if bit else 1 - table[place]\n"
            "            total += math.log(p) if p > 0 else -math.inf\n"
            "            place = 2 * place + bit\n"
            "        answers.append(total)\n"
            "    return answers\n",
        ),
        Answer(
            "places read as text",
            "def chain_log_prob(tables, bits):\n"
            "    def one(row):\n"
            "        text = ''.join(str(int(bit)) for bit in row)\n"
            "        places = [int(text[:i] or '0', 2) for i in range(len(text))]\n"
            "        ones = np.array([table[place] for table, place in zip(tables, places)])\n"
            "        return np.sum(np.log(np.abs(1 - row - ones)))\n\n"
            "    return np.array([one(row) for row in bits])\n",
        ),
        Answer(
            "tables of both answers",
            "def chain_log_prob(tables, bits):\n"
            "    both = [np.log(np.stack([1 - table, table], axis=1)) for table in tables]\n"
            "    place = np.zeros(len(bits), dtype=np.int64)\n"
            "    total = 0.0\n"
            "    for i, table in enumerate(both):\n"
            "        total = total + table[place, bits[:, i]]\n"
            "        place = (place << 1) | bits[:, i]\n"
            "    return total\n",
        ),
        Answer("binary numbers by a product", CHAIN),
        Answer(
            "the tables as one cube",
            "def chain_log_prob(tables, bits):\n"
            "    total = np.zeros(len(bits))\n"
            "    for i, table in enumerate(tables):\n"
            "        cube = np.reshape(table, (2,) * i)\n"
            "        p = cube[tuple(bits[:, :i].T)]\n"
            "        total += np.log(np.choose(bits[:, i], [1 - p, p]))\n"
            "    return total\n",
        ),
        Answer(
            "the joint table, grown bit by bit",
            "def chain_log_prob(tables, bits):\n"
            "    joint = np.zeros(1)\n"
            "    for table in tables:\n"
            "        joint = (joint[:, None] + np.log(np.stack([1 - table, table], axis=1))).ravel()\n"
            "    return joint[bits @ 2 ** np.arange(bits.shape[1])[::-1]]\n",
        ),
    ),
    wrong=(
        Answer(
            "bit order reversed",
            changed(CHAIN, ("np.arange(i)[::-1]", "np.arange(i)")),
            CHAIN_ORDER,
            "in the opposite order",
        ),
        Answer(
            "independent bits",
            changed(CHAIN, (PLACE, "place = 0")),
            CHAIN_ORDER,
            "as if the bits were independent",
        ),
        Answer(
            "product of marginals",
            "def chain_log_prob(tables, bits):\n"
            "    joint, shares = np.ones(1), []\n"
            "    for table in tables:\n"
            "        shares.append(joint @ table)\n"
            "        joint = np.stack([joint * (1 - table), joint * table], axis=1).ravel()\n"
            "    return np.sum(np.log(np.where(bits == 1, shares, 1 - np.array(shares))), axis=1)\n",
            CHAIN_ORDER,
            "that each bit has on its own",
        ),
        Answer(
            "mean of a table",
            changed(CHAIN, ("p = tables[i][place]", "p = tables[i].mean()")),
            CHAIN_ORDER,
            "average the entries of a table",
        ),
        Answer(
            "one bit before",
            changed(CHAIN, (PLACE, "place = bits[:, i - 1] if i else 0")),
            CHAIN_ORDER,
            "one bit before at most",
        ),
        Answer(
            "number of ones",
            changed(CHAIN, (PLACE, "place = bits[:, :i].sum(axis=1)")),
            CHAIN_ORDER,
            "how many of the bits before",
        ),
        Answer(
            "always the probability of a 1",
            changed(CHAIN, (FACTOR, "factor = p")),
            CHAIN_ALL,
            "for every bit, whether it is 1 or 0",
        ),
        Answer(
            "probability of a 0",
            changed(CHAIN, (FACTOR, "factor = np.where(bits[:, i] == 0, p, 1 - p)")),
            CHAIN_ALL,
            "for probabilities of a 0",
        ),
        Answer(
            "zeros left out",
            changed(CHAIN, ("total = total + np.log(factor)", "total = total + bits[:, i] * np.log(p)")),
            CHAIN_ALL,
            "leave out the bits that are 0",
        ),
        Answer(
            "no logarithm",
            changed(CHAIN, ("return total", "return np.exp(total)")),
            CHAIN_ALL,
            "return the probability itself",
        ),
        Answer("base 2", changed(CHAIN, ("np.log(factor)", "np.log2(factor)")), CHAIN_ALL, "another base"),
        Answer(
            "mean of the logarithms",
            changed(CHAIN, ("return total", "return total / len(tables)")),
            CHAIN_ALL,
            "average over the bits",
        ),
        Answer(
            "sum of the factors",
            changed(
                CHAIN,
                ("total = total + np.log(factor)", "total = total + factor"),
                ("return total", "return np.log(total)"),
            ),
            CHAIN_ALL,
            "add the factors before",
        ),
        Answer(
            "negative log-likelihood",
            changed(CHAIN, ("return total", "return -total")),
            CHAIN_ALL,
            "negative log-likelihood",
        ),
        Answer(
            "added over all rows",
            changed(CHAIN, ("return total", "return total.sum()")),
            CHAIN_ALL,
            "You add over the rows",
        ),
        Answer(
            "product before the logarithm",
            changed(
                CHAIN,
                ("total = np.zeros(len(bits))", "total = np.ones(len(bits))"),
                ("total = total + np.log(factor)", "total = total * factor"),
                ("return total", "return np.log(total)"),
            ),
            CHAIN_SMALL,
            "multiply before you take the logarithm",
        ),
        Answer(
            "logarithms multiplied by the bits",
            changed(
                CHAIN,
                (
                    "total = total + np.log(factor)",
                    "total = total + bits[:, i] * np.log(p) + (1 - bits[:, i]) * np.log(1 - p)",
                ),
            ),
            CHAIN_SMALL,
            "impossible answer by 0",
        ),
        Answer(
            "a little added",
            changed(CHAIN, ("np.log(factor)", "np.log(factor + 1e-12)")),
            CHAIN_SMALL,
            "keep the probabilities away from 0",
        ),
        Answer(
            "clipped",
            changed(CHAIN, ("np.log(factor)", "np.log(np.clip(factor, 1e-10, 1 - 1e-10))")),
            CHAIN_SMALL,
            "keep the probabilities away from 0",
        ),
        Answer(
            "impossible factors left out",
            changed(CHAIN, ("np.log(factor)", "np.log(factor, where=factor > 0, out=np.zeros(len(bits)))")),
            CHAIN_SMALL,
            "leave out the factors that are 0",
        ),
        Answer("nothing returned", changed(CHAIN, ("    return total\n", "")), CHAIN_ALL, "is a 'return' missing"),
    ),
)


SAMPLE = """\
def sample_chain(tables, u):
    bits = np.zeros(u.shape, dtype=int)
    for i in range(len(tables)):
        place = bits[:, :i] @ (2 ** np.arange(i)[::-1])
        p = tables[i][place]
        bits[:, i] = u[:, i] < p
    return bits
"""
DRAW = "bits[:, i] = u[:, i] < p"
SAMPLE_VISIBLE = {"sample-chain-visible": 1}
SAMPLE_BITS = {"sample-chain-hidden-bits": 1}
SAMPLE_BOUNDARIES = {"sample-chain-hidden-boundaries": 1}
SAMPLE_DRAWN = {**SAMPLE_VISIBLE, **SAMPLE_BITS}
SAMPLE_ALL = {**SAMPLE_DRAWN, **SAMPLE_BOUNDARIES}

SAMPLING = Exercise(
    "sample-chain",
    right=(
        Answer("binary numbers by a product", SAMPLE),
        Answer(
            "loops over rows and bits",
            "def sample_chain(tables, u):\n"
            "    rows = []\n"
            "    for numbers in u:\n"
            "        place, row = 0, []\n"
            "        for table, number in zip(tables, numbers):\n"
            "            row.append(1 if number < table[place] else 0)\n"
            "            place = 2 * place + row[-1]\n"
            "        rows.append(row)\n"
            "    return rows\n",
        ),
        Answer(
            "truth values",
            changed(
                SAMPLE,
                ("dtype=int", "dtype=bool"),
            ),
        ),
        Answer(
            "columns stacked",
            "def sample_chain(tables, u):\n"
            "    place, columns = np.zeros(len(u), dtype=int), []\n"
            "    for table, numbers in zip(tables, u.T):\n"
            "        columns.append(np.where(numbers >= table[place], 0, 1))\n"
            "        place = (place << 1) + columns[-1]\n"
            "    return np.stack(columns, axis=-1)\n",
        ),
        Answer(
            "the last place holds all bits",
            "def sample_chain(tables, u):\n"
            "    place = np.zeros(len(u), dtype=int)\n"
            "    for table, numbers in zip(tables, u.T):\n"
            "        place = 2 * place + np.heaviside(table[place] - numbers, 0).astype(int)\n"
            "    return place[:, None] >> np.arange(len(tables))[::-1] & 1\n",
        ),
        Answer(
            "recursion",
            "def sample_chain(tables, u):\n"
            "    def draw(numbers, place=0):\n"
            "        if not len(numbers):\n"
            "            return []\n"
            "        bit = int(numbers[0] < tables[len(tables) - len(numbers)][place])\n"
            "        return [bit, *draw(numbers[1:], 2 * place + bit)]\n\n"
            "    return np.array([draw(row) for row in u])\n",
        ),
    ),
    wrong=(
        Answer("argmax", changed(SAMPLE, (DRAW, "bits[:, i] = p > 0.5")), SAMPLE_DRAWN, "that is not a draw"),
        Answer("rounded", changed(SAMPLE, (DRAW, "bits[:, i] = np.round(p)")), SAMPLE_DRAWN, "that is not a draw"),
        Answer(
            "one number for all bits of a row",
            changed(SAMPLE, (DRAW, "bits[:, i] = u[:, 0] < p")),
            SAMPLE_DRAWN,
            "one of the random numbers for all bits",
        ),
        Answer(
            "one number for all rows",
            changed(SAMPLE, (DRAW, "bits[:, i] = u[0, i] < p")),
            SAMPLE_DRAWN,
            "the same random numbers for all rows",
        ),
        Answer(
            "greater instead of less",
            changed(SAMPLE, (DRAW, "bits[:, i] = u[:, i] > p")),
            SAMPLE_ALL,
            "1 where they should be 0",
        ),
        Answer(
            "large numbers give a 1",
            changed(SAMPLE, (DRAW, "bits[:, i] = u[:, i] > 1 - p")),
            SAMPLE_ALL,
            "but for other numbers than the task says",
        ),
        Answer(
            "compared with one half",
            changed(SAMPLE, (DRAW, "bits[:, i] = u[:, i] < 0.5")),
            SAMPLE_ALL,
            "compare the random numbers with one half",
        ),
        Answer(
            "bit order reversed",
            changed(SAMPLE, ("np.arange(i)[::-1]", "np.arange(i)")),
            SAMPLE_DRAWN,
            "in the opposite order",
        ),
        Answer(
            "independent bits",
            changed(SAMPLE, (PLACE, "place = 0")),
            SAMPLE_DRAWN,
            "don't depend on those drawn before",
        ),
        Answer(
            "one bit before",
            changed(SAMPLE, (PLACE, "place = bits[:, i - 1] if i else 0")),
            SAMPLE_DRAWN,
            "one bit before at most",
        ),
        Answer(
            "all bits at once from marginals",
            "def sample_chain(tables, u):\n"
            "    joint, shares = np.ones(1), []\n"
            "    for table in tables:\n"
            "        shares.append(joint @ table)\n"
            "        joint = np.stack([joint * (1 - table), joint * table], axis=1).ravel()\n"
            "    return (u < np.array(shares)).astype(int)\n",
            SAMPLE_DRAWN,
            "from its marginal probability",
        ),
        Answer(
            "random numbers of its own",
            changed(SAMPLE, (DRAW, "bits[:, i] = np.random.random(len(u)) < p")),
            SAMPLE_ALL,
            "other random numbers than those in u",
        ),
        Answer(
            "the last bit alone",
            changed(SAMPLE, ("return bits", "return bits[:, -1]")),
            SAMPLE_ALL,
            "the last bit of each row alone",
        ),
        Answer(
            "probabilities",
            "def sample_chain(tables, u):\n"
            "    place, columns = np.zeros(len(u), dtype=int), []\n"
            "    for table, numbers in zip(tables, u.T):\n"
            "        columns.append(table[place])\n"
            "        place = 2 * place + (numbers < table[place])\n"
            "    return np.stack(columns, axis=1)\n",
            SAMPLE_ALL,
            "the bits were asked for",
        ),
        Answer(
            "equal counts as less",
            changed(SAMPLE, (DRAW, "bits[:, i] = u[:, i] <= p")),
            SAMPLE_BOUNDARIES,
            "as if it were less",
        ),
        Answer(
            "rounded up",
            changed(SAMPLE, (DRAW, "bits[:, i] = np.ceil(np.clip(p - u[:, i], -1, 1)) + (p == u[:, i])")),
            SAMPLE_BOUNDARIES,
            "as if it were less",
        ),
    ),
)


MASK = """\
def conv_mask(size, kind):
    mask = np.zeros((size, size), dtype=int)
    middle = size // 2
    mask[:middle, :] = 1
    mask[middle, :middle] = 1
    mask[middle, middle] = int(kind == "B")
    return mask
"""
ABOVE, LEFT = "mask[:middle, :] = 1", "mask[middle, :middle] = 1"
CENTRE = 'mask[middle, middle] = int(kind == "B")'
MASK_ALL = {"conv-mask-visible": 1, "conv-mask-hidden": 1}
MASK_LARGE = {"conv-mask-hidden": 1}

CONV_MASK = Exercise(
    "conv-mask",
    right=(
        Answer("slices", MASK),
        Answer(
            "counted in the order of reading",
            "def conv_mask(size, kind):\n"
            "    mask = np.zeros(size * size)\n"
            "    mask[: size * size // 2 + (kind == 'B')] = 1\n"
            "    return mask.reshape(size, size)\n",
        ),
        Answer(
            "pixel by pixel, in lists",
            "def conv_mask(size, kind):\n"
            "    middle = size // 2\n"
            "    last = (middle, middle if kind == 'B' else middle - 1)\n"
            "    return [[1 if (row, column) <= last else 0 for column in range(size)] for row in range(size)]\n",
        ),
        Answer(
            "ones and what is taken away",
            "def conv_mask(size, kind):\n"
            "    mask = np.ones((size, size), dtype='float32')\n"
            "    middle = (size - 1) // 2\n"
            "    mask[middle + 1 :] = 0\n"
            "    mask[middle, middle + (kind != 'A') :] = 0\n"
            "    return mask\n",
        ),
        Answer(
            "indices and truth values",
            "def conv_mask(size, kind):\n"
            "    rows, columns = np.indices((size, size)) - size // 2\n"
            "    mask = (rows < 0) | ((rows == 0) & (columns < 0))\n"
            "    if kind == 'B':\n"
            "        mask |= (rows == 0) & (columns == 0)\n"
            "    return mask\n",
        ),
    ),
    wrong=(
        Answer(
            "kinds swapped",
            changed(MASK, ('kind == "B"', 'kind == "A"')),
            MASK_ALL,
            "kinds of mask have changed places",
        ),
        Answer("always A", changed(MASK, (f"    {CENTRE}\n", "")), MASK_ALL, "none of them lets the middle through"),
        Answer("always B", changed(MASK, ('int(kind == "B")', "1")), MASK_ALL, "even the first layer sees"),
        Answer(
            "rows above cut at the middle",
            changed(MASK, (ABOVE, "mask[:middle, : middle + 1] = 1")),
            MASK_ALL,
            "cut off the rows above at the middle",
        ),
        Answer(
            "rows above cut like the middle row",
            changed(MASK, (ABOVE, 'mask[:middle, : middle + (kind == "B")] = 1')),
            MASK_ALL,
            "cut off the rows above",
        ),
        Answer(
            "one row above",
            changed(MASK, (ABOVE, "mask[max(middle - 1, 0) : middle] = 1")),
            MASK_LARGE,
            "a single row above",
        ),
        Answer(
            "whole middle row",
            changed(MASK, (CENTRE, 'mask[middle, middle:] = int(kind == "B")')),
            MASK_ALL,
            "that have not been drawn yet",
        ),
        Answer(
            "nothing left of the middle",
            changed(MASK, (f"    {LEFT}\n", "")),
            MASK_ALL,
            "forgets the pixels on the left",
        ),
        Answer(
            "one pixel on the left",
            changed(MASK, (LEFT, "mask[middle, max(middle - 1, 0) : middle] = 1")),
            MASK_LARGE,
            "a single pixel on the left",
        ),
        Answer("column by column", changed(MASK, ("return mask", "return mask.T")), MASK_ALL, "column by column"),
        Answer(
            "the future",
            changed(MASK, ("return mask", "return mask[::-1, ::-1]")),
            MASK_ALL,
            "keeps the pixels that come later",
        ),
        Answer(
            "ones and zeros swapped",
            changed(MASK, ("return mask", "return 1 - mask")),
            MASK_ALL,
            "where a weight should be removed",
        ),
        Answer(
            "triangle",
            "def conv_mask(size, kind):\n    return np.tril(np.ones((size, size)), 0 if kind == 'B' else -1)\n",
            MASK_ALL,
            "is a triangle",
        ),
        Answer(
            "only the middle hidden",
            "def conv_mask(size, kind):\n"
            "    mask = np.ones((size, size))\n"
            "    if kind == 'A':\n"
            "        mask[size // 2, size // 2] = 0\n"
            "    return mask\n",
            MASK_ALL,
            "hides only the middle",
        ),
        Answer(
            "right for side 3 only",
            "def conv_mask(size, kind):\n"
            "    mask = np.zeros((size, size))\n"
            "    mask[:1] = 1\n"
            "    mask[size // 2, :1] = 1\n"
            "    mask[size // 2, size // 2] = kind == 'B'\n"
            "    return mask\n",
            MASK_LARGE,
            "not right, at least",
        ),
    ),
)


MADE = """\
def made_masks(d, hidden):
    degrees = [np.arange(1, d + 1)]
    for units in hidden:
        degrees.append(1 + np.arange(units) % (d - 1))
    masks = []
    for low, high in pairwise(degrees):
        masks.append((low[:, None] <= high).astype(int))
    masks.append((degrees[-1][:, None] < degrees[0]).astype(int))
    return masks
"""
DEGREES = "1 + np.arange(units) % (d - 1)"
BETWEEN = "low[:, None] <= high"
OUTPUT = "degrees[-1][:, None] < degrees[0]"
MADE_LAYERS = {"made-masks-hidden-layers": 1}
MADE_SMALL = {"made-masks-hidden-small": 1}
MADE_SHOWN = {"made-masks-visible": 1, **MADE_LAYERS}
MADE_ALL = {**MADE_SHOWN, **MADE_SMALL}

MADE_MASKS = Exercise(
    "made-masks",
    right=(
        Answer("degrees in a list", MADE),
        Answer(
            "outer comparisons, as truth values",
            changed(
                MADE,
                (f"({BETWEEN}).astype(int)", "np.less_equal.outer(low, high)"),
                (f"({OUTPUT}).astype(int)", "np.less.outer(degrees[-1], degrees[0])"),
            ),
        ),
        Answer(
            "loops and lists",
            "def made_masks(d, hidden):\n"
            "    layers = [list(range(1, d + 1))]\n"
            "    layers += [[k % (d - 1) + 1 for k in range(units)] for units in hidden]\n"
            "    masks = []\n"
            "    for below, above in zip(layers, layers[1:]):\n"
            "        masks.append([[int(b <= a) for a in above] for b in below])\n"
            "    masks.append([[int(b < a) for a in layers[0]] for b in layers[-1]])\n"
            "    return masks\n",
        ),
        Answer(
            "outputs of a degree less, and the same rule for all",
            "def made_masks(d, hidden):\n"
            "    degrees = [1 + np.resize(np.arange(d - 1), units) for units in hidden]\n"
            "    degrees = [np.arange(d) + 1, *degrees, np.arange(d)]\n"
            "    return [(high >= low[:, np.newaxis]).astype(float) for low, high in pairwise(degrees)]\n",
        ),
        Answer(
            "mask by mask, from the input on",
            "def made_masks(d, hidden):\n"
            "    below, masks = np.arange(1, d + 1).reshape(-1, 1), []\n"
            "    for units in hidden:\n"
            "        above = np.array([1 + k % (d - 1) for k in range(units)])\n"
            "        masks.append(np.where(below > above, 0, 1))\n"
            "        below = above.reshape(-1, 1)\n"
            "    masks.append(np.where(below >= np.arange(1, d + 1), 0, 1))\n"
            "    return tuple(masks)\n",
        ),
    ),
    wrong=(
        Answer("strict everywhere", changed(MADE, (BETWEEN, "low[:, None] < high")), MADE_ALL, "of the same degree"),
        Answer(
            "never strict",
            changed(MADE, (OUTPUT, "degrees[-1][:, None] <= degrees[0]")),
            MADE_ALL,
            "reached from their own input",
        ),
        Answer(
            "< and ≤ swapped",
            changed(MADE, (BETWEEN, "low[:, None] < high"), (OUTPUT, "degrees[-1][:, None] <= degrees[0]")),
            MADE_ALL,
            "rules for hidden units and for outputs",
        ),
        Answer(
            "the other way round",
            changed(MADE, (BETWEEN, "low[:, None] >= high"), (OUTPUT, "degrees[-1][:, None] > degrees[0]")),
            MADE_ALL,
            "let the future through",
        ),
        Answer(
            "transposed",
            changed(MADE, ("return masks", "return [mask.T for mask in masks]")),
            MADE_ALL,
            "two sides of your masks",
        ),
        Answer(
            "degrees from 0",
            changed(MADE, (DEGREES, "np.arange(units) % (d - 1)")),
            MADE_ALL,
            "sees no input at all",
        ),
        Answer(
            "degrees up to d",
            changed(MADE, (DEGREES, "1 + np.arange(units) % d")),
            MADE_ALL,
            "so high that no output can use them",
        ),
        Answer(
            "degrees not repeated",
            changed(MADE, (DEGREES, "np.minimum(1 + np.arange(units), d - 1)")),
            MADE_SHOWN,
            "keep the highest degree",
        ),
        Answer(
            "degrees without an end",
            changed(MADE, (DEGREES, "1 + np.arange(units)")),
            MADE_ALL,
            "grow without an end",
        ),
        Answer(
            "degrees in blocks",
            changed(MADE, (DEGREES, "1 + np.arange(units) * (d - 1) // units")),
            MADE_SHOWN,
            "stand side by side",
        ),
        Answer(
            "degrees downwards",
            changed(MADE, (DEGREES, "d - 1 - np.arange(units) % (d - 1)")),
            MADE_SHOWN,
            "count down",
        ),
        Answer(
            "degrees continued in the next layer",
            changed(
                MADE,
                (f"degrees.append({DEGREES})", "begun = sum(map(len, degrees[1:]))\n        degrees.append(@)"),
                ("@", "1 + np.arange(begun, begun + units) % (d - 1)"),
            ),
            MADE_LAYERS,
            "go on from one hidden layer to the next",
        ),
        Answer(
            "inputs from 0",
            changed(MADE, ("np.arange(1, d + 1)", "np.arange(d)"), (OUTPUT, "degrees[-1][:, None] < degrees[0] + 1")),
            MADE_ALL,
            "have degrees from 0",
        ),
        Answer(
            "nothing masked",
            changed(MADE, ("return masks", "return [np.ones_like(mask) for mask in masks]")),
            MADE_ALL,
            "let everything through",
        ),
        Answer(
            "no mask for the output",
            changed(MADE, (f"    masks.append(({OUTPUT}).astype(int))\n", "")),
            MADE_ALL,
            "no mask for the outputs",
        ),
        Answer(
            "from the output to the input",
            changed(MADE, ("return masks", "return masks[::-1]")),
            MADE_ALL,
            "begins at the output",
        ),
        Answer(
            "no hidden layer, no mask",
            changed(MADE, ("    masks = []\n", "    masks = []\n    if not hidden:\n        return masks\n")),
            MADE_SMALL,
            "Without a hidden layer you return no mask",
        ),
        Answer(
            "no hidden layer, the inputs see themselves",
            changed(
                MADE,
                ("    masks = []\n", "    masks = []\n    if not hidden:\n        return [np.triu(np.ones((d, d)))]\n"),
            ),
            MADE_SMALL,
            "Without a hidden layer your outputs can be reached",
        ),
    ),
)


UNITS = """\
def bits_per_dim(nll, d):
    return nll / d / np.log(2)


def cell_log_density(log_prob, area):
    return log_prob - np.log(area)
"""
BITS, CELL = "nll / d / np.log(2)", "log_prob - np.log(area)"
BITS_LOST = {"units-visible": 1, "units-hidden-bits": 0.5}
CELLS_LOST = {"units-visible": 1, "units-hidden-cells": 0.5}
CELLS_HIDDEN = {"units-hidden-cells": 0.5}


def bits(body):
    """An answer to the fifth exercise whose second half is right."""
    return changed(UNITS, (BITS, body))


def cell(body):
    """An answer to the fifth exercise whose first half is right."""
    return changed(UNITS, (CELL, body))


CHANGES_OF_UNITS = Exercise(
    "units",
    right=(
        Answer("NumPy", UNITS),
        Answer("logarithms of base 2", bits("nll * np.log2(np.e) / d")),
        Answer(
            "Python's own numbers, in a list",
            changed(
                UNITS,
                (BITS, "[one / math.log(2) / d for one in nll.tolist()]"),
                (CELL, "log_prob + math.log(1 / area)"),
            ),
        ),
        Answer("constants written out", bits("nll / (0.6931471805599453 * d)")),
        Answer(
            "functions of NumPy",
            changed(
                UNITS, (BITS, "np.divide(nll, d * np.log(2.0))"), (CELL, "np.subtract(log_prob, np.log(float(area)))")
            ),
        ),
    ),
    wrong=(
        Answer("nats", bits("nll / d"), BITS_LOST, "still in nats"),
        Answer("not divided by d", bits("nll / np.log(2)"), BITS_LOST, "belongs to the whole image"),
        Answer("multiplied by ln 2", bits("nll * np.log(2) / d"), BITS_LOST, "in the wrong direction"),
        Answer("multiplied by d", bits("nll * d / np.log(2)"), BITS_LOST, "multiply by the number of dimensions"),
        Answer("base 10", bits("nll / d / np.log(10)"), BITS_LOST, "another unit than bits"),
        Answer("logarithm of the logarithm", bits("np.log2(nll) / d"), BITS_LOST, "logarithm of a log-likelihood"),
        Answer("sign", bits("-nll / d / np.log(2)"), BITS_LOST, "the wrong sign"),
        Answer("divided by 2", bits("nll / (2 * d)"), BITS_LOST, "not two nats"),
        Answer("brackets", bits("nll / np.log(2 * d)"), BITS_LOST, "logarithm of the number of dimensions"),
        Answer("mean over the images", bits("np.mean(nll) / d / np.log(2)"), BITS_LOST, "single value"),
        Answer("area forgotten", cell("log_prob"), CELLS_LOST, "density is a probability"),
        Answer("multiplied by the area", cell("log_prob + np.log(area)"), CELLS_LOST, "You multiply by the area"),
        Answer("divided by the area", cell("log_prob / area"), CELLS_LOST, "divide a logarithm by the area"),
        Answer("area subtracted", cell("log_prob - area"), CELLS_LOST, "subtract the area itself"),
        Answer("density", cell("np.exp(log_prob) / area"), CELLS_LOST, "its logarithm was asked for"),
        Answer("base 2", cell("log_prob - np.log2(area)"), CELLS_LOST, "another base than the other"),
        Answer(
            "logarithm left and taken again",
            cell("np.log(np.exp(log_prob) / area)"),
            CELLS_HIDDEN,
            "turn the logarithms back",
        ),
        Answer(
            "normalised",
            cell("log_prob - np.log(np.exp(log_prob).sum()) - np.log(area)"),
            CELLS_LOST,
            "divide by the sum of all cells",
        ),
    ),
)


COUPLE = """\
def couple(x, weights):
    first, second = x[:, 0], x[:, 1]
    s, t = network(first, weights)
    second = second * np.exp(s) + t
    return np.column_stack([first, second])


def uncouple(y, weights):
    kept, moved = y[:, 0], y[:, 1]
    s, t = network(kept, weights)
    moved = (moved - t) / np.exp(s)
    return np.column_stack([kept, moved])
"""
THERE, BACK = "second * np.exp(s) + t", "(moved - t) / np.exp(s)"
COUPLE_LOST = {"couple-visible": 1, "couple-hidden": 1}
UNCOUPLE_LOST = {"couple-visible": 1, "uncouple-hidden": 1}
BOTH_LOST = {**COUPLE_LOST, **UNCOUPLE_LOST}


def there(formula):
    """An answer to the sixth exercise whose way back is right."""
    return changed(COUPLE, (THERE, formula))


def back(formula):
    """An answer to the sixth exercise whose layer is right."""
    return changed(COUPLE, (BACK, formula))


COUPLING = Exercise(
    "couple",
    right=(
        Answer("columns", COUPLE),
        Answer(
            "a copy with one column changed",
            "def couple(x, weights):\n"
            "    y = np.array(x)\n"
            "    s, t = network(y[:, 0], weights)\n"
            "    y[:, 1] *= np.exp(s)\n"
            "    y[:, 1] += t\n"
            "    return y\n\n\n"
            "def uncouple(y, weights):\n"
            "    x = y.copy()\n"
            "    s, t = network(x[:, 0], weights)\n"
            "    x[:, 1] -= t\n"
            "    x[:, 1] *= np.exp(-s)\n"
            "    return x\n",
        ),
        Answer(
            "point by point",
            "def couple(x, weights):\n"
            "    points = []\n"
            "    for first, second in x.tolist():\n"
            "        s, t = network(first, weights)\n"
            "        points.append([first, second * math.exp(s) + t])\n"
            "    return points\n\n\n"
            "def uncouple(y, weights):\n"
            "    points = []\n"
            "    for first, second in y.tolist():\n"
            "        s, t = network(first, weights)\n"
            "        points.append([first, (second - t) / math.exp(s)])\n"
            "    return points\n",
        ),
        Answer(
            "slices that stay columns",
            "def couple(x, weights):\n"
            "    kept, rest = np.split(x, 2, axis=1)\n"
            "    s, t = network(kept, weights)\n"
            "    return np.concatenate([kept, np.exp(s) * rest + t], axis=1)\n\n\n"
            "def uncouple(y, weights):\n"
            "    kept, rest = y[:, :1], y[:, 1:]\n"
            "    s, t = network(kept, weights)\n"
            "    return np.hstack([kept, np.exp(-s) * rest - t * np.exp(-s)])\n",
        ),
        Answer(
            "rows of the transposed array",
            "def couple(x, weights):\n"
            "    s, t = network(x.T[0], weights)\n"
            "    return np.array([x.T[0], np.e**s * x.T[1] + t]).T\n\n\n"
            "def uncouple(y, weights):\n"
            "    s, t = network(y.T[0], weights)\n"
            "    return np.array([y.T[0], (y.T[1] - t) * np.e**-s]).T\n",
        ),
    ),
    wrong=(
        Answer("s without exp", there("second * s + t"), COUPLE_LOST, "multiply by s itself"),
        Answer("one plus s", there("second * (1 + s) + t"), COUPLE_LOST, "multiply by 1 + s"),
        Answer("shifted first", there("(second + t) * np.exp(s)"), COUPLE_LOST, "shift before you stretch"),
        Answer("sign of s", there("second * np.exp(-s) + t"), COUPLE_LOST, "wrong factor"),
        Answer("s and t swapped", changed(there("second * np.exp(t) + s")), COUPLE_LOST, "s and t have changed places"),
        Answer("no shift", there("second * np.exp(s)"), COUPLE_LOST, "does not shift"),
        Answer("all in the exponent", there("second * np.exp(s + t)"), COUPLE_LOST, "put t into the exponent"),
        Answer(
            "asked about the second coordinate",
            changed(COUPLE, ("network(first, weights)", "network(second, weights)")),
            COUPLE_LOST,
            "this can't be undone",
        ),
        Answer(
            "the second coordinate kept, in both directions",
            changed(
                COUPLE,
                ("first, second = x[:, 0], x[:, 1]", "second, first = x[:, 0], x[:, 1]"),
                ("[first, second]", "[second, first]"),
                ("kept, moved = y[:, 0], y[:, 1]", "moved, kept = y[:, 0], y[:, 1]"),
                ("[kept, moved]", "[moved, kept]"),
            ),
            BOTH_LOST,
            "keeps the wrong coordinate",
        ),
        Answer(
            "second coordinate only",
            changed(COUPLE, ("return np.column_stack([first, second])", "return second")),
            COUPLE_LOST,
            "one of the two coordinates only",
        ),
        Answer(
            "both coordinates changed",
            "def couple(x, weights):\n"
            "    s, t = network(x, weights)\n"
            "    return x * np.exp(s) + t\n\n\n"
            "def uncouple(y, weights):\n"
            "    s, t = network(y[:, :1], weights)\n"
            "    return (y - t) * np.exp(-s)\n",
            BOTH_LOST,
            "changes both coordinates",
        ),
        Answer(
            "the stretch undone first",
            back("moved * np.exp(-s) - t"),
            UNCOUPLE_LOST,
            "in the order in which they were made",
        ),
        Answer("stretched again on the way back", back("(moved - t) * np.exp(s)"), UNCOUPLE_LOST, "stretch on the way"),
        Answer("shifted again on the way back", back("(moved + t) * np.exp(-s)"), UNCOUPLE_LOST, "shift on the way"),
        Answer("the same as the layer", back("moved * np.exp(s) + t"), UNCOUPLE_LOST, "does what couple does"),
        Answer("divided by s", back("(moved - t) / s"), UNCOUPLE_LOST, "divide by s itself"),
        Answer("no stretch undone", back("moved - t"), UNCOUPLE_LOST, "does not undo the stretch"),
        Answer(
            "asked about the changed coordinate on the way back",
            changed(COUPLE, ("network(kept, weights)", "network(moved, weights)")),
            UNCOUPLE_LOST,
            "that the layer has changed",
        ),
        Answer(
            "s and t swapped on the way back",
            back("(moved - s) / np.exp(t)"),
            UNCOUPLE_LOST,
            "s and t have changed places",
        ),
    ),
)


FLOW = """\
def flow(x, layers):
    z = x.copy()
    log_det = np.zeros(len(x))
    for k, weights in enumerate(layers):
        kept = k % 2
        s, t = network(z[:, kept], weights)
        z[:, 1 - kept] = z[:, 1 - kept] * np.exp(s) + t
        log_det = log_det + s
    return z, log_det


def flow_log_prob(x, layers):
    z, log_det = flow(x, layers)
    log_base = -np.sum(z**2, axis=1) / 2 - np.log(2 * np.pi)
    return log_base + log_det
"""
ADDED = "log_det = log_det + s"
BASE = "-np.sum(z**2, axis=1) / 2 - np.log(2 * np.pi)"
SUM = "return log_base + log_det"
FLOW_VISIBLE = {"flow-visible": 1}
FLOW_POINTS = {"flow-hidden-points": 1}
FLOW_LOG_DET = {"flow-hidden-log-det": 1}
FLOW_LOG_PROB = {"flow-hidden-log-prob": 1}
FLOW_ALL = {**FLOW_VISIBLE, **FLOW_POINTS, **FLOW_LOG_DET, **FLOW_LOG_PROB}
FLOW_BOTH_LOGS = {**FLOW_VISIBLE, **FLOW_LOG_DET, **FLOW_LOG_PROB}
DENSITY_LOST = {**FLOW_VISIBLE, **FLOW_LOG_PROB}


def flow_with(*changes):
    """An answer to the last exercise with some of its text replaced."""
    return changed(FLOW, *changes)


FLOWS = Exercise(
    "flow",
    needs=("couple",),
    right=(
        Answer("without the functions above", FLOW),
        Answer(
            "columns turned before and after each odd layer",
            "def flow(x, layers):\n"
            "    log_det = 0\n"
            "    for k in range(len(layers)):\n"
            "        if k % 2:\n"
            "            x = x[:, ::-1]\n"
            "        log_det = log_det + network(x[:, 0], layers[k])[0]\n"
            "        x = couple(x, layers[k])\n"
            "        if k % 2:\n"
            "            x = x[:, ::-1]\n"
            "    return x, log_det\n\n\n"
            "def flow_log_prob(x, layers):\n"
            "    z, log_det = flow(x, layers)\n"
            "    return log_det - (z[:, 0] ** 2 + z[:, 1] ** 2) / 2 - math.log(2 * math.pi)\n",
        ),
        Answer(
            "point by point",
            "def flow(x, layers):\n"
            "    points, logs = [], []\n"
            "    for point in x.tolist():\n"
            "        log_det = 0.0\n"
            "        for k, weights in enumerate(layers):\n"
            "            s, t = network(point[k % 2], weights)\n"
            "            point[(k + 1) % 2] = point[(k + 1) % 2] * math.exp(s) + t\n"
            "            log_det += s\n"
            "        points.append(point)\n"
            "        logs.append(log_det)\n"
            "    return points, logs\n\n\n"
            "def flow_log_prob(x, layers):\n"
            "    answers = []\n"
            "    for (first, second), log_det in zip(*flow(x, layers)):\n"
            "        answers.append(log_det - first**2 / 2 - second**2 / 2 - math.log(math.tau))\n"
            "    return answers\n",
        ),
        Answer(
            "two columns that take turns",
            "def flow(x, layers):\n"
            "    kept, moved = x[:, 0], x[:, 1]\n"
            "    stretches = []\n"
            "    for weights in layers:\n"
            "        s, t = network(kept, weights)\n"
            "        stretches.append(s)\n"
            "        kept, moved = moved * np.exp(s) + t, kept\n"
            "    both = [kept, moved] if len(layers) % 2 == 0 else [moved, kept]\n"
            "    return np.stack(both, axis=1), np.sum(stretches, axis=0)\n\n\n"
            "def flow_log_prob(x, layers):\n"
            "    z, log_det = flow(x, layers)\n"
            "    return np.log(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)).sum(axis=1) + log_det\n",
        ),
        Answer(
            "determinants multiplied, and their logarithm at the end",
            flow_with(
                ("log_det = np.zeros(len(x))", "det = np.ones(len(x))"),
                (ADDED, "det = det * np.exp(s)"),
                ("return z, log_det", "return z, np.log(det)"),
                (BASE, "-0.5 * np.einsum('ij,ij->i', z, z) - np.log(2 * np.pi)"),
            ),
        ),
    ),
    wrong=(
        Answer(
            "always the same coordinate kept",
            flow_with(("kept = k % 2", "kept = 0")),
            FLOW_ALL,
            "All of your layers keep the same coordinate",
        ),
        Answer(
            "odd and even swapped",
            flow_with(("kept = k % 2", "kept = (k + 1) % 2")),
            FLOW_ALL,
            "with even and with odd numbers",
        ),
        Answer(
            "layers from the last to the first",
            flow_with(("enumerate(layers)", "enumerate(layers[::-1])")),
            FLOW_ALL,
            "meets the layers in the opposite order",
        ),
        Answer(
            "coordinates not turned back",
            "def flow(x, layers):\n"
            "    z, log_det = x, np.zeros(len(x))\n"
            "    for weights in layers:\n"
            "        log_det = log_det + network(z[:, 0], weights)[0]\n"
            "        z = couple(z, weights)[:, ::-1]\n"
            "    return z, log_det\n\n\n" + FLOW[FLOW.index("def flow_log_prob") :],
            FLOW_POINTS,
            "coordinates have changed places",
        ),
        Answer(
            "points unchanged",
            flow_with(("return z, log_det", "return x, log_det")),
            {**FLOW_VISIBLE, **FLOW_POINTS, **FLOW_LOG_PROB},
            "come back unchanged",
        ),
        Answer(
            "the way back",
            flow_with(("z[:, 1 - kept] * np.exp(s) + t", "(z[:, 1 - kept] - t) * np.exp(-s)")),
            FLOW_ALL,
            "Your layers go back",
        ),
        Answer(
            "points only",
            flow_with(
                ("return z, log_det", "return z"), ("z, log_det = flow(x, layers)", "z = flow(x, layers)")
            ).replace("return log_base + log_det", "return log_base"),
            FLOW_ALL,
            "should return a pair",
        ),
        Answer(
            "sign of the log-determinant",
            flow_with((ADDED, "log_det = log_det - s")),
            FLOW_BOTH_LOGS,
            "belongs to the way back",
        ),
        Answer(
            "sign turned twice",
            flow_with((ADDED, "log_det = log_det - s"), (SUM, "return log_base - log_det")),
            {**FLOW_VISIBLE, **FLOW_LOG_DET},
            "belongs to the way back",
        ),
        Answer(
            "determinant",
            flow_with(("return z, log_det", "return z, np.exp(log_det)")),
            FLOW_BOTH_LOGS,
            "its logarithm was asked for",
        ),
        Answer(
            "determinants added",
            flow_with((ADDED, "log_det = log_det + np.exp(s)"), ("return z, log_det", "return z, np.log(log_det)")),
            FLOW_BOTH_LOGS,
            "add the determinants of the layers",
        ),
        Answer(
            "logarithms multiplied",
            flow_with(("np.zeros(len(x))", "np.ones(len(x))"), (ADDED, "log_det = log_det * s")),
            FLOW_BOTH_LOGS,
            "multiply the logarithms of the layers",
        ),
        Answer("last layer only", flow_with((ADDED, "log_det = s")), FLOW_BOTH_LOGS, "of the last layer alone"),
        Answer(
            "all networks asked at x",
            flow_with((ADDED, "log_det = log_det + network(x[:, kept], weights)[0]")),
            FLOW_BOTH_LOGS,
            "after the first layer the point is somewhere else",
        ),
        Answer(
            "all networks asked at z",
            flow_with(
                (f"        {ADDED}\n", ""),
                (
                    "    return z, log_det",
                    "    for k, weights in enumerate(layers):\n"
                    "        log_det = log_det + network(z[:, k % 2], weights)[0]\n"
                    "    return z, log_det",
                ),
            ),
            {**FLOW_LOG_DET, **FLOW_LOG_PROB, **FLOW_VISIBLE},
            "of all layers at z",
        ),
        Answer(
            "shifts added as well",
            flow_with((ADDED, "log_det = log_det + s + t")),
            FLOW_BOTH_LOGS,
            "add the shifts as well",
        ),
        Answer(
            "added over all points",
            flow_with((ADDED, "log_det = log_det + np.sum(s)"), ("np.zeros(len(x))", "0.0")),
            FLOW_BOTH_LOGS,
            "each of them has a log-determinant of its own",
        ),
        Answer(
            "log-determinant subtracted",
            flow_with((SUM, "return log_base - log_det")),
            DENSITY_LOST,
            "subtract the log-determinant",
        ),
        Answer("no log-determinant", flow_with((SUM, "return log_base")), DENSITY_LOST, "leave out how the flow"),
        Answer(
            "no constant",
            flow_with((" - np.log(2 * np.pi)", "")),
            DENSITY_LOST,
            "a constant is missing",
        ),
        Answer(
            "constant of a Gaussian on a line",
            flow_with(("np.log(2 * np.pi)", "np.log(2 * np.pi) / 2")),
            DENSITY_LOST,
            "that of a Gaussian on a line",
        ),
        Answer("no half", flow_with(("axis=1) / 2", "axis=1)")), DENSITY_LOST, "not that of a standard Gaussian"),
        Answer(
            "base at x",
            flow_with(("-np.sum(z**2, axis=1)", "-np.sum(x**2, axis=1)")),
            DENSITY_LOST,
            "density of the Gaussian at x",
        ),
        Answer(
            "density",
            flow_with((SUM, "return np.exp(log_base + log_det)")),
            DENSITY_LOST,
            "its logarithm was asked for",
        ),
        Answer(
            "determinant added to a logarithm",
            flow_with((SUM, "return log_base + np.exp(log_det)")),
            DENSITY_LOST,
            "add a determinant to a logarithm",
        ),
        Answer(
            "squares added over all points",
            flow_with(("np.sum(z**2, axis=1)", "np.sum(z**2)")),
            DENSITY_LOST,
            "log-density of its own",
        ),
    ),
)

EXERCISES = [CHAIN_RULE, SAMPLING, CONV_MASK, MADE_MASKS, CHANGES_OF_UNITS, COUPLING, FLOWS]

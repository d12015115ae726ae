"""Answers to `01_probability`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise, body_of

# 1. The density of a box.

density = body_of("uniform_box_density(x, lower, upper)")
DENSITY_INSIDE = {"uniform-box-density-hidden-inside": 1}
DENSITY_INSIDE_SEEN = {"uniform-box-density-visible": 1, **DENSITY_INSIDE}
DENSITY_OUTSIDE = {"uniform-box-density-hidden-outside": 1}
DENSITY_OUTSIDE_SEEN = {"uniform-box-density-visible": 1, **DENSITY_OUTSIDE}
DENSITY_ALL = {**DENSITY_INSIDE_SEEN, **DENSITY_OUTSIDE}

DENSITY = Exercise(
    "uniform-box-density",
    right=(
        Answer(
            "loop over the coordinates",
            density("""
volume = 1
for coordinate, low, high in zip(x, lower, upper):
    if not low <= coordinate <= high:
        return 0
    volume *= high - low
return 1 / volume
"""),
        ),
        Answer(
            "one expression, zero-dimensional array",
            density("return np.where(np.all((x >= lower) & (x <= upper)), 1 / np.prod(upper - lower), 0.0)"),
        ),
        Answer(
            "truth value times density",
            density("return np.all((lower <= x) * (x <= upper)) / (upper - lower).prod()"),
        ),
        Answer(
            "product of densities in one dimension",
            density("""
result = 1.0
for number in range(len(x)):
    if lower[number] <= x[number] <= upper[number]:
        result = result / (upper[number] - lower[number])
    else:
        result = result * 0
return result
"""),
        ),
        Answer(
            "math.prod, lists and a clipped point",
            "from math import prod\n\n\n"
            + density("""
inside = np.array_equal(np.clip(x, lower, upper), x)
return 1 / prod((upper - lower).tolist()) if inside else 0.0
"""),
        ),
        Answer(
            "by logarithms",
            density("""
if all(low <= value for low, value in zip(lower, x)) and all(value <= high for high, value in zip(upper, x)):
    return np.exp(-np.log(np.array(upper) - np.array(lower)).sum())
return 0.0
"""),
        ),
    ),
    wrong=(
        Answer(
            "density cut off at 1",
            density("""
if np.any(x < lower) or np.any(x > upper):
    return 0.0
return min(1.0, 1 / np.prod(upper - lower))
"""),
            DENSITY_INSIDE,
            "cut the density off at 1",
        ),
        Answer(
            "density above 1 refused",
            density("""
if np.any(x < lower) or np.any(x > upper):
    return 0.0
result = 1 / np.prod(upper - lower)
if result > 1:
    raise ValueError("a density must lie between 0 and 1")
return result
"""),
            DENSITY_INSIDE,
            "refuses a small box",
        ),
        Answer(
            "volume forgotten",
            density("return 1.0 if np.all((lower <= x) & (x <= upper)) else 0.0"),
            DENSITY_INSIDE_SEEN,
            "is 1 inside every box",
        ),
        Answer(
            "sum of the sides",
            density("return 1 / np.sum(upper - lower) if np.all((lower <= x) & (x <= upper)) else 0.0"),
            DENSITY_INSIDE_SEEN,
            "add the lengths of the sides",
        ),
        Answer(
            "the volume itself",
            density("return np.prod(upper - lower) if np.all((lower <= x) & (x <= upper)) else 0.0"),
            DENSITY_INSIDE_SEEN,
            "grows with the volume",
        ),
        Answer(
            "two dimensions only",
            density("""
if lower[0] <= x[0] <= upper[0] and lower[1] <= x[1] <= upper[1]:
    return 1 / ((upper[0] - lower[0]) * (upper[1] - lower[1]))
return 0
"""),
            {**DENSITY_INSIDE, **DENSITY_OUTSIDE},
            "counts two sides only",
        ),
        Answer(
            "products of the corners",
            density("return 1 / (np.prod(upper) - np.prod(lower)) if np.all((lower <= x) & (x <= upper)) else 0.0"),
            DENSITY_INSIDE_SEEN,
            "multiply the coordinates of the corners",
        ),
        Answer(
            "logarithm of the density",
            density("return -np.sum(np.log(upper - lower)) if np.all((lower <= x) & (x <= upper)) else 0.0"),
            DENSITY_INSIDE_SEEN,
            "return the logarithm of the density",
        ),
        Answer(
            "not zero outside",
            density("return 1 / np.prod(upper - lower)"),
            DENSITY_OUTSIDE_SEEN,
            "is not 0 outside the box",
        ),
        Answer(
            "boundary excluded",
            density("return 1 / np.prod(upper - lower) if np.all((lower < x) & (x < upper)) else 0.0"),
            DENSITY_OUTSIDE,
            "on the boundary as if they lay outside",
        ),
        Answer(
            "upper boundary excluded",
            density("""
for value, low, high in zip(x, lower, upper):
    if value < low or value >= high:
        return 0.0
return 1 / np.prod(upper - lower)
"""),
            DENSITY_OUTSIDE,
            "on a part of the boundary",
        ),
        Answer(
            "first coordinate only",
            density("return 1 / np.prod(upper - lower) if lower[0] <= x[0] <= upper[0] else 0.0"),
            DENSITY_OUTSIDE,
            "Only the first coordinate decides",
        ),
        Answer(
            "last coordinate of a loop",
            density("""
for value, low, high in zip(x, lower, upper):
    inside = low <= value <= high
return 1 / np.prod(upper - lower) if inside else 0.0
"""),
            DENSITY_OUTSIDE_SEEN,
            "Only the last coordinate decides",
        ),
        Answer(
            "any for all",
            density("return 1 / np.prod(upper - lower) if np.any((lower <= x) & (x <= upper)) else 0.0"),
            DENSITY_OUTSIDE_SEEN,
            "One coordinate within its limits",
        ),
        Answer(
            "upper corner only",
            density("return 0.0 if np.any(x > upper) else 1 / np.prod(upper - lower)"),
            DENSITY_OUTSIDE,
            "with the upper corner only",
        ),
        Answer(
            "one density for each coordinate",
            density("return np.where((lower <= x) & (x <= upper), 1 / (upper - lower), 0.0)"),
            DENSITY_ALL,
            "a row of values, where a single value",
        ),
        Answer(
            "nothing returned outside",
            density("""
if np.all((lower <= x) & (x <= upper)):
    return 1 / np.prod(upper - lower)
"""),
            DENSITY_OUTSIDE_SEEN,
            "is a 'return' missing",
        ),
    ),
)

# 2. The likelihood.

product = body_of("likelihood(data, lower, upper)")
LIKELIHOOD = {"likelihood-hidden": 1}
LIKELIHOOD_SEEN = {"likelihood-visible": 1, **LIKELIHOOD}
DENSITIES = "densities = [uniform_box_density(point, lower, upper) for point in data]\n"

LIKELIHOODS = Exercise(
    "likelihood",
    needs=("uniform-box-density",),
    right=(
        Answer(
            "np.prod of a list", product("return np.prod([uniform_box_density(row, lower, upper) for row in data])")
        ),
        Answer(
            "closed form",
            product("""
if (data < lower).any() or (data > upper).any():
    return 0
return (1 / np.prod(upper - lower)) ** len(data)
"""),
        ),
        Answer(
            "vectorised",
            product("""
inside = np.logical_and(data >= lower, data <= upper).all(axis=1)
return np.prod(inside / np.prod(upper - lower))
"""),
        ),
        Answer(
            "reduce",
            "from functools import reduce\n\n\n"
            + product("return reduce(lambda total, row: total * uniform_box_density(row, lower, upper), data, 1)"),
        ),
        Answer(
            "loops over rows and coordinates",
            product("""
result = 1.0
for row in range(data.shape[0]):
    for column in range(data.shape[1]):
        value = data[row, column]
        if value < lower[column] or value > upper[column]:
            return 0.0
        result /= upper[column] - lower[column]
return result
"""),
        ),
        Answer(
            "exponential of the logarithm",
            product("""
if not np.all((data >= lower) & (data <= upper)):
    return 0.0
return math.exp(-len(data) * math.log(math.prod(upper - lower)))
"""),
        ),
    ),
    wrong=(
        Answer(
            "sum of the densities",
            product(DENSITIES + "return sum(densities)"),
            LIKELIHOOD_SEEN,
            "You add the densities",
        ),
        Answer(
            "mean of the densities",
            product(DENSITIES + "return np.mean(densities)"),
            LIKELIHOOD_SEEN,
            "You average the densities",
        ),
        Answer(
            "log-likelihood",
            product(DENSITIES + "return np.sum(np.log(densities))"),
            LIKELIHOOD_SEEN,
            "asked for only in the next exercise",
        ),
        Answer(
            "returned in the loop",
            product("""
result = 1.0
for point in data:
    result *= uniform_box_density(point, lower, upper)
    return result
"""),
            LIKELIHOOD_SEEN,
            "depends on the first point alone",
        ),
        Answer(
            "overwritten in the loop",
            product("""
for point in data:
    result = uniform_box_density(point, lower, upper)
return result
"""),
            LIKELIHOOD_SEEN,
            "depends on the last point alone",
        ),
        Answer(
            "least density",
            product(DENSITIES + "return min(densities)"),
            LIKELIHOOD_SEEN,
            "the density of a single or",
        ),
        Answer(
            "points outside left out",
            product("""
result = 1.0
for point in data:
    found = uniform_box_density(point, lower, upper)
    if found > 0:
        result *= found
return result
"""),
            LIKELIHOOD_SEEN,
            "leave out the points outside",
        ),
        Answer(
            "points outside not noticed",
            product("return (1 / np.prod(upper - lower)) ** len(data)"),
            LIKELIHOOD_SEEN,
            "all points for points inside",
        ),
        Answer(
            "each number a point",
            product("""
if np.any(data < lower) or np.any(data > upper):
    return 0.0
return (1 / np.prod(upper - lower)) ** data.size
"""),
            LIKELIHOOD_SEEN,
            "each coordinate as a point of its own",
        ),
        Answer(
            "volumes multiplied",
            product("""
if np.any(data < lower) or np.any(data > upper):
    return 0.0
return np.prod(upper - lower) ** len(data)
"""),
            LIKELIHOOD_SEEN,
            "a likelihood is made of densities",
        ),
        Answer(
            "geometric mean",
            product(DENSITIES + "return np.prod(densities) ** (1 / len(data))"),
            LIKELIHOOD_SEEN,
            "of a single or an average point",
        ),
        Answer(
            "divided by the number of points",
            product(DENSITIES + "return np.prod(densities) / len(data)"),
            LIKELIHOOD_SEEN,
            "divide by the number of points",
        ),
        Answer(
            "densities at most 1",
            product(DENSITIES + "return np.prod(np.clip(densities, 0, 1))"),
            LIKELIHOOD,
            "cut off at 1",
        ),
        Answer(
            "share of the points inside",
            product("return np.mean(np.all((data >= lower) & (data <= upper), axis=1))"),
            LIKELIHOOD_SEEN,
            "not right, at least",
        ),
        Answer(
            "started at 0",
            product("""
result = 0
for point in data:
    result *= uniform_box_density(point, lower, upper)
return result
"""),
            LIKELIHOOD_SEEN,
            "not right, at least",
        ),
    ),
)

# 3. The log-likelihood.

log_product = body_of("log_likelihood(data, lower, upper)")
LOG_VALUES = {"log-likelihood-hidden-values": 1}
LOG_VALUES_SEEN = {"log-likelihood-visible": 1, **LOG_VALUES}
LOG_OUTSIDE = {"log-likelihood-hidden-outside": 1}
LOG_ALL = {**LOG_VALUES_SEEN, **LOG_OUTSIDE}
GUARD = "if np.any(data < lower) or np.any(data > upper):\n    return -np.inf\n"

LOG_LIKELIHOODS = Exercise(
    "log-likelihood",
    needs=("uniform-box-density", "likelihood"),
    right=(
        Answer(
            "np.log of each density, with its warning",
            log_product(DENSITIES + "return np.sum(np.log(densities))"),
        ),
        Answer(
            "loop with math.log",
            log_product("""
total = 0
for point in data:
    found = uniform_box_density(point, lower, upper)
    if found == 0:
        return float("-inf")
    total += math.log(found)
return total
"""),
        ),
        Answer("closed form", log_product(GUARD + "return -len(data) * np.log(np.prod(upper - lower))")),
        Answer(
            "exception caught",
            log_product("""
try:
    return math.fsum(math.log(uniform_box_density(point, lower, upper)) for point in data)
except ValueError:
    return -math.inf
"""),
        ),
        Answer(
            "np.where and np.errstate",
            log_product("""
inside = np.all((lower <= data) & (data <= upper), axis=-1)
with np.errstate(divide="ignore"):
    return np.log(np.where(inside, 1 / np.prod(upper - lower), 0.0)).sum()
"""),
        ),
        Answer(
            "logarithms of the sides of each coordinate",
            log_product("""
total = 0.0
for low, high, column in zip(lower, upper, data.T):
    if column.min() < low or column.max() > high:
        return -np.inf
    total -= column.size * np.log(high - low)
return total
"""),
        ),
    ),
    wrong=(
        Answer(
            "logarithm of the product",
            log_product("return np.log(likelihood(data, lower, upper))"),
            LOG_VALUES,
            "multiply before you take the logarithm",
        ),
        Answer(
            "math.log of the product",
            log_product("""
found = likelihood(data, lower, upper)
return math.log(found) if found > 0 else -math.inf
"""),
            LOG_VALUES,
            "multiply before you take the logarithm",
        ),
        Answer(
            "math.log of the product, zero not expected",
            log_product("return math.log(likelihood(data, lower, upper))"),
            {**LOG_VALUES, **LOG_OUTSIDE},
            "does it multiply before",
        ),
        Answer(
            "mean of the logarithms",
            log_product(DENSITIES + "return np.mean(np.log(densities))"),
            LOG_VALUES_SEEN,
            "average the logarithms",
        ),
        Answer(
            "logarithm to base 10",
            log_product(DENSITIES + "return np.sum(np.log10(densities))"),
            LOG_VALUES_SEEN,
            "another base",
        ),
        Answer(
            "logarithm to base 2",
            log_product(DENSITIES + "return np.sum(np.log2(densities))"),
            LOG_VALUES_SEEN,
            "another base",
        ),
        Answer(
            "negative log-likelihood",
            log_product(DENSITIES + "return -np.sum(np.log(densities))"),
            LOG_ALL,
            "Your sign is wrong",
        ),
        Answer(
            "volume for density",
            log_product(GUARD + "return len(data) * np.log(np.prod(upper - lower))"),
            LOG_VALUES_SEEN,
            "Your sign is wrong",
        ),
        Answer(
            "logarithm of the sum",
            log_product(DENSITIES + "return np.log(np.sum(densities))"),
            LOG_ALL,
            "add the densities before",
        ),
        Answer(
            "densities added",
            log_product(DENSITIES + "return np.sum(densities)"),
            LOG_ALL,
            "add the densities themselves",
        ),
        Answer(
            "log1p against the logarithm of 0",
            log_product(DENSITIES + "return np.sum(np.log1p(densities))"),
            LOG_ALL,
            "add 1 before",
        ),
        Answer(
            "a small number against the logarithm of 0",
            log_product(DENSITIES + "return np.sum(np.log(np.array(densities) + 1e-15))"),
            LOG_OUTSIDE,
            "could never have produced",
        ),
        Answer(
            "points outside left out",
            log_product("""
total = 0.0
for point in data:
    found = uniform_box_density(point, lower, upper)
    if found > 0:
        total += math.log(found)
return total
"""),
            LOG_OUTSIDE,
            "could never have produced",
        ),
        Answer(
            "points outside not noticed",
            log_product("return -len(data) * np.sum(np.log(upper - lower))"),
            LOG_OUTSIDE,
            "could never have produced",
        ),
        Answer(
            "0 for impossible data",
            log_product(GUARD.replace("-np.inf", "0") + "return -len(data) * np.sum(np.log(upper - lower))"),
            LOG_OUTSIDE,
            "could never have produced",
        ),
        Answer(
            "math.log of 0",
            log_product("return sum(math.log(uniform_box_density(point, lower, upper)) for point in data)"),
            LOG_OUTSIDE,
            "takes the logarithm of 0",
        ),
        Answer(
            "zero times infinity",
            log_product("""
inside = np.all((data >= lower) & (data <= upper))
return inside * -len(data) * np.log(np.prod(upper - lower)) + (1 - inside) * -np.inf
"""),
            LOG_ALL,
            "NaN",
        ),
        Answer(
            "boundary excluded",
            log_product(
                GUARD.replace("<", "<=").replace(">", ">=") + "return -len(data) * np.sum(np.log(upper - lower))"
            ),
            # The second box of the visible test has a point on its boundary.
            {"log-likelihood-visible": 1, **LOG_OUTSIDE},
            "on the boundary as if they lay outside",
        ),
        Answer(
            "only the first point looked at",
            log_product("return len(data) * np.log(uniform_box_density(data[0], lower, upper))"),
            LOG_OUTSIDE,
            "Only the first point is looked at",
        ),
    ),
)

# 4. The maximum likelihood estimate of the box.

box = body_of("box_mle(data)")
BOX = {"box-mle-hidden": 1}
BOX_SEEN = {"box-mle-visible": 1, **BOX}

BOX_ESTIMATES = Exercise(
    "box-mle",
    right=(
        Answer("methods of the array", box("return data.min(axis=0), data.max(0)")),
        Answer("one array of two rows", box("return np.stack([np.amin(data, 0), np.amax(data, 0)])")),
        Answer(
            "loop over the columns, lists",
            box("""
lower, upper = [], []
for column in range(data.shape[1]):
    values = data[:, column]
    lower.append(min(values))
    upper.append(max(values))
return lower, upper
"""),
        ),
        Answer("columns by zip, tuples", box("return tuple(map(min, zip(*data))), tuple(map(max, zip(*data)))")),
        Answer(
            "sorted columns",
            box("""
in_order = np.sort(data, axis=0)
return in_order[0], in_order[-1]
"""),
        ),
        Answer(
            "running comparison from the first point",
            box("""
lower = data[0].copy()
upper = data[0].copy()
for point in data[1:]:
    lower = np.minimum(lower, point)
    upper = np.maximum(upper, point)
return (lower, upper)
"""),
        ),
        Answer("percentiles 0 and 100", box("return tuple(np.percentile(data, [0, 100], axis=0))")),
    ),
    wrong=(
        Answer(
            "corners swapped", box("return data.max(axis=0), data.min(axis=0)"), BOX_SEEN, "corners have changed places"
        ),
        Answer(
            "wrong axis",
            box("return data.min(axis=1), data.max(axis=1)"),
            BOX_SEEN,
            "coordinates of each point with one another",
        ),
        Answer("no axis", box("return data.min(), data.max()"), BOX_SEEN, "numbers where corners are expected"),
        Answer(
            "a cube",
            box("""
dimensions = data.shape[1]
return np.full(dimensions, data.min()), np.full(dimensions, data.max())
"""),
            BOX_SEEN,
            "the same limits for all coordinates",
        ),
        Answer(
            "pairs of limits",
            box("return [(min(column), max(column)) for column in data.T]"),
            BOX_SEEN,
            "a pair of limits for each coordinate",
        ),
        Answer(
            "least and greatest of the points",
            box("""
points = sorted(tuple(point) for point in data)
return points[0], points[-1]
"""),
            BOX_SEEN,
            "no point need have the limits",
        ),
        Answer("first and last point", box("return data[0], data[-1]"), BOX_SEEN, "the first and the last point"),
        Answer(
            "started at 0",
            box("""
lower = np.zeros(data.shape[1])
upper = np.zeros(data.shape[1])
for point in data:
    lower = np.minimum(lower, point)
    upper = np.maximum(upper, point)
return lower, upper
"""),
            BOX_SEEN,
            "always holds the origin",
        ),
        Answer(
            "with a margin",
            box("""
margin = 0.01 * (data.max(axis=0) - data.min(axis=0))
return data.min(axis=0) - margin, data.max(axis=0) + margin
"""),
            BOX_SEEN,
            "a smaller one would hold them",
        ),
        Answer(
            "whole numbers",
            box("return np.floor(data.min(axis=0)), np.ceil(data.max(axis=0))"),
            BOX,
            "a smaller one would hold them",
        ),
        Answer(
            "three standard deviations",
            box("""
centre, spread = data.mean(axis=0), data.std(axis=0)
return centre - 3 * spread, centre + 3 * spread
"""),
            BOX_SEEN,
            "a smaller one would hold them",
        ),
        Answer(
            "one standard deviation",
            box("return data.mean(axis=0) - data.std(axis=0), data.mean(axis=0) + data.std(axis=0)"),
            BOX_SEEN,
            "one standard deviation from the mean",
        ),
        Answer(
            "percentiles",
            box("return np.percentile(data, 5, axis=0), np.percentile(data, 95, axis=0)"),
            BOX_SEEN,
            "misses points of the data",
        ),
        Answer(
            "mean and standard deviation",
            box("return data.mean(axis=0), data.std(axis=0)"),
            BOX_SEEN,
            "mean and standard deviation",
        ),
        Answer(
            "position and size",
            box("return data.min(axis=0), np.ptp(data, axis=0)"),
            BOX_SEEN,
            "is the size of the box",
        ),
        Answer(
            "two dimensions only",
            box("return (min(data[:, 0]), min(data[:, 1])), (max(data[:, 0]), max(data[:, 1]))"),
            BOX,
            "stopped with an error",
        ),
    ),
)

# 5. Sampling from the box.

sample = body_of("sample_box(lower, upper, n, rng)")
SPREAD = {"sample-box-hidden-spread": 1}
SPREAD_SEEN = {"sample-box-visible": 1, **SPREAD}
GENERATOR = {"sample-box-hidden-rng": 1}

SAMPLES = Exercise(
    "sample-box",
    right=(
        Answer("rng.uniform", sample("return rng.uniform(lower, upper, (n, len(lower)))")),
        Answer("rng.random, stretched", sample("return rng.random((n, lower.size)) * (upper - lower) + lower")),
        Answer(
            "column by column",
            sample("return np.column_stack([rng.uniform(low, high, n) for low, high in zip(lower, upper)])"),
        ),
        Answer(
            "number by number",
            sample("""
points = np.empty((n, len(lower)))
for row in range(n):
    for column in range(len(lower)):
        points[row, column] = rng.uniform(lower[column], upper[column])
return points
"""),
        ),
        Answer("point by point, a list of arrays", sample("return [rng.uniform(lower, upper) for _ in range(n)]")),
        Answer(
            "transposed at the end",
            sample("return np.array([low + (high - low) * rng.random(n) for low, high in zip(lower, upper)]).T"),
        ),
        Answer(
            "between the corners",
            "import numpy\n\n\n"
            + sample("""
share = numpy.random.default_rng(rng).random((n, len(lower)))
return share * upper + (1 - share) * lower
"""),
        ),
    ),
    wrong=(
        Answer(
            "columns for rows",
            sample("return np.array([rng.uniform(low, high, n) for low, high in zip(lower, upper)])"),
            SPREAD_SEEN,
            "are the columns of the array",
        ),
        Answer(
            "a single point", sample("return rng.uniform(lower, upper)"), SPREAD_SEEN, "another number of dimensions"
        ),
        Answer(
            "n points of one number",
            sample("return rng.uniform(lower[0], upper[0], n)"),
            SPREAD_SEEN,
            "another number of dimensions",
        ),
        Answer(
            "shape does not fit",
            sample("return rng.uniform(lower, upper, n)"),
            {**SPREAD_SEEN, **GENERATOR},
            "stopped with an error",
        ),
        Answer(
            "whole numbers",
            sample("""
columns = [rng.integers(math.ceil(low), math.floor(high) + 1, n) for low, high in zip(lower, upper)]
return np.stack(columns, axis=1).astype(float)
"""),
            SPREAD,
            "whole numbers",
        ),
        Answer(
            "between 0 and 1",
            sample("return rng.random((n, len(lower)))"),
            SPREAD_SEEN,
            "between 0 and 1, whatever the box",
        ),
        Answer(
            "not moved",
            sample("return (upper - lower) * rng.random((n, len(lower)))"),
            SPREAD_SEEN,
            "at the wrong place",
        ),
        Answer("lower corner ignored", sample("return upper * rng.random((n, len(lower)))"), SPREAD_SEEN, "begin at 0"),
        Answer(
            "upper corner for the size",
            sample("return lower + upper * rng.random((n, len(lower)))"),
            SPREAD,
            "by a wrong length",
        ),
        Answer(
            "not stretched",
            sample("return lower + rng.random((n, len(lower)))"),
            SPREAD,
            "whose sides have length 1",
        ),
        Answer(
            "one number for all coordinates",
            sample("return lower + (upper - lower) * rng.random((n, 1))"),
            SPREAD,
            "depend on each other",
        ),
        Answer(
            "limits of the first coordinate",
            sample("return rng.uniform(lower[0], upper[0], (n, len(lower)))"),
            SPREAD_SEEN,
            "limits of the first coordinate",
        ),
        Answer(
            "the same point n times",
            sample("""
point = rng.uniform(lower, upper)
return np.array([point for _ in range(n)])
"""),
            SPREAD,
            "All your points are the same",
        ),
        Answer(
            "normal",
            sample("return rng.normal((lower + upper) / 2, (upper - lower) / 4, (n, len(lower)))"),
            SPREAD,
            "lie outside the box",
        ),
        Answer(
            "normal, clipped",
            sample(
                "return np.clip(rng.normal((lower + upper) / 2, (upper - lower) / 3, (n, len(lower))), lower, upper)"
            ),
            SPREAD,
            "exactly on the boundary",
        ),
        Answer(
            "mean of two",
            sample(
                "return (rng.uniform(lower, upper, (n, len(lower))) + rng.uniform(lower, upper, (n, len(lower)))) / 2"
            ),
            SPREAD,
            "don't fill it evenly",
        ),
        Answer(
            "own seed",
            sample("rng = np.random.default_rng(0)\nreturn rng.uniform(lower, upper, (n, len(lower)))"),
            GENERATOR,
            "the same whichever generator",
        ),
        Answer(
            "NumPy's global generator",
            sample("return np.random.uniform(lower, upper, (n, len(lower)))"),
            GENERATOR,
            "come from somewhere else",
        ),
        Answer(
            "global seed",
            sample("np.random.seed(42)\nreturn lower + (upper - lower) * np.random.rand(n, len(lower))"),
            GENERATOR,
            "the same whichever generator",
        ),
        Answer(
            "one coordinate from elsewhere",
            sample("""
points = rng.uniform(lower, upper, (n, len(lower)))
points[:, -1] = np.random.default_rng().uniform(lower[-1], upper[-1], n)
return points
"""),
            GENERATOR,
            "come from somewhere else",
        ),
        Answer(
            "a grid", sample("return np.linspace(lower, upper, n)"), {**SPREAD, **GENERATOR}, "depend on each other"
        ),
    ),
)

# 6. The log-likelihood of a Gaussian.

gauss = body_of("gaussian_log_likelihood(data, mean, std)")
GAUSS = {"gaussian-log-likelihood-hidden": 1}
GAUSS_SEEN = {"gaussian-log-likelihood-visible": 1, **GAUSS}


def summed(term):
    """An answer that sums a term over the data."""
    return gauss(f"return np.sum({term})")


GAUSSIANS = Exercise(
    "gaussian-log-likelihood",
    right=(
        Answer(
            "constant apart",
            gauss("""
constant = math.log(std) + 0.5 * math.log(2 * math.pi)
return -len(data) * constant - np.sum((data - mean) ** 2) / (2 * std ** 2)
"""),
        ),
        Answer(
            "loop with math",
            gauss("""
total = 0.0
for x in data:
    total -= math.log(math.sqrt(2 * math.pi * std ** 2))
    total -= (x - mean) ** 2 / (2 * std ** 2)
return total
"""),
        ),
        Answer("standardised", summed("-0.5 * (np.log(2 * np.pi) + 2 * np.log(std) + ((data - mean) / std) ** 2)")),
        Answer(
            "by the variance",
            gauss("""
variance = std * std
return -0.5 * (np.square(data - mean).sum() / variance + data.size * np.log(2 * np.pi * variance))
"""),
        ),
        Answer(
            "exact sum",
            "from math import fsum, log, sqrt, tau\n\n\n"
            + gauss("return fsum(log(1 / (std * sqrt(tau))) - 0.5 * ((x - mean) / std) ** 2 for x in data)"),
        ),
        Answer(
            "logarithm of the constant, scalar product",
            gauss("""
z = (data - mean) / std
return data.shape[0] * np.log(1 / (np.sqrt(2 * np.pi) * std)) - z @ z / 2
"""),
        ),
    ),
    wrong=(
        Answer(
            "no constant",
            summed("-((data - mean) ** 2) / (2 * std ** 2)"),
            GAUSS_SEEN,
            "leave out the logarithm of the fraction",
        ),
        Answer(
            "no pi",
            summed("-((data - mean) ** 2) / (2 * std ** 2) - np.log(std)"),
            GAUSS_SEEN,
            "would not integrate to 1",
        ),
        Answer(
            "constant without the standard deviation",
            summed("-((data - mean) ** 2) / (2 * std ** 2) - np.log(np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "constant does not depend on the standard deviation",
        ),
        Answer(
            "2 pi outside the root",
            summed("-((data - mean) ** 2) / (2 * std ** 2) - np.log(2 * np.pi * std)"),
            GAUSS_SEEN,
            "not all of it is under yours",
        ),
        Answer(
            "no root",
            summed("-((data - mean) ** 2) / (2 * std ** 2) - np.log(2 * np.pi * std ** 2)"),
            GAUSS_SEEN,
            "The root in the constant is missing",
        ),
        Answer(
            "standard deviation under the root",
            summed("-((data - mean) ** 2) / (2 * std ** 2) - np.log(np.sqrt(2 * np.pi * std))"),
            GAUSS_SEEN,
            "wrong power of the standard deviation",
        ),
        Answer(
            "only pi under the root",
            summed("-((data - mean) ** 2) / (2 * std ** 2) - 0.5 * np.log(np.pi * std ** 2)"),
            GAUSS_SEEN,
            "would not integrate to 1",
        ),
        Answer(
            "brackets of the constant",
            summed("-((data - mean) ** 2) / (2 * std ** 2) + np.log(1 / std * np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "brackets in the constant",
        ),
        Answer(
            "standard deviation for the variance in the exponent",
            summed("-((data - mean) ** 2) / (2 * std) - np.log(std * np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "in place of the variance",
        ),
        Answer(
            "standard deviation for the variance",
            summed("-((data - mean) ** 2) / (2 * std) - 0.5 * np.log(2 * np.pi * std)"),
            GAUSS_SEEN,
            "as if it were the variance",
        ),
        Answer(
            "exponent without 2",
            summed("-(((data - mean) / std) ** 2) - np.log(std * np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "A factor is missing in your exponent",
        ),
        Answer(
            "brackets of the exponent",
            summed("-((data - mean) ** 2) / 2 * std ** 2 - np.log(std * np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "brackets in the exponent",
        ),
        Answer(
            "distance not squared",
            summed("-abs(data - mean) / (2 * std ** 2) - np.log(std * np.sqrt(2 * np.pi))"),
            # Both distances of the example are 1.
            GAUSS,
            "do not square the distance",
        ),
        Answer(
            "sign of the exponent",
            summed("(data - mean) ** 2 / (2 * std ** 2) - np.log(std * np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "sign of the exponent",
        ),
        Answer(
            "negative log-likelihood",
            summed("(data - mean) ** 2 / (2 * std ** 2) + np.log(std * np.sqrt(2 * np.pi))"),
            GAUSS_SEEN,
            "a loss",
        ),
        Answer(
            "mean of the logarithms",
            gauss("return np.mean(-((data - mean) ** 2) / (2 * std ** 2) - np.log(std * np.sqrt(2 * np.pi)))"),
            GAUSS_SEEN,
            "average over the points",
        ),
        Answer(
            "constant counted once",
            gauss("return -np.sum((data - mean) ** 2) / (2 * std ** 2) - math.log(std * math.sqrt(2 * math.pi))"),
            GAUSS_SEEN,
            "count the constant only once",
        ),
        Answer(
            "logarithm of the density",
            gauss("""
densities = np.exp(-((data - mean) ** 2) / (2 * std ** 2)) / np.sqrt(2 * np.pi * std ** 2)
return np.sum(np.log(densities))
"""),
            GAUSS,
            "Far from the mean your density becomes 0",
        ),
        Answer(
            "logarithm of the product",
            gauss("""
densities = np.exp(-((data - mean) ** 2) / (2 * std ** 2)) / np.sqrt(2 * np.pi * std ** 2)
return np.log(np.prod(densities))
"""),
            GAUSS,
            "product of densities becomes 0",
        ),
        Answer(
            "math.log of the density",
            gauss("""
total = 0
for x in data:
    total += math.log(math.exp(-((x - mean) ** 2) / (2 * std ** 2)) / math.sqrt(2 * math.pi * std ** 2))
return total
"""),
            GAUSS,
            "logarithm of a density that became 0",
        ),
        Answer(
            "a small number against the logarithm of 0",
            gauss("""
densities = np.exp(-((data - mean) ** 2) / (2 * std ** 2)) / np.sqrt(2 * np.pi * std ** 2)
return np.sum(np.log(densities + 1e-300))
"""),
            GAUSS,
            "not right, at least",
        ),
        Answer(
            "wrong density and its logarithm",
            gauss("""
densities = np.exp(-((data - mean) ** 2) / (2 * std)) / np.sqrt(2 * np.pi * std)
return np.sum(np.log(densities))
"""),
            GAUSS_SEEN,
            "as if it were the variance",
        ),
    ),
)

# 7. The maximum likelihood estimate of a Gaussian.

fit = body_of("gaussian_mle(data)")
FIT = {"gaussian-mle-hidden": 1}
FIT_SEEN = {"gaussian-mle-visible": 1, **FIT}

GAUSSIAN_ESTIMATES = Exercise(
    "gaussian-mle",
    right=(
        Answer("np.mean and np.std", fit("return np.mean(data), np.std(data)")),
        Answer("methods, in an array", fit("return np.array([data.mean(), data.var() ** 0.5])")),
        Answer(
            "loops",
            fit("""
n = len(data)
mean = 0
for x in data:
    mean += x / n
squares = 0
for x in data:
    squares += (x - mean) ** 2
return mean, math.sqrt(squares / n)
"""),
        ),
        Answer(
            "mean of the squares",
            fit("""
mean = sum(data) / len(data)
return [mean, np.sqrt(sum(data ** 2) / len(data) - mean ** 2)]
"""),
        ),
        Answer(
            "statistics",
            "import statistics\n\n\n"
            + fit("values = data.tolist()\nreturn statistics.fmean(values), statistics.pstdev(values)"),
        ),
        Answer(
            "norm of the distances",
            fit("mean = np.average(data)\nreturn mean, np.linalg.norm(data - mean) / np.sqrt(data.size)"),
        ),
    ),
    wrong=(
        Answer(
            "n - 1", fit("return np.mean(data), np.std(data, ddof=1)"), FIT_SEEN, "a little too large: it is not that"
        ),
        Answer(
            "statistics.stdev",
            "import statistics\n\n\n" + fit("return statistics.mean(data.tolist()), statistics.stdev(data.tolist())"),
            FIT_SEEN,
            "a little too large: it is not that",
        ),
        Answer("variance", fit("return np.mean(data), np.var(data)"), FIT_SEEN, "second number is the variance"),
        Answer(
            "variance with n - 1",
            fit("return np.mean(data), np.var(data, ddof=1)"),
            FIT_SEEN,
            "is a variance, and a little too large",
        ),
        Answer("swapped", fit("return np.std(data), np.mean(data)"), FIT_SEEN, "have changed places"),
        Answer("median", fit("return np.median(data), np.std(data)"), FIT_SEEN, "first number is the median"),
        Answer(
            "distances from the median",
            fit("mean = np.median(data)\nreturn mean, np.sqrt(np.mean((data - mean) ** 2))"),
            FIT_SEEN,
            "median in place of the mean",
        ),
        Answer(
            "absolute distances",
            fit("mean = np.mean(data)\nreturn mean, np.mean(np.abs(data - mean))"),
            FIT_SEEN,
            "squared first",
        ),
        Answer(
            "sum of squares",
            fit("mean = np.mean(data)\nreturn mean, np.sqrt(np.sum((data - mean) ** 2))"),
            FIT_SEEN,
            "do not divide their sum",
        ),
        Answer(
            "divided after the root",
            fit("mean = np.mean(data)\nreturn mean, np.sqrt(np.sum((data - mean) ** 2)) / len(data)"),
            FIT_SEEN,
            "divide again after you have taken the root",
        ),
        Answer(
            "standard error",
            fit("return np.mean(data), np.std(data, ddof=1) / np.sqrt(len(data))"),
            FIT_SEEN,
            "standard error",
        ),
        Answer(
            "distances from 0",
            fit("return np.mean(data), np.sqrt(np.mean(data ** 2))"),
            FIT_SEEN,
            "square the data themselves",
        ),
        Answer(
            "half of the range", fit("return np.mean(data), (max(data) - min(data)) / 2"), FIT_SEEN, "half of the range"
        ),
        Answer(
            "mean of n - 1",
            fit("return np.sum(data) / (len(data) - 1), np.std(data)"),
            FIT_SEEN,
            "by another number than that of the data",
        ),
        Answer("a single number", fit("return np.std(data)"), FIT_SEEN, "a single value, where a row"),
    ),
)

# 8. Generative or discriminative?

CHOSEN = {
    "spam": "discriminative",
    "portraits": "generative",
    "digits": "generative",
    "labels": False,
    "drawing": False,
    "mean image": False,
    "integral": False,
    "posterior": 0.75,
}


def chosen(**other):
    """The right answers, some of them replaced."""
    return f"answers = {CHOSEN | {name.replace('_', ' '): value for name, value in other.items()}!r}"


QUESTIONS = Exercise(
    "answers",
    right=(
        Answer("a dictionary", chosen()),
        Answer(
            "assigned one by one, posterior computed",
            """answers = dict(spam="discriminative", portraits="generative", digits="generative")
for statement in ["labels", "drawing", "mean image", "integral"]:
    answers[statement] = False
p_a, p_b = 1 / 5, 4 / 5
answers["posterior"] = 3 * p_a / (3 * p_a + 0.25 * p_b)""",
        ),
        Answer(
            "NumPy's numbers",
            chosen(posterior="POSTERIOR").replace("'POSTERIOR'", "np.prod([3, 0.2]) / np.dot([3, 0.25], [0.2, 0.8])"),
        ),
        Answer(
            "names for the words",
            """D = "discriminative"
G = "generative"
keys = ["spam", "portraits", "digits", "labels", "drawing", "mean image", "integral", "posterior"]
answers = dict(zip(keys, [D, G, G, 1 > 2, False, False, not True, 0.6 / 0.8]))""",
        ),
        Answer("an entry too early, corrected", chosen(spam="generative") + '\nanswers["spam"] = "discriminative"'),
    ),
    wrong=(
        Answer(
            "spam is generative", chosen(spam="generative"), {"answers-hidden": 0.25}, "ask what the probability is of"
        ),
        Answer(
            "portraits are discriminative",
            chosen(portraits="discriminative"),
            {"answers-hidden": 0.25},
            "a label or an observation",
        ),
        Answer(
            "conditional is discriminative",
            chosen(digits="discriminative"),
            {"answers-hidden": 0.25},
            "That a label goes in",
        ),
        Answer("labels needed", chosen(labels=True), {"answers-hidden": 0.25}, "No label occurs in p(x)"),
        Answer(
            "a perfect discriminator draws",
            chosen(drawing=True),
            {"answers-hidden": 0.25},
            "not to know how to make one",
        ),
        Answer(
            "the mean image generates", chosen(mean_image=True), {"answers-hidden": 0.25}, "nothing about it is random"
        ),
        Answer(
            "likelihood as a distribution",
            chosen(integral=True),
            {"answers-hidden": 0.25},
            "made of densities of the data",
        ),
        Answer("not divided by p(x)", chosen(posterior=0.6), {"answers-hidden": 0.25}, "do not relate the product"),
        Answer("frequencies ignored", chosen(posterior=3 / 3.25), {"answers-hidden": 0.25}, "equally frequent"),
        Answer("p(x) itself", chosen(posterior=0.8), {"answers-hidden": 0.25}, "is p(x)"),
        Answer("the other label", chosen(posterior=0.25), {"answers-hidden": 0.25}, "of the other label"),
        Answer(
            "density above 1 as a probability",
            chosen(posterior=3),
            {"answers-visible": 1, "answers-hidden": 0.25},
            "'posterior' is answered wrongly",
        ),
        Answer(
            "everything with an image is generative, all true",
            chosen(labels=True, drawing=True, mean_image=True, integral=True),
            {"answers-hidden": 1},
            "No label occurs in p(x)",
        ),
        Answer(
            "words swapped",
            chosen(spam="generative", portraits="discriminative", digits="discriminative"),
            {"answers-hidden": 0.75},
            "ask what the probability is of",
        ),
        Answer(
            "a question left out",
            chosen() + '\ndel answers["integral"]',
            {"answers-visible": 1, "answers-hidden": 0.25},
            "'integral' is not answered",
        ),
        Answer(
            "truth values as text",
            chosen(labels="False", drawing="False", mean_image="False", integral="False"),
            {"answers-visible": 1, "answers-hidden": 1},
            "without quotation marks",
        ),
        Answer(
            "capital letters",
            chosen(spam="Discriminative", portraits="Generative", digits="Generative"),
            {"answers-visible": 1, "answers-hidden": 0.75},
            "'spam' is answered wrongly",
        ),
        Answer(
            "a list",
            f"answers = {list(CHOSEN.values())!r}",
            {"answers-visible": 1, "answers-hidden": 2},
            "should be a dictionary",
        ),
    ),
)

EXERCISES = [
    DENSITY,
    LIKELIHOODS,
    LOG_LIKELIHOODS,
    BOX_ESTIMATES,
    SAMPLES,
    GAUSSIANS,
    GAUSSIAN_ESTIMATES,
    QUESTIONS,
]

"""Answers to `07_vae`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise, body_of, changed

# 1. The logarithm of a bell.

bell = body_of("log_bell(x, mean, log_std)")
BELL_SEEN = {"log-bell-visible": 1}
BELL_VALUES = {"log-bell-hidden-values": 1}
BELL_FAR = {"log-bell-hidden-far": 1}
BELL_SEEN_VALUES = {**BELL_SEEN, **BELL_VALUES}
BELL_ALL = {**BELL_SEEN, **BELL_VALUES, **BELL_FAR}
FORMULA = "return -((x - mean) ** 2) / (2 * np.exp(2 * log_std)) - log_std - np.log(2 * np.pi) / 2"
SQUARES = "-((x - mean) ** 2) / (2 * np.exp(2 * log_std))"
WIDTH = " - log_std - "
CONSTANT = "np.log(2 * np.pi) / 2"


def bell_with(*changes):
    """The formula with some of its parts replaced."""
    return bell(changed(FORMULA, *changes))


BELL = Exercise(
    "log-bell",
    right=(
        Answer("variance", bell(FORMULA)),
        Answer(
            "SciPy",
            "from scipy.stats import norm\n\n\n"
            + bell("return norm.logpdf(x, loc=mean, scale=np.exp(np.asarray(log_std, dtype=float)))"),
        ),
        Answer(
            "loop over all numbers",
            bell("""
x, mean, log_std = np.broadcast_arrays(x, mean, log_std)
answers = np.zeros(x.shape)
for place in np.ndindex(x.shape):
    variance = math.exp(log_std[place]) ** 2
    answers[place] = -((x[place] - mean[place]) ** 2 / variance + math.log(2 * math.pi * variance)) / 2
return answers
"""),
        ),
        Answer(
            "lists",
            bell("""
def at(one, mean, log_std):
    return -0.5 * ((one - mean) * math.exp(-log_std)) ** 2 - log_std - 0.5 * math.log(2 * math.pi)

def through(values, means, log_stds):
    if isinstance(values, list):
        return [through(*three) for three in zip(values, means, log_stds)]
    return at(values, means, log_stds)

return through(*(array.tolist() for array in np.broadcast_arrays(x, mean, log_std)))
"""),
        ),
        Answer(
            "square multiplied out",
            bell("""
precision = np.exp(-2.0 * log_std)
square = x**2 - 2 * x * mean + mean**2
return -precision * square / 2 - log_std + np.log(1 / np.sqrt(2 * np.pi))
"""),
        ),
        Answer(
            "standard normal first",
            bell("""
def standard(u):
    return -np.square(u) / 2 - np.log(np.sqrt(2 * np.pi))

return standard((x - mean) * np.exp(-log_std)) - log_std
"""),
        ),
    ),
    wrong=(
        Answer("constant dropped", bell_with((f" - {CONSTANT}", "")), BELL_ALL, "leave out a constant"),
        Answer("width dropped", bell_with((WIDTH, " - ")), BELL_SEEN_VALUES, "as the bell gets wider"),
        Answer("only the distance", bell(f"return {SQUARES}"), BELL_ALL, "can't be compared"),
        Answer(
            "log-variance",
            bell_with(("np.exp(2 * log_std)", "np.exp(log_std)"), (WIDTH, " - log_std / 2 - ")),
            BELL_SEEN_VALUES,
            "for the logarithm of the variance",
        ),
        Answer(
            "log-variance in the height",
            bell_with((WIDTH, " - log_std / 2 - ")),
            BELL_SEEN_VALUES,
            "at least in one place",
        ),
        Answer(
            "squared distance by the deviation",
            bell_with(("np.exp(2 * log_std)", "np.exp(log_std)")),
            BELL_SEEN_VALUES,
            "at least in one place",
        ),
        Answer(
            "log_std for the standard deviation",
            bell_with(("np.exp(2 * log_std)", "log_std ** 2"), (WIDTH, " - np.log(log_std) - ")),
            BELL_ALL,
            "for the standard deviation itself",
        ),
        Answer(
            "variance as the scale",
            bell_with(("np.exp(2 * log_std)", "np.exp(4 * log_std)")),
            BELL_SEEN_VALUES,
            "square of what the distance",
        ),
        Answer(
            "not halved",
            bell_with(("(2 * np.exp(2 * log_std))", "np.exp(2 * log_std)")),
            BELL_ALL,
            "squared distance counts twice",
        ),
        Answer(
            "not squared",
            bell_with((SQUARES, "-np.abs(x - mean) / (2 * np.exp(log_std))")),
            BELL_ALL,
            "a kink at the mean",
        ),
        Answer("width turned over", bell_with((WIDTH, " + log_std - ")), BELL_SEEN_VALUES, "a wide bell is higher"),
        Answer("constant twice", bell_with((CONSTANT, "np.log(2 * np.pi)")), BELL_ALL, "think of the square root"),
        Answer(
            "loss", bell_with(("return ", "return -1 * ("), (CONSTANT, f"{CONSTANT})")), BELL_ALL, "sign is not part"
        ),
        Answer(
            "density",
            bell_with(("return ", "return np.exp("), (CONSTANT, f"{CONSTANT})")),
            BELL_ALL,
            "return the density itself",
        ),
        Answer(
            "added up",
            bell_with(("return ", "return np.sum("), (CONSTANT, f"{CONSTANT})")),
            BELL_ALL,
            "each number has its own",
        ),
        Answer(
            "added over the features",
            bell_with(("return ", "return np.sum("), (CONSTANT, f"{CONSTANT}, axis=-1)")),
            BELL_ALL,
            "each number has its own",
        ),
        Answer(
            "density first",
            bell("""
std = np.exp(log_std)
density = np.exp(-(((x - mean) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
return np.log(density)
"""),
            BELL_FAR,
            "has become 0 before",
        ),
        Answer(
            "a small number against log 0",
            bell("""
std = np.exp(log_std)
density = np.exp(-(((x - mean) / std) ** 2) / 2) / (std * np.sqrt(2 * np.pi))
return np.log(np.maximum(density, 1e-300))
"""),
            BELL_FAR,
            "keep the density away from 0",
        ),
    ),
)


# 2. A draw that lets slopes through.

DRAWS = """\
def reparameterise(mean, log_std, eps):
    std = np.exp(log_std)
    return mean + std * eps


def slopes_of_draw(slope, log_std, eps):
    by_std = slope * eps
    return slope, by_std * np.exp(log_std)
"""
STD = "std = np.exp(log_std)\n"
DRAWN = "mean + std * eps"
FOUND = "return slope, by_std * np.exp(log_std)"
DRAWS_SEEN = {"draws-visible": 1}
DRAWS_VALUES = {"draws-hidden-values": 1}
DRAWS_SLOPES = {"draws-hidden-slopes": 1}
DRAWN_LOST = {**DRAWS_SEEN, **DRAWS_VALUES}
SLOPES_LOST = {**DRAWS_SEEN, **DRAWS_SLOPES}


def drawn(formula):
    """Another draw, with the right slopes."""
    return changed(DRAWS, (DRAWN, formula))


def slopes(formula):
    """Other slopes, with the right draw."""
    return changed(DRAWS, (FOUND, f"return {formula}"))


DRAW = Exercise(
    "draws",
    right=(
        Answer("step by step", DRAWS),
        Answer(
            "lists and loops",
            "def reparameterise(mean, log_std, eps):\n"
            "    draws = np.empty(eps.shape)\n"
            "    for place in np.ndindex(eps.shape):\n"
            "        row, column = place[-2:]\n"
            "        draws[place] = mean[row, column] + math.exp(log_std[row, column]) * eps[place]\n"
            "    return draws.tolist()\n\n\n"
            "def slopes_of_draw(slope, log_std, eps):\n"
            "    second = np.empty(eps.shape)\n"
            "    for place in np.ndindex(eps.shape):\n"
            "        second[place] = slope[place] * math.exp(log_std[place[-2:]]) * eps[place]\n"
            "    return [slope.tolist(), second.tolist()]\n",
        ),
        Answer(
            "slopes from the draw without its mean",
            "def reparameterise(mean, log_std, eps):\n"
            "    return eps * np.sqrt(np.exp(2 * log_std)) + mean\n\n\n"
            "def slopes_of_draw(slope, log_std, eps):\n"
            "    return slope * np.ones(eps.shape), slope * reparameterise(np.zeros(log_std.shape), log_std, eps)\n",
        ),
        Answer(
            "one array for both slopes",
            "def reparameterise(mean, log_std, eps):\n"
            "    return np.add(mean, np.multiply(eps, np.e**log_std))\n\n\n"
            "def slopes_of_draw(slope, log_std, eps):\n"
            "    return np.stack([slope, np.exp(log_std) * eps * slope])\n",
        ),
        Answer(
            "observation by observation",
            "def reparameterise(mean, log_std, eps):\n"
            "    rows = [m + np.exp(l) * eps[..., i, :] for i, (m, l) in enumerate(zip(mean, log_std))]\n"
            "    return np.stack(rows, axis=-2)\n\n\n"
            "def slopes_of_draw(slope, log_std, eps):\n"
            "    derivative = eps / np.exp(-log_std)\n"
            "    return [slope, derivative * slope]\n",
        ),
    ),
    wrong=(
        Answer("variance", changed(DRAWS, (STD, "std = np.exp(2 * log_std)\n")), DRAWN_LOST, "noise by the variance"),
        Answer(
            "log-variance",
            changed(DRAWS, (STD, "std = np.exp(log_std / 2)\n")),
            DRAWN_LOST,
            "logarithm of the variance",
        ),
        Answer("log_std as the deviation", drawn("mean + log_std * eps"), DRAWN_LOST, "by log_std itself"),
        Answer(
            "softplus", changed(DRAWS, (STD, "std = np.log(1 + np.exp(log_std))\n")), DRAWN_LOST, "by another function"
        ),
        Answer("mean scaled", drawn("(mean + eps) * std"), DRAWN_LOST, "multiply the mean by the deviation"),
        Answer("standardised", drawn("(eps - mean) / std"), DRAWN_LOST, "as if a draw were given"),
        Answer("mean only", drawn("mean + 0 * eps"), DRAWN_LOST, "don't depend on the noise"),
        Answer("deviation missing", drawn("mean + eps"), DRAWN_LOST, "don't depend on the deviation"),
        Answer("noise turned over", drawn("mean - std * eps"), DRAWN_LOST, "opposite sign"),
        Answer(
            "noise of its own",
            drawn("np.random.normal(mean, std, eps.shape)"),
            DRAWN_LOST,
            "other noise than that in eps",
        ),
        Answer(
            "the same noise for all observations",
            drawn("mean + std * eps[..., :1, :] + 0 * eps"),
            DRAWN_LOST,
            "same noise for all observations",
        ),
        Answer("draws averaged", drawn("np.mean(mean + std * eps, axis=0)"), DRAWN_LOST, "average over the draws"),
        Answer("slope for the deviation", slopes("slope, by_std"), SLOPES_LOST, "not to its logarithm"),
        Answer(
            "noise forgotten", slopes("slope, slope * np.exp(log_std)"), SLOPES_LOST, "does not depend on the noise"
        ),
        Answer(
            "derivatives of the draw",
            slopes("np.ones(eps.shape), np.exp(log_std) * eps"),
            SLOPES_LOST,
            "the derivatives of the draw",
        ),
        Answer("same slope twice", slopes("slope, slope"), SLOPES_LOST, "same slope on"),
        Answer(
            "divided by the deviation",
            slopes("slope, by_std / np.exp(log_std)"),
            SLOPES_LOST,
            "divide by the deviation",
        ),
        Answer(
            "variance in the slope",
            slopes("slope, by_std * np.exp(2 * log_std)"),
            SLOPES_LOST,
            "multiply by the variance",
        ),
        Answer(
            "log-variance in the slope",
            slopes("slope, by_std * np.exp(log_std / 2) / 2"),
            SLOPES_LOST,
            "logarithm of the variance",
        ),
        Answer(
            "score function",
            slopes("slope * eps / np.exp(log_std), slope * (eps**2 - 1)"),
            SLOPES_LOST,
            "derivative of the guess's density",
        ),
        Answer("order", slopes("by_std * np.exp(log_std), slope"), SLOPES_LOST, "changed places"),
        Answer("sign", slopes("-slope, -by_std * np.exp(log_std)"), SLOPES_LOST, "opposite sign"),
        Answer(
            "mean slope of the deviation",
            slopes("slope * np.exp(log_std), by_std * np.exp(log_std)"),
            SLOPES_LOST,
            "first slope depends",
        ),
        Answer(
            "averaged over the draws",
            slopes("slope.mean(axis=0), (by_std * np.exp(log_std)).mean(axis=0)"),
            SLOPES_LOST,
            "each draw has its own",
        ),
        Answer("only the second", slopes("by_std * np.exp(log_std)"), SLOPES_LOST, "one array of slopes"),
    ),
)


# 3. The cost of a guess.

cost = body_of("kl_to_standard(mean, log_std)")
COST_SEEN = {"kl-to-standard-visible": 1}
COST_VALUES = {"kl-to-standard-hidden-values": 1}
COST_NARROW = {"kl-to-standard-hidden-narrow": 1}
COST_ALL = {**COST_SEEN, **COST_VALUES, **COST_NARROW}
COST_SEEN_VALUES = {**COST_SEEN, **COST_VALUES}
COSTS = "costs = (mean**2 + np.exp(2 * log_std) - 1) / 2 - log_std\nreturn np.sum(costs, axis=1)"
SUM = "return np.sum(costs, axis=1)"


def cost_with(*changes):
    """The closed form with some of its parts replaced."""
    return cost(changed(COSTS, *changes))


COST = Exercise(
    "kl-to-standard",
    right=(
        Answer("closed form", cost(COSTS)),
        Answer(
            "loops",
            cost("""
answers = []
for means, log_stds in zip(mean, log_std):
    total = 0.0
    for m, log_s in zip(means, log_stds):
        total += 0.5 * (m * m + math.exp(log_s) ** 2 - 1) - log_s
    answers.append(total)
return answers
"""),
        ),
        Answer(
            "the formula of many papers",
            cost("return -0.5 * (1 + 2 * log_std - mean**2 - np.exp(log_std) ** 2).sum(-1)"),
        ),
        Answer(
            "part by part",
            cost("""
k = mean.shape[1]
lengths = np.einsum("ij,ij->i", mean, mean)
variances = np.square(np.exp(log_std)).sum(axis=1)
return (lengths + variances - k) / 2 - log_std.sum(axis=1)
"""),
        ),
        Answer(
            "expm1 and a mean times k",
            cost("return mean.shape[1] * np.mean((mean**2 + np.expm1(2 * log_std)) / 2 - log_std, axis=1)"),
        ),
        Answer(
            "cross-entropy less entropy",
            cost("""
second_moment = mean**2 + np.exp(2 * log_std)
cross_entropy = (second_moment + np.log(2 * np.pi)) / 2
entropy = log_std + np.log(2 * np.pi * np.e) / 2
return np.array([row.sum() for row in cross_entropy - entropy])
"""),
        ),
    ),
    wrong=(
        Answer(
            "mean over the latent numbers",
            cost_with((SUM, "return np.mean(costs, axis=1)")),
            COST_SEEN_VALUES,
            "makes a guess too cheap",
        ),
        Answer(
            "log-variance",
            cost("return -np.sum(1 + log_std - mean**2 - np.exp(log_std), axis=1) / 2"),
            COST_ALL,
            "logarithm of the variance",
        ),
        Answer(
            "log-variance in the first part",
            cost_with(("np.exp(2 * log_std)", "np.exp(log_std)")),
            COST_SEEN_VALUES,
            "at least in one place",
        ),
        Answer(
            "formula for log-variances half changed",
            cost("return -np.sum(1 + log_std - mean**2 - np.exp(2 * log_std), axis=1) / 2"),
            COST_ALL,
            "logarithm of the variance, at least",
        ),
        Answer(
            "log_std for the deviation",
            cost("return np.sum((mean**2 + log_std**2 - 1) / 2 - np.log(log_std), axis=1)"),
            COST_ALL,
            "for the standard deviation itself",
        ),
        Answer("not halved", cost_with((") / 2 -", ") -")), COST_ALL, "don't halve the sum"),
        Answer("all doubled", cost_with((SUM, "return 2 * np.sum(costs, axis=1)")), COST_ALL, "a factor is missing"),
        Answer("all halved", cost_with((SUM, "return np.sum(costs, axis=1) / 2")), COST_ALL, "a factor is too much"),
        Answer("means forgotten", cost_with(("mean**2 + ", "")), COST_ALL, "does not depend on the means"),
        Answer("means not squared", cost_with(("mean**2", "mean")), COST_ALL, "means are not squared"),
        Answer("logarithm forgotten", cost_with((" / 2 - log_std", " / 2")), COST_ALL, "an extremely narrow guess"),
        Answer(
            "sign of the logarithm",
            cost_with((" / 2 - log_std", " / 2 + log_std")),
            COST_ALL,
            "a narrow guess costs less",
        ),
        Answer("no 1", cost_with((" - 1)", ")")), COST_ALL, "is not 0 for a guess"),
        Answer(
            "1 once for each observation",
            cost_with((" - 1)", ")"), (SUM, f"{SUM} - 0.5")),
            COST_SEEN_VALUES,
            "is not 0 for a guess",
        ),
        Answer(
            "prior to guess",
            cost("return np.sum((1 + mean**2) / (2 * np.exp(2 * log_std)) - 0.5 + log_std, axis=1)"),
            COST_ALL,
            "two directions differ",
        ),
        Answer("sign", cost_with((SUM, "return -np.sum(costs, axis=1)")), COST_ALL, "never positive"),
        Answer(
            "all observations added", cost_with((SUM, "return np.sum(costs)")), COST_ALL, "add over the observations"
        ),
        Answer(
            "average of the batch",
            cost_with((SUM, "return np.mean(np.sum(costs, axis=1))")),
            COST_ALL,
            "average over the observations",
        ),
        Answer(
            "average of everything",
            cost_with((SUM, "return np.mean(costs)")),
            COST_ALL,
            "average over the observations",
        ),
        Answer("wrong axis", cost_with((SUM, "return np.sum(costs, axis=0)")), COST_ALL, "the wrong axis"),
        Answer("not added", cost_with((SUM, "return costs")), COST_ALL, "one step is missing"),
        Answer(
            "logarithm of the variance computed",
            cost("""
variance = np.exp(log_std) ** 2
return np.sum(mean**2 + variance - 1 - np.log(variance), axis=1) / 2
"""),
            COST_NARROW,
            "has been rounded to 0",
        ),
        Answer(
            "a small number against log 0",
            cost("""
variance = np.exp(2 * log_std)
return np.sum((mean**2 + variance - 1 - np.log(np.maximum(variance, 1e-12))) / 2, axis=1)
"""),
            COST_NARROW,
            "keep the deviation away from 0",
        ),
        Answer("clipped", cost("log_std = np.clip(log_std, -20, 20)\n" + COSTS), COST_NARROW, "You clip log_std"),
    ),
)


# 4. The posterior of a linear decoder.

posterior = body_of("linear_posterior(x, w, mu, sigma)")
POST_SEEN = {"linear-posterior-visible": 1}
POST_VALUES = {"linear-posterior-hidden-values": 1}
POST_IGNORED = {"linear-posterior-hidden-ignored": 1}
POST_SEEN_VALUES = {**POST_SEEN, **POST_VALUES}
POST_ALL = {**POST_SEEN, **POST_VALUES, **POST_IGNORED}
BAYES = """
variance = sigma**2
precision = 1 + w @ w / variance
mean = (x - mu) @ w / variance / precision
log_std = -np.log(precision) / 2
return mean, np.full(len(x), log_std)
"""
PRECISION = "precision = 1 + w @ w / variance"
MEAN = "mean = (x - mu) @ w / variance / precision"
LOG_STD = "log_std = -np.log(precision) / 2"


def bayes(*changes):
    """The answer with some of its text replaced."""
    return posterior(changed(BAYES, *changes))


POSTERIOR = Exercise(
    "linear-posterior",
    right=(
        Answer("w @ w", bayes()),
        Answer(
            "no division before the end",
            posterior("""
total = sigma**2 + np.dot(w, w)
return (x - mu).dot(w) / total, np.repeat(np.log(sigma) - np.log(total) / 2, x.shape[0])
"""),
        ),
        Answer(
            "loops",
            posterior("""
precision = 1.0
for slope in w:
    precision += slope**2 / sigma**2
means = []
for row in x:
    pull = sum((feature - level) * slope for feature, level, slope in zip(row, mu, w))
    means.append(pull / sigma**2 / precision)
return [means, [-0.5 * math.log(precision) for _ in means]]
"""),
        ),
        Answer(
            "covariance of z and x",
            posterior("""
covariance = w[:, None] * w + sigma**2 * np.eye(len(w))
gain = np.linalg.solve(covariance, w)
std = np.sqrt(1 - gain @ w)
return (x - mu) @ gain, np.log(std) * np.ones(len(x))
"""),
        ),
        Answer(
            "feature after feature",
            posterior("""
mean, variance = np.zeros(len(x)), 1.0
for column, level, slope in zip(x.T, mu, w):
    gain = variance * slope / (slope**2 * variance + sigma**2)
    mean = mean + gain * (column - level - slope * mean)
    variance = (1 - gain * slope) * variance
return mean, np.full(mean.shape, 0.5 * np.log(variance))
"""),
        ),
        Answer(
            "least squares with one row for the prior",
            posterior("""
rows = np.append(w / sigma, 1.0)[:, np.newaxis]
seen = np.vstack([(x - mu).T / sigma, np.zeros(len(x))])
mean = np.linalg.lstsq(rows, seen, rcond=None)[0][0]
return mean, np.full_like(mean, -np.log(np.linalg.norm(rows)))
"""),
        ),
    ),
    wrong=(
        Answer(
            "prior forgotten", bayes((PRECISION, "precision = w @ w / variance")), POST_ALL, "before the observation"
        ),
        Answer(
            "prior forgotten in the mean",
            bayes((MEAN, "mean = (x - mu) @ w / (w @ w)")),
            POST_ALL,
            "before the observation",
        ),
        Answer(
            "sigma not squared",
            bayes(("variance = sigma**2", "variance = sigma")),
            POST_SEEN_VALUES,
            "for the variance of the noise",
        ),
        Answer(
            "sigma not squared in the mean",
            bayes((MEAN, "mean = (x - mu) @ w / sigma / precision")),
            POST_SEEN_VALUES,
            "for the variance of the noise",
        ),
        Answer("sigma ignored", bayes(("variance = sigma**2", "variance = 1")), POST_SEEN_VALUES, "tell less about z"),
        Answer(
            "sigma ignored in the mean",
            bayes((MEAN, "mean = (x - mu) @ w / precision")),
            POST_SEEN_VALUES,
            "of your mean does not depend on sigma",
        ),
        Answer(
            "mu ignored",
            bayes((MEAN, "mean = x @ w / variance / precision")),
            POST_SEEN_VALUES,
            "does not depend on mu",
        ),
        Answer(
            "mu on the wrong side",
            bayes((MEAN, "mean = (mu - x) @ w / variance / precision")),
            POST_SEEN_VALUES,
            "mean has the wrong sign",
        ),
        Answer("deviation", bayes((LOG_STD, "log_std = 1 / np.sqrt(precision)")), POST_ALL, "the deviation itself"),
        Answer("variance", bayes((LOG_STD, "log_std = 1 / precision")), POST_ALL, "second answer is the variance"),
        Answer(
            "log-variance",
            bayes((LOG_STD, "log_std = -np.log(precision)")),
            POST_SEEN_VALUES,
            "the logarithm of the variance",
        ),
        Answer(
            "wider instead of narrower",
            bayes((LOG_STD, "log_std = np.log(precision) / 2")),
            POST_SEEN_VALUES,
            "gets wider as",
        ),
        Answer("width of the prior", bayes((LOG_STD, "log_std = 0.0")), POST_SEEN_VALUES, "as wide as the prior"),
        Answer(
            "not divided by the precision",
            bayes((MEAN, "mean = (x - mu) @ w / variance")),
            POST_SEEN_VALUES,
            "by the whole precision",
        ),
        Answer(
            "length not squared",
            bayes((PRECISION, "precision = 1 + np.linalg.norm(w) / variance")),
            POST_SEEN_VALUES,
            "where its square belongs",
        ),
        Answer(
            "sum of w",
            bayes((PRECISION, "precision = 1 + np.sum(w) / variance")),
            POST_SEEN_VALUES,
            "so that they may cancel",
        ),
        Answer(
            "mean of the squares",
            bayes((PRECISION, "precision = 1 + np.mean(w**2) / variance")),
            POST_SEEN_VALUES,
            "average over the features",
        ),
        Answer(
            "one number for the width",
            bayes(("return mean, np.full(len(x), log_std)", "return mean, log_std")),
            POST_ALL,
            "a single number; each observation",
        ),
        Answer(
            "order",
            bayes(("return mean, np.full(len(x), log_std)", "return np.full(len(x), log_std), mean")),
            POST_SEEN_VALUES,
            "changed places",
        ),
        Answer(
            "only the means",
            bayes(("return mean, np.full(len(x), log_std)", "return mean")),
            POST_ALL,
            "the means alone",
        ),
        Answer(
            "best z first",
            posterior("""
length = np.sum(w**2)
best = (x - mu) @ w / length
mean = best * length / (length + sigma**2)
return mean, np.full(len(x), -np.log(1 + length / sigma**2) / 2)
"""),
            POST_IGNORED,
            "divide by the length of w",
        ),
        Answer(
            "variances combined",
            posterior("""
alone = sigma**2 / np.sum(w**2)
variance = alone / (1 + alone)
mean = variance * ((x - mu) @ w) / sigma**2
return mean, np.full(len(x), np.log(variance) / 2)
"""),
            POST_IGNORED,
            "divide by the length of w",
        ),
    ),
)


# 5. The evidence lower bound.

ELBO = """\
def reconstruction(x, w, mu, sigma, mean, log_std):
    std = np.exp(log_std)
    decoded = mu + np.outer(mean, w)
    squares = np.sum((x - decoded) ** 2, axis=1) + std**2 * (w @ w)
    d = x.shape[1]
    return -squares / (2 * sigma**2) - d / 2 * np.log(2 * np.pi * sigma**2)


def linear_elbo(x, w, mu, sigma, mean, log_std):
    cost = (mean**2 + np.exp(2 * log_std) - 1) / 2 - log_std
    return reconstruction(x, w, mu, sigma, mean, log_std) - cost
"""
SPREAD = " + std**2 * (w @ w)"
DECODED = "mu + np.outer(mean, w)"
RESTORED = "-squares / (2 * sigma**2) - d / 2 * np.log(2 * np.pi * sigma**2)"
BOUND = "reconstruction(x, w, mu, sigma, mean, log_std) - cost"
COST_LINE = "cost = (mean**2 + np.exp(2 * log_std) - 1) / 2 - log_std"
ELBO_SEEN = {"linear-elbo-visible": 1}
ELBO_RESTORED = {"linear-elbo-hidden-reconstruction": 1}
ELBO_BOUND = {"linear-elbo-hidden-bound": 1}
ELBO_ALL = {**ELBO_SEEN, **ELBO_RESTORED, **ELBO_BOUND}
BOUND_LOST = {**ELBO_SEEN, **ELBO_BOUND}


def elbo(*changes):
    """The answer with some of its text replaced."""
    return changed(ELBO, *changes)


LINEAR_ELBO = Exercise(
    "linear-elbo",
    needs=("kl-to-standard",),
    right=(
        Answer("formulas", elbo()),
        Answer(
            "the cost from exercise 3",
            elbo((COST_LINE, "cost = kl_to_standard(mean.reshape(-1, 1), log_std.reshape(-1, 1))")),
        ),
        Answer(
            "loops",
            "def reconstruction(x, w, mu, sigma, mean, log_std):\n"
            "    answers = []\n"
            "    for row, m, log_s in zip(x, mean, log_std):\n"
            "        total = 0.0\n"
            "        for feature, slope, level in zip(row, w, mu):\n"
            "            square = (feature - level - m * slope) ** 2 + (math.exp(log_s) * slope) ** 2\n"
            "            total -= square / (2 * sigma**2) + math.log(sigma) + math.log(2 * math.pi) / 2\n"
            "        answers.append(total)\n"
            "    return answers\n\n\n"
            "def linear_elbo(x, w, mu, sigma, mean, log_std):\n"
            "    restored = reconstruction(x, w, mu, sigma, mean, log_std)\n"
            "    return [r - (m * m + math.exp(2 * l) - 1) / 2 + l for r, m, l in zip(restored, mean, log_std)]\n",
        ),
        Answer(
            "quadrature",
            "def average(values, mean, log_std):\n"
            "    nodes, weights = np.polynomial.hermite_e.hermegauss(6)\n"
            "    z = mean + np.exp(log_std) * nodes[:, np.newaxis]\n"
            "    return weights @ values(z) / weights.sum()\n\n\n"
            "def reconstruction(x, w, mu, sigma, mean, log_std):\n"
            "    def log_likelihood(z):\n"
            "        errors = (x - mu - z[:, :, np.newaxis] * w) / sigma\n"
            "        return np.sum(-(errors**2) / 2 - np.log(sigma * np.sqrt(2 * np.pi)), axis=2)\n\n"
            "    return average(log_likelihood, mean, log_std)\n\n\n"
            "def linear_elbo(x, w, mu, sigma, mean, log_std):\n"
            "    def log_ratio(z):\n"
            "        return -(z**2) / 2 + ((z - mean) / np.exp(log_std)) ** 2 / 2 + log_std\n\n"
            "    return reconstruction(x, w, mu, sigma, mean, log_std) + average(log_ratio, mean, log_std)\n",
        ),
        Answer(
            "density less divergence",
            "def density_and_posterior(x, w, mu, sigma):\n"
            "    total = sigma**2 + w @ w\n"
            "    pull = (x - mu) @ w\n"
            "    squares = (np.sum((x - mu) ** 2, axis=1) - pull**2 / total) / sigma**2\n"
            "    log_det = np.log(total) + (2 * len(w) - 2) * np.log(sigma) + len(w) * np.log(2 * np.pi)\n"
            "    return -(squares + log_det) / 2, pull / total, np.log(sigma) - np.log(total) / 2\n\n\n"
            "def linear_elbo(x, w, mu, sigma, mean, log_std):\n"
            "    log_p, right_mean, right_log_std = density_and_posterior(x, w, mu, sigma)\n"
            "    wider, shift = log_std - right_log_std, (mean - right_mean) / np.exp(right_log_std)\n"
            "    return log_p - ((shift**2 + np.exp(2 * wider) - 1) / 2 - wider)\n\n\n"
            "def reconstruction(x, w, mu, sigma, mean, log_std):\n"
            "    cost = (mean**2 + np.exp(2 * log_std) - 1) / 2 - log_std\n"
            "    return linear_elbo(x, w, mu, sigma, mean, log_std) + cost\n",
        ),
        Answer(
            "squares multiplied out",
            "def reconstruction(x, w, mu, sigma, mean, log_std):\n"
            "    away = x - mu\n"
            "    second_moment = mean**2 + np.exp(log_std) ** 2\n"
            "    squares = np.einsum('ij,ij->i', away, away) - 2 * mean * (away @ w) + second_moment * np.dot(w, w)\n"
            "    return -0.5 * (squares / sigma**2 + len(w) * np.log(2 * np.pi) + 2 * len(w) * np.log(sigma))\n\n\n"
            "def linear_elbo(*given):\n"
            "    mean, log_std = given[4:]\n"
            "    return reconstruction(*given) - (mean**2 + np.expm1(2 * log_std)) / 2 + log_std\n",
        ),
    ),
    wrong=(
        Answer("at the mean only", elbo((SPREAD, "")), ELBO_ALL, "as if the guess were a point"),
        Answer("spread not stretched", elbo((SPREAD, " + std**2")), ELBO_ALL, "stretches the spread"),
        Answer("spread not squared", elbo((SPREAD, " + std * (w @ w)")), ELBO_ALL, "mix up the deviation"),
        Answer(
            "log-variance in the spread",
            elbo(("std = np.exp(log_std)", "std = np.exp(log_std / 2)")),
            ELBO_ALL,
            "mix up the deviation",
        ),
        Answer(
            "spread in every feature",
            elbo(
                (SPREAD, " + d * std**2 * (w @ w)"),
                ("    d = x.shape[1]\n", ""),
                ("    std = np.exp(log_std)\n", "    std, d = np.exp(log_std), len(w)\n"),
            ),
            {**ELBO_SEEN, **ELBO_RESTORED},
            "once for each feature",
        ),
        Answer("spread subtracted", elbo((SPREAD, " - std**2 * (w @ w)")), ELBO_ALL, "better the wider"),
        Answer(
            "constant of one feature",
            elbo((RESTORED, "-squares / (2 * sigma**2) - np.log(2 * np.pi * sigma**2) / 2")),
            {**ELBO_SEEN, **ELBO_RESTORED},
            "that each feature has",
        ),
        Answer(
            "constant of two features",
            elbo((RESTORED, "-squares / (2 * sigma**2) - np.log(2 * np.pi * sigma**2)")),
            {**ELBO_RESTORED, **ELBO_BOUND},
            "always two features",
        ),
        Answer(
            "constant dropped", elbo((RESTORED, "-squares / (2 * sigma**2)")), ELBO_ALL, "does not depend on the guess"
        ),
        Answer(
            "sigma not squared in the error",
            elbo((RESTORED, "-squares / (2 * sigma) - d / 2 * np.log(2 * np.pi * sigma**2)")),
            ELBO_ALL,
            "sigma enters one of the parts",
        ),
        Answer("plain squared error", elbo((RESTORED, "-squares")), ELBO_ALL, "negative squared error"),
        Answer(
            "averaged over the features",
            elbo(("np.sum((x - decoded) ** 2, axis=1)", "np.mean((x - decoded) ** 2, axis=1)")),
            {**ELBO_SEEN, **ELBO_RESTORED},
            "makes the error too cheap",
        ),
        Answer("mu ignored", elbo((DECODED, "np.outer(mean, w)")), ELBO_ALL, "does not depend on mu"),
        Answer("mean not decoded", elbo((DECODED, "mu + mean[:, None]")), ELBO_ALL, "go through the decoder"),
        Answer("mean ignored", elbo((DECODED, "mu")), ELBO_ALL, "on the mean of the guess"),
        Answer(
            "average before the logarithm",
            changed(
                ELBO,
                (SPREAD, ""),
                (
                    RESTORED,
                    "[-(e @ np.linalg.solve(c, e) + np.log(np.linalg.det(2 * np.pi * c))) / 2\n"
                    "            for e, s in zip(x - decoded, std)\n"
                    "            for c in [s**2 * np.outer(w, w) + sigma**2 * np.eye(d)]]",
                ),
                (BOUND, "np.array(reconstruction(x, w, mu, sigma, mean, log_std)) - cost"),
            ),
            ELBO_ALL,
            "the order matters",
        ),
        Answer(
            "cost in both",
            elbo((RESTORED, f"{RESTORED} - (mean**2 + std**2 - 1) / 2 + log_std"), (BOUND, BOUND[:-7])),
            {**ELBO_SEEN, **ELBO_RESTORED},
            "belongs in the other function",
        ),
        Answer("cost added", elbo((BOUND, f"{BOUND[:-7]} + cost")), BOUND_LOST, "stay far from the prior"),
        Answer("cost forgotten", elbo((BOUND, BOUND[:-7])), BOUND_LOST, "what the guess costs"),
        Answer("loss", elbo((BOUND, f"cost - {BOUND[:-7]}")), BOUND_LOST, "you return a loss"),
        Answer("half of the cost", elbo((BOUND, f"{BOUND} / 2")), BOUND_LOST, "only half of the cost"),
        Answer(
            "log-variance in the cost",
            elbo((COST_LINE, "cost = (mean**2 + np.exp(log_std) - 1 - log_std) / 2")),
            BOUND_LOST,
            "logarithm of the variance",
        ),
        Answer(
            "always the density",
            elbo(
                (
                    COST_LINE,
                    "total = sigma**2 + w @ w\n"
                    "    pull = (x - mu) @ w\n"
                    "    squares = (np.sum((x - mu) ** 2, axis=1) - pull**2 / total) / sigma**2\n"
                    "    log_det = np.log(total) + (2 * len(w) - 2) * np.log(sigma) + len(w) * np.log(2 * np.pi)",
                ),
                (BOUND, "-(squares + log_det) / 2"),
            ),
            BOUND_LOST,
            "not a bound of it",
        ),
        Answer(
            "averaged over the observations",
            elbo((BOUND, f"np.mean({BOUND})")),
            BOUND_LOST,
            "each has its own answer",
        ),
    ),
)


# 6. The importance-weighted bound.

bound = body_of("importance_bound(log_w)")
IW_SEEN = {"importance-bound-visible": 1}
IW_VALUES = {"importance-bound-hidden-values": 1}
IW_EXTREME = {"importance-bound-hidden-extreme": 1}
IW_ALL = {**IW_SEEN, **IW_VALUES, **IW_EXTREME}
IW_SEEN_EXTREME = {**IW_SEEN, **IW_EXTREME}
STABLE = """
largest = log_w.max(axis=0)
weights = np.exp(log_w - largest)
return largest + np.log(weights.mean(axis=0))
"""
LARGEST = "log_w.max(axis=0)"
LOG_MEAN = "np.log(weights.mean(axis=0))"


def stable(*changes):
    """The answer with some of its text replaced."""
    return bound(changed(STABLE, *changes))


IMPORTANCE = Exercise(
    "importance-bound",
    right=(
        Answer("largest taken out", stable()),
        Answer(
            "SciPy",
            "from scipy.special import logsumexp\n\n\n"
            + bound("return logsumexp(log_w, axis=0) - np.log(log_w.shape[0])"),
        ),
        Answer("logaddexp", bound("return np.logaddexp.reduce(log_w, axis=0) - np.log(len(log_w))")),
        Answer(
            "loops",
            bound("""
bounds = []
for column in log_w.T:
    largest = max(column)
    total = sum(math.exp(one - largest) for one in column)
    bounds.append(largest + math.log(total / len(column)))
return bounds
"""),
        ),
        Answer(
            "one weight after the other",
            bound("""
total = np.full(log_w.shape[1], -np.inf)
for row in log_w:
    total = np.logaddexp(total, row)
return total - math.log(log_w.shape[0])
"""),
        ),
        Answer(
            "sorted, the largest apart",
            bound("""
ordered = np.sort(log_w, axis=0)[::-1]
rest = np.exp(ordered[1:] - ordered[0]).sum(axis=0)
return ordered[0] + np.log1p(rest) - np.log(len(ordered))
"""),
        ),
    ),
    wrong=(
        Answer(
            "mean of the logarithms",
            bound("return np.mean(log_w, axis=0)"),
            IW_ALL,
            "no better than the evidence lower bound",
        ),
        Answer("sum", stable((LOG_MEAN, "np.log(weights.sum(axis=0))")), IW_ALL, "grows with the number of draws"),
        Answer("largest weight", bound("return np.max(log_w, axis=0)"), IW_ALL, "the largest of the logarithms"),
        Answer(
            "largest weight over K",
            bound("return np.max(log_w, axis=0) - np.log(len(log_w))"),
            {**IW_SEEN, **IW_VALUES},
            "Only the largest weight",
        ),
        Answer("median", bound("return np.median(log_w, axis=0)"), IW_ALL, "median of the logarithms"),
        Answer("sum of the logarithms", bound("return log_w.sum(axis=0)"), IW_ALL, "logarithm of a product"),
        Answer(
            "divided by n",
            stable((LOG_MEAN, "np.log(weights.sum(axis=0) / log_w.shape[1])")),
            IW_ALL,
            "by the number of observations",
        ),
        Answer(
            "divided by K afterwards",
            bound("return np.logaddexp.reduce(log_w, axis=0) / len(log_w)"),
            IW_ALL,
            "after the logarithm",
        ),
        Answer("largest not added back", stable(("return largest + ", "return ")), IW_ALL, "is missing in the end"),
        Answer(
            "other axis",
            stable(
                (LARGEST, "log_w.max(axis=1, keepdims=True)"),
                ("return largest + ", "return largest[:, 0] + "),
                (LOG_MEAN, "np.log(weights.mean(axis=1))"),
            ),
            IW_ALL,
            "over the latent points of one",
        ),
        Answer(
            "mean over the observations",
            stable(
                (
                    "return largest + np.log(weights.mean(axis=0))",
                    "return np.mean(largest + np.log(weights.mean(axis=0)))",
                )
            ),
            IW_ALL,
            "each has its own bound",
        ),
        Answer(
            "all weights together",
            stable((LARGEST, "log_w.max()"), (LOG_MEAN, "np.log(weights.mean())")),
            IW_ALL,
            "each has its own bound",
        ),
        Answer(
            "weight",
            stable(("return largest + np.log(weights.mean(axis=0))", "return np.exp(largest) * weights.mean(axis=0)")),
            IW_ALL,
            "return the mean weight",
        ),
        Answer(
            "loss",
            stable(("return largest + np.log(weights.mean(axis=0))", "return -largest - np.log(weights.mean(axis=0))")),
            IW_ALL,
            "you return a loss",
        ),
        Answer(
            "exponentials at once",
            bound("return np.log(np.mean(np.exp(log_w), axis=0))"),
            IW_SEEN_EXTREME,
            "too large or too small",
        ),
        Answer(
            "one number for all columns",
            stable((LARGEST, "log_w.max()")),
            IW_SEEN_EXTREME,
            "the same number out of the sums",
        ),
        Answer("mean taken out", stable((LARGEST, "log_w.mean(axis=0)")), IW_SEEN_EXTREME, "holds NaN"),
        Answer("smallest taken out", stable((LARGEST, "log_w.min(axis=0)")), IW_SEEN_EXTREME, "holds NaN"),
        Answer(
            "clipped",
            bound("return np.log(np.mean(np.exp(np.clip(log_w, -700, 700)), axis=0))"),
            IW_SEEN_EXTREME,
            "clip the logarithms",
        ),
        Answer(
            "a small number against log 0",
            bound("return np.log(np.mean(np.exp(log_w), axis=0) + 1e-300)"),
            IW_SEEN_EXTREME,
            "away from 0",
        ),
        Answer(
            "impossible points left out",
            stable((LOG_MEAN, "np.log(weights.sum(axis=0) / np.isfinite(log_w).sum(axis=0))")),
            IW_SEEN_EXTREME,
            "drawn all the same",
        ),
    ),
)


# 7. The best sigma.

sigma = body_of("best_sigma(residuals)")
SIGMA_SEEN = {"best-sigma-visible": 1}
SIGMA_HIDDEN = {"best-sigma-hidden": 1}
SIGMA_ALL = {**SIGMA_SEEN, **SIGMA_HIDDEN}

SIGMA = Exercise(
    "best-sigma",
    right=(
        Answer("mean of the squares", sigma("return np.mean(residuals**2) ** 0.5")),
        Answer("length by the root of N", sigma("return np.linalg.norm(residuals.ravel()) / np.sqrt(residuals.size)")),
        Answer(
            "loop",
            sigma("""
total, count = 0.0, 0
for residual in residuals.flat:
    total += residual * residual
    count += 1
return math.sqrt(total / count)
"""),
        ),
        Answer(
            "square of the mean and variance",
            sigma("return math.hypot(np.mean(residuals), np.std(residuals))"),
        ),
        Answer(
            "lists",
            sigma("""
squares = [residual**2 for residual in residuals.reshape(-1).tolist()]
return (math.fsum(squares) / len(squares)) ** (1 / 2)
"""),
        ),
        Answer(
            "scalar product",
            sigma("""
row = np.ravel(residuals)
return np.exp(np.log(row @ row / len(row)) / 2)
"""),
        ),
    ),
    wrong=(
        Answer(
            "divided by one less",
            sigma("return np.sqrt(np.sum(residuals**2) / (residuals.size - 1))"),
            SIGMA_ALL,
            "by one less than the number",
        ),
        Answer(
            "standard deviation", sigma("return np.std(residuals)"), SIGMA_ALL, "subtract the mean of the residuals"
        ),
        Answer(
            "standard deviation, one less",
            sigma("return np.std(residuals, ddof=1)"),
            SIGMA_ALL,
            "subtract the mean of the residuals",
        ),
        Answer("mean absolute residual", sigma("return np.mean(np.abs(residuals))"), SIGMA_ALL, "without their signs"),
        Answer("variance", sigma("return np.mean(residuals**2)"), SIGMA_ALL, "the square of what"),
        Answer("logarithm", sigma("return np.log(np.mean(residuals**2)) / 2"), SIGMA_ALL, "the logarithm of what"),
        Answer("root of the sum", sigma("return np.sqrt(np.sum(residuals**2))"), SIGMA_ALL, "grows with the number"),
        Answer(
            "divided by the number of observations",
            sigma("return np.sqrt(np.sum(residuals**2) / len(residuals))"),
            SIGMA_ALL,
            "each of them has several",
        ),
        Answer(
            "mean of the lengths",
            sigma("return np.mean(np.linalg.norm(residuals.reshape(len(residuals), -1), axis=1))"),
            SIGMA_ALL,
            "lengths of the rows",
        ),
        Answer(
            "mean of the roots",
            sigma("""
rows = residuals.reshape(len(residuals), -1)
return np.mean(np.sqrt(np.mean(rows**2, axis=1)))
"""),
            SIGMA_ALL,
            "average after the root",
        ),
        Answer(
            "divided after the root",
            sigma("return np.sqrt(np.sum(residuals**2)) / residuals.size"),
            SIGMA_ALL,
            "divide after the root",
        ),
        Answer("factor 2", sigma("return np.sqrt(np.mean(residuals**2) / 2)"), SIGMA_ALL, "half as large"),
        Answer("median", sigma("return np.median(np.abs(residuals))"), SIGMA_ALL, "take a median"),
        Answer("largest", sigma("return np.max(np.abs(residuals))"), SIGMA_ALL, "the largest residual"),
        Answer("mean residual", sigma("return np.mean(residuals)"), SIGMA_ALL, "different signs cancel"),
        Answer(
            "one for each feature",
            sigma("return np.sqrt(np.mean(residuals**2, axis=0))"),
            SIGMA_ALL,
            "one sigma for each feature",
        ),
        Answer(
            "a search that is too coarse",
            sigma("""
tried = np.linspace(0.01, 10, 1000)
losses = [np.sum(residuals**2) / (2 * s**2) + residuals.size * np.log(s) for s in tried]
return tried[np.argmin(losses)]
"""),
            SIGMA_ALL,
            "not right, at least",
        ),
    ),
)

EXERCISES = [BELL, DRAW, COST, POSTERIOR, LINEAR_ELBO, IMPORTANCE, SIGMA]

"""Answers to `08_gan`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise, body_of, changed

# 1. The best discriminator.

best = body_of("best_discriminator(p_data, p_model)")
BEST_SEEN = {"best-discriminator-visible": 1}
BEST_VALUES = {"best-discriminator-hidden-values": 1}
BEST_ZEROS = {"best-discriminator-hidden-zeros": 1}
BEST_SEEN_ZEROS = {**BEST_SEEN, **BEST_ZEROS}
BEST_ALL = {**BEST_SEEN, **BEST_VALUES, **BEST_ZEROS}


def share(formula):
    """An answer that is one half where both densities are 0, and elsewhere follows a formula."""
    return best(f"return np.where(p_data + p_model == 0, 0.5, {formula})")


BEST = Exercise(
    "best-discriminator",
    right=(
        Answer("np.where", share("p_data / (p_data + p_model)")),
        Answer(
            "division where it is possible",
            best("""
total = p_data + p_model
return np.divide(p_data, total, out=np.full(total.shape, 0.5), where=total != 0)
"""),
        ),
        Answer(
            "NaN replaced",
            best("""
with np.errstate(invalid="ignore"):
    return np.nan_to_num(p_data / (p_data + p_model), nan=0.5)
"""),
        ),
        Answer(
            "loop over all indices",
            best("""
answers = np.zeros(p_data.shape)
for index in np.ndindex(p_data.shape):
    real, made = p_data[index], p_model[index]
    answers[index] = real / (real + made) if real + made > 0 else 1 / 2
return answers
"""),
        ),
        Answer(
            "lists",
            best("""
def at(real, made):
    if isinstance(real, list):
        return [at(*both) for both in zip(real, made)]
    return 0.5 if real == made else real / (real + made)

return at(p_data.tolist(), p_model.tolist())
"""),
        ),
        Answer(
            "sigmoid of the logit",
            best("""
with np.errstate(all="ignore"):
    logit = np.log(p_data) - np.log(p_model)
    answers = 1 / (1 + np.exp(-logit))
answers[np.isnan(answers)] = 0.5
return answers
"""),
        ),
        Answer(
            "a denominator of 1 where nothing falls",
            best("""
nowhere = (p_data == 0) & (p_model == 0)
return (p_data + 0.5 * nowhere) / (p_data + p_model + nowhere)
"""),
        ),
    ),
    wrong=(
        Answer(
            "p_model on top",
            share("p_model / (p_data + p_model)"),
            BEST_ALL,
            "where the model puts more points",
        ),
        Answer("ratio", share("p_data / p_model"), BEST_ALL, "divide one density by the other"),
        Answer("logit", best("return np.log(p_data / p_model)"), BEST_ALL, "return a logarithm"),
        Answer("decision", share("(p_data > p_model) * 1.0"), BEST_ALL, "points of one kind"),
        Answer(
            "sum over all places",
            share("p_data / np.sum(p_data + p_model)"),
            BEST_ALL,
            "divide by a sum over all places",
        ),
        Answer(
            "normalised first",
            best("""
p_data, p_model = p_data / p_data.sum(), p_model / p_model.sum()
return np.where(p_data + p_model == 0, 0.5, p_data / (p_data + p_model))
"""),
            {**BEST_SEEN, **BEST_VALUES, **BEST_ZEROS},
            "scale the densities before",
        ),
        Answer(
            "divided by the mixture",
            share("p_data / ((p_data + p_model) / 2)"),
            BEST_ALL,
            "lies between 0 and 2",
        ),
        Answer("squares", share("p_data**2 / (p_data**2 + p_model**2)"), BEST_ALL, "square the densities"),
        Answer(
            "softmax",
            best("return np.exp(p_data) / (np.exp(p_data) + np.exp(p_model))"),
            BEST_ALL,
            "as if they were logits",
        ),
        Answer("difference", share("p_data - p_model"), BEST_ALL, "subtract one density"),
        Answer(
            "epsilon below",
            best("return p_data / (p_data + p_model + 1e-8)"),
            BEST_ALL,
            "add a small number",
        ),
        Answer(
            "small epsilons above and below",
            best("return (p_data + 1e-12) / (p_data + p_model + 2e-12)"),
            BEST_VALUES,
            "add a small number",
        ),
        Answer(
            "0 where nothing falls",
            best("return np.nan_to_num(p_data / (p_data + p_model))"),
            BEST_SEEN_ZEROS,
            "you answer 0",
        ),
        Answer(
            "1 where nothing falls",
            best("return np.where(p_model > 0, p_data / (p_data + p_model), 1.0)"),
            BEST_SEEN_ZEROS,
            "you answer 1;",
        ),
        Answer(
            "1/2 wherever a density is 0",
            best("return np.where(p_data * p_model > 0, p_data / (p_data + p_model), 0.5)"),
            BEST_SEEN_ZEROS,
            "also where only one of the densities is 0",
        ),
        Answer(
            "not a number where nothing falls",
            best("return p_data / (p_data + p_model)"),
            BEST_SEEN_ZEROS,
            "look for 0 / 0",
        ),
        Answer(
            "nothing returned",
            best("answers = p_data / (p_data + p_model)"),
            BEST_ALL,
            "is a 'return' missing",
        ),
    ),
)


# 2. The value of the game.

value = body_of("game_value(d, p_data, p_model, dx)")
VALUE_SEEN = {"game-value-visible": 1}
VALUE_VALUES = {"game-value-hidden-values": 1}
VALUE_ZEROS = {"game-value-hidden-zeros": 1}
VALUE_ALL = {**VALUE_SEEN, **VALUE_VALUES, **VALUE_ZEROS}

TERMS = """
def term(weights, probabilities):
    return np.sum(weights[weights > 0] * np.log(probabilities[weights > 0]))

return (term(p_data, d) + term(p_model, 1 - d)) * dx
"""
LAST = "return (term(p_data, d) + term(p_model, 1 - d)) * dx"


def by_terms(last):
    """An answer whose last line is another one."""
    return value(changed(TERMS, (LAST, last)))


VALUE = Exercise(
    "game-value",
    right=(
        Answer("one function for both terms", value(TERMS)),
        Answer(
            "np.where",
            value("""
with np.errstate(all="ignore"):
    real = np.where(p_data == 0, 0, p_data * np.log(d))
    made = np.where(p_model == 0, 0, p_model * np.log1p(-d))
return np.sum(real + made) * dx
"""),
        ),
        Answer(
            "loop",
            value("""
total = 0.0
for answer, real, made in zip(d, p_data, p_model):
    if real > 0:
        if answer == 0:
            return -math.inf
        total += real * math.log(answer) * dx
    if made > 0:
        if answer == 1:
            return -math.inf
        total += made * math.log(1 - answer) * dx
return total
"""),
        ),
        Answer(
            "scalar products",
            value("""
certain = np.log(np.where(p_data > 0, d, 1))
careful = np.log(np.where(p_model > 0, 1 - d, 1))
return dx * (certain @ p_data + careful @ p_model)
"""),
        ),
        Answer(
            "SciPy",
            "from scipy.special import xlog1py, xlogy\n\n\n"
            + value("return float((xlogy(p_data, d) + xlog1py(p_model, -d)).sum() * dx)"),
        ),
    ),
    wrong=(
        Answer(
            "both under the data",
            by_terms("return (term(p_data, d) + term(p_data, 1 - d)) * dx"),
            VALUE_ALL,
            "by the density of the data",
        ),
        Answer(
            "both under the model",
            by_terms("return (term(p_model, d) + term(p_model, 1 - d)) * dx"),
            VALUE_ALL,
            "by the density of the model",
        ),
        Answer(
            "densities swapped",
            by_terms("return (term(p_model, d) + term(p_data, 1 - d)) * dx"),
            VALUE_ALL,
            "have changed places",
        ),
        Answer(
            "loss",
            by_terms("return -(term(p_data, d) + term(p_model, 1 - d)) * dx"),
            VALUE_ALL,
            "you return a loss",
        ),
        Answer(
            "dx forgotten",
            by_terms("return term(p_data, d) + term(p_model, 1 - d)"),
            {**VALUE_SEEN, **VALUE_VALUES},
            "a finer grid makes it larger",
        ),
        Answer(
            "divided by dx",
            by_terms("return (term(p_data, d) + term(p_model, 1 - d)) / dx"),
            {**VALUE_SEEN, **VALUE_VALUES},
            "divide by the distance",
        ),
        Answer(
            "mean over the places",
            by_terms("return (term(p_data, d) + term(p_model, 1 - d)) / len(d)"),
            VALUE_ALL,
            "average over the places",
        ),
        Answer(
            "trapezoids",
            value("""
real = np.where(p_data > 0, p_data * np.log(d), 0)
made = np.where(p_model > 0, p_model * np.log(1 - d), 0)
return np.trapezoid(real + made, dx=dx)
"""),
            VALUE_ALL,
            "treats the two ends",
        ),
        Answer("real points only", by_terms("return term(p_data, d) * dx"), VALUE_ALL, "looks only at real points"),
        Answer(
            "generated points only",
            by_terms("return term(p_model, 1 - d) * dx"),
            VALUE_ALL,
            "looks only at generated points",
        ),
        Answer(
            "ln D twice",
            by_terms("return (term(p_data, d) + term(p_model, d)) * dx"),
            VALUE_ALL,
            "the logarithm of D for generated points",
        ),
        Answer(
            "base 2",
            value(changed(TERMS, ("np.log(", "np.log2("))),
            VALUE_ALL,
            "another base",
        ),
        Answer(
            "half",
            by_terms("return (term(p_data, d) + term(p_model, 1 - d)) * dx / 2"),
            VALUE_ALL,
            "half as large",
        ),
        Answer(
            "kept away from certainty",
            value("""
d = np.clip(d, 1e-12, 1 - 1e-12)
return np.sum(p_data * np.log(d) + p_model * np.log(1 - d)) * dx
"""),
            VALUE_ZEROS,
            "certain and wrong",
        ),
        Answer(
            "a small number inside the logarithms",
            value("return np.sum(p_data * np.log(d + 1e-15) + p_model * np.log(1 - d + 1e-15)) * dx"),
            VALUE_ZEROS,
            "certain and wrong",
        ),
        Answer(
            "certain places left out",
            value("""
kept = (d > 0) & (d < 1)
d, p_data, p_model = d[kept], p_data[kept], p_model[kept]
return np.sum(p_data * np.log(d) + p_model * np.log(1 - d)) * dx
"""),
            VALUE_ZEROS,
            "where D is 0 or 1",
        ),
        Answer(
            "only where both are positive",
            value("""
kept = (p_data > 0) & (p_model > 0)
d, p_data, p_model = d[kept], p_data[kept], p_model[kept]
return np.sum(p_data * np.log(d) + p_model * np.log(1 - d)) * dx
"""),
            VALUE_ZEROS,
            "only one of the densities is 0",
        ),
        Answer(
            "zeros not looked at",
            value("return np.sum(p_data * np.log(d) + p_model * np.log(1 - d)) * dx"),
            VALUE_ZEROS,
            "holds NaN",
        ),
    ),
)


# 3. The losses of the two players.

LOSSES = """\
def softplus(logits):
    return np.logaddexp(0, logits)


def discriminator_loss(logit_real, logit_fake):
    return softplus(-logit_real).mean() + softplus(logit_fake).mean()


def generator_loss(logit_fake, saturating):
    return -softplus(logit_fake).mean() if saturating else softplus(-logit_fake).mean()
"""
SOFTPLUS = "np.logaddexp(0, logits)"
EXPERT = "softplus(-logit_real).mean() + softplus(logit_fake).mean()"
FORGER = "-softplus(logit_fake).mean() if saturating else softplus(-logit_fake).mean()"
LOSS_SEEN = {"losses-visible": 1}
LOSS_EXPERT = {"losses-hidden-discriminator": 1}
LOSS_FORGER = {"losses-hidden-generator": 1}
LOSS_EXTREME = {"losses-hidden-extreme": 1}
LOSS_ALL = {**LOSS_SEEN, **LOSS_EXPERT, **LOSS_FORGER, **LOSS_EXTREME}
EXPERT_LOST = {**LOSS_SEEN, **LOSS_EXPERT}
EXPERT_LOST_ALL = {**EXPERT_LOST, **LOSS_EXTREME}
FORGER_LOST = {**LOSS_SEEN, **LOSS_FORGER}
FORGER_LOST_ALL = {**FORGER_LOST, **LOSS_EXTREME}


def expert(formula):
    """Losses with another one for the discriminator."""
    return changed(LOSSES, (EXPERT, formula))


def forger(formula):
    """Losses with others for the generator."""
    return changed(LOSSES, (FORGER, formula))


SAME_ORDER = "The same: np.logaddexp does not depend on the order of its arguments."

PLAYERS = Exercise(
    "losses",
    survivors={
        "3: return np.mean(np.logaddexp(0, -logit_real)) + np.mean(np.logaddexp(0, logit_fake))"
        " -> return np.mean(np.logaddexp(-logit_real, 0)) + np.mean(np.logaddexp(0, logit_fake))": SAME_ORDER,
        "3: return np.mean(np.logaddexp(0, -logit_real)) + np.mean(np.logaddexp(0, logit_fake))"
        " -> return np.mean(np.logaddexp(0, -logit_real)) + np.mean(np.logaddexp(logit_fake, 0))": SAME_ORDER,
        "8: return -np.mean(np.logaddexp(0, logit_fake)) -> return -np.mean(np.logaddexp(logit_fake, 0))": SAME_ORDER,
        "9: return np.mean(np.logaddexp(0, -logit_fake)) -> return np.mean(np.logaddexp(-logit_fake, 0))": SAME_ORDER,
    },
    right=(
        Answer("a function for softplus", LOSSES),
        Answer(
            "the larger part taken out",
            changed(LOSSES, (SOFTPLUS, "np.maximum(logits, 0) + np.log(1 + np.exp(-np.abs(logits)))")),
        ),
        Answer(
            "loops and two cases",
            "def log_sigmoid(logit):\n"
            "    if logit >= 0:\n"
            "        return -math.log1p(math.exp(-logit))\n"
            "    return logit - math.log1p(math.exp(logit))\n\n\n"
            "def discriminator_loss(logit_real, logit_fake):\n"
            "    real = -sum(log_sigmoid(logit) for logit in logit_real) / len(logit_real)\n"
            "    fake = -sum(log_sigmoid(-logit) for logit in logit_fake) / len(logit_fake)\n"
            "    return real + fake\n\n\n"
            "def generator_loss(logit_fake, saturating):\n"
            "    if saturating:\n"
            "        return sum(log_sigmoid(-logit) for logit in logit_fake) / len(logit_fake)\n"
            "    return -sum(log_sigmoid(logit) for logit in logit_fake) / len(logit_fake)\n",
        ),
        Answer(
            "SciPy's log_expit",
            "from scipy.special import log_expit\n\n\n"
            "def discriminator_loss(logit_real, logit_fake):\n"
            "    return -np.mean(log_expit(logit_real)) - np.mean(log_expit(-logit_fake))\n\n\n"
            "def generator_loss(logit_fake, saturating):\n"
            "    return np.mean(log_expit(-logit_fake)) if saturating else -np.mean(log_expit(logit_fake))\n",
        ),
        Answer(
            "differences of the logits",
            "def discriminator_loss(logit_real, logit_fake):\n"
            "    real = np.average(np.logaddexp(logit_real, 0) - logit_real)\n"
            "    return real + np.average(np.logaddexp(logit_fake, 0))\n"
            "\n\ndef generator_loss(logit_fake, saturating):\n"
            "    minus_log_rest = np.average(np.logaddexp(logit_fake, 0))\n"
            "    return -minus_log_rest if saturating else minus_log_rest - np.average(logit_fake)\n",
        ),
        Answer(
            "the discriminator's loss from the generator's",
            "def generator_loss(logit_fake, saturating):\n"
            "    sign = 1 if saturating else -1\n"
            "    return -sign * np.logaddexp(0, sign * logit_fake).sum() / logit_fake.size\n\n\n"
            "def discriminator_loss(logit_real, logit_fake):\n"
            "    return generator_loss(logit_real, False) - generator_loss(logit_fake, True)\n",
        ),
    ),
    wrong=(
        Answer(
            "labels swapped",
            expert("softplus(logit_real).mean() + softplus(-logit_fake).mean()"),
            EXPERT_LOST,
            "its labels are swapped",
        ),
        Answer(
            "sign of the discriminator's loss",
            expert("-softplus(-logit_real).mean() - softplus(logit_fake).mean()"),
            EXPERT_LOST_ALL,
            "the largest loss of all",
        ),
        Answer(
            "both labels real",
            expert("softplus(-logit_real).mean() + softplus(-logit_fake).mean()"),
            EXPERT_LOST,
            "what the other player wants",
        ),
        Answer(
            "summed over the batch",
            expert("softplus(-logit_real).sum() + softplus(logit_fake).sum()"),
            EXPERT_LOST_ALL,
            "a larger batch has a larger loss",
        ),
        Answer(
            "one batch",
            expert("np.concatenate([softplus(-logit_real), softplus(logit_fake)]).mean()"),
            EXPERT_LOST_ALL,
            "over both batches together",
        ),
        Answer(
            "mean of the two",
            expert("(softplus(-logit_real).mean() + softplus(logit_fake).mean()) / 2"),
            EXPERT_LOST_ALL,
            "mean of the two parts",
        ),
        Answer(
            "paired",
            expert("np.mean(softplus(-logit_real) + softplus(logit_fake))"),
            LOSS_EXPERT,
            "stopped with an error",
        ),
        Answer(
            "generated points ignored",
            expert("softplus(-logit_real).mean()"),
            EXPERT_LOST_ALL,
            "ignores the generated points",
        ),
        Answer(
            "logits averaged",
            expert("softplus(-logit_real.mean()) + softplus(logit_fake.mean())"),
            EXPERT_LOST_ALL,
            "average the logits first",
        ),
        Answer(
            "the generator's losses swapped",
            forger("softplus(-logit_fake).mean() if saturating else -softplus(logit_fake).mean()"),
            FORGER_LOST_ALL,
            "The two losses have changed places",
        ),
        Answer(
            "never saturating",
            forger("softplus(-logit_fake).mean()"),
            FORGER_LOST_ALL,
            "whether or not it should saturate",
        ),
        Answer(
            "sign of the saturating loss",
            forger("softplus(logit_fake).mean() if saturating else softplus(-logit_fake).mean()"),
            FORGER_LOST_ALL,
            "saturating loss has the wrong sign",
        ),
        Answer(
            "the discriminator's loss given to the generator",
            forger("-softplus(logit_fake).mean() if saturating else softplus(logit_fake).mean()"),
            FORGER_LOST,
            "would help its opponent",
        ),
        Answer(
            "generator summed over the batch",
            forger("-softplus(logit_fake).sum() if saturating else softplus(-logit_fake).sum()"),
            {**LOSS_FORGER, **LOSS_EXTREME},
            "a larger batch has a larger loss",
        ),
        Answer(
            "sigmoid, then logarithm",
            "def sigmoid(logits):\n"
            "    return 1 / (1 + np.exp(-logits))\n\n\n"
            "def discriminator_loss(logit_real, logit_fake):\n"
            "    return -np.mean(np.log(sigmoid(logit_real))) - np.mean(np.log(1 - sigmoid(logit_fake)))\n\n\n"
            "def generator_loss(logit_fake, saturating):\n"
            "    d = sigmoid(logit_fake)\n"
            "    return np.mean(np.log(1 - d)) if saturating else -np.mean(np.log(d))\n",
            LOSS_EXTREME,
            "rounded to 0 or 1",
        ),
        Answer(
            "sigmoid in a function for softplus",
            changed(LOSSES, (SOFTPLUS, "-np.log(1 - 1 / (1 + np.exp(-logits)))")),
            LOSS_EXTREME,
            "rounded to 0 or 1",
        ),
        Answer(
            "exponential overflows",
            changed(LOSSES, (SOFTPLUS, "np.log(1 + np.exp(logits))")),
            LOSS_EXTREME,
            "overflows at large logits",
        ),
        Answer(
            "probabilities limited",
            changed(LOSSES, (SOFTPLUS, "-np.log(np.clip(1 / (1 + np.exp(logits)), 1e-7, 1 - 1e-7))")),
            LOSS_EXTREME,
            "stop growing at large logits",
        ),
        Answer(
            "logits limited",
            changed(LOSSES, (SOFTPLUS, "np.log(1 + np.exp(np.clip(logits, -50, 50)))")),
            LOSS_EXTREME,
            "limit the logits",
        ),
        Answer(
            "base 2",
            changed(LOSSES, (SOFTPLUS, "np.logaddexp2(0, logits / math.log(2))")),
            LOSS_ALL,
            "another base",
        ),
    ),
)


# 4. The Jensen-Shannon divergence.

divergence = body_of("jensen_shannon(p, q)")
JS_HIDDEN = {"jensen-shannon-hidden": 1}
JS_ALL = {"jensen-shannon-visible": 1, **JS_HIDDEN}
JS = """
def kl(a, b):
    return sum(x * math.log(x / y) for x, y in zip(a, b) if x > 0)

m = (p + q) / 2
return 0.5 * kl(p, m) + 0.5 * kl(q, m)
"""
JS_LAST = "return 0.5 * kl(p, m) + 0.5 * kl(q, m)"


def js(last):
    """An answer whose last line is another one."""
    return divergence(changed(JS, (JS_LAST, last)))


JENSEN_SHANNON = Exercise(
    "jensen-shannon",
    right=(
        Answer("sum in a function", divergence(JS)),
        Answer(
            "np.where",
            divergence("""
with np.errstate(all="ignore"):
    first = np.where(p > 0, p * np.log(2 * p / (p + q)), 0)
    second = np.where(q > 0, q * np.log(2 * q / (p + q)), 0)
return np.sum(first + second) / 2
"""),
        ),
        Answer(
            "entropies",
            divergence("""
def entropy(probabilities):
    positive = probabilities[probabilities > 0]
    return -positive @ np.log(positive)

return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
"""),
        ),
        Answer(
            "SciPy's distance squared",
            "from scipy.spatial.distance import jensenshannon\n\n\n"
            + divergence("return float(jensenshannon(p, q)) ** 2 if not np.array_equal(p, q) else 0"),
        ),
        Answer(
            "the value of the best discriminator",
            divergence("""
total = 0.0
for real, made in zip(p, q):
    if real:
        total += real * np.log(real / (real + made))
    if made:
        total += made * np.log(made / (real + made))
return (total + math.log(4)) / 2
"""),
        ),
        Answer(
            "NaN left out of the sum",
            divergence("""
m = (p + q) / 2
with np.errstate(all="ignore"):
    return (np.nansum(p * np.log(p / m)) + np.nansum(q * np.log(q / m))) / 2
"""),
        ),
    ),
    wrong=(
        Answer(
            "base 2",
            divergence(changed(JS, ("math.log(", "math.log2("))),
            JS_ALL,
            "another base",
        ),
        Answer("root", js("return math.sqrt(0.5 * kl(p, m) + 0.5 * kl(q, m))"), JS_ALL, "You take a root"),
        Answer("not halved", js("return kl(p, m) + kl(q, m)"), JS_ALL, "twice too large"),
        Answer(
            "mixture not halved",
            divergence(changed(JS, ("(p + q) / 2", "p + q"))),
            JS_ALL,
            "adds up to 2",
        ),
        Answer("only the first", js("return kl(p, m)"), JS_HIDDEN, "only the first distribution"),
        Answer("only the first, halved", js("return kl(p, m) / 2"), JS_ALL, "only the first distribution"),
        Answer("only the second", js("return kl(q, m)"), JS_HIDDEN, "only the second distribution"),
        Answer(
            "Kullback-Leibler",
            divergence("return np.sum(np.where(p > 0, p * np.log(p / q), 0))"),
            JS_ALL,
            "without a mixture",
        ),
        Answer(
            "Kullback-Leibler both ways",
            divergence("""
kept = (p > 0) & (q > 0)
p, q = p[kept], q[kept]
return np.sum(p * np.log(p / q) + q * np.log(q / p)) / 2
"""),
            JS_ALL,
            "without a mixture",
        ),
        Answer(
            "from the mixture",
            divergence("""
m = (p + q) / 2
return np.sum(np.where(m > 0, m * np.log(m / p) + m * np.log(m / q), 0)) / 2
"""),
            JS_ALL,
            "weighted by the mixture",
        ),
        Answer(
            "empty cells of either left out",
            divergence("""
kept = (p > 0) & (q > 0)
p, q = p[kept], q[kept]
m = (p + q) / 2
return np.sum(p * np.log(p / m) + q * np.log(q / m)) / 2
"""),
            JS_ALL,
            "leave out every cell",
        ),
        Answer("sign", js("return -0.5 * kl(p, m) - 0.5 * kl(q, m)"), JS_ALL, "never negative"),
        Answer("total variation", divergence("return np.abs(p - q).sum() / 2"), JS_ALL, "without any logarithm"),
        Answer(
            "mean over the cells",
            js("return (0.5 * kl(p, m) + 0.5 * kl(q, m)) / len(p)"),
            JS_ALL,
            "average over the cells",
        ),
        Answer(
            "empty cells not looked at",
            divergence("""
m = (p + q) / 2
return np.sum(p * np.log(p / m) + q * np.log(q / m)) / 2
"""),
            JS_ALL,
            "holds NaN",
        ),
        Answer(
            "one for each cell",
            divergence("""
m = (p + q) / 2
return np.nan_to_num(p * np.log(p / m)) / 2 + np.nan_to_num(q * np.log(q / m)) / 2
"""),
            JS_ALL,
            "where a single value is expected",
        ),
    ),
)


# 5. The Wasserstein distance on a line.

distance = body_of("wasserstein_1d(x, y)")
W_HIDDEN = {"wasserstein-hidden": 1}
W_ALL = {"wasserstein-visible": 1, **W_HIDDEN}

WASSERSTEIN = Exercise(
    "wasserstein",
    right=(
        Answer("sorted lists", distance("return sum(abs(a - b) for a, b in zip(sorted(x), sorted(y))) / len(x)")),
        Answer("by indices", distance("return np.abs(x[np.argsort(x)] - y[np.argsort(y)]).mean()")),
        Answer(
            "copies sorted in place",
            distance("""
x, y = x.astype(float), y.astype(float)
x.sort()
y.sort()
return np.linalg.norm(x - y, ord=1) / x.size
"""),
        ),
        Answer(
            "SciPy",
            "from scipy.stats import wasserstein_distance\n\n\n" + distance("return wasserstein_distance(x, y)"),
        ),
        Answer(
            "work carried along the line",
            distance("""
grains = sorted([(place, 1) for place in x] + [(place, -1) for place in y])
work = carried = 0
for (place, change), (following, _) in zip(grains, grains[1:]):
    carried += change
    work += abs(carried) * (following - place)
return work / len(x)
"""),
        ),
        Answer(
            "from right to left",
            distance("return np.average(np.fabs(np.sort(x)[::-1] - np.sort(y)[::-1]))"),
        ),
    ),
    wrong=(
        Answer("unsorted", distance("return np.mean(np.abs(x - y))"), W_ALL, "in which they come"),
        Answer(
            "only x sorted",
            distance("return np.mean(np.abs(np.sort(x) - y))"),
            W_HIDDEN,
            "sort only one of the samples",
        ),
        Answer("only y sorted", distance("return np.mean(np.abs(x - np.sort(y)))"), W_ALL, "sort only one of the"),
        Answer(
            "sorted the other way",
            distance("return np.mean(np.abs(np.sort(x) - np.sort(y)[::-1]))"),
            W_ALL,
            "the rightmost of the other",
        ),
        Answer("squared", distance("return np.mean((np.sort(x) - np.sort(y)) ** 2)"), W_ALL, "square the distances"),
        Answer(
            "root of the mean square",
            distance("return np.sqrt(np.mean((np.sort(x) - np.sort(y)) ** 2))"),
            W_ALL,
            "square the distances",
        ),
        Answer("summed", distance("return np.sum(np.abs(np.sort(x) - np.sort(y)))"), W_ALL, "grows with the number of"),
        Answer(
            "difference of the means",
            distance("return abs(x.mean() - y.mean())"),
            W_HIDDEN,
            "compare only the means",
        ),
        Answer("signed", distance("return np.mean(np.sort(y) - np.sort(x))"), W_ALL, "cancel in your answer"),
        Answer(
            "all pairs",
            distance("return np.mean([abs(a - b) for a in x for b in y])"),
            W_ALL,
            "over all pairs of grains",
        ),
        Answer(
            "nearest",
            distance("return np.mean([min(abs(y - place)) for place in x])"),
            W_HIDDEN,
            "to the nearest place",
        ),
        Answer(
            "longest way", distance("return np.max(np.abs(np.sort(x) - np.sort(y)))"), W_ALL, "the longest way alone"
        ),
        Answer(
            "medians",
            distance("return np.median(np.abs(np.sort(x) - np.sort(y)))"),
            W_HIDDEN,
            "the median of the ways",
        ),
        Answer(
            "one way for each grain",
            distance("return np.abs(np.sort(x) - np.sort(y))"),
            W_ALL,
            "where a single value is expected",
        ),
        Answer(
            "result of an in-place sort",
            distance("return np.mean(np.abs(x.sort() - y.sort()))"),
            W_ALL,
            "stopped with an error",
        ),
    ),
)


# 6. The gradient penalty.

penalty = body_of("gradient_penalty(gradients, weight)")
GP_SEEN = {"gradient-penalty-visible": 1}
GP_HIDDEN = {"gradient-penalty-hidden": 1}
GP_ALL = {**GP_SEEN, **GP_HIDDEN}
LENGTHS = "lengths = np.sqrt(np.sum(gradients.reshape(len(gradients), -1) ** 2, axis=1))\n"

PENALTY = Exercise(
    "gradient-penalty",
    right=(
        Answer(
            "flattened",
            penalty("""
lengths = np.linalg.norm(gradients.reshape(len(gradients), -1), axis=1)
return weight * np.mean((lengths - 1) ** 2)
"""),
        ),
        Answer("root of a sum", penalty(LENGTHS + "return weight * ((lengths - 1) ** 2).mean()")),
        Answer(
            "loop",
            penalty("""
total = 0.0
for gradient in gradients:
    total += (np.linalg.norm(gradient.ravel()) - 1) ** 2
return weight * total / len(gradients)
"""),
        ),
        Answer(
            "all axes but the first",
            penalty("""
axes = tuple(range(1, gradients.ndim))
return np.mean(weight * np.square(np.sqrt(np.square(gradients).sum(axis=axes)) - 1))
"""),
        ),
        Answer(
            "Python's hypot",
            penalty("""
costs = [(math.hypot(*gradient.flatten().tolist()) - 1) ** 2 for gradient in gradients]
return weight * sum(costs) / len(costs)
"""),
        ),
        Answer(
            "squares multiplied out",
            penalty("""
flat = gradients.reshape(gradients.shape[0], -1)
squares = np.einsum("ij,ij->i", flat, flat)
return weight * (np.mean(squares) - 2 * np.mean(np.sqrt(squares)) + 1)
"""),
        ),
    ),
    wrong=(
        Answer(
            "norm over the batch",
            penalty("return weight * (np.linalg.norm(gradients) - 1) ** 2"),
            GP_ALL,
            "mixes the gradients",
        ),
        Answer(
            "norm over the first axis",
            penalty("return weight * np.mean((np.linalg.norm(gradients, axis=0) - 1) ** 2)"),
            GP_ALL,
            "mixes the gradients",
        ),
        Answer(
            "norm over the second axis",
            penalty("return weight * np.mean((np.linalg.norm(gradients, axis=1) - 1) ** 2)"),
            GP_ALL,
            "along a single axis",
        ),
        Answer(
            "norm over the last axis",
            penalty("return weight * np.mean((np.linalg.norm(gradients, axis=-1) - 1) ** 2)"),
            GP_ALL,
            "along a single axis",
        ),
        Answer(
            "penalty on the squared norm",
            penalty("""
squares = np.sum(gradients.reshape(len(gradients), -1) ** 2, axis=1)
return weight * np.mean((squares - 1) ** 2)
"""),
            GP_ALL,
            "the square of the length with 1",
        ),
        Answer(
            "summed over the batch",
            penalty(LENGTHS + "return weight * np.sum((lengths - 1) ** 2)"),
            GP_ALL,
            "grows with the size of the batch",
        ),
        Answer(
            "mean length",
            penalty(LENGTHS + "return weight * (lengths.mean() - 1) ** 2"),
            GP_ALL,
            "average the lengths before",
        ),
        Answer(
            "only above 1",
            penalty(LENGTHS + "return weight * np.mean(np.maximum(0, lengths - 1) ** 2)"),
            GP_ALL,
            "shorter than 1 pass",
        ),
        Answer(
            "not squared",
            penalty(LENGTHS + "return weight * np.mean(lengths - 1)"),
            GP_ALL,
            "do not square the difference",
        ),
        Answer("R1", penalty(LENGTHS + "return weight / 2 * np.mean(lengths**2)"), GP_ALL, "punish the length itself"),
        Answer(
            "weight forgotten",
            penalty(LENGTHS + "return np.mean((lengths - 1) ** 2)"),
            GP_ALL,
            "does not depend on the weight",
        ),
        Answer(
            "weight squared",
            penalty(LENGTHS + "return np.mean((weight * (lengths - 1)) ** 2)"),
            GP_ALL,
            "Your weight counts twice",
        ),
        Answer(
            "each number",
            penalty("return weight * np.mean((gradients - 1) ** 2)"),
            GP_ALL,
            "each number of a gradient with 1",
        ),
        Answer(
            "sum of the absolute values",
            penalty("""
lengths = np.sum(np.abs(gradients.reshape(len(gradients), -1)), axis=1)
return weight * np.mean((lengths - 1) ** 2)
"""),
            GP_ALL,
            "without their signs; that is another length",
        ),
        Answer(
            "one for each observation",
            penalty(LENGTHS + "return weight * (lengths - 1) ** 2"),
            GP_ALL,
            "a penalty for each observation",
        ),
        Answer(
            "only points",
            penalty("""
count, size = gradients.shape
return weight * np.mean((np.sqrt(np.sum(gradients**2, axis=1)) - 1) ** 2)
"""),
            GP_ALL,
            "stopped with an error",
        ),
    ),
)


# 7. Two players, two numbers.

path = body_of("play(start, steps, eta, simultaneous)")
PLAY_SEEN = {"play-visible": 1}
PLAY_HIDDEN = {"play-hidden": 1}
PLAY_ALL = {**PLAY_SEEN, **PLAY_HIDDEN}
GAME = """
a, b = start
rows = [[a, b]]
for step in range(steps):
    if simultaneous:
        a, b = a - eta * b, b + eta * a
    else:
        a = a - eta * b
        b = b + eta * a
    rows.append([a, b])
return np.array(rows)
"""
AT_ONCE = "a, b = a - eta * b, b + eta * a"
FIRST = "        a = a - eta * b\n"
SECOND = "        b = b + eta * a\n"


def game(*changes):
    """An answer with some of its lines replaced."""
    return path(changed(GAME, *changes))


PLAY = Exercise(
    "play",
    right=(
        Answer("two cases", game()),
        Answer("list of lists", game(("np.array(rows)", "rows"))),
        Answer(
            "rows of an array filled",
            path("""
places = np.zeros((steps + 1, 2))
places[0] = start
for i in range(steps):
    a, b = places[i]
    places[i + 1, 0] = a - eta * b
    places[i + 1, 1] = b + eta * (a if simultaneous else places[i + 1, 0])
return places
"""),
        ),
        Answer(
            "matrix",
            path("""
step = np.array([[1, -eta], [eta, 1 if simultaneous else 1 - eta**2]])
places = [start]
for _ in range(steps):
    places.append(step @ places[-1])
return np.stack(places)
"""),
        ),
        Answer(
            "recursion",
            path("""
if steps == 0:
    return np.array([start])
before = play(start, steps - 1, eta, simultaneous)
a, b = before[-1]
moved = a - eta * b
return np.vstack([before, [moved, b + eta * (a if simultaneous else moved)]])
"""),
        ),
        Answer(
            "accumulate",
            "from itertools import accumulate\n\n\n"
            + path("""
def step(place, _):
    a, b = place
    new_a = a - eta * b
    return new_a, b + eta * [new_a, a][int(simultaneous)]

return list(accumulate(range(steps), step, initial=tuple(start)))
"""),
        ),
    ),
    wrong=(
        Answer(
            "always in turn",
            game((AT_ONCE, "a = a - eta * b\n        b = b + eta * a")),
            PLAY_ALL,
            "always sees the move of the first",
        ),
        Answer("always at once", game((FIRST + SECOND, f"        {AT_ONCE}\n")), PLAY_ALL, "never sees"),
        Answer("swapped", game(("if simultaneous", "if not simultaneous")), PLAY_ALL, "two ways to move have changed"),
        Answer("second first", game((FIRST + SECOND, SECOND + FIRST)), PLAY_ALL, "moves before the first"),
        Answer(
            "both down",
            game((AT_ONCE, "a, b = a - eta * b, b - eta * a"), (SECOND, "        b = b - eta * a\n")),
            PLAY_ALL,
            "want the product to be small",
        ),
        Answer(
            "both up",
            game((AT_ONCE, "a, b = a + eta * b, b + eta * a"), (FIRST, "        a = a + eta * b\n")),
            PLAY_ALL,
            "want the product to be large",
        ),
        Answer(
            "roles swapped",
            game(
                (AT_ONCE, "a, b = a + eta * b, b - eta * a"),
                (FIRST, "        a = a + eta * b\n"),
                (SECOND, "        b = b - eta * a\n"),
            ),
            PLAY_ALL,
            "changed their roles",
        ),
        Answer(
            "wrong slopes",
            game(
                (AT_ONCE, "a, b = a - eta * a, b + eta * b"),
                (FIRST, "        a = a - eta * a\n"),
                (SECOND, "        b = b + eta * b\n"),
            ),
            PLAY_ALL,
            "by its own number",
        ),
        Answer(
            "no learning rate",
            game(
                (AT_ONCE, "a, b = a - b, b + a"),
                (FIRST, "        a = a - b\n"),
                (SECOND, "        b = b + a\n"),
            ),
            PLAY_ALL,
            "do not depend on the learning rate",
        ),
        Answer("only the end", game(("np.array(rows)", "np.array(rows[-1])")), PLAY_ALL, "the last place only"),
        Answer("start left out", game(("np.array(rows)", "np.array(rows[1:])")), PLAY_ALL, "another shape"),
        Answer("one step too few", game(("range(steps)", "range(steps - 1)")), PLAY_ALL, "another shape"),
        Answer("columns", game(("np.array(rows)", "np.array(rows).T")), PLAY_ALL, "Rows and columns"),
        Answer(
            "b first",
            game(("rows = [[a, b]]", "rows = [[b, a]]"), ("rows.append([a, b])", "rows.append([b, a])")),
            PLAY_ALL,
            "in the rows of your path",
        ),
        Answer(
            "start fixed",
            game(("a, b = start\n", "a, b = 1.0, 0.0\n")),
            PLAY_HIDDEN,
            "always starts at (1, 0)",
        ),
        Answer(
            "the same row again and again",
            path("""
place = np.array(start, dtype=float)
rows = [place]
for _ in range(steps):
    a, b = place
    place[0] = a - eta * b
    place[1] = b + eta * (a if simultaneous else place[0])
    rows.append(place)
return np.array(rows)
"""),
            PLAY_ALL,
            "not right, at least",
        ),
    ),
)


# 8. Dropped modes.

dropped = body_of("dropped_modes(samples, centres, share)")
DROPPED_SEEN = {"dropped-modes-visible": 1}
DROPPED_HIDDEN = {"dropped-modes-hidden": 1}
DROPPED_ALL = {**DROPPED_SEEN, **DROPPED_HIDDEN}
NEAREST = """
differences = samples[:, None, :] - centres[None, :, :]
distances = np.sqrt(np.sum(differences**2, axis=2))
owners = np.argmin(distances, axis=1)
counts = np.bincount(owners, minlength=len(centres))
return np.sum(counts < share * len(samples))
"""
DISTANCES = "np.sqrt(np.sum(differences**2, axis=2))"
OWNERS = "np.argmin(distances, axis=1)"
COUNTS = "np.bincount(owners, minlength=len(centres))"
NUMBER = "np.sum(counts < share * len(samples))"


def nearest(*changes):
    """An answer with some of its text replaced."""
    return dropped(changed(NEAREST, *changes))


DROPPED = Exercise(
    "dropped-modes",
    right=(
        Answer("squared distances", nearest((DISTANCES, "np.sum(differences**2, axis=2)"))),
        Answer(
            "loops",
            dropped("""
counts = [0] * len(centres)
for sample in samples:
    distances = [math.dist(sample, centre) for centre in centres]
    counts[distances.index(min(distances))] += 1
return sum(1 for count in counts if count / len(samples) < share)
"""),
        ),
        Answer(
            "SciPy's distances",
            "from scipy.spatial.distance import cdist\n\n\n"
            + dropped("""
owners = cdist(samples, centres).argmin(axis=1)
return sum(np.mean(owners == mode) < share for mode in range(len(centres)))
"""),
        ),
        Answer(
            "Counter",
            "from collections import Counter\n\n\n"
            + dropped("""
owners = Counter(min(range(len(centres)), key=lambda mode: np.sum((centres[mode] - one) ** 2)) for one in samples)
return len([mode for mode in range(len(centres)) if owners[mode] < share * len(samples)])
"""),
        ),
        Answer(
            "centres that are kept subtracted",
            nearest((NUMBER, "len(centres) - np.count_nonzero(counts / counts.sum() >= share)")),
        ),
        Answer(
            "np.add.at",
            dropped("""
owners = np.linalg.norm(centres[:, None] - samples[None], axis=-1).argmin(axis=0)
fractions = np.zeros(len(centres))
np.add.at(fractions, owners, 1)
return float((fractions / len(samples) < share).sum())
"""),
        ),
    ),
    wrong=(
        Answer(
            "samples counted",
            nearest((NUMBER, "np.sum(counts[counts < share * len(samples)])")),
            DROPPED_ALL,
            "count samples, not modes",
        ),
        Answer(
            "modes that are left",
            nearest((NUMBER, "np.sum(counts >= share * len(samples))")),
            DROPPED_ALL,
            "the modes that the generator has",
        ),
        Answer(
            "boundary included",
            nearest((NUMBER, "np.sum(counts <= share * len(samples))")),
            DROPPED_ALL,
            "exactly the share",
        ),
        Answer("only empty modes", nearest((NUMBER, "np.sum(counts == 0)")), DROPPED_ALL, "without any sample"),
        Answer(
            "share taken for a number of samples",
            nearest((NUMBER, "np.sum(counts < share)")),
            DROPPED_ALL,
            "without any sample",
        ),
        Answer(
            "share of the number of modes",
            nearest((NUMBER, "np.sum(counts < share * len(samples) / len(centres))")),
            DROPPED_ALL,
            "if all had equally many",
        ),
        Answer(
            "share of the largest mode",
            nearest((NUMBER, "np.sum(counts < share * counts.max())")),
            DROPPED_ALL,
            "a share of the largest mode",
        ),
        Answer(
            "empty modes not seen",
            nearest((COUNTS, "np.unique(owners, return_counts=True)[1]")),
            DROPPED_HIDDEN,
            "are missing from your count",
        ),
        Answer(
            "empty modes at the end not seen",
            nearest((COUNTS, "np.bincount(owners)")),
            DROPPED_HIDDEN,
            "if they stand last",
        ),
        Answer(
            "sum of the differences",
            nearest((DISTANCES, "np.sum(np.abs(differences), axis=2)")),
            DROPPED_HIDDEN,
            "that is another distance",
        ),
        Answer(
            "largest difference",
            nearest((DISTANCES, "np.max(np.abs(differences), axis=2)")),
            DROPPED_HIDDEN,
            "by the largest difference",
        ),
        Answer(
            "first coordinate",
            nearest((DISTANCES, "np.abs(differences[:, :, 0])")),
            DROPPED_ALL,
            "by the first coordinate alone",
        ),
        Answer(
            "signed differences",
            nearest((DISTANCES, "np.abs(np.sum(differences, axis=2))")),
            DROPPED_ALL,
            "cancel in your distance",
        ),
        Answer("farthest", nearest((OWNERS, "np.argmax(distances, axis=1)")), DROPPED_ALL, "farthest away"),
        Answer(
            "the last of equals",
            nearest((OWNERS, "len(centres) - 1 - np.argmin(distances[:, ::-1], axis=1)")),
            DROPPED_HIDDEN,
            "another one than the first",
        ),
        Answer(
            "wrong axis",
            nearest((OWNERS, "np.argmin(distances, axis=0)")),
            DROPPED_ALL,
            "each sample that needs a centre",
        ),
        Answer(
            "which modes",
            nearest((NUMBER, "np.flatnonzero(counts < share * len(samples))")),
            DROPPED_ALL,
            "where a single value is expected",
        ),
    ),
)

EXERCISES = [BEST, VALUE, PLAYERS, JENSEN_SHANNON, WASSERSTEIN, PENALTY, PLAY, DROPPED]

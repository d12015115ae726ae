"""Answers to `09_energy_and_diffusion`, wrong and right, with what each must lose and be told."""

from gdl_utils.authoring.answer_bank import Answer, Exercise, body_of, changed


def two(first, second):
    """An answer of two functions."""
    return f"{first}\n\n{second}"


# 1. From an energy to a log-density.

log_density = body_of("log_density(energy, cell)")
ENERGY_SEEN = {"log-density-visible": 1}
ENERGY_HIDDEN = {"log-density-hidden": 1}
ENERGY_ALL = {**ENERGY_SEEN, **ENERGY_HIDDEN}
Z = "np.sum(np.exp(lowest - energy)) * cell"
SHIFTED = f"""
lowest = energy.min()
log_z = np.log({Z}) - lowest
return -energy - log_z
"""


def shifted(*changes):
    """An answer with some of its text replaced."""
    return log_density(changed(SHIFTED, *changes))


LOG_DENSITY = Exercise(
    "log-density",
    right=(
        Answer("shift undone in ln Z", shifted()),
        Answer(
            "np.logaddexp",
            log_density("return -energy - np.logaddexp.reduce(-energy.ravel()) - np.log(cell)"),
        ),
        Answer(
            "SciPy",
            "from scipy.special import log_softmax\n\n\n" + log_density("return log_softmax(-energy) - math.log(cell)"),
        ),
        Answer(
            "SciPy's logsumexp, with the cells as weights",
            "from scipy.special import logsumexp\n\n\n" + log_density("return -(energy + logsumexp(-energy, b=cell))"),
        ),
        Answer(
            "lists and loops",
            log_density("""
flat = [float(one) for one in energy.reshape(-1)]
lowest = min(flat)
z = 0
for one in flat:
    z += math.exp(lowest - one) * cell
answers = [lowest - one - math.log(z) for one in flat]
return np.reshape(answers, energy.shape)
"""),
        ),
        Answer(
            "shifted copy",
            log_density("""
energy = energy.copy()
energy -= energy.min()
energy += np.log(np.exp(-energy).sum()) + np.log(cell)
return -energy
"""),
        ),
    ),
    wrong=(
        Answer(
            "sign",
            log_density("""
highest = energy.max()
return energy - highest - np.log(np.sum(np.exp(energy - highest)) * cell)
"""),
            ENERGY_ALL,
            "high where the energy is high",
        ),
        Answer(
            "sign in Z",
            log_density("return -energy - np.log(np.sum(np.exp(energy)) * cell)"),
            ENERGY_ALL,
            "The sign of the energy in your Z",
        ),
        Answer("Z is a mean", shifted((Z, "np.mean(np.exp(lowest - energy))")), ENERGY_ALL, "a mean over the places"),
        Answer(
            "Z is a mean, times a cell",
            shifted((Z, "np.mean(np.exp(lowest - energy)) * cell")),
            ENERGY_ALL,
            "how many cells there are",
        ),
        Answer(
            "cell forgotten",
            shifted((Z, "np.sum(np.exp(lowest - energy))")),
            ENERGY_ALL,
            "does not depend on the size of a cell",
        ),
        Answer(
            "divided by the cell",
            shifted((Z, "np.sum(np.exp(lowest - energy)) / cell")),
            ENERGY_ALL,
            "Your Z is divided by",
        ),
        Answer(
            "trapezoids",
            log_density("""
total = np.exp(-energy)
while total.ndim:
    total = np.trapezoid(total, axis=-1)
return -energy - np.log(total * cell)
"""),
            ENERGY_ALL,
            "differently from the other places",
        ),
        Answer(
            "Z along the rows",
            shifted((Z, "np.sum(np.exp(lowest - energy), axis=-1, keepdims=True) * cell")),
            ENERGY_ALL,
            "along one axis of the map",
        ),
        Answer("not normalised", log_density("return -energy"), ENERGY_ALL, "does not integrate to 1"),
        Answer(
            "Z without its logarithm",
            log_density("return -energy - np.sum(np.exp(-energy)) * cell"),
            ENERGY_ALL,
            "subtract Z itself",
        ),
        Answer(
            "ln Z added",
            shifted(("-energy - log_z", "-energy + log_z")),
            ENERGY_ALL,
            "You add ln Z",
        ),
        Answer(
            "density",
            shifted(("-energy - log_z", "np.exp(-energy - log_z)")),
            ENERGY_ALL,
            "its logarithm was asked for",
        ),
        Answer(
            "shift forgotten in one place",
            shifted((f"{Z}) - lowest", f"{Z})")),
            ENERGY_ALL,
            "in one part of your answer and not in the other",
        ),
        Answer(
            "base 2",
            log_density("return np.log2(np.exp(-energy) / (np.sum(np.exp(-energy)) * cell))"),
            ENERGY_ALL,
            "another base",
        ),
        Answer(
            "no shift",
            log_density("return -energy - np.log(np.sum(np.exp(-energy)) * cell)"),
            ENERGY_HIDDEN,
            "your exponentials overflow",
        ),
        Answer(
            "no shift, density first",
            log_density("density = np.exp(-energy)\nreturn np.log(density / (density.sum() * cell))"),
            ENERGY_HIDDEN,
            "your exponentials overflow",
        ),
        Answer(
            "shifted by the mean",
            shifted(("energy.min()", "energy.mean()")),
            ENERGY_HIDDEN,
            "your exponentials overflow",
        ),
        Answer(
            "logarithm of a density",
            shifted(("return -energy - log_z", "return np.log(np.exp(lowest - energy) / np.exp(log_z + lowest))")),
            ENERGY_HIDDEN,
            "Far above the lowest energy",
        ),
        Answer(
            "small number inside the logarithm",
            log_density("""
density = np.exp(energy.min() - energy)
density = density / (density.sum() * cell)
return np.log(density + 1e-300)
"""),
            ENERGY_HIDDEN,
            "Far above the lowest energy",
        ),
    ),
)


# 2. The score of a mixture.

score = body_of("mixture_score(x, w, mu, sigma)")
SCORE_SEEN = {"mixture-score-visible": 1}
SCORE_VALUES = {"mixture-score-hidden-values": 1}
SCORE_TAILS = {"mixture-score-hidden-tails": 1}
SCORE_ALL = {**SCORE_SEEN, **SCORE_VALUES, **SCORE_TAILS}
STABLE = """
away = x[:, None] - mu
logs = np.log(w) - np.log(sigma) - away**2 / (2 * sigma**2)
parts = np.exp(logs - logs.max(axis=1, keepdims=True))
shares = parts / parts.sum(axis=1, keepdims=True)
pulls = -away / sigma**2
return (shares * pulls).sum(axis=1)
"""
LOGS = "np.log(w) - np.log(sigma) - away**2 / (2 * sigma**2)"
SHARES = "parts / parts.sum(axis=1, keepdims=True)"
PULLS = "-away / sigma**2"
SUM = "(shares * pulls).sum(axis=1)"
NAIVE = """
away = x[:, None] - mu
parts = w * np.exp(-(away**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi))
density = parts.sum(axis=1)
slope = (-parts * away / sigma**2).sum(axis=1)
return slope / density
"""


def stable(*changes):
    """An answer with some of its text replaced."""
    return score(changed(STABLE, *changes))


def naive(*changes):
    """An answer that is right near the bells, with some of its text replaced."""
    return score(changed(NAIVE, *changes))


MIXTURE_SCORE = Exercise(
    "mixture-score",
    right=(
        Answer("shares of a softmax", stable()),
        Answer(
            "SciPy's softmax",
            "from scipy.special import softmax\n\n\n"
            + score("""
distance = (x[None, :] - mu[:, None]) / sigma[:, None]
shares = softmax(np.log(w / sigma)[:, None] - distance**2 / 2, axis=0)
return -np.sum(shares * distance / sigma[:, None], axis=0)
"""),
        ),
        Answer(
            "loops over places and bells",
            score("""
answers = []
for place in x:
    logs = [math.log(w[k] / sigma[k]) - ((place - mu[k]) / sigma[k]) ** 2 / 2 for k in range(len(w))]
    highest = max(logs)
    above = below = 0.0
    for k, log in enumerate(logs):
        part = math.exp(log - highest)
        above += part * (mu[k] - place) / sigma[k] ** 2
        below += part
    answers.append(above / below)
return answers
"""),
        ),
        Answer(
            "logaddexp",
            score("""
logs = [np.log(w[k] / sigma[k]) - ((x - mu[k]) / sigma[k]) ** 2 / 2 for k in range(len(w))]
total = np.logaddexp.reduce(logs)
return sum(np.exp(log - total) * (mu[k] - x) / sigma[k] ** 2 for k, log in enumerate(logs))
"""),
        ),
        Answer(
            "matrix product",
            score("""
logs = np.log(w / sigma) - 0.5 * np.square((x.reshape(-1, 1) - mu) / sigma)
parts = np.exp(logs - logs.max(1)[:, None])
return (parts @ (mu / sigma**2) - x * (parts @ (1 / sigma**2))) / parts.sum(1)
"""),
        ),
        Answer(
            "complex step",
            score("""
place = x[:, None] + 1e-30j
logs = np.log(w / sigma) - ((place - mu) / sigma) ** 2 / 2
highest = logs.real.max(axis=1, keepdims=True)
return np.log(np.exp(logs - highest).sum(axis=1)).imag / 1e-30
"""),
        ),
    ),
    wrong=(
        Answer("weights for shares", stable((SUM, "pulls @ w")), SCORE_ALL, "counts the same at all places"),
        Answer(
            "mean of the scores",
            stable((SUM, "pulls.mean(axis=1)")),
            SCORE_ALL,
            "counts the same at all places",
        ),
        Answer("sign", stable((PULLS, "away / sigma**2")), SCORE_ALL, "points downhill"),
        Answer(
            "slope of the density",
            naive(("slope / density", "slope")),
            SCORE_ALL,
            "the slope of the density",
        ),
        Answer(
            "shares without weights",
            stable((LOGS, "-np.log(sigma) - away**2 / (2 * sigma**2)")),
            SCORE_VALUES,
            "ignore the weights",
        ),
        Answer(
            "bells without their factor",
            stable((LOGS, "np.log(w) - away**2 / (2 * sigma**2)")),
            SCORE_VALUES,
            "all bells are equally high",
        ),
        Answer(
            "exponent without a half",
            stable((LOGS, "np.log(w) - np.log(sigma) - away**2 / sigma**2")),
            {**SCORE_SEEN, **SCORE_VALUES},
            "exponent of your bells",
        ),
        Answer(
            "exponent with sigma, not its square",
            stable((LOGS, "np.log(w) - np.log(sigma) - away**2 / (2 * sigma)")),
            SCORE_VALUES,
            "exponent of your bells",
        ),
        Answer(
            "pull divided by sigma",
            stable((PULLS, "-away / sigma")),
            SCORE_ALL,
            "pulls with the wrong strength",
        ),
        Answer("pull not divided", stable((PULLS, "-away")), SCORE_ALL, "pulls with the wrong strength"),
        Answer(
            "winner takes all",
            stable((SHARES, "parts == parts.max(axis=1, keepdims=True)")),
            {**SCORE_SEEN, **SCORE_VALUES},
            "listen to a single bell",
        ),
        Answer(
            "nearest bell",
            score("""
near = np.abs(x[:, None] - mu).argmin(axis=1)
return (mu[near] - x) / sigma[near] ** 2
"""),
            {**SCORE_SEEN, **SCORE_VALUES},
            "listen to a single bell",
        ),
        Answer(
            "one Gaussian",
            score("""
mean = w @ mu
variance = w @ (sigma**2 + (mu - mean) ** 2)
return (mean - x) / variance
"""),
            SCORE_ALL,
            "by a single Gaussian",
        ),
        Answer(
            "normalised over the places",
            stable((SHARES, "parts / parts.sum(axis=0)")),
            SCORE_ALL,
            "not right, at least",
        ),
        Answer(
            "parts normalised over the places",
            naive(("slope / density", "(-parts / parts.sum(axis=0) * away / sigma**2).sum(axis=1)")),
            SCORE_ALL,
            "sum to 1 over the places",
        ),
        Answer(
            "one pull for each bell",
            stable((SUM, "shares * pulls")),
            SCORE_ALL,
            "a pull for each bell",
        ),
        Answer(
            "log-density",
            naive(("slope / density", "np.log(density)")),
            SCORE_ALL,
            "not its slope",
        ),
        Answer("0 / 0 far away", naive(), SCORE_TAILS, "look for 0 / 0"),
        Answer(
            "small number below the fraction",
            naive(("slope / density", "slope / (density + 1e-12)")),
            SCORE_TAILS,
            "your score vanishes",
        ),
        Answer(
            "NaN replaced by 0",
            naive(("slope / density", "np.nan_to_num(slope / density)")),
            SCORE_TAILS,
            "your score vanishes",
        ),
        Answer(
            "logarithms limited",
            stable(("parts = np.exp", "logs = np.maximum(logs, -100)\nparts = np.exp")),
            SCORE_TAILS,
            "Far away your bells all count the same",
        ),
    ),
)


# 3. A step of Langevin dynamics.

langevin = body_of("langevin_step(x, score, eta, noise)")
LANGEVIN_SEEN = {"langevin-visible": 1}
LANGEVIN_HIDDEN = {"langevin-hidden": 1}
LANGEVIN_ALL = {**LANGEVIN_SEEN, **LANGEVIN_HIDDEN}


def formula(right_hand_side):
    return langevin(f"return {right_hand_side}")


LANGEVIN = Exercise(
    "langevin",
    right=(
        Answer("Python's root", formula("x + eta * score + math.sqrt(2 * eta) * noise")),
        Answer("power", formula("x + score * eta + noise * (eta + eta) ** 0.5")),
        Answer("two roots", formula("noise * np.sqrt(2) * np.sqrt(eta) - (-score * eta - x)")),
        Answer(
            "loop over all indices",
            langevin("""
moved = np.zeros(x.shape)
for index in np.ndindex(x.shape):
    moved[index] = x[index] + eta * score[index] + math.sqrt(2 * eta) * noise[index]
return moved
"""),
        ),
        Answer(
            "energy and temperature",
            langevin("""
slope_of_energy = -score
place = np.array(x, dtype=float)
place -= eta * slope_of_energy
place += np.sqrt(2 * eta) * noise
return place
"""),
        ),
    ),
    wrong=(
        Answer(
            "root of eta",
            formula("x + eta * score + np.sqrt(eta) * noise"),
            LANGEVIN_ALL,
            "shaken too weakly",
        ),
        Answer(
            "half a step",
            formula("x + eta / 2 * score + np.sqrt(eta) * noise"),
            LANGEVIN_ALL,
            "take shorter steps",
        ),
        Answer(
            "sign of the score",
            formula("x - eta * score + np.sqrt(2 * eta) * noise"),
            LANGEVIN_ALL,
            "run away from the data",
        ),
        Answer(
            "sign of the noise",
            formula("x + eta * score - np.sqrt(2 * eta) * noise"),
            LANGEVIN_ALL,
            "You subtract the noise",
        ),
        Answer("no noise", formula("x + eta * score"), LANGEVIN_ALL, "Without noise"),
        Answer("noise alone", formula("x + np.sqrt(2 * eta) * noise"), LANGEVIN_ALL, "ignore the score"),
        Answer(
            "noise times 2 eta",
            formula("x + eta * score + 2 * eta * noise"),
            LANGEVIN_ALL,
            "by its variance",
        ),
        Answer("noise times eta", formula("x + eta * (score + noise)"), LANGEVIN_ALL, "in proportion to the step size"),
        Answer(
            "root 2 times eta",
            formula("x + eta * score + np.sqrt(2) * eta * noise"),
            LANGEVIN_ALL,
            "in proportion to the step size",
        ),
        Answer(
            "2 out of the root",
            formula("x + eta * score + 2 * np.sqrt(eta) * noise"),
            LANGEVIN_ALL,
            "out of the root",
        ),
        Answer(
            "noise not scaled", formula("x + eta * score + noise"), LANGEVIN_ALL, "does not depend on the step size"
        ),
        Answer(
            "score not scaled",
            formula("x + score + np.sqrt(2 * eta) * noise"),
            LANGEVIN_ALL,
            "along the score does not depend",
        ),
        Answer(
            "both scaled by the root",
            formula("x + np.sqrt(2 * eta) * (score + noise)"),
            LANGEVIN_ALL,
            "like the noise",
        ),
        Answer(
            "change alone",
            formula("eta * score + np.sqrt(2 * eta) * noise"),
            LANGEVIN_ALL,
            "how far the walkers move",
        ),
        Answer(
            "standard Gaussian",
            formula("(1 - eta) * x + np.sqrt(2 * eta) * noise"),
            LANGEVIN_HIDDEN,
            "the pull of a standard Gaussian",
        ),
        Answer(
            "shrunk first",
            formula("(1 - eta) * x + eta * score + np.sqrt(2 * eta) * noise"),
            LANGEVIN_ALL,
            "You shrink the place",
        ),
        Answer(
            "noise inside the bracket",
            formula("x + eta * (score + np.sqrt(2 * eta) * noise)"),
            LANGEVIN_ALL,
            "counts twice for your noise",
        ),
        Answer(
            "noise of one's own",
            langevin("""
noise = np.random.normal(size=x.shape)
return x + eta * score + np.sqrt(2 * eta) * noise
"""),
            LANGEVIN_ALL,
            "not right, at least",
        ),
        Answer(
            "one walker after the other",
            langevin("""
total = 0
for place, slope, shake in zip(x, score, noise):
    total = place + eta * slope + np.sqrt(2 * eta) * shake
return total
"""),
            LANGEVIN_ALL,
            "where a row of several values is expected",
        ),
    ),
)


# 4. From data to noise.

bars = body_of("alpha_bars(beta)")
add_noise = body_of("add_noise(x0, t, beta, eps)")
NOISING_SEEN = {"noising-visible": 1}
NOISING_SHARES = {"noising-hidden-shares": 1}
NOISING_MIX = {"noising-hidden-mix": 1}
SEEN_SHARES = {**NOISING_SEEN, **NOISING_SHARES}
SEEN_MIX = {**NOISING_SEEN, **NOISING_MIX}
NOISING_ALL = {**NOISING_SEEN, **NOISING_SHARES, **NOISING_MIX}
BARS = bars("return np.concatenate([[1.0], np.cumprod(1 - beta)])")
MIX = """
share = alpha_bars(beta)[t]
signal, noise = np.sqrt(share), np.sqrt(1 - share)
return signal[:, None] * x0 + noise[:, None] * eps
"""
FACTORS = "np.sqrt(share), np.sqrt(1 - share)"
AT_T = "alpha_bars(beta)[t]"


def shares_are(right_hand_side):
    """Wrong shares; `add_noise` does without them and is right."""
    own = changed(MIX, (AT_T, "np.concatenate([[1.0], np.cumprod(1 - beta)])[t]"))
    return two(bars(f"return {right_hand_side}"), add_noise(own))


def mix_is(*changes):
    """The right shares, and a mixture with some of its text replaced."""
    return two(BARS, add_noise(changed(MIX, *changes)))


NOISING = Exercise(
    "noising",
    right=(
        Answer("one function calls the other", mix_is()),
        Answer(
            "loops",
            two(
                bars("""
shares = [1.0]
for replaced in beta:
    shares.append(shares[-1] * (1 - replaced))
return shares
"""),
                add_noise("""
shares = alpha_bars(beta)
rows = []
for row, step, noise in zip(x0, t, eps):
    rows.append(math.sqrt(shares[step]) * row + math.sqrt(1 - shares[step]) * noise)
return rows
"""),
            ),
        ),
        Answer(
            "products from the beginning",
            two(
                bars("return np.array([np.prod(1 - beta[:t]) for t in range(len(beta) + 1)])"),
                add_noise("""
signal = np.array([[np.prod(1 - beta[:step])] for step in t])
return signal**0.5 * x0 + (1 - signal) ** 0.5 * eps
"""),
            ),
        ),
        Answer(
            "sums of logarithms",
            two(
                bars("return np.exp(np.cumsum(np.log1p(-np.insert(beta, 0, 0.0))))"),
                add_noise("""
log_share = np.insert(np.cumsum(np.log(1 - beta)), 0, 0.0)[t].reshape(-1, 1)
return np.exp(log_share / 2) * x0 + np.sqrt(-np.expm1(log_share)) * eps
"""),
            ),
        ),
        Answer(
            "accumulate, and transposed arrays",
            "from itertools import accumulate\n\n\n"
            + two(
                bars("return list(accumulate(beta, lambda share, b: share * (1 - b), initial=1.0))"),
                add_noise("""
signal = np.take(alpha_bars(beta), t)
return (np.sqrt(signal) * x0.T + np.sqrt(1 - signal) * eps.T).T
"""),
            ),
        ),
        Answer(
            "step by step",
            two(
                BARS,
                add_noise("""
signal, noise = np.ones(len(t)), np.zeros(len(t))
for step in range(1, len(beta) + 1):
    going = t >= step
    signal[going] *= np.sqrt(1 - beta[step - 1])
    noise[going] = (1 - beta[step - 1]) * noise[going] + beta[step - 1]
return np.einsum("i,ij->ij", signal, x0) + np.einsum("i,ij->ij", np.sqrt(noise), eps)
"""),
            ),
        ),
    ),
    wrong=(
        Answer(
            "cumulative sum",
            shares_are("np.append(1.0, 1 - np.cumsum(beta))"),
            SEEN_SHARES,
            "You add up the beta",
        ),
        Answer(
            "cumulative sum, used by the other",
            two(bars("return np.append(1.0, np.maximum(1 - np.cumsum(beta), 0))"), add_noise(MIX)),
            NOISING_ALL,
            "not right, at least",
        ),
        Answer("alpha for alpha-bar", shares_are("np.append(1.0, 1 - beta)"), SEEN_SHARES, "its own step only"),
        Answer(
            "alpha for alpha-bar, used by the other",
            two(bars("return np.append(1.0, 1 - beta)"), add_noise(MIX)),
            NOISING_ALL,
            "its own step only",
        ),
        Answer("product of beta", shares_are("np.append(1.0, np.cumprod(beta))"), SEEN_SHARES, "multiply shares of"),
        Answer(
            "one minus a product",
            shares_are("np.append(1.0, 1 - np.cumprod(beta))"),
            SEEN_SHARES,
            "multiply shares of",
        ),
        Answer("roots", shares_are("np.append(1.0, np.sqrt(np.cumprod(1 - beta)))"), SEEN_SHARES, "You return roots"),
        Answer("without the beginning", shares_are("np.cumprod(1 - beta)"), SEEN_SHARES, "begins after the first step"),
        Answer(
            "0 at the beginning",
            shares_are("np.append(0.0, np.cumprod(1 - beta))"),
            SEEN_SHARES,
            "Your list begins with 0",
        ),
        Answer(
            "from the last step",
            shares_are("np.append(1.0, np.cumprod(1 - beta[::-1]))"),
            SEEN_SHARES,
            "from the last step to the first",
        ),
        Answer(
            "shares of noise",
            shares_are("1 - np.append(1.0, np.cumprod(1 - beta))"),
            SEEN_SHARES,
            "You return the shares of noise",
        ),
        Answer(
            "the last one only",
            shares_are("np.prod(1 - beta)"),
            SEEN_SHARES,
            "those before are missing",
        ),
        Answer(
            "noise of one step",
            mix_is((AT_T, "np.append(1.0, 1 - beta)[t]")),
            SEEN_MIX,
            "is that of one step",
        ),
        Answer(
            "beta for the noise",
            mix_is(("np.sqrt(1 - share)", "np.sqrt(np.append(0.0, beta)[t])")),
            SEEN_MIX,
            "is that of one step",
        ),
        Answer("no roots", mix_is((FACTORS, "share, 1 - share")), SEEN_MIX, "by shares of variance"),
        Answer(
            "no root of the noise",
            mix_is(("np.sqrt(1 - share)", "1 - share")),
            SEEN_MIX,
            "the noise by a share of variance",
        ),
        Answer(
            "one minus the root",
            mix_is((FACTORS, "np.sqrt(share), 1 - np.sqrt(share)")),
            SEEN_MIX,
            "your data and your noise sum to 1",
        ),
        Answer("swapped", mix_is((FACTORS, "np.sqrt(1 - share), np.sqrt(share)")), SEEN_MIX, "become clearer"),
        Answer(
            "data not shrunk",
            mix_is(("signal[:, None] * x0", "x0")),
            SEEN_MIX,
            "without shrinking the data",
        ),
        Answer(
            "numbered from 0",
            mix_is((AT_T, "np.append(np.cumprod(1 - beta), 0)[np.minimum(t, len(beta) - 1)]")),
            SEEN_MIX,
            "a step too late",
        ),
        Answer(
            "step 0 is the last one",
            mix_is((AT_T, "np.cumprod(1 - beta)[t - 1]")),
            SEEN_MIX,
            "with the noise of the last step",
        ),
        Answer(
            "the first step for all",
            mix_is((AT_T, "alpha_bars(beta)[t[:1]]")),
            SEEN_MIX,
            "the step of the first one",
        ),
        Answer(
            "the number of steps for all",
            mix_is((AT_T, "np.full(len(t), alpha_bars(beta)[-1])")),
            SEEN_MIX,
            "have the same step",
        ),
        Answer(
            "along the wrong axis",
            mix_is(("signal[:, None] * x0 + noise[:, None] * eps", "signal * x0 + noise * eps")),
            SEEN_MIX,
            "stopped with an error",
        ),
    ),
)


# 5. One step back.

posterior = body_of("posterior(x0, xt, t, beta)")
POSTERIOR_SEEN = {"posterior-visible": 1}
POSTERIOR_MEAN = {"posterior-hidden-mean": 1}
POSTERIOR_VARIANCE = {"posterior-hidden-variance": 1}
SEEN_MEAN = {**POSTERIOR_SEEN, **POSTERIOR_MEAN}
SEEN_VARIANCE = {**POSTERIOR_SEEN, **POSTERIOR_VARIANCE}
POSTERIOR_ALL = {**POSTERIOR_SEEN, **POSTERIOR_MEAN, **POSTERIOR_VARIANCE}
BACK = """
bars = np.append(1.0, np.cumprod(1 - beta))
now, before, b = bars[t], bars[t - 1], beta[t - 1]
first = np.sqrt(before) * b * x0
second = np.sqrt(1 - b) * (1 - before) * xt
mean = (first + second) / (1 - now)
variance = b * (1 - before) / (1 - now)
return mean, variance
"""
FIRST = "np.sqrt(before) * b * x0"
SECOND = "np.sqrt(1 - b) * (1 - before) * xt"
MEAN = "(first + second) / (1 - now)"
VARIANCE = "b * (1 - before) / (1 - now)"
STAGES = "bars[t], bars[t - 1], beta[t - 1]"


def back(*changes):
    """An answer with some of its text replaced."""
    return posterior(changed(BACK, *changes))


POSTERIOR = Exercise(
    "posterior",
    right=(
        Answer("all shares first", back()),
        Answer(
            "function of exercise 4, and a list",
            posterior("""
bars = alpha_bars(beta)
noise_now, noise_before = 1 - bars[t], 1 - bars[t - 1]
of_x0 = math.sqrt(bars[t - 1]) * beta[t - 1] / noise_now
of_xt = math.sqrt(1 - beta[t - 1]) * noise_before / noise_now
return [of_x0 * x0 + of_xt * xt, beta[t - 1] * noise_before / noise_now]
"""),
        ),
        Answer(
            "Bayes' rule, with precisions",
            posterior("""
if t == 1:
    return x0, 0.0
before, b = np.prod(1 - beta[: t - 1]), beta[t - 1]
precision = 1 / (1 - before) + (1 - b) / b
mean = (np.sqrt(before) * x0 / (1 - before) + np.sqrt(1 - b) * xt / b) / precision
return mean, 1 / precision
"""),
        ),
        Answer(
            "a correction of what was expected",
            posterior("""
signal = 1.0
for step in range(t - 1):
    signal = signal * (1 - beta[step])
expected, variance, keep = np.sqrt(signal) * x0, 1 - signal, np.sqrt(1 - beta[t - 1])
gain = variance * keep / (keep**2 * variance + beta[t - 1])
return expected + gain * (xt - keep * expected), float((1 - gain * keep) * variance)
"""),
        ),
        Answer(
            "loops over numbers",
            posterior("""
now = before = 1.0
for b in beta[:t]:
    before, now = now, now * (1 - b)
flat = []
for old, new in zip(x0.ravel().tolist(), xt.ravel().tolist()):
    flat.append((before**0.5 * b * old + (1 - b) ** 0.5 * (1 - before) * new) / (1 - now))
return np.reshape(flat, x0.shape), b * (1 - before) / (1 - now)
"""),
        ),
    ),
    wrong=(
        Answer(
            "factors swapped",
            back((FIRST, "np.sqrt(1 - b) * (1 - before) * x0"), (SECOND, "np.sqrt(before) * b * xt")),
            SEEN_MEAN,
            "two factors of your mean have changed",
        ),
        Answer(
            "no roots",
            back((FIRST, "before * b * x0"), (SECOND, "(1 - b) * (1 - before) * xt")),
            SEEN_MEAN,
            "leave the roots out",
        ),
        Answer("no root of alpha-bar", back((FIRST, "before * b * x0")), SEEN_MEAN, "a root out of the factor of the"),
        Answer(
            "no root of alpha",
            back((SECOND, "(1 - b) * (1 - before) * xt")),
            SEEN_MEAN,
            "of where the observation is now",
        ),
        Answer(
            "root of alpha-bar",
            back((SECOND, "np.sqrt(now) * (1 - before) * xt")),
            SEEN_MEAN,
            "you take all steps for one",
        ),
        Answer(
            "alpha-bar of now",
            back((FIRST, "np.sqrt(now) * b * x0"), (SECOND, "np.sqrt(1 - b) * (1 - now) * xt")),
            SEEN_MEAN,
            "where the one before belongs",
        ),
        Answer(
            "alpha-bar of now for the original",
            back((FIRST, "np.sqrt(now) * b * x0")),
            SEEN_MEAN,
            "where the one before belongs",
        ),
        Answer("divided by alpha-bar", back((MEAN, "(first + second) / now")), SEEN_MEAN, "You divide by a share of"),
        Answer("not divided", back((MEAN, "first + second")), SEEN_MEAN, "not divided by anything"),
        Answer("original", back((MEAN, "x0")), SEEN_MEAN, "all the way back"),
        Answer("one step undone", back((MEAN, "xt / np.sqrt(1 - b)")), SEEN_MEAN, "never use the original"),
        Answer(
            "original noised anew",
            back((MEAN, "np.sqrt(before) * x0"), (VARIANCE, "1 - before")),
            POSTERIOR_ALL,
            "without knowing where it is at step t",
        ),
        Answer("beta", back((VARIANCE, "b")), SEEN_VARIANCE, "that of a step forward"),
        Answer(
            "beta but for the last step",
            back((VARIANCE, "b if t > 1 else 0")),
            SEEN_VARIANCE,
            "not right, at least",
        ),
        Answer(
            "fraction upside down",
            back((VARIANCE, "b * (1 - now) / (1 - before)")),
            SEEN_VARIANCE,
            "larger than that of a step forward",
        ),
        Answer(
            "standard deviation",
            back((VARIANCE, "np.sqrt(b * (1 - before) / (1 - now))")),
            SEEN_VARIANCE,
            "You return a standard deviation",
        ),
        Answer(
            "without beta",
            back((VARIANCE, "(1 - before) / (1 - now)")),
            SEEN_VARIANCE,
            "how much noise the step adds",
        ),
        Answer(
            "alpha for beta",
            back((VARIANCE, "(1 - b) * (1 - before) / (1 - now)")),
            SEEN_VARIANCE,
            "the share that the step keeps",
        ),
        Answer("variance not divided", back((VARIANCE, "b * (1 - before)")), SEEN_VARIANCE, "a division is missing"),
        Answer(
            "a variance for each number",
            back((VARIANCE, "np.full(x0.shape, b * (1 - before) / (1 - now))")),
            SEEN_VARIANCE,
            "a variance for each number",
        ),
        Answer(
            "the next step",
            back((STAGES, "bars[t], bars[t - 1], beta[min(t, len(beta) - 1)]")),
            POSTERIOR_ALL,
            "beta of another step",
        ),
        Answer("variance first", back(("mean, variance\n", "variance, mean\n")), POSTERIOR_ALL, "in the wrong order"),
        Answer("mean alone", back(("return mean, variance", "return mean")), POSTERIOR_ALL, "two were asked for"),
    ),
    needs=("noising",),
)


# 6. Taking the noise away.

denoise = body_of("denoise(xt, eps, alpha_bar)")
tweedie = body_of("tweedie(xt, score, alpha_bar)")
DENOISE_ALL = {"denoise-visible": 1, "denoise-hidden": 1}
ORIGINAL = "(xt - np.sqrt(1 - alpha_bar) * eps) / np.sqrt(alpha_bar)"
UPHILL = "(xt + (1 - alpha_bar) * score) / np.sqrt(alpha_bar)"


def denoised(right_hand_side):
    return two(denoise(f"return {right_hand_side}"), tweedie(f"return {UPHILL}"))


def uphill(right_hand_side):
    return two(denoise(f"return {ORIGINAL}"), tweedie(f"return {right_hand_side}"))


DENOISE = Exercise(
    "denoise",
    right=(
        Answer("Python's roots", denoised("(xt - math.sqrt(1 - alpha_bar) * eps) / math.sqrt(alpha_bar)")),
        Answer(
            "Tweedie by way of the noise",
            two(
                denoise(f"return {ORIGINAL}"),
                tweedie("return denoise(xt, -np.sqrt(1 - alpha_bar) * score, alpha_bar)"),
            ),
        ),
        Answer(
            "noise by way of the score",
            two(
                denoise("return tweedie(xt, -eps / np.sqrt(1 - alpha_bar), alpha_bar)"),
                tweedie(f"return {UPHILL}"),
            ),
        ),
        Answer(
            "term by term",
            two(
                denoise("return xt * alpha_bar**-0.5 - eps * (1 / alpha_bar - 1) ** 0.5"),
                tweedie("return xt * alpha_bar**-0.5 + score * (alpha_bar**-0.5 - alpha_bar**0.5)"),
            ),
        ),
        Answer(
            "loops over all indices",
            two(
                denoise("""
answers = np.empty(xt.shape)
for index in np.ndindex(*xt.shape):
    answers[index] = (xt[index] - (1 - alpha_bar) ** 0.5 * eps[index]) / alpha_bar**0.5
return answers
"""),
                tweedie("""
answers = np.array(xt)
answers += (1 - alpha_bar) * score
answers /= alpha_bar**0.5
return answers
"""),
            ),
        ),
    ),
    wrong=(
        Answer(
            "sign of the noise",
            denoised("(xt + np.sqrt(1 - alpha_bar) * eps) / np.sqrt(alpha_bar)"),
            DENOISE_ALL,
            "add the noise once more",
        ),
        Answer(
            "divided by alpha-bar",
            denoised("(xt - np.sqrt(1 - alpha_bar) * eps) / alpha_bar"),
            DENOISE_ALL,
            "divide by a share of variance",
        ),
        Answer(
            "no root of the noise",
            denoised("(xt - (1 - alpha_bar) * eps) / np.sqrt(alpha_bar)"),
            DENOISE_ALL,
            "multiply the noise by a share",
        ),
        Answer("no roots", denoised("(xt - (1 - alpha_bar) * eps) / alpha_bar"), DENOISE_ALL, "leave out the roots"),
        Answer("noise taken away only", denoised("xt - np.sqrt(1 - alpha_bar) * eps"), DENOISE_ALL, "leave the obs"),
        Answer(
            "divided too early",
            denoised("xt / np.sqrt(alpha_bar) - np.sqrt(1 - alpha_bar) * eps"),
            DENOISE_ALL,
            "forget it for the noise",
        ),
        Answer(
            "roots swapped",
            denoised("(xt - np.sqrt(alpha_bar) * eps) / np.sqrt(1 - alpha_bar)"),
            DENOISE_ALL,
            "signal and noise have changed places",
        ),
        Answer("noise not scaled", denoised("(xt - eps) / np.sqrt(alpha_bar)"), DENOISE_ALL, "more noise than there"),
        Answer(
            "one minus the root",
            denoised("(xt - (1 - np.sqrt(alpha_bar)) * eps) / np.sqrt(alpha_bar)"),
            DENOISE_ALL,
            "sum to 1 in your formula",
        ),
        Answer(
            "forwards",
            denoised("np.sqrt(alpha_bar) * xt + np.sqrt(1 - alpha_bar) * eps"),
            DENOISE_ALL,
            "add noise as in exercise 4",
        ),
        Answer(
            "downhill",
            uphill("(xt - (1 - alpha_bar) * score) / np.sqrt(alpha_bar)"),
            DENOISE_ALL,
            "goes downhill",
        ),
        Answer(
            "score scaled by the root",
            uphill("(xt + np.sqrt(1 - alpha_bar) * score) / np.sqrt(alpha_bar)"),
            DENOISE_ALL,
            "scale the score by a standard deviation",
        ),
        Answer(
            "score taken for noise",
            uphill("denoise(xt, score, alpha_bar)"),
            DENOISE_ALL,
            "treat the score as if it were the noise",
        ),
        Answer("score not scaled", uphill("(xt + score) / np.sqrt(alpha_bar)"), DENOISE_ALL, "equally long whatever"),
        Answer(
            "Tweedie divided by alpha-bar",
            uphill("(xt + (1 - alpha_bar) * score) / alpha_bar"),
            DENOISE_ALL,
            "divide by a share of variance",
        ),
        Answer("Tweedie not divided", uphill("xt + (1 - alpha_bar) * score"), DENOISE_ALL, "leave the observation as"),
        Answer(
            "Tweedie divided too early",
            uphill("xt / np.sqrt(alpha_bar) + (1 - alpha_bar) * score"),
            DENOISE_ALL,
            "forget it for the step uphill",
        ),
        Answer(
            "shares swapped",
            uphill("(xt + alpha_bar * score) / np.sqrt(1 - alpha_bar)"),
            DENOISE_ALL,
            "shares of signal and noise",
        ),
    ),
)


# 7. Flow matching.

velocity = body_of("gaussian_velocity(x, t, m, s)")
euler = body_of("euler(x, places, steps)")
FLOW_SEEN = {"flow-visible": 1}
FLOW_VELOCITY = {"flow-hidden-velocity": 1}
FLOW_EULER = {"flow-hidden-euler": 1}
SEEN_VELOCITY = {**FLOW_SEEN, **FLOW_VELOCITY}
SEEN_EULER = {**FLOW_SEEN, **FLOW_EULER}
GUESSES = """
q = (1 - t) ** 2 + t**2 * s**2
away = (x - t * m) / q
data = m + t * s**2 * away
noise = (1 - t) * away
return data - noise
"""
Q = "(1 - t) ** 2 + t**2 * s**2"
WALK = """
dt = 1 / steps
for i in range(steps):
    x = x + dt * network(x, i * dt, places)
return x
"""
VELOCITY_THERE = "network(x, i * dt, places)"
STEP = "x = x + dt * network(x, i * dt, places)"


def guesses(*changes):
    """A velocity with some of its text replaced, and a right walk."""
    return two(velocity(changed(GUESSES, *changes)), euler(WALK))


def walk(*changes):
    """A right velocity, and a walk with some of its text replaced."""
    return two(velocity(GUESSES), euler(changed(WALK, *changes)))


FLOW = Exercise(
    "flow",
    right=(
        Answer("q first", guesses()),
        Answer(
            "slope of the path, and np.arange",
            two(
                velocity("""
variance = (1 - t) ** 2 + (s * t) ** 2
return m + (x - m * t) * (s**2 * t + t - 1) / variance
"""),
                euler("""
for t in np.arange(steps) / steps:
    x = x + network(x, t, places) / steps
return x
"""),
            ),
        ),
        Answer(
            "place of the noise, and np.linspace",
            two(
                velocity("""
root = np.hypot(1 - t, t * s)
z = (x - t * m) / root
return m + z * (t * s * s - (1 - t)) / root
"""),
                euler("""
times = np.linspace(0, 1, steps + 1)
for start, end in zip(times[:-1], times[1:]):
    x = x + (end - start) * network(x, start, places)
return x
"""),
            ),
        ),
        Answer(
            "loops, and a while",
            two(
                velocity("""
answers = np.zeros(x.shape)
for index in np.ndindex(x.shape):
    q = (1 - t) * (1 - t) + t * t * s * s
    slope = t * s * s / q - (1 - t) / q
    answers[index] = m + slope * (x[index] - t * m)
return answers
"""),
                euler("""
done = 0
place = np.array(x, dtype=float)
while done < steps:
    place += network(place, done / steps, places) * (1 / steps)
    done += 1
return place.tolist()
"""),
            ),
        ),
        Answer(
            "each point alone, and a recursion",
            two(
                velocity("""
def of_one(place):
    share = t * s**2 / ((1 - t) ** 2 + t**2 * s**2)
    noise = (1 - t) / ((1 - t) ** 2 + t**2 * s**2)
    return m + (share - noise) * (place - t * m)

return np.vectorize(of_one)(x)
"""),
                euler("""
def after(number):
    if number == 0:
        return x
    here = after(number - 1)
    return here + network(here, (number - 1) / steps, places) / steps

return after(steps)
"""),
            ),
        ),
    ),
    wrong=(
        Answer("sign", guesses(("data - noise", "noise - data")), SEEN_VELOCITY, "from the data to the noise"),
        Answer(
            "time backwards",
            guesses(("q = ", "t = 1 - t\nq = ")),
            SEEN_VELOCITY,
            "time runs backwards",
        ),
        Answer("data alone", guesses(("data - noise", "data")), SEEN_VELOCITY, "the mean observation, not"),
        Answer("sum", guesses(("data - noise", "data + noise")), SEEN_VELOCITY, "add the noise to the observation"),
        Answer("place for the noise", guesses(("data - noise", "data - x")), SEEN_VELOCITY, "how far it is"),
        Answer("velocity to the mean", guesses(("data - noise", "m - x")), SEEN_VELOCITY, "to the mean of the data"),
        Answer(
            "s for its square",
            guesses(("t * s**2 * away", "t * s * away")),
            SEEN_VELOCITY,
            "Your mean observation takes a standard",
        ),
        Answer("s for its square in q", guesses((Q, "(1 - t) ** 2 + t**2 * s")), SEEN_VELOCITY, "Your q takes"),
        Answer("times not squared in q", guesses((Q, "(1 - t) + t * s**2")), SEEN_VELOCITY, "the times are not"),
        Answer(
            "q is a standard deviation",
            guesses((Q, "np.sqrt((1 - t) ** 2 + t**2 * s**2)")),
            SEEN_VELOCITY,
            "divide by a standard deviation",
        ),
        Answer("not divided", guesses(("(x - t * m) / q", "x - t * m")), SEEN_VELOCITY, "divide by the variance"),
        Answer(
            "m not multiplied by t",
            guesses(("(x - t * m) / q", "(x - m) / q")),
            SEEN_VELOCITY,
            "from the mean of the data",
        ),
        Answer(
            "m forgotten in the deviation",
            guesses(("(x - t * m) / q", "x / q")),
            SEEN_VELOCITY,
            "one from 0",
        ),
        Answer("m forgotten in front", guesses(("m + t * s", "t * s")), SEEN_VELOCITY, "lacks the mean of the data"),
        Answer(
            "divided by the time that is left",
            guesses(("data - noise", "(data - x) / (1 - t)")),
            SEEN_VELOCITY,
            "At time 1 you divide by 0",
        ),
        Answer(
            "time at the end of the step",
            walk(("i * dt", "(i + 1) * dt")),
            SEEN_EULER,
            "at another time",
        ),
        Answer(
            "times from 0 to 1",
            walk(("i * dt", "np.linspace(0, 1, steps)[i]")),
            SEEN_EULER,
            "at another time",
        ),
        Answer("middle of the step", walk(("i * dt", "(i + 0.5) * dt")), SEEN_EULER, "at another time"),
        Answer(
            "midpoint rule",
            walk(
                (
                    STEP,
                    f"middle = x + dt / 2 * {VELOCITY_THERE}\n    x = x + dt * network(middle, (i + 0.5) * dt, places)",
                )
            ),
            SEEN_EULER,
            "the midpoint rule",
        ),
        Answer("time stands still", walk(("i * dt", "0")), SEEN_EULER, "time never passes"),
        Answer(
            "time backwards in the walk",
            walk(("range(steps)", "reversed(range(steps))")),
            SEEN_EULER,
            "In your walk time runs backwards",
        ),
        Answer(
            "steps not shortened",
            walk(("x + dt * network", "x + network")),
            SEEN_EULER,
            "as long as the whole way",
        ),
        Answer("against the velocity", walk(("x + dt", "x - dt")), SEEN_EULER, "against the velocity"),
        Answer("one step too few", walk(("range(steps)", "range(steps - 1)")), SEEN_EULER, "one step too few"),
        Answer("one step only", walk(("\nreturn x", "\n    return x")), SEEN_EULER, "after the first step"),
        Answer(
            "whole path",
            two(
                velocity(GUESSES),
                euler("""
path = [x]
for i in range(steps):
    path.append(path[-1] + network(path[-1], i / steps, places) / steps)
return np.array(path)
"""),
            ),
            SEEN_EULER,
            "only its end was asked for",
        ),
        Answer(
            "velocities of the start",
            walk(("dt = 1", "start = x\ndt = 1"), ("network(x,", "network(start,")),
            SEEN_EULER,
            "all velocities at the start",
        ),
    ),
)


# 8. Guidance.

guided = body_of("guided(cond, uncond, w)")
GUIDED_SEEN = {"guidance-visible": 1}
GUIDED_HIDDEN = {"guidance-hidden": 1}
GUIDED_ALL = {**GUIDED_SEEN, **GUIDED_HIDDEN}


def column(right_hand_side):
    """An answer in which the weights are a column."""
    return guided(f"w = w[:, None]\nreturn {right_hand_side}")


GUIDANCE = Exercise(
    "guidance",
    right=(
        Answer("column", column("uncond + w * (cond - uncond)")),
        Answer("weighted sum", column("w * cond + (1 - w) * uncond")),
        Answer(
            "loop over the points",
            guided("""
rows = []
for asked, free, weight in zip(cond, uncond, w):
    rows.append([b + weight * (a - b) for a, b in zip(asked, free)])
return rows
"""),
        ),
        Answer("transposed", guided("return (w * (cond - uncond).T).T + uncond")),
        Answer("diagonal matrix", guided("return np.diag(w) @ (cond - uncond) + uncond")),
        Answer("exaggeration beyond the label", column("cond + (w - 1) * (cond - uncond)")),
    ),
    wrong=(
        Answer("swapped", column("cond + w * (uncond - cond)"), GUIDED_ALL, "two velocities have changed places"),
        Answer("weight less 1", column("cond + w * (cond - uncond)"), GUIDED_ALL, "exaggerates already"),
        Answer("sign of the difference", column("uncond + w * (uncond - cond)"), GUIDED_ALL, "Your difference has"),
        Answer(
            "sign inside",
            column("w * cond - (1 - w) * uncond"),
            GUIDED_ALL,
            "as soon as the label changes nothing",
        ),
        Answer("labelled one added", column("uncond + w * cond"), GUIDED_ALL, "the whole labelled velocity"),
        Answer("difference alone", column("w * (cond - uncond)"), GUIDED_ALL, "return the difference only"),
        Answer("labelled one alone", column("w * cond"), GUIDED_ALL, "never use the velocity without"),
        Answer("no weight", guided("return cond"), GUIDED_ALL, "does not depend on the weight"),
        Answer("mean", guided("return (cond + uncond) / 2"), GUIDED_ALL, "does not depend on the weight"),
        Answer(
            "weight limited",
            column("uncond + np.clip(w, 0, 1) * (cond - uncond)"),
            GUIDED_ALL,
            "keep the weight below 1",
        ),
        Answer("normalised", column("(uncond + w * cond) / (1 + w)"), GUIDED_ALL, "divide by the weights"),
        Answer("squared", column("uncond + w**2 * (cond - uncond)"), GUIDED_ALL, "counts twice"),
        Answer(
            "first weight for all",
            guided("return uncond + w[0] * (cond - uncond)"),
            GUIDED_ALL,
            "the weight of the first one",
        ),
        Answer(
            "mean weight for all",
            guided("return uncond + w.mean() * (cond - uncond)"),
            GUIDED_ALL,
            "have the same weight",
        ),
        Answer("w times the sum", column("w * (cond + uncond)"), GUIDED_ALL, "the sum of both velocities"),
        Answer(
            "weights for columns",
            guided("return uncond + w * (cond - uncond)"),
            GUIDED_ALL,
            "stopped with an error",
        ),
    ),
)

EXERCISES = [LOG_DENSITY, MIXTURE_SCORE, LANGEVIN, NOISING, POSTERIOR, DENOISE, FLOW, GUIDANCE]

// The game of a generator and a discriminator on a line, with sums over a fine grid in place of samples. Pure functions;
// tested against NumPy and TensorFlow by tests/browser/test_generative_figures_mathematics.py.

/** A normal distribution. */
export interface Bell {
  mean: number;
  width: number;
}

/** Two bells; the share is that of the first. A share of 1 leaves it alone. */
export interface Mixture {
  share: number;
  bells: readonly [Bell, Bell];
}

/** What the generator minimises: ln(1 - D) over its own points, or -ln D. */
export type Loss = "saturating" | "nonsaturating";

/** The density of the data, that of section 1.5. */
export const DATA: Mixture = {
  share: 0.4,
  bells: [
    { mean: -1.2, width: 0.4 },
    { mean: 1, width: 0.3 },
  ],
};

/** Where the handles of the discriminator stand. Its logit is straight between them and level beyond them. */
export const KNOTS: readonly number[] = Array.from({ length: 11 }, (_, i) => (6 * i - 30) / 10);

// So wide that no bell of the figure reaches its ends, so fine that each of them has many nodes.
const STEP = 0.025;
const COUNT = 801;
/** The nodes of Simpson's rule with their weights; each handle stands where two of its parabolas meet. */
const NODES: readonly { x: number; weight: number }[] = Array.from({ length: COUNT }, (_, i) => ({
  x: -10 + STEP * i,
  weight: (STEP / 3) * (i === 0 || i === COUNT - 1 ? 1 : i % 2 ? 4 : 2),
}));

/** ln(1 + e^z) without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

export function sigmoid(z: number): number {
  return z < 0 ? Math.exp(z) / (1 + Math.exp(z)) : 1 / (1 + Math.exp(-z));
}

/** The logarithm of a mixture's density; so far out that the density itself is zero for a computer, too. */
export function logDensity({ share, bells }: Mixture, x: number): number {
  const first = Math.log(share) + logBell(bells[0], x);
  const second = Math.log(1 - share) + logBell(bells[1], x);
  const larger = Math.max(first, second);
  return larger + Math.log1p(Math.exp(Math.min(first, second) - larger));
}

/** The logit of the best discriminator p_data / (p_data + p_model): the logarithm of the ratio of the densities. */
export function bestLogit(model: Mixture, x: number): number {
  return logDensity(DATA, x) - logDensity(model, x);
}

/** The logit of the discriminator whose handles have these heights. */
export function logitOf(handles: readonly number[], x: number): number {
  const { left, part } = between(x);
  return (1 - part) * (handles[left] as number) + part * (handles[left + 1] as number);
}

/** V(D, G): the mean of ln D over the data plus that of ln(1 - D) over the model, for any logit. */
export function value(model: Mixture, logit: (x: number) => number): number {
  return integral((x) => {
    const z = logit(x);
    return -Math.exp(logDensity(DATA, x)) * softplus(-z) - Math.exp(logDensity(model, x)) * softplus(z);
  });
}

/** Half the divergence of data and model from their mean, in nats. */
export function jensenShannon(model: Mixture): number {
  return integral((x) => {
    const [p, q] = [logDensity(DATA, x), logDensity(model, x)];
    // ln p - ln((p + q) / 2), and the same for q.
    const toData = Math.LN2 - softplus(q - p);
    const toModel = Math.LN2 - softplus(p - q);
    return (Math.exp(p) * toData + Math.exp(q) * toModel) / 2;
  });
}

/** How V rises with each handle. */
export function discriminatorGradient(model: Mixture, handles: readonly number[]): number[] {
  const gradient = handles.map(() => 0);
  for (const { x, weight } of NODES) {
    const { left, part } = between(x);
    const d = sigmoid(logitOf(handles, x));
    const slope = Math.exp(logDensity(DATA, x)) * (1 - d) - Math.exp(logDensity(model, x)) * d;
    gradient[left] = (gradient[left] as number) + weight * slope * (1 - part);
    gradient[left + 1] = (gradient[left + 1] as number) + weight * slope * part;
  }
  return gradient;
}

/** How the generator's loss rises with each of its parameters. Widths are positive, so their logarithms are moved. */
export interface GeneratorGradient {
  means: [number, number];
  logWidths: [number, number];
  /** With the logit of the share, which then stays between 0 and 1. */
  logitShare: number;
}

export function generatorGradient(model: Mixture, handles: readonly number[], loss: Loss): GeneratorGradient {
  const { share, bells } = model;
  const gradient: GeneratorGradient = { means: [0, 0], logWidths: [0, 0], logitShare: 0 };
  for (const { x, weight } of NODES) {
    const z = logitOf(handles, x);
    const cost = weight * (loss === "saturating" ? -softplus(z) : softplus(-z));
    const densities = bells.map((bell) => Math.exp(logBell(bell, x))) as [number, number];
    for (const i of [0, 1] as const) {
      const { mean, width } = bells[i];
      const weighed = cost * (i ? 1 - share : share) * densities[i];
      const away = (x - mean) / width;
      gradient.means[i] += (weighed * away) / width;
      gradient.logWidths[i] += weighed * (away ** 2 - 1);
    }
    gradient.logitShare += cost * share * (1 - share) * (densities[0] - densities[1]);
  }
  return gradient;
}

/** The discriminator goes uphill on V. */
export function stepDiscriminator(model: Mixture, handles: readonly number[], rate: number): number[] {
  const gradient = discriminatorGradient(model, handles);
  return handles.map((height, i) => height + rate * (gradient[i] as number));
}

/** The generator goes downhill on its loss. */
export function stepGenerator(model: Mixture, handles: readonly number[], loss: Loss, rate: number): Mixture {
  const { means, logWidths, logitShare } = generatorGradient(model, handles, loss);
  const moved = (i: 0 | 1): Bell => ({
    mean: model.bells[i].mean - rate * means[i],
    width: model.bells[i].width * Math.exp(-rate * logWidths[i]),
  });
  const { share } = model;
  const isAlone = share === 0 || share === 1;
  return {
    share: isAlone ? share : sigmoid(Math.log(share / (1 - share)) - rate * logitShare),
    bells: [moved(0), moved(1)],
  };
}

function logBell({ mean, width }: Bell, x: number): number {
  return -(((x - mean) / width) ** 2) / 2 - Math.log(width) - Math.log(2 * Math.PI) / 2;
}

/** The handle to the left of a place, and which part of the way to the next one lies behind. */
function between(x: number): { left: number; part: number } {
  const [first, last] = [KNOTS[0] as number, KNOTS.at(-1) as number];
  const way = (Math.min(last, Math.max(first, x)) - first) / (last - first);
  const place = way * (KNOTS.length - 1);
  const left = Math.min(KNOTS.length - 2, Math.floor(place));
  return { left, part: place - left };
}

function integral(of: (x: number) => number): number {
  return NODES.reduce((sum, { x, weight }) => sum + weight * of(x), 0);
}

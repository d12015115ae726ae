// Activation functions with their slopes, and softmax with a temperature. Pure functions; tested against keras.activations.

export interface Activation {
  title: string;
  formula: string;
  value: (z: number) => number;
  slope: (z: number) => number;
}

/** Slope of LeakyReLU for negative inputs: what keras.activations.leaky_relu and section 2.2 take. */
export const ALPHA = 0.2;

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

export const ACTIVATIONS = {
  linear: { title: "none (linear)", formula: "g(z) = z", value: (z) => z, slope: () => 1 },
  relu: {
    title: "ReLU",
    formula: "g(z) = max(0, z)",
    value: (z) => Math.max(0, z),
    // At zero there is no slope; Keras takes 0 there.
    slope: (z) => (z > 0 ? 1 : 0),
  },
  leaky_relu: {
    title: "LeakyReLU",
    formula: `g(z) = z if z > 0, otherwise ${ALPHA} z`,
    value: (z) => (z > 0 ? z : ALPHA * z),
    slope: (z) => (z > 0 ? 1 : ALPHA),
  },
  sigmoid: {
    title: "sigmoid",
    formula: "g(z) = 1 / (1 + e^−z)",
    value: sigmoid,
    slope: (z) => sigmoid(z) * (1 - sigmoid(z)),
  },
  tanh: {
    title: "tanh",
    formula: "g(z) = tanh z",
    value: Math.tanh,
    slope: (z) => 1 - Math.tanh(z) ** 2,
  },
  silu: {
    title: "SiLU (swish)",
    formula: "g(z) = z / (1 + e^−z)",
    value: (z) => z * sigmoid(z),
    slope: (z) => sigmoid(z) * (1 + z * (1 - sigmoid(z))),
  },
} satisfies Record<string, Activation>;

export type ActivationName = keyof typeof ACTIVATIONS;

/** Probabilities from scores. A temperature below 1 sharpens them, one above 1 evens them out. */
export function softmax(scores: readonly number[], temperature = 1): number[] {
  // Less the largest score, so that no power overflows; the quotient is the same.
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - largest) / temperature));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}

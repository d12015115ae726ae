// Dense networks that pages have trained: read from the files of gdl_utils/generative/export.py, and run. Pure functions;
// tested against Keras by tests/browser/test_generative_figures_mathematics.py.
import { sigmoid } from "./game";

/** A file as it is stored; kernels and biases are numbers of the given precision in base 64. */
export interface Stored {
  front: Front;
  precision: string;
  layers: { units: number; activation: string; kernel: string; bias: string }[];
  facts: Record<string, unknown>;
}

interface Front {
  kind: string;
  octaves: number;
  coordinates: number;
}

export interface Network {
  front: Front;
  layers: { units: number; activate: (z: number) => number; kernel: Float64Array; bias: Float64Array }[];
  facts: Record<string, unknown>;
}

const ACTIVATIONS: Record<string, (z: number) => number> = {
  linear: (z) => z,
  relu: (z) => Math.max(0, z),
  tanh: Math.tanh,
  silu: (z) => z * sigmoid(z),
  gelu: (z) => (z / 2) * (1 + erf(z * Math.SQRT1_2)),
  sigmoid,
};

export function decode({ front, precision, layers, facts }: Stored): Network {
  return {
    front,
    layers: layers.map(({ units, activation, kernel, bias }) => {
      const activate = ACTIVATIONS[activation];
      if (!activate) {
        throw new Error(`an activation ${activation}`);
      }
      return { units, activate, kernel: numbers(kernel, precision), bias: numbers(bias, precision) };
    }),
    facts,
  };
}

/** What the network answers to one observation. */
export function run({ front, layers }: Network, inputs: readonly number[]): ArrayLike<number> {
  let hidden: ArrayLike<number> = features(front, inputs);
  for (const { units, activate, kernel, bias } of layers) {
    const sums = Float64Array.from(bias);
    const count = hidden.length;
    // Four inputs at a time, since the sums take longer to fetch and put back than to add to.
    let i = 0;
    for (; i + 3 < count; i += 4) {
      const [a, b, c, d] = [hidden[i], hidden[i + 1], hidden[i + 2], hidden[i + 3]] as [number, number, number, number];
      for (let j = 0, k = i * units; j < units; j++, k++) {
        sums[j] =
          (sums[j] as number) +
          a * (kernel[k] as number) +
          b * (kernel[k + units] as number) +
          c * (kernel[k + 2 * units] as number) +
          d * (kernel[k + 3 * units] as number);
      }
    }
    for (; i < count; i++) {
      const value = hidden[i] as number;
      for (let j = 0, k = i * units; j < units; j++, k++) {
        sums[j] = (sums[j] as number) + value * (kernel[k] as number);
      }
    }
    hidden = sums.map(activate);
  }
  return hidden;
}

/** What is done to the inputs before the first dense layer: see `Front` in gdl_utils/generative/export.py. */
export function features({ kind, octaves, coordinates }: Front, inputs: readonly number[]): number[] {
  if (kind === "uniform") {
    return inputs.map((z) => erf(z * Math.SQRT1_2));
  }
  const waves = (points: readonly number[], lowest: number, weight: (frequency: number) => number) =>
    Array.from({ length: octaves }, (_, octave) => lowest * 2 ** octave).flatMap((frequency) =>
      [Math.sin, Math.cos].flatMap((wave) => points.map((x) => weight(frequency) * wave(frequency * x))),
    );
  if (kind === "fourier") {
    const points = inputs.slice(0, coordinates);
    return [...points, ...waves(points, Math.PI, () => 1), ...inputs.slice(coordinates)];
  }
  if (kind === "noisy") {
    const [x, y, signal, noise] = inputs as [number, number, number, number];
    const power = signal ** 2 + noise ** 2;
    const guess = [x, y].map((each) => (signal * each) / power);
    const level = Math.log((signal + 0.02) / (noise + 1e-3)) / 4;
    // What the blur hides fades.
    const seen = (frequency: number) => Math.exp((-(frequency ** 2) * noise ** 2) / power / 2);
    return [x, y, ...guess, signal, level, ...waves(guess, 1, seen)];
  }
  return [...inputs];
}

// From a table with cubic curves between its places: right to eight digits, and much faster than the series.
const PLACES = 64;
const LAST = 6;
const VALUES = Float64Array.from({ length: LAST * PLACES + 2 }, (_, i) => series(i / PLACES));
const SLOPES = VALUES.map((_, i) => slope(i / PLACES) / PLACES);

/** The error function. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size >= LAST) {
    return Math.sign(x);
  }
  const left = Math.floor(size * PLACES);
  const part = size * PLACES - left;
  const low = VALUES[left] as number;
  const rise = (VALUES[left + 1] as number) - low;
  const lowSlope = SLOPES[left] as number;
  const highSlope = SLOPES[left + 1] as number;
  const curve =
    low + part * (lowSlope + part * (3 * rise - 2 * lowSlope - highSlope + part * (lowSlope + highSlope - 2 * rise)));
  return Math.sign(x) * curve;
}

function slope(x: number): number {
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-(x ** 2));
}

function series(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return slope(x) * sum;
}

function numbers(text: string, precision: string): Float64Array {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return precision === "float16"
    ? Float64Array.from({ length: bytes.length / 2 }, (_, i) => half(view.getUint16(2 * i, true)))
    : Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** The number that sixteen bits stand for: a sign, five bits of exponent, ten of mantissa. */
export function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const size = exponent ? 2 ** (exponent - 15) * (1 + mantissa / 1024) : 2 ** -14 * (mantissa / 1024);
  return bits & 32768 ? -size : size;
}

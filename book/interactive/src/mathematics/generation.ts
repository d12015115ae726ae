// From noise to land points, step by step: by flow matching and by diffusion, with the networks of section 3.6. Pure
// functions; tested against NumPy and Keras by tests/browser/test_generative_figures_mathematics.py.
import { type Network, run } from "./network";
import { clamp } from "./numbers";

/** In the units of the networks, in which the land has mean 0 and standard deviation 1 in both directions. */
export type Point = readonly [number, number];

/** What a page says of its networks: the units, and for diffusion the share of signal, squared, after each step. */
interface Facts {
  centre: [number, number];
  spread: [number, number];
  alpha_bar?: number[];
}

/** Longitude and latitude in degrees. */
export function degrees(network: Network, [x, y]: Point): [number, number] {
  const { centre, spread } = facts(network);
  return [180 * (centre[0] + spread[0] * x), 90 * (centre[1] + spread[1] * y)];
}

/** One step of so many along the velocity: Euler's rule. */
export function flowStep(network: Network, [x, y]: Point, step: number, steps: number): Point {
  const t = step / steps;
  const velocity = run(network, [x, y, t, 1 - t]);
  return [x + (velocity[0] as number) / steps, y + (velocity[1] as number) / steps];
}

/** Which of the steps of the training are visited if there are fewer, from all noise to none. */
export function stops(network: Network, steps: number): number[] {
  const last = alphaBar(network).length - 1;
  return Array.from({ length: steps + 1 }, (_, i) => Math.round(last * (1 - i / steps)));
}

/** One step back, from t to an earlier s: to a draw from the Gaussian that the guessed original makes likely. */
export function diffusionStep(network: Network, point: Point, t: number, s: number, noise: Point): Point {
  const [signalPower, earlier] = [alphaBar(network)[t] as number, alphaBar(network)[s] as number];
  const [signal, blur] = [Math.sqrt(signalPower), Math.sqrt(1 - signalPower)];
  const guess = run(network, [point[0], point[1], signal, blur]);
  const { centre, spread } = facts(network);
  const kept = signalPower / earlier;
  const deviation = Math.sqrt(((1 - kept) * (1 - earlier)) / (1 - signalPower));
  const along = (i: 0 | 1) => {
    // An original lies on the map.
    const original = clamp(
      (point[i] - blur * (guess[i] as number)) / signal,
      (-1 - centre[i]) / spread[i],
      (1 - centre[i]) / spread[i],
    );
    const mean =
      (Math.sqrt(earlier) * (1 - kept) * original + Math.sqrt(kept) * (1 - earlier) * point[i]) / (1 - signalPower);
    return mean + deviation * noise[i];
  };
  return [along(0), along(1)];
}

/** Points of a standard Gaussian, the same for the same seed. */
export function gaussians(seed: number, count: number): Point[] {
  let state = seed >>> 0;
  const uniform = () => {
    // A linear congruence, whose bits are then mixed: the lower ones repeat too soon.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2545f491);
    return (((mixed ^ (mixed >>> 13)) >>> 8) + 0.5) / 2 ** 24;
  };
  return Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

function facts(network: Network): Facts {
  return network.facts as unknown as Facts;
}

function alphaBar(network: Network): number[] {
  return facts(network).alpha_bar ?? [1];
}

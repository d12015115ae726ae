// Activation functions with their slopes, and softmax with a temperature.
import { bounded, choice, pairs } from "./address";
import { selectField, slider } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, line, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadStyle, mount as mountFigure } from "./figure";
import { ACTIVATIONS, type Activation, type ActivationName, softmax } from "./mathematics/activations";
import { clamp, decimal, round } from "./mathematics/numbers";

// Also for the tests against Keras.
export { ACTIVATIONS, softmax };

export interface State {
  function: ActivationName;
  z: number;
  scores: number[];
  temperature: number;
}

const Z = { low: -5, high: 5, step: 0.1 };
const Y = { low: -1.5, high: 5 };
const SCORES = { low: -5, high: 5, step: 0.1 };
const CLASSES = ["cat", "dog", "ship", "frog"];
// The slider of the temperature goes in powers of ten: as much room for 0.1 to 1 as for 1 to 10.
const TEMPERATURE = { low: 0.1, high: 10 };

const initial: State = { function: "leaky_relu", z: -1.5, scores: [2, 1, 0, -1], temperature: 1 };

export function read(address: string): State {
  const { function: name, z, scores, temperature } = pairs(address);
  const given = scores?.split(":") ?? [];
  return {
    function: choice(name, ACTIVATIONS, initial.function),
    z: bounded(z, Z.low, Z.high, initial.z),
    scores: initial.scores.map((score, i) => bounded(given[i], SCORES.low, SCORES.high, score)),
    temperature: bounded(temperature, TEMPERATURE.low, TEMPERATURE.high, initial.temperature),
  };
}

export function write(state: State): string {
  return `function:${state.function},z:${state.z},scores:${state.scores.join(":")},temperature:${state.temperature}`;
}

function plot(state: State, width: number): Node {
  const { value, slope } = ACTIVATIONS[state.function] as Activation;
  const height = Math.round(clamp(width * 0.6, 180, 260));
  const x = (z: number) => ((z - Z.low) / (Z.high - Z.low)) * (width - 16) + 8;
  const y = (g: number) => height - 8 - ((g - Y.low) / (Y.high - Y.low)) * (height - 16);
  const curve = (of: (z: number) => number) =>
    Array.from({ length: 201 }, (_, i) => Z.low + (i / 200) * (Z.high - Z.low))
      .filter((z) => of(z) >= Y.low)
      .map((z, i) => `${i ? "L" : "M"}${round(x(z))} ${round(y(of(z)))}`)
      .join("");
  const ticks = [-4, -2, 2, 4];
  return drawing(
    width,
    height,
    "Activation function and its slope",
    line(x(Z.low), y(0), x(Z.high), y(0), { stroke: COLOUR.line }),
    line(x(0), y(Y.low), x(0), y(Y.high), { stroke: COLOUR.line }),
    ticks.map((z) => text(x(z), height - 4, decimal(z), { size: 12, anchor: "middle", fill: COLOUR.muted })),
    [1, 2, 3, 4].map((g) => text(x(0) - 5, y(g) + 4, decimal(g), { size: 12, anchor: "end", fill: COLOUR.muted })),
    h("path", { d: curve(slope), fill: "none", stroke: COLOUR.orange, "stroke-width": 2, "stroke-dasharray": "6 4" }),
    h("path", { d: curve(value), fill: "none", stroke: COLOUR.blue, "stroke-width": 3 }),
    text(12, 20, "g(z), full line", { size: 14, fill: COLOUR.blue }),
    text(12, 40, "slope, dashed", { size: 14, fill: COLOUR.orange }),
    line(x(state.z), y(0), x(state.z), y(value(state.z)), { stroke: COLOUR.text, "stroke-dasharray": "2 3" }),
    h("circle", {
      cx: round(x(state.z)),
      cy: round(y(value(state.z))),
      r: 5.5,
      fill: COLOUR.blue,
      stroke: COLOUR.ground,
      "stroke-width": 2,
    }),
  );
}

/** A bar for each class, with its probability. */
function bars(state: State, width: number): Node {
  const probabilities = softmax(state.scores, state.temperature);
  const height = 26;
  const [left, right] = [48, 60];
  return drawing(
    width,
    height * CLASSES.length,
    "Probabilities",
    CLASSES.map((name, i) => {
      const share = probabilities[i] as number;
      const top = i * height;
      return h(
        "g",
        {},
        text(0, top + 18, name, { size: 14 }),
        rect(left, top + 4, width - left - right, height - 8, { fill: "none", stroke: COLOUR.line }),
        rect(left, top + 4, share * (width - left - right), height - 8, { fill: COLOUR.blue }),
        text(width, top + 18, percent(share), { size: 14, anchor: "end" }),
      );
    }),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function point(state: State): string {
  const { value, slope } = ACTIVATIONS[state.function] as Activation;
  return `g(${decimal(state.z)}) = ${decimal(value(state.z), 3)}, slope ${decimal(slope(state.z), 3)}`;
}

/** How the first probability comes about. */
function softmaxSum({ scores, temperature }: State): string {
  const quotient = (score: number) => Math.exp(score / temperature);
  const powers = scores.map(quotient);
  const total = powers.reduce((a, b) => a + b, 0);
  const short = (value: number) => String(Number(value.toPrecision(3)));
  const shares = softmax(scores, temperature);
  return `${CLASSES[0]}: e^(${decimal(scores[0] as number)} / ${short(temperature)}) / sum of all = ${short(powers[0] as number)} / ${short(total)} = ${percent(shares[0] as number)}`;
}

function view(state: State, change: Change<State>, width: number): Child[] {
  const set = (values: Partial<State>) => change({ ...state, ...values });
  const exponent = Math.log10(state.temperature);
  const functions = Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, { title }]) => [name, title]));
  return [
    h(
      "p",
      { class: "gdl-bar" },
      selectField("activation", state.function, functions as Record<ActivationName, string>, (name) =>
        set({ function: name }),
      ),
    ),
    plot(state, width),
    slider("z", state.z, Z, decimal(state.z), (z) => set({ z })),
    h("p", { class: "gdl-result" }, ACTIVATIONS[state.function].formula, h("br"), point(state)),
    h("p", { class: "gdl-heading" }, h("strong", {}, "Softmax"), " of four scores"),
    ...state.scores.map((score, i) =>
      slider(CLASSES[i] as string, score, SCORES, decimal(score), (value) =>
        set({ scores: state.scores.map((old, k) => (k === i ? value : old)) }),
      ),
    ),
    slider(
      "temperature",
      round(exponent),
      { low: -1, high: 1, step: 0.05 },
      String(Number(state.temperature.toPrecision(2))),
      (power) => set({ temperature: Number((10 ** power).toPrecision(3)) }),
    ),
    bars(state, width),
    h("p", { class: "gdl-result" }, softmaxSum(state)),
  ];
}

/** The picture for pages without JavaScript. */
export function picture(): Node {
  const width = 560;
  const [above, below] = [plot(initial, width), bars(initial, width)];
  const top = above.attributes.height as number;
  return drawing(
    width,
    top + 190,
    figure.label,
    above.children as Child[],
    text(12, top + 18, `${ACTIVATIONS[initial.function].title}: ${point(initial)}`),
    text(
      12,
      top + 56,
      `Softmax of the scores ${initial.scores.map((score) => decimal(score)).join(", ")}, temperature ${initial.temperature}`,
    ),
    h("g", { transform: `translate(12 ${top + 70}) scale(${(width - 24) / width})` }, below.children as Child[]),
  );
}

export const figure: Figure<State> = {
  name: "activations",
  label: "Activation functions and softmax",
  initial,
  read,
  write,
  view,
  tell: (state) => {
    const probabilities = softmax(state.scores, state.temperature).map((share, i) => `${CLASSES[i]} ${percent(share)}`);
    return `${ACTIVATIONS[state.function].title}: ${point(state)}. Softmax: ${probabilities.join(", ")}.`;
  },
};

export async function mount(host: HTMLElement): Promise<void> {
  await loadStyle(import.meta.url);
  mountFigure(host, figure);
}

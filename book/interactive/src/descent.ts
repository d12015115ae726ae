// Gradient descent on the loss of a Gaussian: where it goes from a start, with a learning rate and momentum.
import { bounded, choice, pairs, whole } from "./address";
import { button, selectField, slider } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, line, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadStyle, mount as mountFigure } from "./figure";
import { handle } from "./handle";
import {
  type Data,
  descend,
  distanceAt,
  gradient,
  inUnit,
  LATITUDES,
  leastLoss,
  loss,
  type Place,
  UNITS,
  type Unit,
} from "./mathematics/descent";
import { clamp, decimal, round } from "./mathematics/numbers";

// Also for the tests.
export { descend, distanceAt, gradient, inUnit, LATITUDES, leastLoss, loss };

export interface State {
  unit: Unit;
  rate: number;
  momentum: number;
  /** In radians, whatever the unit is. */
  mean: number;
  std: number;
  steps: number;
}

// What the map shows, in radians.
const MEAN = { low: -1.5, high: 1.5 };
const STD = { low: 0.4, high: 2.5 };
const RATE = { low: 0.01, high: 3 };
const MOMENTUM = { low: 0, high: 0.95, step: 0.05 };
const STEPS = { low: 0, high: 200 };
/** Of the lines, above the least loss. */
const HEIGHTS = [0.01, 0.05, 0.15, 0.4, 1, 2.5];
const NEAR = 0.001;
const MARGIN = { left: 40, right: 14, top: 12, bottom: 40 };
const BELOW = 160;

const initial: State = { unit: "radians", rate: 0.1, momentum: 0, mean: -1, std: 0.67, steps: 20 };

export function read(address: string): State {
  const { unit, rate, momentum, mean, std, steps } = pairs(address);
  return {
    unit: choice(unit, UNITS, initial.unit),
    rate: bounded(rate, RATE.low, RATE.high, initial.rate),
    momentum: bounded(momentum, MOMENTUM.low, MOMENTUM.high, initial.momentum),
    mean: bounded(mean, MEAN.low, MEAN.high, initial.mean),
    std: bounded(std, STD.low, STD.high, initial.std),
    steps: whole(steps, STEPS.low, STEPS.high, initial.steps),
  };
}

export function write(state: State): string {
  return Object.entries(state)
    .map(([name, value]) => `${name}:${value}`)
    .join(",");
}

/** The path in radians, and the loss above the least one at each of its places. */
function run({ unit, rate, momentum, mean, std, steps }: State): { path: Place[]; above: number[] } {
  const { size } = UNITS[unit];
  const data = inUnit(LATITUDES, unit);
  const start = { mean: mean * size, logStd: Math.log(std * size) };
  const path = descend(start, rate, momentum, steps, data);
  const least = leastLoss(data);
  return {
    path: path.map((place) => ({ mean: place.mean / size, logStd: place.logStd - Math.log(size) })),
    above: path.map((place) => loss(place, data) - least),
  };
}

function projection(width: number) {
  const height = Math.round(clamp(width * 0.5, 190, 280));
  const [across, down] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  const [low, high] = [Math.log(STD.low), Math.log(STD.high)];
  return {
    height,
    across,
    down,
    x: (mean: number) => MARGIN.left + ((mean - MEAN.low) / (MEAN.high - MEAN.low)) * across,
    y: (logStd: number) => MARGIN.top + ((high - logStd) / (high - low)) * down,
    mean: (x: number) => MEAN.low + ((x - MARGIN.left) / across) * (MEAN.high - MEAN.low),
    logStd: (y: number) => high - ((y - MARGIN.top) / down) * (high - low),
  };
}

// Far enough out to be cut off, near enough for every browser to draw.
function near(pixels: number): number {
  return round(clamp(pixels, -5000, 5000));
}

/** The lines of equal loss. */
function contours(data: Data, x: (mean: number) => number, y: (logStd: number) => number): string {
  const [low, high] = [Math.log(STD.low), Math.log(STD.high)];
  return HEIGHTS.map((height) => {
    const sides = Array.from({ length: 121 }, (_, i) => low + (i / 120) * (high - low)).flatMap((logStd) => {
      const distance = distanceAt(leastLoss(data) + height, logStd, data);
      return distance === undefined ? [] : [{ logStd, distance }];
    });
    const side = (sign: number) =>
      sides.map(({ logStd, distance }) => `${near(x(data.mean + sign * distance))} ${near(y(logStd))}`);
    return `M${[...side(-1), ...side(1).reverse()].join("L")}z`;
  }).join("");
}

/** The map of the loss with the path on it; `grip` lies above all. */
function map(state: State, path: readonly Place[], width: number, grip: Child): Node {
  const { height, across, down, x, y } = projection(width);
  const { size, title } = UNITS[state.unit];
  const points = path.map(({ mean, logStd }) => [near(x(mean)), near(y(logStd))] as const);
  const [left, top] = points.at(-1) as readonly [number, number];
  const [bestX, bestY] = [x(LATITUDES.mean), y(Math.log(LATITUDES.std))];
  const dots = points.map(([a, b]) => `M${round(a - 1.8)} ${b}a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0`).join("");
  return drawing(
    width,
    height,
    "Map of the loss, with the path of gradient descent",
    rect(MARGIN.left, MARGIN.top, across, down, { fill: COLOUR.sea, stroke: COLOUR.line }),
    h(
      "svg",
      {
        x: MARGIN.left,
        y: MARGIN.top,
        width: across,
        height: down,
        viewBox: `${MARGIN.left} ${MARGIN.top} ${across} ${down}`,
        "aria-hidden": "true",
      },
      h("path", { d: contours(LATITUDES, x, y), fill: "none", stroke: COLOUR.line }),
      h("path", { d: `M${points.map((point) => point.join(" ")).join("L")}`, fill: "none", stroke: COLOUR.blue }),
      h("path", { d: dots, fill: COLOUR.blue }),
      h("path", {
        d: `M${round(bestX - 6)} ${round(bestY)}h12m-6 -6v12`,
        stroke: COLOUR.orange,
        "stroke-width": 3,
      }),
      h("circle", { cx: left, cy: top, r: 6, fill: COLOUR.blue, stroke: COLOUR.ground, "stroke-width": 2 }),
    ),
    [-1, 0, 1].map((mean) =>
      text(x(mean), height - 24, decimal(mean * size, 1), { size: 12, anchor: "middle", fill: COLOUR.muted }),
    ),
    [0.5, 1, 2].map((std) =>
      text(MARGIN.left - 5, y(Math.log(std)) + 4, decimal(std * size, 1), {
        size: 12,
        anchor: "end",
        fill: COLOUR.muted,
      }),
    ),
    text(width / 2, height - 6, `mean μ, in ${title}`, { size: 13, anchor: "middle" }),
    text(2, MARGIN.top + 10, "σ", { size: 14 }),
    grip,
  );
}

/** How far the loss is above the least one after each step, in powers of ten. */
function curve(above: readonly number[], steps: number, width: number): Node {
  const [low, high] = [-6, 1];
  const across = width - MARGIN.left - MARGIN.right;
  const most = Math.max(10, steps);
  const x = (step: number) => MARGIN.left + (step / most) * across;
  const y = (value: number) => {
    const power = clamp(Math.log10(Math.max(value, 1e-12)), low, high);
    return 24 + ((high - power) / (high - low)) * (BELOW - 68);
  };
  const powers: [number, string][] = [
    [10, "10"],
    [0.001, "0.001"],
    [1e-6, "10⁻⁶"],
  ];
  return drawing(
    width,
    BELOW,
    "Loss above the least one, step by step",
    text(MARGIN.left, 14, "loss above the least one", { size: 13 }),
    powers.flatMap(([value, label]) => [
      line(MARGIN.left, y(value), width - MARGIN.right, y(value), { stroke: COLOUR.line, "stroke-dasharray": "2 4" }),
      text(MARGIN.left - 5, y(value) + 4, label, { size: 12, anchor: "end", fill: COLOUR.muted }),
    ]),
    h("path", {
      d: `M${above.map((value, step) => `${round(x(step))} ${round(y(value))}`).join("L")}`,
      fill: "none",
      stroke: COLOUR.blue,
      "stroke-width": 2.5,
    }),
    [0, most / 2, most].map((step, i) =>
      text(x(step), BELOW - 22, decimal(step, 1), {
        size: 12,
        anchor: i === 2 ? "end" : "middle",
        fill: COLOUR.muted,
      }),
    ),
    text(width / 2, BELOW - 5, "step", { size: 13, anchor: "middle" }),
  );
}

/** What has become of the run, in two sentences. */
function results(state: State): [string, string] {
  const { path, above } = run(state);
  const { size, title } = UNITS[state.unit];
  const data = inUnit(LATITUDES, state.unit);
  const { mean, logStd } = path.at(-1) as Place;
  const done = path.length - 1;
  const unit = state.unit === "radians" ? "radians" : `units of ${title}`;
  const short = (value: number) =>
    Math.abs(value) < 1e6 ? decimal(value, 3) : Number.isFinite(value) ? value.toPrecision(2) : "too large to write";
  const place = `After ${done} ${done === 1 ? "step" : "steps"}: μ = ${short(mean * size)}, σ = ${short(Math.exp(logStd) * size)} in ${unit}, loss ${short((above[done] as number) + leastLoss(data))}.`;
  const least = `The least loss is ${short(leastLoss(data))}.`;
  // From there on it must stay near, too.
  const last = above.reduce((latest, value, step) => (value > NEAR ? step : latest), -1);
  const outside = mean < MEAN.low || mean > MEAN.high || logStd < Math.log(STD.low) || logStd > Math.log(STD.high);
  const verdict =
    last < done
      ? `${least} From step ${last + 1} on, the loss is within ${NEAR} of it.`
      : `${least} The loss is not yet within ${NEAR} of it.`;
  return [place, outside ? `${verdict} The last place is outside the picture.` : verdict];
}

function start({ mean, std }: State): string {
  return `mean ${decimal(mean)}, standard deviation ${decimal(std)}`;
}

function view(state: State, change: Change<State>, width: number): Child[] {
  const set = (values: Partial<State>) => change({ ...state, ...values });
  const { path, above } = run(state);
  const { x, y, mean, logStd } = projection(width);
  const move = (to: number, toStd: number) =>
    set({
      mean: round(clamp(to, MEAN.low, MEAN.high)),
      std: round(clamp(toStd, STD.low, STD.high)),
    });
  const [left, top] = [x(state.mean), y(Math.log(state.std))];
  const grip = handle(
    {
      label: "start; arrow keys move it",
      low: MEAN.low,
      high: MEAN.high,
      now: state.mean,
      shown: start(state),
      drag: (a, b) => move(mean(a), Math.exp(logStd(b))),
      press: (right, up) => move(state.mean + 0.05 * right, state.std * 1.05 ** up),
    },
    rect(left - 14, top - 14, 28, 28, { fill: "transparent", class: "gdl-target" }),
    rect(left - 6, top - 6, 12, 12, { fill: COLOUR.ground, stroke: COLOUR.blue, "stroke-width": 2.5 }),
  );
  const units = Object.fromEntries(Object.entries(UNITS).map(([name, { title }]) => [name, title]));
  const [place, verdict] = results(state);
  return [
    map(state, path, width, grip),
    slider(
      "learning rate",
      round(Math.log10(state.rate)),
      { low: -2, high: 0.5, step: 0.05 },
      String(Number(state.rate.toPrecision(2))),
      (power) => set({ rate: clamp(Number((10 ** power).toPrecision(2)), RATE.low, RATE.high) }),
    ),
    slider("momentum", state.momentum, MOMENTUM, decimal(state.momentum), (momentum) => set({ momentum })),
    slider("steps", state.steps, STEPS, String(state.steps), (steps) => set({ steps })),
    h(
      "p",
      { class: "gdl-bar" },
      button("Step →", () => set({ steps: Math.min(state.steps + 1, STEPS.high) }), {
        disabled: state.steps === STEPS.high,
      }),
      selectField("unit of latitude", state.unit, units as Record<Unit, string>, (unit) => set({ unit })),
    ),
    curve(above, state.steps, width),
    h("p", { class: "gdl-result" }, place, h("br"), verdict),
  ];
}

/** The picture for pages without JavaScript. */
export function picture(): Node {
  const width = 560;
  const { path, above } = run(initial);
  const { x, y } = projection(width);
  const begin = rect(x(initial.mean) - 6, y(Math.log(initial.std)) - 6, 12, 12, {
    fill: COLOUR.ground,
    stroke: COLOUR.blue,
    "stroke-width": 2.5,
  });
  const [shown, below] = [map(initial, path, width, begin), curve(above, initial.steps, width)];
  const top = shown.attributes.height as number;
  const [place, verdict] = results(initial);
  return drawing(
    width,
    top + BELOW + 74,
    figure.label,
    shown.children as Child[],
    text(12, top + 20, `Learning rate ${initial.rate}, no momentum, ${initial.steps} steps`, { size: 14 }),
    h("g", { transform: `translate(0 ${top + 28})` }, below.children as Child[]),
    text(12, top + BELOW + 46, place, { size: 14 }),
    text(12, top + BELOW + 66, verdict, { size: 14 }),
  );
}

export const figure: Figure<State> = {
  name: "descent",
  label: "Gradient descent on the loss of a Gaussian",
  initial,
  read,
  write,
  view,
  tell: (state) => results(state).join(" "),
};

export async function mount(host: HTMLElement): Promise<void> {
  await loadStyle(import.meta.url);
  mountFigure(host, figure);
}

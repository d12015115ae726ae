// The two players: a generator and a discriminator on a line, moved by the reader or by gradients.
import { bounded, choice, pairs } from "./address";
import { button, numberField, selectField, slider } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, line, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadStyle, mount as mountFigure } from "./figure";
import { handle } from "./handle";
import {
  type Bell,
  bestLogit,
  DATA,
  discriminatorGradient,
  generatorGradient,
  jensenShannon,
  KNOTS,
  type Loss,
  logDensity,
  logitOf,
  type Mixture,
  sigmoid,
  stepDiscriminator,
  stepGenerator,
  value,
} from "./mathematics/game";
import { clamp, decimal, round } from "./mathematics/numbers";

// Also for the tests against NumPy and TensorFlow.
export {
  bestLogit,
  discriminatorGradient,
  generatorGradient,
  jensenShannon,
  KNOTS,
  logitOf,
  stepDiscriminator,
  stepGenerator,
  value,
};

export interface State {
  model: "one" | "two";
  bells: [Bell, Bell];
  share: number;
  /** The logit of the discriminator at each handle. */
  handles: number[];
  loss: Loss;
  scale: keyof typeof SCALES;
  /** How many steps a press of a button makes. */
  steps: number;
  discriminatorRate: number;
  generatorRate: number;
}

const MODELS = { one: "one bell", two: "two bells" };
const LOSSES: Record<Loss, string> = { nonsaturating: "−ln D, non-saturating", saturating: "ln(1 − D), saturating" };
const SCALES = { probability: "as a probability", logit: "as a logit" };
const STEPS = { "1": "1", "10": "10", "100": "100" };
const MEAN = { low: -3, high: 3, step: 0.01 };
const WIDTH = { low: 0.15, high: 1.5, step: 0.01 };
const SHARE = { low: 0.02, high: 0.98, step: 0.01 };
const LOGIT = { low: -6, high: 6 };
const DISCRIMINATOR_RATE = { low: 0.5, high: 8, step: 0.5 };
const GENERATOR_RATE = { low: 0.01, high: 1, step: 0.01 };
const X = { low: -3.4, high: 3.4 };
const TARGET = 13;
const PLAY_MILLISECONDS = 200;
const PLAYED_STEPS = 300;

const initial: State = {
  model: "one",
  bells: [
    { mean: 0.12, width: 1.14 },
    { mean: 1, width: 0.5 },
  ],
  share: 0.5,
  handles: KNOTS.map(() => 0),
  loss: "nonsaturating",
  scale: "probability",
  steps: 1,
  discriminatorRate: 4,
  generatorRate: 0.1,
};

export function read(address: string): State {
  const { model, bells, share, handles, loss, scale, steps, rates } = pairs(address);
  const given = bells?.split(":") ?? [];
  const bell = (i: 0 | 1): Bell => ({
    mean: bounded(given[2 * i], MEAN.low, MEAN.high, initial.bells[i].mean),
    width: bounded(given[2 * i + 1], WIDTH.low, WIDTH.high, initial.bells[i].width),
  });
  const heights = handles?.split(":") ?? [];
  const [discriminatorRate, generatorRate] = rates?.split(":") ?? [];
  return {
    model: choice(model, MODELS, initial.model),
    bells: [bell(0), bell(1)],
    share: bounded(share, SHARE.low, SHARE.high, initial.share),
    handles: KNOTS.map((_, i) => bounded(heights[i], LOGIT.low, LOGIT.high, 0)),
    loss: choice(loss, LOSSES, initial.loss),
    scale: choice(scale, SCALES, initial.scale),
    steps: Number(choice(steps, STEPS, "1")),
    discriminatorRate: bounded(
      discriminatorRate,
      DISCRIMINATOR_RATE.low,
      DISCRIMINATOR_RATE.high,
      initial.discriminatorRate,
    ),
    generatorRate: bounded(generatorRate, GENERATOR_RATE.low, GENERATOR_RATE.high, initial.generatorRate),
  };
}

export function write(state: State): string {
  const bells = state.bells.flatMap(({ mean, width }) => [mean, width]);
  return [
    `model:${state.model}`,
    `bells:${bells.map(short).join(":")}`,
    `share:${short(state.share)}`,
    `handles:${state.handles.map(short).join(":")}`,
    `loss:${state.loss}`,
    `scale:${state.scale}`,
    `steps:${state.steps}`,
    `rates:${state.discriminatorRate}:${state.generatorRate}`,
  ].join(",");
}

// What the address holds of a number; small steps of a gradient are not lost in it.
function short(number: number): number {
  return Number(number.toFixed(5));
}

export function mixture({ model, bells, share }: State): Mixture {
  return { share: model === "one" ? 1 : share, bells };
}

/** The discriminator after some steps uphill. */
function taught(state: State, steps: number): State {
  let next = state;
  for (let i = 0; i < steps; i++) {
    const handles = stepDiscriminator(mixture(next), next.handles, next.discriminatorRate);
    next = { ...next, handles: handles.map((height) => clamp(height, LOGIT.low, LOGIT.high)) };
  }
  return next;
}

/** The generator after some steps downhill. */
function forged(state: State, steps: number): State {
  let next = state;
  for (let i = 0; i < steps; i++) {
    const { bells, share } = stepGenerator(mixture(next), next.handles, next.loss, next.generatorRate);
    const [first, second] = bells.map(({ mean, width }) => ({
      mean: clamp(mean, MEAN.low, MEAN.high),
      width: clamp(width, WIDTH.low, WIDTH.high),
    })) as [Bell, Bell];
    next =
      next.model === "one"
        ? { ...next, bells: [first, next.bells[1]] }
        : { ...next, bells: [first, second], share: clamp(share, SHARE.low, SHARE.high) };
  }
  return next;
}

/** The players in turn. */
export function played(state: State, steps: number): State {
  let next = state;
  for (let i = 0; i < steps; i++) {
    next = forged(taught(next, 1), 1);
  }
  return next;
}

/** Places and heights in pixels, in a drawing of some width. */
function axes(state: State, width: number) {
  const { scale } = state;
  const [left, right] = [34, 6];
  const panel = Math.round(clamp(width * 0.32, 120, 190));
  const [top, gap] = [24, 54];
  const below = top + panel + gap;
  // Room for the peak of a narrow bell.
  const model = mixture(state);
  const peaks = state.bells.map(({ mean }) => Math.exp(logDensity(model, mean)));
  const highest = Math.max(1, 1.05 * Math.max(...peaks));
  const [low, high] = scale === "probability" ? [0, 1] : [LOGIT.low, LOGIT.high];
  return {
    height: below + panel + 24,
    top,
    below,
    panel,
    left,
    right: width - right,
    x: (x: number) => left + ((x - X.low) / (X.high - X.low)) * (width - left - right),
    density: (p: number) => top + panel - (p / highest) * panel,
    /** The height at which a logit is drawn. */
    logit: (z: number) => below + panel - (((scale === "probability" ? sigmoid(z) : z) - low) / (high - low)) * panel,
    /** And back. */
    toLogit: (y: number) => {
      const given = low + ((below + panel - y) / panel) * (high - low);
      const z = scale === "probability" ? Math.log(Math.max(given, 1e-9) / Math.max(1 - given, 1e-9)) : given;
      return clamp(z, LOGIT.low, LOGIT.high);
    },
  };
}

/** Densities above, discriminators below; `handles` lie above all. */
function board(state: State, width: number, handles: Node[]): Node {
  const model = mixture(state);
  const axis = axes(state, width);
  const { x: toX, top, below, panel, left, right } = axis;
  const places = Array.from({ length: 273 }, (_, i) => X.low + (i / 272) * (X.high - X.low));
  const curve = (height: (x: number) => number, shown: (x: number) => boolean = () => true) =>
    places
      .map((x, i) => {
        const before = places[i - 1];
        const draws = i > 0 && before !== undefined && shown(before);
        return shown(x) ? `${draws ? "L" : "M"}${round(toX(x))} ${round(height(x))}` : "";
      })
      .join("");
  const density = (mixed: Mixture) => (x: number) => axis.density(Math.exp(logDensity(mixed, x)));
  const best = (x: number) => bestLogit(model, x);
  const ticks = [-3, -2, -1, 0, 1, 2, 3];
  const marks: [number, string][] =
    state.scale === "probability"
      ? [
          [-LARGE, "0"],
          [0, "0.5"],
          [LARGE, "1"],
        ]
      : [-6, -3, 0, 3, 6].map((z) => [z, decimal(z)]);
  const small = { size: 12, fill: COLOUR.muted };
  return drawing(
    width,
    axis.height,
    "Densities, and the discriminator with its handles",
    text(left, 14, "p_data, filled", { size: 14 }),
    text(left + 104, 14, "p_model, thick line", { size: 14, fill: COLOUR.blue }),
    h("path", {
      d: `${curve(density(DATA))}L${round(right)} ${round(top + panel)}L${round(left)} ${round(top + panel)}z`,
      fill: COLOUR.land,
      stroke: COLOUR.text,
    }),
    h("path", { d: curve(density(model)), fill: "none", stroke: COLOUR.blue, "stroke-width": 3 }),
    line(left, top + panel, right, top + panel, { stroke: COLOUR.line }),
    [0, 0.5, 1].map((p) => text(left - 6, axis.density(p) + 4, decimal(p), { ...small, anchor: "end" })),
    text(left, below - 26, "discriminator D, with handles", { size: 14, fill: COLOUR.blue }),
    text(left, below - 9, "best possible D*, dashed", { size: 14, fill: COLOUR.orange }),
    marks.flatMap(([z, mark]) => [
      line(left, axis.logit(z), right, axis.logit(z), {
        stroke: COLOUR.line,
        "stroke-dasharray": z === 0 ? "2 4" : undefined,
        "stroke-opacity": z === 0 || Math.abs(z) >= 6 ? 1 : 0.3,
      }),
      text(left - 6, axis.logit(z) + 4, mark, { ...small, anchor: "end" }),
    ]),
    ticks.map((x) => text(toX(x), axis.height - 5, decimal(x), { ...small, anchor: "middle" })),
    h("path", {
      d: curve(
        (x) => axis.logit(best(x)),
        (x) => state.scale === "probability" || Math.abs(best(x)) <= LOGIT.high,
      ),
      fill: "none",
      stroke: COLOUR.orange,
      "stroke-width": 2,
      "stroke-dasharray": "6 4",
    }),
    h("path", {
      d: curve((x) => axis.logit(logitOf(state.handles, x))),
      fill: "none",
      stroke: COLOUR.blue,
      "stroke-width": 3,
    }),
    handles,
  );
}

// A logit whose probability is drawn as 0 or 1.
const LARGE = 40;

function handleShape(x: number, y: number): Node {
  return h("circle", {
    cx: round(x),
    cy: round(y),
    r: 5.5,
    fill: COLOUR.ground,
    stroke: COLOUR.blue,
    "stroke-width": 2.5,
  });
}

function handleNodes(state: State, width: number, set: (values: Partial<State>) => void): Node[] {
  const axis = axes(state, width);
  const put = (index: number, height: number) =>
    set({
      handles: state.handles.map((old, i) =>
        i === index ? Number(clamp(height, LOGIT.low, LOGIT.high).toFixed(2)) : old,
      ),
    });
  return KNOTS.map((place, i) => {
    const height = state.handles[i] as number;
    const [x, y] = [axis.x(place), axis.logit(height)];
    return handle(
      {
        label: `discriminator at ${decimal(place)}; arrow keys move it`,
        low: LOGIT.low,
        high: LOGIT.high,
        now: short(height),
        shown: `logit ${decimal(height)}, probability ${decimal(sigmoid(height), 3)}`,
        drag: (_, to) => put(i, axis.toLogit(to)),
        press: (right, up) => put(i, height + 0.1 * (right + up)),
      },
      rect(x - TARGET, y - TARGET, 2 * TARGET, 2 * TARGET, { fill: "transparent", class: "gdl-target" }),
      handleShape(x, y),
    );
  });
}

/** What the game is worth at present. */
function results(state: State): [string, string][] {
  const model = mixture(state);
  const present = value(model, (x) => logitOf(state.handles, x));
  const best = value(model, (x) => bestLogit(model, x));
  const divergence = jensenShannon(model);
  const numbers = (value: number) => value.toFixed(3).replace("-", "−");
  return [
    ["V(D, G) now", `${numbers(present)}, that is ${numbers(best - present)} below the best`],
    ["V(D*, G)", `${numbers(best)} = 2 · ${numbers(divergence)} − ln 4`],
    ["Jensen-Shannon", `${numbers(divergence)} nats between data and model, at most ln 2 = ${numbers(Math.LN2)}`],
  ];
}

// One figure of this kind a page: while it plays, a timer goes.
let timer = 0;

function stop(): void {
  clearInterval(timer);
  timer = 0;
}

function view(state: State, change: Change<State>, width: number): Child[] {
  const set = (values: Partial<State>) => {
    stop();
    change({ ...state, ...values });
  };
  const play = () => {
    let now = state;
    let passed = 0;
    timer = window.setInterval(() => {
      now = played(now, 1);
      passed += 1;
      if (passed >= PLAYED_STEPS) {
        stop();
      }
      change(now);
    }, PLAY_MILLISECONDS);
    change(state);
  };
  const isPlaying = timer !== 0;
  // Who asked for less motion steps by hand.
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const isMixture = state.model === "two";
  const bellSliders = (i: 0 | 1, name: string): Node[] => {
    const { mean, width: spread } = state.bells[i];
    const put = (values: Partial<Bell>) =>
      set({ bells: state.bells.map((old, k) => (k === i ? { ...old, ...values } : old)) as [Bell, Bell] });
    return [
      slider(`mean${name}`, mean, MEAN, decimal(mean), (to) => put({ mean: to })),
      slider(`width${name}`, spread, WIDTH, decimal(spread), (to) => put({ width: to })),
    ];
  };
  return [
    h(
      "p",
      { class: "gdl-bar" },
      selectField("model", state.model, MODELS, (model) => set({ model })),
      selectField("draw D", state.scale, SCALES, (scale) => set({ scale })),
    ),
    board(state, width, handleNodes(state, width, set)),
    ...bellSliders(0, isMixture ? " 1" : ""),
    ...(isMixture
      ? [
          ...bellSliders(1, " 2"),
          slider("share of 1", state.share, SHARE, decimal(state.share), (share) => set({ share })),
        ]
      : []),
    h(
      "p",
      { class: "gdl-bar" },
      button("Step the discriminator", () => set(taught(state, state.steps))),
      button("Step the generator", () => set(forged(state, state.steps))),
      button("Both in turn", () => set(played(state, state.steps))),
      moves
        ? button(isPlaying ? "Pause" : "Play", () => {
            if (isPlaying) {
              stop();
              change(state);
            } else {
              play();
            }
          })
        : [],
    ),
    h(
      "p",
      { class: "gdl-bar" },
      selectField("steps a press", String(state.steps) as keyof typeof STEPS, STEPS, (steps) =>
        set({ steps: Number(steps) }),
      ),
      selectField("loss of G", state.loss, LOSSES, (loss) => set({ loss }), "loss of the generator"),
      numberField(
        "rate of D",
        state.discriminatorRate,
        DISCRIMINATOR_RATE,
        (discriminatorRate) => set({ discriminatorRate }),
        "learning rate of the discriminator",
      ),
      numberField(
        "rate of G",
        state.generatorRate,
        GENERATOR_RATE,
        (generatorRate) => set({ generatorRate }),
        "learning rate of the generator",
      ),
    ),
    h(
      "table",
      { class: "gdl-table" },
      h(
        "tbody",
        {},
        results(state).map(([name, shown]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, shown))),
      ),
    ),
  ];
}

/** The picture for pages without JavaScript. */
export function picture(): Node {
  const width = 560;
  // After some steps, so that both discriminators are to be seen.
  const shown: State = taught(initial, 10);
  const axis = axes(shown, width);
  const dots = KNOTS.map((x, i) => handleShape(axis.x(x), axis.logit(shown.handles[i] as number)));
  const above = board(shown, width, dots);
  const lines = results(shown);
  return drawing(
    width,
    axis.height + 24 * lines.length + 12,
    figure.label,
    above.children as Child[],
    lines.flatMap(([name, result], i) => [
      text(8, axis.height + 20 + 24 * i, name, { size: 14, weight: "bold" }),
      text(140, axis.height + 20 + 24 * i, result, { size: 14 }),
    ]),
  );
}

export const figure: Figure<State> = {
  name: "players",
  label: "The two players: a generator and a discriminator on a line",
  initial,
  read,
  write,
  view,
  halt: stop,
  tell: (state) => {
    const { model, bells, share } = state;
    const shown = (model === "one" ? bells.slice(0, 1) : bells).map(
      ({ mean, width }) => `mean ${decimal(mean)}, width ${decimal(width)}`,
    );
    const shares = model === "one" ? "" : ` Share of the first: ${decimal(share)}.`;
    return `Model: ${shown.join("; ")}.${shares} ${results(state)
      .map(([name, result]) => `${name}: ${result}.`)
      .join(" ")}`;
  },
};

export async function mount(host: HTMLElement): Promise<void> {
  await loadStyle(import.meta.url);
  mountFigure(host, figure);
}

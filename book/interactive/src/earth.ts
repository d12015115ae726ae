// From noise to Earth: the networks of section 3.6 turn random points into land points, step by step.
import { choice, pairs, whole } from "./address";
import { button, selectField, slider } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadFile, loadStyle, mount as mountFigure } from "./figure";
import { holds, land } from "./mathematics/box";
import { degrees, diffusionStep, flowStep, gaussians, type Point, stops } from "./mathematics/generation";
import { decode, type Network, type Stored } from "./mathematics/network";
import { clamp, decimal, round } from "./mathematics/numbers";

// Also for the tests against NumPy and Keras.
export { decode, degrees, diffusionStep, flowStep, gaussians, stops };

export interface State {
  method: keyof typeof METHODS;
  /** How many steps lead from noise to land, and how many of them are done. */
  steps: number;
  step: number;
  /** Another number is another noise. */
  noise: number;
  paths: "shown" | "hidden";
}

export type Networks = Record<State["method"], Network>;

const METHODS = { flow: "flow matching", diffusion: "diffusion" };
const PATHS = { shown: "", hidden: "" };
const STEPS = { low: 1, high: 50 };
const NOISES = 99;
export const COUNT = 150;
// Noise reaches beyond the map: in degrees on each side.
const MARGIN = { longitude: 40, latitude: 30 };
const PLAY_MILLISECONDS = 4000;

const initial: State = { method: "flow", steps: 20, step: 20, noise: 1, paths: "shown" };

export function read(address: string): State {
  const { method, steps, step, noise, paths } = pairs(address);
  const all = whole(steps, STEPS.low, STEPS.high, initial.steps);
  return {
    method: choice(method, METHODS, initial.method),
    steps: all,
    step: whole(step, 0, all, all),
    noise: whole(noise, 1, NOISES, initial.noise),
    paths: choice(paths, PATHS, initial.paths),
  };
}

export function write(state: State): string {
  return Object.entries(state)
    .map(([name, value]) => `${name}:${value}`)
    .join(",");
}

// The places of all points after each step, for the settings that were shown last; steps are added as they are needed.
let known: { of: string; networks?: Networks; noises: Point[]; places: Point[][] } = { of: "", noises: [], places: [] };

/** The places of all points after each step, from noise up to the present. */
export function walk(networks: Networks, { method, steps, step, noise }: State): readonly Point[][] {
  const of = `${method},${steps},${noise}`;
  if (known.of !== of || known.networks !== networks) {
    // The beginning, and fresh noise for each step.
    const noises = gaussians(noise, (steps + 1) * COUNT);
    known = { of, networks, noises, places: [noises.slice(0, COUNT)] };
  }
  const network = networks[method];
  const visited = stops(networks.diffusion, steps);
  for (let done = known.places.length - 1; done < step; done++) {
    const fresh = known.noises.slice((done + 1) * COUNT);
    const now = known.places[done] as Point[];
    known.places.push(
      now.map((point, i) =>
        method === "flow"
          ? flowStep(network, point, done, steps)
          : diffusionStep(network, point, visited[done] as number, visited[done + 1] as number, fresh[i] as Point),
      ),
    );
  }
  return known.places.slice(0, step + 1);
}

function isLand(place: readonly [number, number]): boolean {
  return land.some((run) => holds(run, place));
}

function map(networks: Networks, state: State, width: number): Node {
  const scale = width / (360 + 2 * MARGIN.longitude);
  const x = (longitude: number) => (longitude + 180 + MARGIN.longitude) * scale;
  const y = (latitude: number) => (90 + MARGIN.latitude - latitude) * scale;
  const places = walk(networks, state).map((points) => points.map((point) => degrees(networks[state.method], point)));
  const at = ([longitude, latitude]: readonly [number, number]) => `${round(x(longitude))} ${round(y(latitude))}`;
  const coast = land
    .map(
      (run) =>
        `M${round(x(run.west))} ${round(y(run.north))}H${round(x(run.east))}V${round(y(run.south))}H${round(x(run.west))}z`,
    )
    .join("");
  const now = places.at(-1) as [number, number][];
  // Noise far beyond the margin is not drawn.
  const isDrawn = ([longitude, latitude]: readonly [number, number]) =>
    Math.abs(longitude) < 180 + MARGIN.longitude - 5 && Math.abs(latitude) < 90 + MARGIN.latitude - 5;
  // Random walks of all points would cover the map.
  const followed = state.method === "flow" ? 1 : 10;
  const path = (i: number) => {
    let continues = false;
    return places
      .map((points) => {
        const place = points[i] as [number, number];
        const text = isDrawn(place) ? `${continues ? "L" : "M"}${at(place)}` : "";
        continues = text !== "";
        return text;
      })
      .join("");
  };
  const paths = now.map((_, i) => (i % followed ? "" : path(i))).join("");
  const onLand = now.filter(isLand);
  const atSea = now.filter((place) => !isLand(place) && isDrawn(place));
  return drawing(
    width,
    Math.round(y(-90 - MARGIN.latitude)),
    `Map of the world with ${COUNT} points`,
    rect(x(-180), y(90), x(180) - x(-180), y(-90) - y(90), { fill: COLOUR.sea }),
    h("path", { d: coast, fill: COLOUR.land }),
    // Always there, so that the elements after it keep their places.
    h("path", {
      d: state.paths === "shown" && places.length > 1 ? paths : "",
      fill: "none",
      stroke: COLOUR.text,
      "stroke-width": 0.7,
      "stroke-opacity": 0.35,
    }),
    // Dots on land, crosses at sea: told apart without colours.
    h("path", {
      d: onLand.map((place) => `M${at(place)}h0`).join(""),
      stroke: COLOUR.blue,
      "stroke-width": 5,
      "stroke-linecap": "round",
    }),
    h("path", {
      d: atSea.map((place) => `M${at(place)}m-2.5 -2.5l5 5m0 -5l-5 5`).join(""),
      stroke: COLOUR.orange,
      "stroke-width": 1.8,
    }),
  );
}

function results(networks: Networks, state: State): [string, string][] {
  const { method, steps, step } = state;
  const now = walk(networks, state).at(-1) as Point[];
  const onLand = now.filter((point) => isLand(degrees(networks[method], point))).length;
  const visited = stops(networks.diffusion, steps);
  return [
    [
      "Step",
      `${step} of ${steps}, ${
        method === "flow" ? `time ${decimal(step / steps)} of 1` : `at level ${visited[step]} of ${visited[0]}`
      }`,
    ],
    ["On land", `${onLand} of ${COUNT} points, ${decimal((100 * onLand) / COUNT, 0)}%`],
  ];
}

// One figure of this kind a page: while it plays, a timer goes.
let timer = 0;

function stop(): void {
  clearInterval(timer);
  timer = 0;
}

function view(networks: Networks, state: State, change: Change<State>, width: number): Child[] {
  const { method, steps, step, noise, paths } = state;
  const set = (values: Partial<State>) => {
    stop();
    change({ ...state, ...values });
  };
  const play = () => {
    let now = step === steps ? 0 : step;
    change({ ...state, step: now });
    timer = window.setInterval(
      () => {
        now += 1;
        if (now >= steps) {
          stop();
        }
        change({ ...state, step: now });
      },
      clamp(PLAY_MILLISECONDS / steps, 80, 800),
    );
    change({ ...state, step: now });
  };
  const isPlaying = timer !== 0;
  // Who asked for less motion steps by hand.
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return [
    h(
      "p",
      { class: "gdl-bar" },
      selectField("method", method, METHODS, (to) => set({ method: to })),
      button("New noise", () => set({ noise: (noise % NOISES) + 1 })),
      button("Show paths", () => set({ paths: paths === "shown" ? "hidden" : "shown" }), {
        pressed: paths === "shown",
      }),
    ),
    map(networks, state, width),
    slider("steps in all", steps, STEPS, String(steps), (to) =>
      set({ steps: to, step: Math.round((step / steps) * to) }),
    ),
    slider("steps done", step, { low: 0, high: steps }, String(step), (to) => set({ step: to })),
    h(
      "p",
      { class: "gdl-bar" },
      button("← Back", () => set({ step: step - 1 }), { disabled: step === 0 }),
      button("Step →", () => set({ step: step + 1 }), { disabled: step === steps }),
      moves
        ? button(isPlaying ? "Pause" : "Play", () => {
            if (isPlaying) {
              set({});
            } else {
              play();
            }
          })
        : [],
    ),
    h(
      "table",
      { class: "gdl-table" },
      h(
        "tbody",
        {},
        results(networks, state).map(([name, shown]) =>
          h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, shown)),
        ),
      ),
    ),
  ];
}

/** The picture for pages without JavaScript. */
export function picture(flow: Stored, diffusion: Stored): Node {
  const networks = { flow: decode(flow), diffusion: decode(diffusion) };
  const width = 560;
  const shown = map(networks, initial, width);
  const top = shown.attributes.height as number;
  const lines = results(networks, initial);
  return drawing(
    width,
    top + 24 * lines.length + 12,
    LABEL,
    shown.children as Child[],
    lines.flatMap(([name, result], i) => [
      text(8, top + 20 + 24 * i, name, { size: 14, weight: "bold" }),
      text(110, top + 20 + 24 * i, result, { size: 14 }),
    ]),
  );
}

export const LABEL = "From noise to Earth";

export function figure(networks: Networks): Figure<State> {
  return {
    name: "earth",
    label: LABEL,
    initial,
    read,
    write,
    view: (state, change, width) => view(networks, state, change, width),
    halt: stop,
    tell: (state) =>
      `${METHODS[state.method]}. ${results(networks, state)
        .map(([name, result]) => `${name}: ${result}.`)
        .join(" ")}`,
  };
}

export async function mount(host: HTMLElement): Promise<void> {
  const [flow, diffusion] = await Promise.all([
    loadFile<Stored>("networks/earth_flow.json", import.meta.url),
    loadFile<Stored>("networks/earth_diffusion.json", import.meta.url),
    loadStyle(import.meta.url),
  ]);
  mountFigure(host, figure({ flow: decode(flow), diffusion: decode(diffusion) }));
}

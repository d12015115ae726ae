// Walk the latent space: the decoder of section 3.4 draws what a point of its latent plane stands for.
import { bounded, pairs } from "./address";
import { button, slider } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, line, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadFile, loadStyle, mount as mountFigure } from "./figure";
import { handle } from "./handle";
import { decode, type Network, run, type Stored } from "./mathematics/network";
import { clamp, decimal, round } from "./mathematics/numbers";
import { measure, SIZE } from "./mathematics/tins";

// Also for the tests against Keras.
export { decode, measure, run };

export interface State {
  /** The two latent numbers. */
  z: [number, number];
}

const Z = { low: -3, high: 3, step: 0.01 };
const GREYS = 64;
const HANDLE = 8;
const TARGET = 14;
const GAP = 28;
const WALK_MILLISECONDS = 120;
const WALK_STEPS = 25;

const initial: State = { z: [0.7, -0.6] };

export function read(address: string): State {
  const { z1, z2 } = pairs(address);
  return { z: [bounded(z1, Z.low, Z.high, initial.z[0]), bounded(z2, Z.low, Z.high, initial.z[1])] };
}

export function write({ z: [z1, z2] }: State): string {
  return `z1:${z1},z2:${z2}`;
}

/** A point of the plane, as exact as an address tells it. */
export function moved(z1: number, z2: number): State {
  const [first, second] = [z1, z2].map((z) => Number(clamp(z, Z.low, Z.high).toFixed(2))) as [number, number];
  return { z: [first, second] };
}

/** Tins of the training, where the encoder puts them, with their true sizes. */
interface Tins {
  means: [number, number][];
  heights: number[];
  widths: number[];
}

/** Plane and image side by side, or one above the other where there is no room. */
function layout(width: number) {
  const abreast = width >= 2 * 6 * SIZE + GAP;
  // Whole pixels of the screen for each pixel of the image.
  const pixel = Math.floor(clamp((abreast ? (width - GAP) / 2 : width - 12) / SIZE, 6, 9));
  const side = pixel * SIZE;
  const scale = (side - 2 * TARGET) / (Z.high - Z.low);
  const top = 22;
  return {
    pixel,
    side,
    top,
    width: abreast ? 2 * side + GAP : side + 2,
    height: abreast ? top + side + 2 : 2 * (top + side) + 14,
    image: abreast ? { left: side + GAP, top } : { left: 1, top: 2 * top + side + 10 },
    scale,
    x: (z: number) => 1 + TARGET + (z - Z.low) * scale,
    y: (z: number) => top + TARGET + (Z.high - z) * scale,
    toZ: (x: number, y: number) =>
      [(x - 1 - TARGET) / scale + Z.low, Z.high - (y - top - TARGET) / scale] as [number, number],
  };
}

function plane(network: Network, state: State, width: number, handles: Node[]): Node {
  const { means } = network.facts as unknown as Tins;
  const place = layout(width);
  const { x, y, side, top, scale } = place;
  const inside = means.filter((mean) => mean.every((z) => Math.abs(z) <= Z.high));
  const small = { size: 12, fill: COLOUR.muted };
  const circle = (radius: number) =>
    h("circle", {
      cx: round(x(0)),
      cy: round(y(0)),
      r: round(radius * scale),
      fill: "none",
      stroke: COLOUR.line,
      "stroke-dasharray": "2 4",
    });
  return drawing(
    place.width,
    place.height,
    "Latent plane and drawing",
    text(1, 14, "latent plane, tins as dots", { size: 14 }),
    rect(1, top, side, side, { fill: "none", stroke: COLOUR.line }),
    line(x(Z.low), y(0), x(Z.high), y(0), { stroke: COLOUR.line, "stroke-opacity": 0.5 }),
    line(x(0), y(Z.low), x(0), y(Z.high), { stroke: COLOUR.line, "stroke-opacity": 0.5 }),
    circle(1),
    circle(2),
    h("path", {
      d: inside.map(([a, b]) => `M${round(x(a))} ${round(y(b))}h0`).join(""),
      stroke: COLOUR.orange,
      "stroke-width": 4,
      "stroke-linecap": "round",
      "stroke-opacity": 0.55,
    }),
    [-2, 2].map((z) => text(x(z), top + side - 4, decimal(z), { ...small, anchor: "middle" })),
    [-2, 2].map((z) => text(4, y(z) + 4, decimal(z), small)),
    text(place.image.left, place.image.top - 8, "what the decoder draws", { size: 14 }),
    picturePaths(run(network, state.z), place.image.left, place.image.top, place.pixel),
    rect(place.image.left, place.image.top, side, side, { fill: "none", stroke: COLOUR.line }),
    handles,
  );
}

/** An image as a path for each of its greys: far fewer elements than pixels. */
function picturePaths(image: ArrayLike<number>, left: number, top: number, pixel: number): Node[] {
  const paths = Array.from({ length: GREYS }, () => "");
  for (let row = 0; row < SIZE; row++) {
    let begin = 0;
    for (let column = 0; column < SIZE; column++) {
      const grey = greyOf(image[row * SIZE + column] as number);
      if (column + 1 === SIZE || greyOf(image[row * SIZE + column + 1] as number) !== grey) {
        const [x, y] = [left + begin * pixel, top + row * pixel];
        paths[grey] += `M${x} ${y}h${(column + 1 - begin) * pixel}v${pixel}H${x}z`;
        begin = column + 1;
      }
    }
  }
  return paths.map((d, grey) => {
    const shade = Math.round((255 * grey) / (GREYS - 1));
    return h("path", { d, fill: `rgb(${shade} ${shade} ${shade})`, "shape-rendering": "crispEdges" });
  });
}

function greyOf(brightness: number): number {
  return Math.round(clamp(brightness, 0, 1) * (GREYS - 1));
}

function handleShape(x: number, y: number): Node {
  return h("circle", {
    cx: round(x),
    cy: round(y),
    r: HANDLE,
    fill: COLOUR.ground,
    stroke: COLOUR.blue,
    "stroke-width": 3,
  });
}

function results(network: Network, { z }: State): [string, string][] {
  const { means, heights, widths } = network.facts as unknown as Tins;
  const { height, width } = measure(run(network, z));
  const away = means.map(([a, b]) => Math.hypot(a - z[0], b - z[1]));
  const nearest = away.indexOf(Math.min(...away));
  const size = (high: number, wide: number) => `${decimal(high, 1)} pixels high, ${decimal(wide, 1)} wide`;
  return [
    ["Drawn", Number.isNaN(height + width) ? "no tin: an edge is missing" : size(height, width)],
    [
      "Nearest dot",
      `${decimal(away[nearest] as number)} away, a tin ${size(heights[nearest] as number, widths[nearest] as number)}`,
    ],
    [
      "Under the prior",
      `${decimal(100 * (1 - Math.exp(-(z[0] ** 2 + z[1] ** 2) / 2)), 1)}% of all draws are closer to the middle`,
    ],
  ];
}

// One figure of this kind a page: while it walks, a timer goes.
let timer = 0;

function stop(): void {
  clearInterval(timer);
  timer = 0;
}

/** A draw from a standard Gaussian. */
function gaussian(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

function view(network: Network, state: State, change: Change<State>, width: number): Child[] {
  const [z1, z2] = state.z;
  const { x, y, toZ } = layout(width);
  const go = (to: State) => {
    stop();
    change(to);
  };
  const walk = () => {
    const goal = moved(gaussian(), gaussian()).z;
    let passed = 0;
    timer = window.setInterval(() => {
      passed += 1;
      const part = passed / WALK_STEPS;
      if (passed === WALK_STEPS) {
        stop();
      }
      change(moved(z1 + part * (goal[0] - z1), z2 + part * (goal[1] - z2)));
    }, WALK_MILLISECONDS);
    change(state);
  };
  const isWalking = timer !== 0;
  // Who asked for less motion steps by hand.
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const point = handle(
    {
      label: "point of the latent plane; arrow keys move it",
      low: Z.low,
      high: Z.high,
      now: z1,
      shown: `${decimal(z1)}, ${decimal(z2)}`,
      drag: (left, top) => go(moved(...toZ(left, top))),
      press: (right, up) => go(moved(z1 + 0.05 * right, z2 + 0.05 * up)),
    },
    rect(x(z1) - TARGET, y(z2) - TARGET, 2 * TARGET, 2 * TARGET, { fill: "transparent", class: "gdl-target" }),
    handleShape(x(z1), y(z2)),
  );
  return [
    plane(network, state, width, [point]),
    slider("latent 1", z1, Z, decimal(z1), (to) => go(moved(to, z2))),
    slider("latent 2", z2, Z, decimal(z2), (to) => go(moved(z1, to))),
    h(
      "p",
      { class: "gdl-bar" },
      button("Draw from the prior", () => go(moved(gaussian(), gaussian()))),
      moves
        ? button(isWalking ? "Stop" : "Walk to a new draw", () => {
            if (isWalking) {
              go(state);
            } else {
              walk();
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
        results(network, state).map(([name, shown]) =>
          h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, shown)),
        ),
      ),
    ),
  ];
}

/** The picture for pages without JavaScript. */
export function picture(stored: Stored): Node {
  const network = decode(stored);
  const width = 560;
  const { x, y, height } = layout(width);
  const shown = plane(network, initial, width, [handleShape(x(initial.z[0]), y(initial.z[1]))]);
  const lines = results(network, initial);
  return drawing(
    width,
    height + 24 * lines.length + 12,
    LABEL,
    shown.children as Child[],
    lines.flatMap(([name, result], i) => [
      text(1, height + 22 + 24 * i, name, { size: 14, weight: "bold" }),
      text(130, height + 22 + 24 * i, result, { size: 14 }),
    ]),
  );
}

export const LABEL = "Walk the latent space";

export function figure(network: Network): Figure<State> {
  return {
    name: "latent",
    label: LABEL,
    initial,
    read,
    write,
    view: (state, change, width) => view(network, state, change, width),
    halt: stop,
    tell: (state) =>
      `Latent numbers ${state.z.map((z) => decimal(z)).join(" and ")}. ${results(network, state)
        .map(([name, result]) => `${name}: ${result}.`)
        .join(" ")}`,
  };
}

export async function mount(host: HTMLElement): Promise<void> {
  const [stored] = await Promise.all([
    loadFile<Stored>("networks/tins.json", import.meta.url),
    loadStyle(import.meta.url),
  ]);
  mountFigure(host, figure(decode(stored)));
}

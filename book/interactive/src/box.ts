// The box on the world map: a uniform density whose four parameters are the sides of a box.
import { bounded, pairs } from "./address";
import { button, numberField } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, line, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadStyle, mount as mountFigure } from "./figure";
import { handle } from "./handle";
import { area, type Box, exponential, holds, judge, land, overlap, points, smallestBox } from "./mathematics/box";
import { clamp, decimal, grouped, round } from "./mathematics/numbers";

// Also for the tests.
export { judge, overlap, points, smallestBox };

export interface State {
  box: Box;
  showsLand: boolean;
}

// A box has an area: its sides stay this far apart, in degrees.
const LEAST = 1;
const HANDLE = 7;
const TARGET = 14;

/** The sides that meet in each corner. */
const CORNERS = [
  { name: "south-west", x: "west", y: "south" },
  { name: "south-east", x: "east", y: "south" },
  { name: "north-west", x: "west", y: "north" },
  { name: "north-east", x: "east", y: "north" },
] as const;
type Corner = (typeof CORNERS)[number];

const initial: State = { box: { west: -130, south: -40, east: 155, north: 72 }, showsLand: false };

export function read(address: string): State {
  const { west, south, east, north, land: shown } = pairs(address);
  const box = {
    west: bounded(west, -180, 180 - LEAST, initial.box.west),
    south: bounded(south, -90, 90 - LEAST, initial.box.south),
    east: 0,
    north: 0,
  };
  box.east = bounded(east, box.west + LEAST, 180, Math.max(initial.box.east, box.west + LEAST));
  box.north = bounded(north, box.south + LEAST, 90, Math.max(initial.box.north, box.south + LEAST));
  return { box, showsLand: shown === "shown" };
}

export function write({ box, showsLand }: State): string {
  const sides = Object.entries(box).map(([side, value]) => `${side}:${Number(value.toFixed(1))}`);
  return [...sides, `land:${showsLand ? "shown" : "hidden"}`].join(",");
}

/** The box with one corner moved, as far as the map and the opposite corner let it. */
export function moved(box: Box, corner: Corner, longitude: number, latitude: number): Box {
  return {
    ...box,
    [corner.x]:
      corner.x === "west" ? clamp(longitude, -180, box.east - LEAST) : clamp(longitude, box.west + LEAST, 180),
    [corner.y]: corner.y === "south" ? clamp(latitude, -90, box.north - LEAST) : clamp(latitude, box.south + LEAST, 90),
  };
}

function degrees(box: Box, corner: Corner): string {
  const [longitude, latitude] = [box[corner.x], box[corner.y]];
  return `${decimal(Math.abs(latitude), 1)}° ${latitude < 0 ? "S" : "N"}, ${decimal(Math.abs(longitude), 1)}° ${longitude < 0 ? "W" : "E"}`;
}

/** Degrees to pixels and back, on a map of some width with room for the handles at its rim. */
function projection(width: number) {
  const scale = (width - 2 * TARGET) / 360;
  return {
    x: (longitude: number) => TARGET + (longitude + 180) * scale,
    y: (latitude: number) => TARGET + (90 - latitude) * scale,
    longitude: (x: number) => (x - TARGET) / scale - 180,
    latitude: (y: number) => 90 - (y - TARGET) / scale,
  };
}

/** The map with its points, in a width of pixels; `handles` lie above all. */
function map({ box, showsLand }: State, width: number, handles: Node[]): Node {
  const { x, y } = projection(width);
  const path = land
    .map(
      (run) =>
        `M${round(x(run.west))} ${round(y(run.north))}H${round(x(run.east))}V${round(y(run.south))}H${round(x(run.west))}z`,
    )
    .join("");
  return drawing(
    width,
    Math.round(y(-90)) + TARGET,
    "Map of the world with sixty points and a box",
    rect(x(-180), y(90), x(180) - x(-180), y(-90) - y(90), { fill: COLOUR.sea }),
    // Always there, so that the elements after it keep their places.
    h("path", { d: showsLand ? path : "", fill: COLOUR.land }),
    line(x(-180), y(0), x(180), y(0), { stroke: COLOUR.line, "stroke-dasharray": "2 4" }),
    line(x(0), y(90), x(0), y(-90), { stroke: COLOUR.line, "stroke-dasharray": "2 4" }),
    rect(x(box.west), y(box.north), x(box.east) - x(box.west), y(box.south) - y(box.north), {
      fill: COLOUR.blue,
      "fill-opacity": 0.12,
      stroke: COLOUR.blue,
      "stroke-width": 2,
    }),
    // Dots in the box, crosses out of it: told apart without colours.
    points.map((point) => {
      const [a, b] = [round(x(point[0])), round(y(point[1]))];
      return holds(box, point)
        ? h("path", { d: `M${a - 3} ${b}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`, fill: COLOUR.blue, stroke: COLOUR.ground })
        : h("path", { d: `M${a - 4} ${b - 4}l8 8m0 -8l-8 8`, stroke: COLOUR.orange, "stroke-width": 2.2 });
    }),
    handles,
  );
}

function view(state: State, change: Change<State>, width: number): Child[] {
  const { box, showsLand } = state;
  const { x: toX, y: toY, longitude, latitude } = projection(width);
  const set = (next: Box) => change({ box: next, showsLand });
  const handles = CORNERS.map((corner) => {
    const [x, y] = [toX(box[corner.x]), toY(box[corner.y])];
    return handle(
      {
        label: `${corner.name} corner; arrow keys move it`,
        low: -90,
        high: 90,
        now: box[corner.y],
        shown: degrees(box, corner),
        // Whole degrees: what a finger can do.
        drag: (left, top) => set(moved(box, corner, Math.round(longitude(left)), Math.round(latitude(top)))),
        press: (east, north) => set(moved(box, corner, box[corner.x] + east, box[corner.y] + north)),
      },
      rect(x - TARGET, y - TARGET, 2 * TARGET, 2 * TARGET, { fill: "transparent", class: "gdl-target" }),
      rect(x - HANDLE, y - HANDLE, 2 * HANDLE, 2 * HANDLE, {
        fill: COLOUR.ground,
        stroke: COLOUR.blue,
        "stroke-width": 2.5,
      }),
    );
  });
  const sides: [keyof Box, number, number][] = [
    ["west", -180, box.east - LEAST],
    ["east", box.west + LEAST, 180],
    ["south", -90, box.north - LEAST],
    ["north", box.south + LEAST, 90],
  ];
  return [
    map(state, width, handles),
    h(
      "p",
      { class: "gdl-bar" },
      sides.map(([side, low, high]) =>
        numberField(
          side,
          box[side],
          { low, high, step: 0.1 },
          (value) => set({ ...box, [side]: value }),
          `${side} side in degrees`,
        ),
      ),
    ),
    h(
      "p",
      { class: "gdl-bar" },
      button("Smallest box that holds all", () => set(smallestBox())),
      button("Whole map", () => set({ west: -180, south: -90, east: 180, north: 90 })),
      button("Reveal the land", () => change({ box, showsLand: !showsLand }), { pressed: showsLand }),
    ),
    h(
      "table",
      { class: "gdl-table" },
      h(
        "tbody",
        {},
        results(state).map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value))),
      ),
    ),
  ];
}

function results({ box, showsLand }: State): [string, string][] {
  const { inside, density, logLikelihood } = judge(box);
  const all = points.length;
  const rows: [string, string][] = [
    ["Points in the box", `${inside} of ${all}`],
    [
      "Density in the box",
      `1 / (${decimal(box.east - box.west, 1)}° × ${decimal(box.north - box.south, 1)}°) = 1 / ${grouped(round(area(box)))} = ${power(Math.log(density))}`,
    ],
    [
      "Likelihood",
      inside === all
        ? `density ^ ${all} = ${power(logLikelihood)}`
        : `0, for ${all - inside} of the points ${all - inside === 1 ? "has" : "have"} density 0`,
    ],
    ["Log-likelihood", inside === all ? `${all} · ln density = ${decimal(logLikelihood, 2)}` : "−∞"],
  ];
  if (showsLand) {
    const { boxOnLand, landInBox } = overlap(box);
    rows.push(
      ["Box on land", `${decimal(100 * boxOnLand, 0)}% of what this model generates would be on land`],
      ["Land in the box", `${decimal(100 * landInBox, 0)}% of the land can be generated at all`],
    );
  }
  return rows;
}

/** e to the power of a logarithm, as 2.5 · 10⁻⁵. */
function power(logarithm: number): string {
  let { mantissa, exponent } = exponential(logarithm);
  if (mantissa.toFixed(2) === "10.00") {
    [mantissa, exponent] = [1, exponent + 1];
  }
  const raised = String(exponent)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] as string);
  return `${decimal(mantissa, 2)} · 10${raised}`;
}

/** The picture for pages without JavaScript. */
export function picture(): Node {
  const width = 560;
  const shown = map(initial, width, []);
  const top = shown.attributes.height as number;
  const lines = results(initial);
  return drawing(
    width,
    top + 24 * lines.length + 12,
    figure.label,
    shown.children as Child[],
    lines.flatMap(([name, value], i) => [
      text(TARGET, top + 20 + 24 * i, name, { size: 14, weight: "bold" }),
      text(180, top + 20 + 24 * i, value, { size: 14 }),
    ]),
  );
}

export const figure: Figure<State> = {
  name: "box",
  label: "The box on the world map",
  initial,
  read,
  write,
  view,
  tell: (state) =>
    results(state)
      .map(([name, value]) => `${name}: ${value}.`)
      .join(" "),
};

export async function mount(host: HTMLElement): Promise<void> {
  await loadStyle(import.meta.url);
  mountFigure(host, figure);
}

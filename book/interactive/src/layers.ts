// The layer calculator: a stack of layers, the shape after each, and the sums of its parameters.
import { bounded, whole } from "./address";
import { button, numberField, selectField } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, text } from "./drawing/svg";
import { volume } from "./drawing/volume";
import { type Change, type Figure, loadStyle, mount as mountFigure } from "./figure";
import {
  code,
  type Kind,
  type Layer,
  type Result,
  type Shape,
  shapeText,
  summarise,
  TITLES,
} from "./mathematics/layers";
import { grouped } from "./mathematics/numbers";

// Also for the tests against Keras, which run the very module that the pages load.
export { summarise };

export interface State {
  input: Shape;
  layers: Layer[];
}

const LIMITS = {
  size: 1024,
  channels: 4096,
  numbers: 1_000_000,
  units: 100_000,
  filters: 4096,
  kernel: 32,
  strides: 32,
};
const MOST_LAYERS = 30;

const EXAMPLES: Record<string, string> = {
  "Multilayer perceptron": "32x32x3,flatten,dense:200,dense:150,dense:10",
  "Two convolutions": "32x32x3,conv2d:10:4:2:same,conv2d:20:3:2:same,flatten,dense:10",
  "Convolutional network":
    "32x32x3,conv2d:32:3:1:same,batchnormalization,conv2d:32:3:2:same,batchnormalization,conv2d:64:3:1:same," +
    "batchnormalization,conv2d:64:3:2:same,batchnormalization,flatten,dense:128,batchnormalization,dropout:0.5,dense:10",
};

const NEW: Record<Kind, Layer> = {
  dense: { kind: "dense", units: 10 },
  conv2d: { kind: "conv2d", filters: 32, kernel: 3, strides: 1, padding: "same" },
  batchnormalization: { kind: "batchnormalization" },
  dropout: { kind: "dropout", rate: 0.5 },
  flatten: { kind: "flatten" },
};

export function read(address: string): State {
  const [first = "", ...rest] = address.split(",");
  const sizes = first.split("x");
  const input =
    sizes.length === 1
      ? [whole(first, 1, LIMITS.numbers, 784)]
      : [0, 1, 2].map((i) => whole(sizes[i], 1, i < 2 ? LIMITS.size : LIMITS.channels, i < 2 ? 32 : 3));
  const layers = rest.map(readLayer).filter((layer) => layer !== undefined);
  return { input: /\d/.test(first) ? input : [32, 32, 3], layers: layers.slice(0, MOST_LAYERS) };
}

function readLayer(address: string): Layer | undefined {
  const [kind = "", ...numbers] = address.trim().toLowerCase().split(":");
  switch (kind) {
    case "dense":
      return { kind, units: whole(numbers[0], 1, LIMITS.units, 10) };
    case "conv2d":
      return {
        kind,
        filters: whole(numbers[0], 1, LIMITS.filters, 32),
        kernel: whole(numbers[1], 1, LIMITS.kernel, 3),
        strides: whole(numbers[2], 1, LIMITS.strides, 1),
        padding: numbers[3] === "valid" ? "valid" : "same",
      };
    case "dropout":
      return { kind, rate: bounded(numbers[0], 0, 1, 0.5) };
    case "batchnormalization":
    case "flatten":
      return { kind };
    default:
      return undefined;
  }
}

export function write({ input, layers }: State): string {
  const parts = layers.map((layer) => {
    const { kind, ...numbers } = layer;
    return [kind, ...Object.values(numbers)].join(":");
  });
  return [input.join("x"), ...parts].join(",");
}

function view(state: State, change: Change<State>): Child[] {
  const { input, layers } = state;
  const { results, total, trainable, notTrainable } = summarise(input, layers);
  const isImage = input.length === 3;
  const setInput = (index: number) => (size: number) =>
    change({ input: input.map((old, i) => (i === index ? size : old)), layers });
  const names = isImage ? ["height", "width", "channels"] : ["numbers"];
  return [
    h(
      "p",
      { class: "gdl-bar" },
      h("span", {}, "Examples:"),
      Object.entries(EXAMPLES).map(([title, address]) => button(title, () => change(read(address)))),
    ),
    h(
      "ol",
      { class: "gdl-stack" },
      h(
        "li",
        {},
        glyph(input),
        h(
          "div",
          { class: "gdl-fields" },
          h("strong", {}, "Input"),
          selectField(
            "of",
            isImage ? "image" : "vector",
            { image: "an image", vector: "a vector" },
            (kind) => change({ input: kind === "image" ? [32, 32, 3] : [784], layers }),
            "kind of the input",
          ),
          names.map((name, index) =>
            numberField(
              name,
              input[index] as number,
              { low: 1, high: isImage ? (index < 2 ? LIMITS.size : LIMITS.channels) : LIMITS.numbers },
              setInput(index),
              `${name} of the input`,
            ),
          ),
        ),
        h("p", { class: "gdl-result" }, h("code", {}, shapeText(input))),
      ),
      layers.map((layer, index) => row(state, layer, results[index] as Result, index, change)),
    ),
    h(
      "p",
      { class: "gdl-bar" },
      h("span", {}, "Add:"),
      Object.entries(NEW).map(([kind, layer]) =>
        button(TITLES[kind as Kind], () => change({ input, layers: [...layers, { ...layer }] }), {
          disabled: layers.length >= MOST_LAYERS,
          name: `Add ${TITLES[kind as Kind]}`,
        }),
      ),
    ),
    h(
      "p",
      { class: "gdl-total" },
      `Total: ${grouped(total)} parameters, ${grouped(trainable)} trainable, ${grouped(notTrainable)} not.`,
    ),
  ];
}

function row(state: State, layer: Layer, result: Result, index: number, change: Change<State>): Node {
  const { input, layers } = state;
  const title = TITLES[layer.kind];
  const place = `of layer ${index + 1}`;
  const set = (values: Partial<Record<string, number | string>>) =>
    change({ input, layers: layers.map((old, i) => (i === index ? ({ ...old, ...values } as Layer) : old)) });
  const field = (label: string, key: string, high: number) =>
    numberField(
      label,
      (layer as unknown as Record<string, number>)[key] as number,
      { low: 1, high },
      (value) => set({ [key]: value }),
      `${label} ${place}`,
    );
  const move = (by: number) => {
    const moved = layers.filter((_, i) => i !== index);
    moved.splice(index + by, 0, layer);
    // The focus goes with the layer; at the ends, where a button is off, to the button of the other direction.
    const to = index + by;
    const direction = by < 0 ? (to === 0 ? "down" : "up") : to === layers.length - 1 ? "up" : "down";
    change({ input, layers: moved }, `${direction}-${to}`);
  };
  return h(
    "li",
    {},
    glyph(result.shape),
    h(
      "div",
      { class: "gdl-fields" },
      h("strong", {}, title),
      layer.kind === "dense" ? [field("units", "units", LIMITS.units)] : [],
      layer.kind === "conv2d"
        ? [
            field("filters", "filters", LIMITS.filters),
            field("kernel", "kernel", LIMITS.kernel),
            field("strides", "strides", LIMITS.strides),
            selectField(
              "padding",
              layer.padding,
              { same: "same", valid: "valid" },
              (padding) => set({ padding }),
              `padding ${place}`,
            ),
          ]
        : [],
      layer.kind === "dropout"
        ? [numberField("rate", layer.rate, { low: 0, high: 1, step: 0.05 }, (rate) => set({ rate }), `rate ${place}`)]
        : [],
      h(
        "span",
        { class: "gdl-moves" },
        button("↑", () => move(-1), {
          name: `Move ${title} up, layer ${index + 1}`,
          disabled: index === 0,
          key: `up-${index}`,
        }),
        button("↓", () => move(1), {
          name: `Move ${title} down, layer ${index + 1}`,
          disabled: index === layers.length - 1,
          key: `down-${index}`,
        }),
        button("×", () => change({ input, layers: layers.filter((_, i) => i !== index) }), {
          name: `Remove ${title}, layer ${index + 1}`,
        }),
      ),
    ),
    h(
      "p",
      { class: "gdl-result" },
      result.shape ? h("code", {}, shapeText(result.shape)) : h("strong", { class: "gdl-problem" }, result.problem),
      result.shape ? [" ", result.shapeSum, h("br"), "Parameters: ", result.parameterSum] : [],
    ),
  );
}

function glyph(shape: Shape | undefined): Node {
  return h(
    "svg",
    { viewBox: "0 0 64 64", width: 64, height: 64, "aria-hidden": "true" },
    shape ? volume(shape, 0, 0) : text(32, 40, "?", { anchor: "middle", size: 24, fill: COLOUR.orange }),
  );
}

/** The picture for pages without JavaScript. */
export function picture(): Node {
  const { input, layers } = figure.initial;
  const { results, total } = summarise(input, layers);
  const rows = [
    { title: "Input", shape: input, sums: [] as string[] },
    ...layers.map((layer, i) => {
      const { shape, shapeSum, parameterSum } = results[i] as Result;
      return { title: code(layer), shape: shape as Shape, sums: [shapeSum, `Parameters: ${parameterSum}`] };
    }),
  ];
  const width = 560;
  const step = 76;
  return drawing(
    width,
    rows.length * step + 36,
    figure.label,
    rows.flatMap(({ title, shape, sums }, i) => [
      volume(shape, 4, i * step + 6),
      text(80, i * step + 26, title, { size: 14 }),
      text(width - 8, i * step + 26, shapeText(shape), { size: 14, anchor: "end", weight: "bold" }),
      ...sums.map((sum, line) => text(80, i * step + 46 + 18 * line, sum, { size: 14, fill: COLOUR.muted })),
    ]),
    text(80, rows.length * step + 20, `Total: ${grouped(total)} parameters`, { weight: "bold" }),
  );
}

export const figure: Figure<State> = {
  name: "layers",
  label: "Layer calculator",
  initial: read(EXAMPLES["Two convolutions"] as string),
  read,
  write,
  view,
  tell: ({ input, layers }) => {
    const { results, total, trainable } = summarise(input, layers);
    const problem = results.find((result) => result.problem)?.problem;
    const last = results.at(-1)?.shape ?? input;
    return (
      problem ??
      `Output of shape ${last.join(" by ")}. ${grouped(total)} parameters in all, ${grouped(trainable)} of them trainable.`
    );
  },
};

export async function mount(host: HTMLElement): Promise<void> {
  await loadStyle(import.meta.url);
  mountFigure(host, figure);
}

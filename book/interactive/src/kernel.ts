// A kernel that slides over an image: one place of the output at a time, with stride and padding.
import { choice, pairs, whole } from "./address";
import { button, selectField, slider } from "./controls";
import { type Child, h, type Node } from "./drawing/node";
import { COLOUR, drawing, rect, text } from "./drawing/svg";
import { type Change, type Figure, loadStyle, mount as mountFigure } from "./figure";
import {
  convolve,
  type Grid,
  IMAGES,
  type ImageName,
  imageOf,
  KERNELS,
  type KernelName,
  padded,
  paddingOf,
  products,
  sum,
} from "./mathematics/convolution";
import { outputSizeSum, type Padding } from "./mathematics/layers";
import { clamp, decimal } from "./mathematics/numbers";

// Also for the tests against Keras.
export { convolve };

export interface State {
  image: ImageName;
  size: number;
  kernel: KernelName;
  stride: number;
  padding: Padding;
  /** Place of the output, from 1, row by row. */
  step: number;
}

const SIZES = { low: 4, high: 8 };
const STRIDES = { low: 1, high: 3 };
const PADDINGS = { same: "same", valid: "valid" };
const PLAY_MILLISECONDS = 700;
const SMALLEST_CELL = 24;
const LARGEST_CELL = 34;
const GAP = 40;

const initial: State = { image: "square", size: 6, kernel: "horizontal", stride: 1, padding: "same", step: 9 };

export function read(address: string): State {
  const { image, size, kernel, stride, padding, step } = pairs(address);
  return settled({
    image: choice(image, IMAGES, initial.image),
    size: whole(size, SIZES.low, SIZES.high, initial.size),
    kernel: choice(kernel, KERNELS, initial.kernel),
    stride: whole(stride, STRIDES.low, STRIDES.high, initial.stride),
    padding: choice(padding, PADDINGS, initial.padding) as Padding,
    step: whole(step, 1, 1000, 1),
  });
}

export function write(state: State): string {
  return Object.entries(state)
    .map(([name, value]) => `${name}:${value}`)
    .join(",");
}

/** All that follows from a state. */
function computed({ image, size, kernel, stride, padding, step }: State) {
  const weights: Grid = KERNELS[kernel].weights;
  const pixels = imageOf(image, size);
  const output = convolve(pixels, weights, stride, padding);
  const side = output.length;
  const [row, column] = [Math.floor((step - 1) / side), (step - 1) % side];
  return {
    weights,
    pixels,
    output,
    side,
    row,
    column,
    products: products(pixels, weights, stride, padding, row, column),
  };
}

// With other settings there may be fewer places.
function settled(state: State): State {
  const { output } = computed({ ...state, step: 1 });
  return { ...state, step: clamp(state.step, 1, output.length ** 2) };
}

/** Image and output side by side, or one above the other where there is no room. */
function grids(state: State, width: number, go: (step: number) => void): Node {
  const { size, stride, padding, step } = state;
  const { weights, pixels, output, side, row, column } = computed(state);
  const all = padded(pixels, weights.length, stride, padding);
  const [before] = paddingOf(size, weights.length, stride, padding);
  const abreast = (all.length + side) * SMALLEST_CELL + GAP <= width;
  const columns = abreast ? all.length + side : Math.max(all.length, side);
  const cell = Math.floor(clamp((width - (abreast ? GAP : 0) - 4) / columns, SMALLEST_CELL, LARGEST_CELL));
  const top = 24;
  const outputX = abreast ? all.length * cell + GAP : 2;
  const outputY = abreast ? top : all.length * cell + top + 36;
  const inWindow = (i: number, j: number) =>
    i >= row * stride &&
    i < row * stride + weights.length &&
    j >= column * stride &&
    j < column * stride + weights.length;
  const largest = Math.max(1, ...output.flat().map(Math.abs));

  const imageCells = all.flatMap((line, i) =>
    line.map((value, j) => {
      const isPadding = Math.min(i, j) < before || Math.max(i, j) >= before + size;
      const [x, y] = [2 + j * cell, top + i * cell];
      const weight = inWindow(i, j) ? weights[i - row * stride]?.[j - column * stride] : undefined;
      const grey = 28 * value;
      // Black or white, whichever stands out more.
      const ink = isPadding ? COLOUR.muted : grey > 115 ? "#000" : "#fff";
      return h(
        "g",
        {},
        rect(x, y, cell, cell, {
          fill: isPadding ? "none" : `rgb(${grey} ${grey} ${grey})`,
          stroke: COLOUR.line,
          "stroke-dasharray": isPadding ? "2 3" : undefined,
        }),
        text(x + cell / 2, y + (weight === undefined ? cell / 2 + 5 : cell / 2 - 1), String(value), {
          size: 13,
          anchor: "middle",
          fill: ink,
        }),
        weight === undefined
          ? []
          : text(x + cell / 2, y + cell - 3, `×${decimal(weight)}`, { size: 11, anchor: "middle", fill: ink }),
      );
    }),
  );
  const outputCells = output.flatMap((line, i) =>
    line.map((value, j) => {
      const [x, y] = [outputX + j * cell, outputY + i * cell];
      const place = i * side + j + 1;
      const isDone = place <= step;
      return h(
        "g",
        { onclick: () => go(place), class: "gdl-place" },
        rect(x, y, cell, cell, { fill: COLOUR.ground, stroke: COLOUR.line }),
        // The stronger the answer, the fuller the colour; the sign stands in the number, too.
        rect(x, y, cell, cell, {
          fill: value < 0 ? COLOUR.orange : COLOUR.blue,
          "fill-opacity": isDone ? Math.round((25 * Math.abs(value)) / largest) / 100 : 0,
        }),
        text(x + cell / 2, y + cell / 2 + 5, isDone ? decimal(value) : "", {
          size: cell < 30 ? 11 : 13,
          anchor: "middle",
        }),
      );
    }),
  );
  return drawing(
    abreast ? outputX + side * cell + 2 : Math.max(all.length, side) * cell + 4,
    (abreast ? top + Math.max(all.length, side) * cell : outputY + side * cell) + 2,
    "Image and output",
    text(2, 15, padding === "same" ? "image with its padding" : "image", { size: 14 }),
    text(outputX, outputY - 9, "output", { size: 14 }),
    imageCells,
    outputCells,
    frame(2 + column * stride * cell, top + row * stride * cell, weights.length * cell),
    frame(outputX + column * cell, outputY + row * cell, cell),
  );
}

function frame(x: number, y: number, size: number): Node {
  return rect(x, y, size, size, { fill: "none", stroke: COLOUR.orange, "stroke-width": 3, "pointer-events": "none" });
}

/** The sum at the present place, a line for each row of the kernel. */
function sums(state: State): string[] {
  const { weights, pixels, row, column, products: terms } = computed(state);
  const { stride, padding } = state;
  const values = padded(pixels, weights.length, stride, padding);
  const lines = weights.map((line, i) => {
    const parts = line.map((weight, j) => {
      const factor = weight < 0 ? `(${decimal(weight)})` : decimal(weight);
      return `${values[row * stride + i]?.[column * stride + j]} · ${factor}`;
    });
    return `${parts.join(" + ")} = ${decimal(sum([terms[i] as readonly number[]]))}`;
  });
  return [...lines, `Sum: ${decimal(sum(terms))}, in row ${row + 1} and column ${column + 1} of the output`];
}

function shapeSum({ size, kernel, stride, padding }: State): string {
  return `Places along each side: ${outputSizeSum(size, KERNELS[kernel].weights.length, stride, padding)}`;
}

// One figure of this kind a page: while it plays, a timer goes.
let timer = 0;

function view(state: State, change: Change<State>, width: number): Child[] {
  const { side } = computed(state);
  const places = side ** 2;
  const set = (values: Partial<State>) => {
    stop();
    change(settled({ ...state, ...values }));
  };
  const go = (step: number) => set({ step });
  const play = () => {
    const from = state.step === places ? 0 : state.step;
    let passed = 0;
    timer = window.setInterval(() => {
      passed += 1;
      if (from + passed >= places) {
        stop();
      }
      change({ ...state, step: from + passed });
    }, PLAY_MILLISECONDS);
    change(state);
  };
  const isPlaying = timer !== 0;
  // Who asked for less motion steps by hand.
  const moves = !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  return [
    h(
      "p",
      { class: "gdl-bar" },
      selectField("image", state.image, titles(IMAGES), (image) => set({ image })),
      selectField(
        "size",
        String(state.size),
        range(SIZES.low, SIZES.high, (n) => `${n} × ${n}`),
        (size) => set({ size: Number(size) }),
        "size of the image",
      ),
      selectField("kernel", state.kernel, titles(KERNELS), (kernel) => set({ kernel })),
      selectField("stride", String(state.stride), range(STRIDES.low, STRIDES.high, String), (stride) =>
        set({ stride: Number(stride) }),
      ),
      selectField("padding", state.padding, PADDINGS, (padding) => set({ padding: padding as Padding })),
    ),
    h("div", { class: "gdl-grids" }, grids(state, width, go)),
    h(
      "p",
      { class: "gdl-bar" },
      button("← Back", () => go(state.step - 1), { disabled: state.step === 1 }),
      button("Step →", () => go(state.step + 1), { disabled: state.step === places }),
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
    slider("place", state.step, { low: 1, high: places }, `${state.step} of ${places}`, go),
    h(
      "p",
      { class: "gdl-result" },
      sums(state).flatMap((line, i) => (i ? [h("br"), line] : [line])),
      h("br"),
      shapeSum(state),
      ".",
    ),
  ];
}

function stop(): void {
  clearInterval(timer);
  timer = 0;
}

function titles<Name extends string>(things: Record<Name, { title: string }>): Record<Name, string> {
  return Object.fromEntries(
    Object.entries<{ title: string }>(things).map(([name, { title }]) => [name, title]),
  ) as Record<Name, string>;
}

function range(low: number, high: number, title: (n: number) => string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: high - low + 1 }, (_, i) => [String(low + i), title(low + i)]));
}

/** The picture for pages without JavaScript. */
export function picture(): Node {
  const width = 560;
  const shown = grids(initial, width, () => undefined);
  const height = shown.attributes.height as number;
  const lines = [...sums(initial), shapeSum(initial)];
  return drawing(
    width,
    height + 22 * lines.length + 12,
    figure.label,
    shown.children as Child[],
    lines.map((line, i) => text(2, height + 24 + 22 * i, line, { size: 14 })),
  );
}

export const figure: Figure<State> = {
  name: "kernel",
  label: "A kernel slides over an image",
  initial,
  read,
  write,
  view,
  halt: stop,
  tell: (state) => `${sums(state).at(-1)}. ${shapeSum(state)}.`,
};

export async function mount(host: HTMLElement): Promise<void> {
  await loadStyle(import.meta.url);
  mountFigure(host, figure);
}

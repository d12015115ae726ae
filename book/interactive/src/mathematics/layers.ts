// What Keras's layers do to shapes, and how many parameters they have. Pure functions; tested against Keras itself by
// tests/browser/test_layer_calculator_mathematics.py.

import { grouped } from "./numbers";

/** Sizes of one observation: (height, width, channels) of an image, or (numbers,). The batch is left out. */
export type Shape = readonly number[];

export type Padding = "same" | "valid";

export type Layer =
  | { kind: "dense"; units: number }
  | { kind: "conv2d"; filters: number; kernel: number; strides: number; padding: Padding }
  | { kind: "batchnormalization" }
  | { kind: "dropout"; rate: number }
  | { kind: "flatten" };

export type Kind = Layer["kind"];

/** What comes out of a layer, with the sums that lead there; `problem` says why nothing does. */
export interface Result {
  shape: Shape | undefined;
  trainable: number;
  notTrainable: number;
  shapeSum: string;
  parameterSum: string;
  problem: string;
}

export interface Summary {
  results: Result[];
  total: number;
  trainable: number;
  notTrainable: number;
}

export const TITLES: Record<Kind, string> = {
  dense: "Dense",
  conv2d: "Conv2D",
  batchnormalization: "BatchNormalization",
  dropout: "Dropout",
  flatten: "Flatten",
};

/** A shape as Keras's summary prints it; None stands for the batch. */
export function shapeText(shape: Shape): string {
  return `(None, ${shape.join(", ")})`;
}

/** A layer as one writes it in Python. */
export function code(layer: Layer): string {
  switch (layer.kind) {
    case "dense":
      return `Dense(${layer.units})`;
    case "conv2d":
      return `Conv2D(${layer.filters}, ${layer.kernel}, strides=${layer.strides}, padding="${layer.padding}")`;
    case "dropout":
      return `Dropout(${layer.rate})`;
    default:
      return `${TITLES[layer.kind]}()`;
  }
}

/** How many places a kernel has along one side; zero or less if it does not fit. */
export function outputSize(size: number, kernel: number, stride: number, padding: Padding): number {
  return padding === "same" ? Math.ceil(size / stride) : Math.floor((size - kernel) / stride) + 1;
}

/** The rule of `outputSize` with its numbers. */
export function outputSizeSum(size: number, kernel: number, stride: number, padding: Padding): string {
  const result = outputSize(size, kernel, stride, padding);
  return padding === "same"
    ? `⌈${size} / ${stride}⌉ = ${result}`
    : `⌊(${size} − ${kernel}) / ${stride}⌋ + 1 = ${result}`;
}

/** Send a shape through one layer. */
export function applyLayer(layer: Layer, input: Shape): Result {
  const channels = input[input.length - 1] as number;
  // Most layers leave the shape as it is.
  const result: Result = {
    shape: input,
    trainable: 0,
    notTrainable: 0,
    shapeSum: "The shape stays as it is.",
    parameterSum: "No parameters.",
    problem: "",
  };
  switch (layer.kind) {
    case "dense":
      result.shape = [...input.slice(0, -1), layer.units];
      result.shapeSum =
        input.length === 1
          ? `One number for each of the ${grouped(layer.units)} units.`
          : `Each of the ${input.slice(0, -1).map(grouped).join(" × ")} places by itself: Flatten is missing, perhaps.`;
      result.trainable = (channels + 1) * layer.units;
      result.parameterSum = `(${grouped(channels)} inputs + 1 bias) × ${grouped(layer.units)} units = ${grouped(result.trainable)}`;
      break;
    case "conv2d": {
      const [height, width, depth] = input as [number, number, number];
      if (input.length !== 3) {
        return failed(`Conv2D needs height, width and channels, but gets ${shapeText(input)}: put it above Flatten.`);
      }
      const { filters, kernel, strides, padding } = layer;
      const rows = outputSize(height, kernel, strides, padding);
      const columns = outputSize(width, kernel, strides, padding);
      if (rows < 1 || columns < 1) {
        return failed(`A kernel of ${kernel} × ${kernel} does not fit into ${height} × ${width} without padding.`);
      }
      result.shape = [rows, columns, filters];
      result.shapeSum =
        height === width
          ? `Height and width: ${outputSizeSum(height, kernel, strides, padding)}; one channel a filter.`
          : `Height: ${outputSizeSum(height, kernel, strides, padding)}; width: ${outputSizeSum(width, kernel, strides, padding)}; one channel a filter.`;
      result.trainable = (kernel * kernel * depth + 1) * filters;
      result.parameterSum = `(${kernel} · ${kernel} · ${grouped(depth)} weights + 1 bias) × ${grouped(filters)} filters = ${grouped(result.trainable)}`;
      break;
    }
    case "batchnormalization":
      result.trainable = 2 * channels;
      result.notTrainable = 2 * channels;
      result.parameterSum = `4 × ${grouped(channels)} ${input.length === 1 ? "inputs" : "channels"} = ${grouped(4 * channels)}, half of them (γ and β) trainable, half (moving mean and variance) not`;
      break;
    case "dropout":
      result.shapeSum = `The shape stays; while training, ${percent(layer.rate)} of the numbers are set to zero.`;
      break;
    case "flatten":
      result.shape = [input.reduce((product, size) => product * size, 1)];
      if (input.length > 1) {
        result.shapeSum = `${input.map(grouped).join(" · ")} = ${grouped(result.shape[0] as number)}`;
      }
      break;
  }
  return result;
}

/** Send a shape through a stack of layers. */
export function summarise(input: Shape, layers: readonly Layer[]): Summary {
  const summary: Summary = { results: [], total: 0, trainable: 0, notTrainable: 0 };
  let shape: Shape | undefined = input;
  for (const layer of layers) {
    const result: Result = shape ? applyLayer(layer, shape) : failed("Nothing arrives here: see above.");
    summary.results.push(result);
    summary.trainable += result.trainable;
    summary.notTrainable += result.notTrainable;
    shape = result.shape;
  }
  summary.total = summary.trainable + summary.notTrainable;
  return summary;
}

function failed(problem: string): Result {
  return { shape: undefined, trainable: 0, notTrainable: 0, shapeSum: "", parameterSum: "", problem };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))} %`;
}

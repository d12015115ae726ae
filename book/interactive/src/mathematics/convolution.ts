// What Keras's Conv2D computes for one channel and one filter: a cross-correlation. Pure functions; tested against Keras.
import { outputSize, type Padding } from "./layers";

export type Grid = readonly (readonly number[])[];

/** Rows of zeros before and after the image so that "same" gives ceil(size / stride) places. */
export function paddingOf(size: number, kernel: number, stride: number, padding: Padding): [number, number] {
  if (padding === "valid") {
    return [0, 0];
  }
  const all = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  // An odd row goes to the end, as in TensorFlow.
  return [Math.floor(all / 2), Math.ceil(all / 2)];
}

/** The image with the zeros of its padding around it. */
export function padded(image: Grid, kernel: number, stride: number, padding: Padding): Grid {
  const [before, after] = paddingOf(image.length, kernel, stride, padding);
  const [left, right] = paddingOf((image[0] as readonly number[]).length, kernel, stride, padding);
  const zeros = (count: number) => Array<number>(count).fill(0);
  const rows = image.map((row) => [...zeros(left), ...row, ...zeros(right)]);
  const width = (rows[0] as number[]).length;
  const blank = (count: number) => Array.from({ length: count }, () => zeros(width));
  return [...blank(before), ...rows, ...blank(after)];
}

/** Products of kernel and image at one place of the output, in the rows of the kernel. */
export function products(
  image: Grid,
  kernel: Grid,
  stride: number,
  padding: Padding,
  row: number,
  column: number,
): Grid {
  const all = padded(image, kernel.length, stride, padding);
  return kernel.map((weights, i) => {
    const line = all[row * stride + i] as readonly number[];
    return weights.map((weight, j) => weight * (line[column * stride + j] as number));
  });
}

export function sum(grid: Grid): number {
  return grid.flat().reduce((total, value) => total + value, 0);
}

/** Slide the kernel over the whole image; no rows if it does not fit. */
export function convolve(image: Grid, kernel: Grid, stride: number, padding: Padding): Grid {
  const rows = Math.max(0, outputSize(image.length, kernel.length, stride, padding));
  const columns = Math.max(0, outputSize((image[0] as readonly number[]).length, kernel.length, stride, padding));
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => sum(products(image, kernel, stride, padding, row, column))),
  );
}

/** Kernels of the figure. */
export const KERNELS = {
  horizontal: { title: "horizontal edges, 3 × 3", weights: rows("1 1 1/0 0 0/-1 -1 -1") },
  vertical: { title: "vertical edges, 3 × 3", weights: rows("1 0 -1/1 0 -1/1 0 -1") },
  mean: { title: "mean, 2 × 2", weights: rows("0.25 0.25/0.25 0.25") },
  wide: { title: "horizontal edges, 4 × 4", weights: rows("1 1 1 1/1 1 1 1/-1 -1 -1 -1/-1 -1 -1 -1") },
} satisfies Record<string, { title: string; weights: Grid }>;

export type KernelName = keyof typeof KERNELS;

/** Images of the figure, from 0 (black) to 9 (white). */
export const IMAGES = {
  square: {
    title: "a bright square",
    value: (row: number, column: number, size: number) =>
      Math.min(row, column, size - 1 - row, size - 1 - column) < size / 4 ? 1 : 9,
  },
  diagonal: {
    title: "a diagonal",
    value: (row: number, column: number) => (row > column ? 9 : row === column ? 5 : 0),
  },
  slope: {
    title: "a slope",
    value: (_row: number, column: number, size: number) => Math.round((9 * column) / (size - 1)),
  },
};

export type ImageName = keyof typeof IMAGES;

export function imageOf(name: ImageName, size: number): Grid {
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => IMAGES[name].value(row, column, size)),
  );
}

function rows(text: string): Grid {
  return text.split("/").map((row) => row.split(" ").map(Number));
}

// The numbers between two layers as a solid: height and width of an image in front, channels into the depth.
import type { Shape } from "../mathematics/layers";
import { round } from "../mathematics/numbers";
import { h, type Node } from "./node";
import { COLOUR, rect } from "./svg";

const SIZE = 64;

/** A solid in a square of 64 pixels whose left upper corner is at x, y. Lengths are logarithms, so that 1 and 1,000 fit. */
export function volume(shape: Shape, x: number, y: number): Node {
  const isImage = shape.length === 3;
  const numbers = shape.length === 1 ? (shape[0] as number) : 1;
  const height = isImage ? length(shape[0] as number) : Math.min(58, 4 + 4.5 * Math.log2(numbers));
  const width = isImage ? length(shape[1] as number) : 6;
  const depth = isImage ? Math.min(22, 2 + 2.2 * Math.log2(shape[2] as number)) : 2;
  // The depth goes to the right and up, at half its length.
  const [dx, dy] = [depth * 0.8, -depth * 0.5];
  const left = x + (SIZE - width - dx) / 2;
  const top = y + (SIZE - height - dy) / 2;
  const style = { fill: COLOUR.sea, stroke: COLOUR.blue, "stroke-width": 1.5, "stroke-linejoin": "round" };
  const face = (...points: [number, number][]) =>
    h("polygon", { points: points.map(([a, b]) => `${round(a)},${round(b)}`).join(" "), ...style });
  const right = left + width;
  return h(
    "g",
    { "aria-hidden": "true" },
    face([left, top], [left + dx, top + dy], [right + dx, top + dy], [right, top]),
    face([right, top], [right + dx, top + dy], [right + dx, top + dy + height], [right, top + height]),
    rect(left, top, width, height, style),
  );
}

function length(size: number): number {
  return Math.min(46, 5 + 5.4 * Math.log2(size));
}

// Height and width of a biscuit tin, measured from its drawing. Pure functions; tested against
// gdl_utils/datasets/tins.py.

export const SIZE = 32;
// How dark the parts of a tin are: one less the brightness.
const BODY = 0.5;
const LID = 0.8;

/** In pixels, from edge to edge; not a number where an edge is missing. */
export interface TinSize {
  height: number;
  width: number;
}

/** Measure the image, row by row from 0 (black) to 1 (white). */
export function measure(image: ArrayLike<number>): TinSize {
  const ink = (row: number, column: number) => 1 - (image[row * SIZE + column] as number);
  const all = Array.from({ length: SIZE }, (_, i) => i);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  // Four columns in the middle, three rows near the floor.
  const column = all.map((row) => mean([14, 15, 16, 17].map((j) => ink(row, j))));
  const row = all.map((j) => mean([26, 27, 28].map((i) => ink(i, j))));
  return {
    height: SIZE - firstRise([...column].reverse(), BODY / 2) - firstRise(column, LID / 2),
    width: SIZE - firstRise([...row].reverse(), BODY / 2) - firstRise(row, BODY / 2),
  };
}

/** Where a profile first rises to a level, between the middles of two pixels. */
function firstRise(profile: readonly number[], level: number): number {
  const after = profile.findIndex((value, i) => i > 0 && value >= level && (profile[i - 1] as number) < level);
  const [low, high] = [profile[after - 1] as number, profile[after] as number];
  return after < 0 ? Number.NaN : after - 0.5 + (level - low) / (high - low);
}

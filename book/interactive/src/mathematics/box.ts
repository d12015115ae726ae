// The box on the world map: a uniform density over a rectangle of latitudes and longitudes. Pure functions.
import { LAND_CELL, LAND_RUNS, POINTS } from "./land_data";

/** Sides in degrees; west is less than east, south is less than north. */
export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Longitude and latitude in degrees. */
export type Point = readonly [longitude: number, latitude: number];

export const points: readonly Point[] = POINTS;

export function holds(box: Box, [longitude, latitude]: Point): boolean {
  return box.west <= longitude && longitude <= box.east && box.south <= latitude && latitude <= box.north;
}

/** In square degrees of the flat map, not of the globe. */
export function area(box: Box): number {
  return (box.east - box.west) * (box.north - box.south);
}

export interface Judgement {
  inside: number;
  area: number;
  density: number;
  /** The sum of the logarithms of the densities: minus infinity as soon as one point is outside. */
  logLikelihood: number;
}

export function judge(box: Box, observations: readonly Point[] = points): Judgement {
  const inside = observations.filter((point) => holds(box, point)).length;
  const density = 1 / area(box);
  const logLikelihood = inside === observations.length ? inside * Math.log(density) : Number.NEGATIVE_INFINITY;
  return { inside, area: area(box), density, logLikelihood };
}

/** The maximum likelihood estimate: no box that holds all points has a smaller area. */
export function smallestBox(observations: readonly Point[] = points): Box {
  const longitudes = observations.map(([longitude]) => longitude);
  const latitudes = observations.map(([, latitude]) => latitude);
  return {
    west: Math.min(...longitudes),
    south: Math.min(...latitudes),
    east: Math.max(...longitudes),
    north: Math.max(...latitudes),
  };
}

/** e to the power of a logarithm in scientific notation, where the number itself may be too small for a computer. */
export function exponential(logarithm: number): { mantissa: number; exponent: number } {
  if (logarithm === Number.NEGATIVE_INFINITY) {
    return { mantissa: 0, exponent: 0 };
  }
  const decimal = logarithm / Math.LN10;
  const exponent = Math.floor(decimal);
  return { mantissa: 10 ** (decimal - exponent), exponent };
}

/** Land as rectangles, one for each run of land cells in a row of the coarse mask. */
export const land: readonly Box[] = decode(LAND_RUNS, LAND_CELL);

// The runs are lengths of sea and land in turn, row by row from 90 N 180 W; no run goes on in the next row.
function decode(rows: string, cell: number): Box[] {
  return rows.split("/").flatMap((runs, row) => {
    const boxes: Box[] = [];
    const north = 90 - row * cell;
    let west = -180;
    runs
      .split(" ")
      .map(Number)
      .forEach((length, index) => {
        const east = west + length * cell;
        if (index % 2 === 1) {
          boxes.push({ west, south: north - cell, east, north });
        }
        west = east;
      });
    return boxes;
  });
}

/** How much of the box is land, and how much of the land is in the box, by area of the flat map. */
export function overlap(box: Box): { boxOnLand: number; landInBox: number } {
  let shared = 0;
  let all = 0;
  for (const run of land) {
    const width = Math.min(run.east, box.east) - Math.max(run.west, box.west);
    const height = Math.min(run.north, box.north) - Math.max(run.south, box.south);
    shared += Math.max(0, width) * Math.max(0, height);
    all += area(run);
  }
  return { boxOnLand: shared / area(box), landInBox: shared / all };
}

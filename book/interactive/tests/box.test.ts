import { describe, expect, test } from "vitest";
import { moved, read, write } from "../src/box";
import { area, exponential, holds, judge, land, overlap, points, smallestBox } from "../src/mathematics/box";

const world = { west: -180, south: -90, east: 180, north: 90 };

test("there are sixty points on the map", () => {
  expect(points).toHaveLength(60);
  expect(points.every((point) => holds(world, point))).toBe(true);
});

test("land covers about a third of the flat map, and holds most points", () => {
  const { boxOnLand, landInBox } = overlap(world);
  expect(boxOnLand).toBeGreaterThan(0.3);
  expect(boxOnLand).toBeLessThan(0.37);
  expect(landInBox).toBeCloseTo(1);
  // A cell of the coarse map is all land or all sea: a coast may be off by a cell.
  expect(points.filter((point) => land.some((run) => holds(run, point))).length).toBeGreaterThanOrEqual(54);
});

test("places known to all are where they belong", () => {
  const isLand = (longitude: number, latitude: number) => land.some((run) => holds(run, [longitude, latitude]));
  expect(isLand(-100.3, 40.2)).toBe(true); // Nebraska
  expect(isLand(25.1, 1.1)).toBe(true); // Congo
  expect(isLand(142.2, 11.3)).toBe(false); // Mariana trench
  expect(isLand(-30.2, 0.3)).toBe(false); // Atlantic
});

describe("density and likelihood", () => {
  const box = { west: 0, south: 0, east: 10, north: 5 };

  test("all inside", () => {
    const { inside, density, logLikelihood } = judge(box, [
      [1, 1],
      [10, 5],
    ]);
    expect(inside).toBe(2);
    expect(density).toBe(0.02);
    expect(logLikelihood).toBeCloseTo(2 * Math.log(0.02));
  });

  test("a single point outside makes the likelihood zero", () => {
    const { inside, logLikelihood } = judge(box, [
      [1, 1],
      [11, 1],
    ]);
    expect(inside).toBe(1);
    expect(logLikelihood).toBe(Number.NEGATIVE_INFINITY);
  });

  test("a density may exceed 1", () => {
    expect(judge({ west: 0, south: 0, east: 0.5, north: 0.5 }).density).toBe(4);
  });

  test("no box that holds all points is more likely than the smallest", () => {
    const best = smallestBox();
    expect(judge(best).inside).toBe(points.length);
    for (const side of ["west", "south", "east", "north"] as const) {
      for (const by of [-0.1, 0.1]) {
        const other = judge({ ...best, [side]: best[side] + by }).logLikelihood;
        expect(other).toBeLessThan(judge(best).logLikelihood);
      }
    }
  });
});

test("powers too small for a computer are shown", () => {
  const { mantissa, exponent } = exponential(-1000 * Math.LN10 + Math.log(2.5));
  expect(mantissa).toBeCloseTo(2.5);
  expect(exponent).toBe(-1000);
  expect(exponential(Number.NEGATIVE_INFINITY).mantissa).toBe(0);
});

test("half a box on land", () => {
  const run = land[0] as (typeof land)[number];
  const { west, south, east, north } = run;
  expect(overlap(run).boxOnLand).toBeCloseTo(1);
  expect(overlap({ west, south, east, north: north - (north - south) / 2 }).boxOnLand).toBeCloseTo(1);
  expect(overlap(run).landInBox).toBeCloseTo(area(run) / land.reduce((sum, other) => sum + area(other), 0));
});

describe("corners", () => {
  const { box } = read("west:-10,south:-10,east:10,north:10");
  const northEast = { name: "north-east", x: "east", y: "north" } as const;

  test("move", () => {
    expect(moved(box, northEast, 20, 30)).toEqual({ west: -10, south: -10, east: 20, north: 30 });
  });

  test("stay on the map and do not pass the opposite corner", () => {
    expect(moved(box, northEast, 500, 500)).toEqual({ west: -10, south: -10, east: 180, north: 90 });
    expect(moved(box, northEast, -500, -500)).toEqual({ west: -10, south: -10, east: -9, north: -9 });
  });
});

describe("the address", () => {
  test.each([
    "west:-20.5,south:-35,east:52,north:37.1,land:shown",
    "west:-180,south:-90,east:180,north:90,land:hidden",
  ])("%s comes back", (text) => {
    expect(write(read(text))).toBe(text);
  });

  test.each(["", "west", "west:east", "west:999,east:-999,south:89.5,north:-Infinity,land:maybe", "a:b:c,,,:"])(
    "nonsense gives a box: %s",
    (text) => {
      const { box, showsLand } = read(text);
      expect(area(box)).toBeGreaterThanOrEqual(1);
      expect(box.west).toBeGreaterThanOrEqual(-180);
      expect(box.north).toBeLessThanOrEqual(90);
      expect(showsLand).toBe(false);
    },
  );
});

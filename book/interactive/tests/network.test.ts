import { describe, expect, test } from "vitest";
import tins from "../../_static/interactive/networks/tins.json";
import { figure, moved, read, write } from "../src/latent";
import { decode, erf, features, half, run } from "../src/mathematics/network";
import { measure } from "../src/mathematics/tins";

describe("the error function", () => {
  test.each([
    [0, 0],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3.3, 0.9999969422902035],
    [7, 1],
  ])("of %d", (x, y) => {
    expect(erf(x)).toBeCloseTo(y, 8);
    expect(erf(-x)).toBeCloseTo(-y, 8);
  });
});

test("numbers of sixteen bits", () => {
  expect([0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x8000].map(half)).toEqual([
    1,
    -2,
    0.333251953125,
    65504,
    2 ** -24,
    -0,
  ]);
});

test("a layer by hand", () => {
  // Kernel [[1, 2], [-3, 4]] and bias [0.5, -20] in float16, with relu.
  const stored = {
    front: { kind: "none", octaves: 0, coordinates: 0 },
    precision: "float16",
    layers: [{ units: 2, activation: "relu", kernel: "ADwAQADCAEQ=", bias: "ADgAzQ==" }],
    facts: {},
  };
  expect([...Array.from(run(decode(stored), [5, 1]))]).toEqual([2.5, 0]);
  expect([...Array.from(run(decode(stored), [5, 4]))]).toEqual([0, 6]);
  const layer = { ...(stored.layers[0] as (typeof stored.layers)[0]), activation: "step" };
  expect(() => decode({ ...stored, layers: [layer] })).toThrow("activation step");
});

test("features: time goes through as it is", () => {
  const fourier = features({ kind: "fourier", octaves: 2, coordinates: 1 }, [0.5, 7]);
  [0.5, 1, 0, 0, -1, 7].forEach((value, i) => {
    expect(fourier[i]).toBeCloseTo(value, 12);
  });
  const noisy = { kind: "noisy", octaves: 3, coordinates: 0 };
  expect(features(noisy, [1, 2, 0.5, 0.5])).toHaveLength(18);
  // Where all is noise nothing is to be seen but the level.
  expect(features(noisy, [1, 2, 0, 1]).slice(2, 5)).toEqual([0, 0, 0]);
});

describe("the latent plane", () => {
  test("the middle of the prior is a tin", () => {
    const { height, width } = measure(run(decode(tins), [0, 0]));
    expect(height).toBeGreaterThan(8);
    expect(height).toBeLessThan(26);
    expect(width).toBeGreaterThan(8);
    expect(width).toBeLessThan(26);
  });

  test("a blank has no edges", () => {
    expect(measure(new Array(1024).fill(1)).height).toBeNaN();
  });

  test("what is told", () => {
    expect(figure(decode(tins)).tell(read("z1:0,z2:0"))).toMatch(
      /^Latent numbers 0 and 0\. Drawn: [\d.]+ pixels high, [\d.]+ wide\. Nearest dot: .* Under the prior: 0% of all/,
    );
  });

  test("points stay in it", () => {
    expect(moved(9, -0.126)).toEqual({ z: [3, -0.13] });
  });

  test.each(["z1:-2.5,z2:0.25", "z1:3,z2:-3"])("the address %s comes back", (text) => {
    expect(write(read(text))).toBe(text);
  });

  test.each(["", "z1:x,z2", "z1:99,z2:-Infinity"])("nonsense gives a point: %s", (text) => {
    expect(write(read(write(read(text))))).toBe(write(read(text)));
    expect(Math.max(...read(text).z.map(Math.abs))).toBeLessThanOrEqual(3);
  });
});

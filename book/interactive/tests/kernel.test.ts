import { describe, expect, test } from "vitest";
import { read, write } from "../src/kernel";
import { convolve, imageOf, KERNELS, padded, paddingOf, products, sum } from "../src/mathematics/convolution";

const horizontal = KERNELS.horizontal.weights;

describe("one place", () => {
  test.each([
    [
      [
        [0.6, 0.4, 0.6],
        [0.1, -0.2, -0.3],
        [-0.5, -0.4, -0.3],
      ],
      2.8,
    ],
    // A printed source has -0.1 here.
    [
      [
        [-0.7, 0.6, 0.2],
        [0.1, 0.5, -0.3],
        [-0.3, -0.4, 0.5],
      ],
      0.3,
    ],
  ])("the examples of section 2.3", (patch, expected) => {
    expect(sum(products(patch, horizontal, 1, "valid", 0, 0))).toBeCloseTo(expected);
  });
});

describe("the whole image", () => {
  test("sizes", () => {
    const image = imageOf("square", 5);
    expect(convolve(image, horizontal, 1, "same")).toHaveLength(5);
    expect(convolve(image, horizontal, 1, "valid")).toHaveLength(3);
    expect(convolve(image, horizontal, 2, "same")).toHaveLength(3);
    expect(convolve([[1, 2]], horizontal, 1, "valid")).toEqual([]);
  });

  test("an odd row of zeros goes to the end", () => {
    expect(paddingOf(6, 4, 1, "same")).toEqual([1, 2]);
    expect(paddingOf(6, 3, 2, "same")).toEqual([0, 1]);
    expect(paddingOf(6, 2, 3, "same")).toEqual([0, 0]);
    expect(padded([[7]], 2, 1, "same")).toEqual([
      [7, 0],
      [0, 0],
    ]);
  });

  test("it is a cross-correlation: the kernel is not turned round", () => {
    const image = [
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ];
    expect(convolve(image, horizontal, 1, "same")).toEqual([
      [-1, -1, -1],
      [0, 0, 0],
      [1, 1, 1],
    ]);
  });
});

describe("the address", () => {
  const text = "image:slope,size:7,kernel:wide,stride:2,padding:valid,step:3";

  test("comes back", () => {
    expect(write(read(text))).toBe(text);
  });

  test.each(["", "step", "size:99,stride:-1,kernel:constructor,padding:full,image:toString,step:99999"])(
    "nonsense gives a state: %s",
    (nonsense) => {
      const state = read(nonsense);
      expect(write(read(write(state)))).toBe(write(state));
      expect(state.kernel).toBe("horizontal");
      expect(state.step).toBeLessThanOrEqual(64);
    },
  );

  test("each choice has a place that exists", () => {
    for (const size of [4, 5, 6, 7, 8]) {
      for (const kernel of Object.keys(KERNELS)) {
        for (const stride of [1, 2, 3]) {
          for (const padding of ["same", "valid"]) {
            expect(
              read(`size:${size},kernel:${kernel},stride:${stride},padding:${padding},step:64`).step,
            ).toBeGreaterThan(0);
          }
        }
      }
    }
  });
});

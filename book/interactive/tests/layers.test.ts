import { describe, expect, test } from "vitest";
import { read, write } from "../src/layers";
import { applyLayer, type Layer, outputSize, summarise } from "../src/mathematics/layers";

const conv = (filters: number, kernel: number, strides: number, padding: "same" | "valid"): Layer => ({
  kind: "conv2d",
  filters,
  kernel,
  strides,
  padding,
});

describe("shapes and parameters", () => {
  test("the multilayer perceptron of section 2.2", () => {
    const { input, layers } = read("32x32x3,flatten,dense:200,dense:150,dense:10");
    const { results, total } = summarise(input, layers);
    expect(results.map(({ shape }) => shape)).toEqual([[3072], [200], [150], [10]]);
    expect(results.map(({ trainable }) => trainable)).toEqual([0, 614_600, 30_150, 1_510]);
    expect(total).toBe(646_260);
  });

  test("the two convolutions of section 2.3", () => {
    const { input, layers } = read("32x32x3,conv2d:10:4:2:same,conv2d:20:3:2:same,flatten,dense:10");
    const { results, total } = summarise(input, layers);
    expect(results.map(({ shape }) => shape)).toEqual([[16, 16, 10], [8, 8, 20], [1280], [10]]);
    expect(results.map(({ trainable }) => trainable)).toEqual([490, 1_820, 0, 12_810]);
    expect(total).toBe(15_120);
    expect(results[0]?.shapeSum).toContain("⌈32 / 2⌉ = 16");
    expect(results[0]?.parameterSum).toBe("(4 · 4 · 3 weights + 1 bias) × 10 filters = 490");
  });

  test("the convolutional network of section 2.5", () => {
    const { input, layers } = read(
      "32x32x3,conv2d:32:3:1:same,batchnormalization,conv2d:32:3:2:same,batchnormalization,conv2d:64:3:1:same,batchnormalization,conv2d:64:3:2:same,batchnormalization,flatten,dense:128,batchnormalization,dropout:0.5,dense:10",
    );
    const { results, total, trainable, notTrainable } = summarise(input, layers);
    expect(results.map((result) => result.trainable + result.notTrainable)).toEqual([
      896, 128, 9_248, 128, 18_496, 256, 36_928, 256, 0, 524_416, 512, 0, 1_290,
    ]);
    expect([total, trainable, notTrainable]).toEqual([592_554, 591_914, 640]);
  });

  test("output sizes with and without padding, odd sizes included", () => {
    expect(outputSize(5, 3, 1, "same")).toBe(5);
    expect(outputSize(5, 3, 1, "valid")).toBe(3);
    expect(outputSize(7, 2, 2, "same")).toBe(4);
    expect(outputSize(7, 2, 2, "valid")).toBe(3);
    expect(outputSize(2, 3, 1, "valid")).toBe(0);
  });

  test("what does not go is said, and stops what comes after it", () => {
    expect(applyLayer(conv(8, 3, 1, "same"), [100]).problem).toContain("put it above Flatten");
    expect(applyLayer(conv(8, 9, 1, "valid"), [8, 8, 3]).problem).toContain("does not fit");
    const { results, total } = summarise([8], [conv(8, 3, 1, "same"), { kind: "dense", units: 4 }]);
    expect(results[1]?.problem).toContain("see above");
    expect(total).toBe(0);
  });

  test("a dense layer on an image works on the last axis, as in Keras", () => {
    const result = applyLayer({ kind: "dense", units: 5 }, [4, 6, 3]);
    expect(result.shape).toEqual([4, 6, 5]);
    expect(result.trainable).toBe(20);
    expect(result.shapeSum).toContain("Flatten is missing");
  });
});

describe("the address", () => {
  test.each(["784,dense:10", "28x28x1,conv2d:8:5:2:valid,batchnormalization,dropout:0.25,flatten,dense:3", "32x32x3"])(
    "%s comes back",
    (text) => {
      expect(write(read(text))).toBe(text);
    },
  );

  test.each([
    ["", "32x32x3"],
    ["nonsense", "32x32x3"],
    ["0x-5x1e9,dense:-3", "1x1x4096,dense:1"],
    ["32x32x3,dense:ten,<script>,conv2d:a:b:c:d", "32x32x3,dense:10,conv2d:32:3:1:same"],
    ["8x8x1,dropout:7,,flatten:9", "8x8x1,dropout:1,flatten"],
    [`9,${"flatten,".repeat(99)}`, `9${",flatten".repeat(30)}`],
  ])("nonsense is left out: %s", (text, sense) => {
    expect(write(read(text))).toBe(sense);
  });
});

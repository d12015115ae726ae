import { describe, expect, test } from "vitest";
import { read, write } from "../src/activations";
import { ACTIVATIONS, softmax } from "../src/mathematics/activations";

describe("activation functions", () => {
  test.each(Object.entries(ACTIVATIONS))("the slope of %s is that of its curve", (_, { value, slope }) => {
    for (const z of [-4.2, -1.3, -0.2, 0.4, 2.1, 4.9]) {
      const step = 1e-6;
      expect(slope(z)).toBeCloseTo((value(z + step) - value(z - step)) / (2 * step), 6);
    }
  });

  test("LeakyReLU keeps a slope where ReLU has none", () => {
    expect(ACTIVATIONS.relu.slope(-2)).toBe(0);
    expect(ACTIVATIONS.leaky_relu.slope(-2)).toBe(0.2);
  });
});

describe("softmax", () => {
  test("sums to one and keeps the order", () => {
    const shares = softmax([2, 1, 0, -1]);
    expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1);
    expect([...shares].sort((a, b) => b - a)).toEqual(shares);
  });

  test("temperature: cold is certain, hot is even", () => {
    expect(softmax([2, 1, 0, -1], 0.1)[0]).toBeGreaterThan(0.999);
    expect(softmax([2, 1, 0, -1], 1000)[0]).toBeCloseTo(0.25, 2);
  });

  test("large scores do not overflow; a common shift changes nothing", () => {
    expect(softmax([1000, 1000])).toEqual([0.5, 0.5]);
    expect(softmax([7, 5])[0]).toBeCloseTo(softmax([2, 0])[0] as number);
  });
});

describe("the address", () => {
  test("comes back", () => {
    const text = "function:tanh,z:-0.5,scores:1:2:3:-4.5,temperature:0.25";
    expect(write(read(text))).toBe(text);
  });

  test.each(["", "z:far,scores:a:b,temperature:0", "function:__proto__,scores:::::,temperature:-1"])(
    "nonsense gives a state: %s",
    (text) => {
      const state = read(text);
      expect(state.scores).toHaveLength(4);
      expect(state.temperature).toBeGreaterThan(0);
      expect(ACTIVATIONS[state.function]).toBeDefined();
    },
  );
});

import { describe, expect, test } from "vitest";
import {
  bestLogit,
  DATA,
  discriminatorGradient,
  jensenShannon,
  KNOTS,
  logDensity,
  logitOf,
  type Mixture,
  sigmoid,
  softplus,
  stepDiscriminator,
  value,
} from "../src/mathematics/game";
import { mixture, played, read, write } from "../src/players";

const broad: Mixture = {
  share: 1,
  bells: [
    { mean: 0.12, width: 1.135 },
    { mean: 1, width: 0.5 },
  ],
};
const level = KNOTS.map(() => 0);

describe("the value of the game", () => {
  test("of a discriminator that sees nothing is -ln 4, whatever the model", () => {
    for (const model of [broad, DATA]) {
      expect(value(model, () => 0)).toBeCloseTo(-Math.log(4), 6);
    }
  });

  test("of the best one is twice the Jensen-Shannon divergence less ln 4", () => {
    expect(value(broad, (x) => bestLogit(broad, x))).toBeCloseTo(2 * jensenShannon(broad) - Math.log(4), 9);
  });

  test("no handles reach more than the best", () => {
    const best = value(broad, (x) => bestLogit(broad, x));
    let handles = level;
    for (let i = 0; i < 200; i++) {
      const before = value(broad, (x) => logitOf(handles, x));
      handles = stepDiscriminator(broad, handles, 4);
      const after = value(broad, (x) => logitOf(handles, x));
      expect(after).toBeGreaterThanOrEqual(before - 1e-9);
      expect(after).toBeLessThan(best);
    }
  });
});

test("divergences: none from itself, ln 2 far away", () => {
  expect(jensenShannon(DATA)).toBeCloseTo(0, 12);
  const far: Mixture = { share: 1, bells: [{ mean: -3, width: 0.15 }, DATA.bells[1]] };
  expect(jensenShannon(far)).toBeGreaterThan(0.99 * Math.LN2);
  expect(jensenShannon(far)).toBeLessThan(Math.LN2);
});

test("at equal densities nobody gains anything", () => {
  for (const slope of discriminatorGradient(DATA, level)) {
    expect(slope).toBeCloseTo(0, 12);
  }
  expect(bestLogit(DATA, 0.3)).toBe(0);
});

test("far out there are still logits", () => {
  expect(Number.isFinite(bestLogit(broad, -10))).toBe(true);
  expect(logDensity(broad, 500)).toBeLessThan(-90_000);
  expect([softplus(1000), softplus(-1000), sigmoid(-1000), sigmoid(1000)]).toEqual([1000, 0, 0, 1]);
});

test("the logit is straight between handles and level beyond them", () => {
  const handles = KNOTS.map((_, i) => i ** 2);
  for (const [i, x] of KNOTS.entries()) {
    expect(logitOf(handles, x)).toBeCloseTo(i ** 2, 9);
  }
  expect(logitOf(handles, -2.7)).toBeCloseTo(0.5);
  expect([logitOf(handles, -9), logitOf(handles, 9)]).toEqual([0, 100]);
});

describe("a game", () => {
  test("with two bells ends at the data", () => {
    const { share, bells } = mixture(played(read("model:two,bells:-0.5:0.6:0.5:0.6"), 600));
    expect(share).toBeCloseTo(DATA.share, 1);
    for (const i of [0, 1] as const) {
      expect(bells[i].mean).toBeCloseTo(DATA.bells[i].mean, 1);
      expect(bells[i].width).toBeCloseTo(DATA.bells[i].width, 1);
    }
  });

  test("with one bell far to the left ends on the left peak or over both, as the loss has it", () => {
    const start = "bells:-2.5:0.4:1:0.5";
    expect(played(read(start), 300).bells[0].mean).toBeCloseTo(-1.2, 1);
    expect(played(read(`${start},loss:saturating`), 300).bells[0].mean).toBeGreaterThan(0);
  });
});

describe("the address", () => {
  const text =
    "model:two,bells:-2:0.5:0.41234:0.3,share:0.7,handles:0:1:2:3:4:5:-6:-0.12345:0:0:6,loss:saturating,scale:logit,steps:10,rates:2:0.3";

  test("comes back", () => {
    expect(write(read(text))).toBe(text);
  });

  test("a played state comes back", () => {
    const address = write(played(read(""), 3));
    expect(write(read(address))).toBe(address);
  });

  test.each([
    "",
    "bells:::,handles:x",
    "model:constructor,share:9,steps:7,rates:0:0,bells:99:0:-99:99,loss:,scale:__proto__",
  ])("nonsense gives a state: %s", (nonsense) => {
    const state = read(nonsense);
    expect(write(read(write(state)))).toBe(write(state));
    expect(state.handles).toHaveLength(KNOTS.length);
    expect(state.model).toBe("one");
    expect(Number.isFinite(jensenShannon(mixture(state)))).toBe(true);
  });
});

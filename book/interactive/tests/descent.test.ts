import { describe, expect, test } from "vitest";
import { read, write } from "../src/descent";
import { descend, distanceAt, gradient, inUnit, LATITUDES, leastLoss, loss } from "../src/mathematics/descent";

const START = { mean: -1, logStd: -0.4 };

describe("the loss", () => {
  test("its gradient is that of its surface", () => {
    const step = 1e-6;
    for (const place of [START, { mean: 0.3, logStd: 0.7 }, { mean: 2, logStd: 0 }]) {
      const slope = gradient(place, LATITUDES);
      const along = (to: Partial<typeof place>) => loss({ ...place, ...to }, LATITUDES);
      const [right, left] = [along({ mean: place.mean + step }), along({ mean: place.mean - step })];
      const [up, down] = [along({ logStd: place.logStd + step }), along({ logStd: place.logStd - step })];
      expect(slope.mean).toBeCloseTo((right - left) / (2 * step), 5);
      expect(slope.logStd).toBeCloseTo((up - down) / (2 * step), 5);
    }
  });

  test("no place is below the closed form", () => {
    for (let i = 0; i < 200; i++) {
      const place = { mean: Math.sin(i) * 2, logStd: Math.cos(3 * i) };
      expect(loss(place, LATITUDES)).toBeGreaterThanOrEqual(leastLoss(LATITUDES));
    }
  });

  test("its lines have the height they stand for", () => {
    for (const logStd of [-0.3, 0, 0.4]) {
      const distance = distanceAt(2, logStd, LATITUDES) as number;
      expect(loss({ mean: LATITUDES.mean + distance, logStd }, LATITUDES)).toBeCloseTo(2, 9);
    }
    expect(distanceAt(2, -3, LATITUDES)).toBeUndefined();
  });
});

describe("the descent", () => {
  test("ends where the formula says, as on page 1.4", () => {
    const { mean, logStd } = descend(START, 0.1, 0, 150, LATITUDES).at(-1) as typeof START;
    expect(mean).toBeCloseTo(LATITUDES.mean, 3);
    expect(Math.exp(logStd)).toBeCloseTo(LATITUDES.std, 3);
  });

  test("a learning rate of one or more does not end there", () => {
    for (const rate of [1.01, 1.5, 3]) {
      const path = descend({ mean: 0.1, logStd: 0.1 }, rate, 0, 200, LATITUDES);
      expect(loss(path.at(-1) as typeof START, LATITUDES) - leastLoss(LATITUDES)).toBeGreaterThan(0.001);
    }
  });

  test("stays finite, whatever is set", () => {
    for (const rate of [0.01, 0.3, 1, 3]) {
      for (const momentum of [0, 0.5, 0.95]) {
        for (const unit of ["radians", "quarters", "tens"] as const) {
          const data = inUnit(LATITUDES, unit);
          for (const start of [
            { mean: -1.5 * data.std, logStd: Math.log(0.4 * data.std) },
            { mean: 0, logStd: 3 },
          ]) {
            for (const place of descend(start, rate, momentum, 200, data)) {
              expect(Number.isFinite(loss(place, data))).toBe(true);
            }
          }
        }
      }
    }
  });

  test("a large unit of measurement leaves the mean behind, and momentum helps", () => {
    const data = inUnit(LATITUDES, "tens");
    const start = { mean: -5.7, logStd: Math.log(3.8) };
    const above = (rate: number, momentum: number) =>
      loss(descend(start, rate, momentum, 200, data).at(-1) as typeof START, data) - leastLoss(data);
    expect(above(0.1, 0)).toBeGreaterThan(0.05);
    expect(above(0.1, 0.9)).toBeLessThan(0.001);
  });
});

describe("the address", () => {
  test("comes back", () => {
    const text = "unit:tens,rate:0.5,momentum:0.9,mean:1.2,std:0.5,steps:50";
    expect(write(read(text))).toBe(text);
  });

  test.each(["", "unit:__proto__,rate:x,momentum:9,mean:,std:-1,steps:1e9"])("nonsense gives a state: %s", (text) => {
    const state = read(text);
    expect(state.std).toBeGreaterThan(0);
    expect(state.steps).toBeLessThanOrEqual(200);
    expect(state.unit).toBe("radians");
  });
});

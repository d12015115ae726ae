import { describe, expect, test } from "vitest";
import diffusion from "../../_static/interactive/networks/earth_diffusion.json";
import flow from "../../_static/interactive/networks/earth_flow.json";
import { COUNT, figure, read, walk, write } from "../src/earth";
import { degrees, diffusionStep, gaussians, stops } from "../src/mathematics/generation";
import { decode } from "../src/mathematics/network";

const networks = { flow: decode(flow), diffusion: decode(diffusion) };

describe("walks", () => {
  test("have a place for each point after each step, and going back changes nothing", () => {
    const state = read("steps:6,step:6");
    const whole = walk(networks, state);
    expect(whole.map((points) => points.length)).toEqual(new Array(7).fill(COUNT));
    expect(walk(networks, { ...state, step: 2 })).toEqual(whole.slice(0, 3));
    expect(walk(networks, { ...state, steps: 5, step: 5 })[5]).not.toEqual(whole[5]);
    expect(walk(networks, state)).toEqual(whole);
  });

  test("of diffusion are the same whether they are made at once or step by step", () => {
    const state = read("method:diffusion,steps:4,step:4");
    const whole = walk(networks, state);
    walk(networks, { ...state, noise: 7 });
    for (let step = 0; step <= 4; step++) {
      expect(walk(networks, { ...state, step }).at(-1)).toEqual(whole[step]);
    }
  });

  test("begin alike with both methods", () => {
    const [one, other] = (["flow", "diffusion"] as const).map((method) =>
      walk(networks, { ...read("step:0"), method }),
    );
    expect(one).toEqual(other);
  });
});

test("an original lies on the map, however loud the noise", () => {
  for (const point of gaussians(5, 50)) {
    const [longitude, latitude] = degrees(networks.diffusion, diffusionStep(networks.diffusion, point, 100, 0, [9, 9]));
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180 + 1e-9);
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90 + 1e-9);
  }
});

test("a step that adds noise adds as much as is left", () => {
  const [quiet, loud] = [0, 1].map((noise) => diffusionStep(networks.diffusion, [0.3, -0.4], 60, 40, [noise, 0]));
  expect((loud as [number, number])[0]).toBeGreaterThan((quiet as [number, number])[0]);
  expect((loud as [number, number])[1]).toBe((quiet as [number, number])[1]);
});

test("fewer steps visit fewer levels", () => {
  expect(stops(networks.diffusion, 4)).toEqual([100, 75, 50, 25, 0]);
  expect(stops(networks.diffusion, 1)).toEqual([100, 0]);
});

test("what is told", () => {
  expect(figure(networks).tell(read("steps:5,step:5"))).toMatch(
    /^flow matching\. Step: 5 of 5, time 1 of 1\. On land: \d+ of 150 points, \d+%\.$/,
  );
});

describe("the address", () => {
  test.each([
    "method:diffusion,steps:50,step:3,noise:99,paths:hidden",
    "method:flow,steps:1,step:0,noise:1,paths:shown",
  ])("%s comes back", (text) => {
    expect(write(read(text))).toBe(text);
  });

  test.each(["", "steps:0,step:9,noise:-3", "method:toString,steps:1e9,step:x,noise:many,paths:constructor"])(
    "nonsense gives a state: %s",
    (text) => {
      const state = read(text);
      expect(write(read(write(state)))).toBe(write(state));
      expect(state.step).toBeLessThanOrEqual(state.steps);
      expect(state.method).toBe("flow");
    },
  );
});

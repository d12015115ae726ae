import { expect, test } from "vitest";
import manifest from "../package.json";
import lock from "../package-lock.json";

test("the lock names digests, but no host that packages were fetched from", () => {
  const text = JSON.stringify(lock);
  expect(text).toContain('"integrity":"sha512-');
  expect(text).not.toMatch(/"resolved"|registry|\.tgz/);
});

test("versions are exact", () => {
  for (const version of Object.values(manifest.devDependencies)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

import { describe, expect, test } from "vitest";
import { bounded, choice, pairs, readAddress, whole, writeAddress } from "../src/address";

describe("the part of the address after #", () => {
  test("holds several figures", () => {
    const hash = "#layers=784,dense:10&box=west:-20";
    expect(readAddress(hash, "layers")).toBe("784,dense:10");
    expect(readAddress(hash, "box")).toBe("west:-20");
    expect(readAddress(hash, "kernel")).toBeUndefined();
  });

  test("changes for one figure only", () => {
    expect(writeAddress("#layers=1&box=2", "layers", "3")).toBe("#box=2&layers=3");
    expect(writeAddress("#layers=1&box=2", "box", undefined)).toBe("#layers=1");
    expect(writeAddress("#layers=1", "layers", undefined)).toBe("");
    expect(writeAddress("#a-heading", "box", "2")).toBe("#box=2");
  });

  test("may be encoded, well or badly", () => {
    expect(readAddress("#layers=784%2Cdense%3A10", "layers")).toBe("784,dense:10");
    expect(readAddress("#layers=100%", "layers")).toBe("100%");
  });
});

test("values are read as far as they make sense", () => {
  expect(pairs("a:1,b:2:3, c : 4 ")).toEqual({ a: "1", b: "2:3", c: "4" });
  expect(bounded("5", 0, 3, 1)).toBe(3);
  expect(bounded("", 0, 3, 1)).toBe(1);
  expect(bounded("x", 0, 3, 1)).toBe(1);
  expect(whole("2.6", 0, 9, 1)).toBe(3);
  expect(choice("toString", { a: 1 }, "a")).toBe("a");
});

// The state of the figures in the address: #layers=32x32x3,flatten,dense:10&box=west:-20 and so on. Pure functions.

import { clamp } from "./mathematics/numbers";

/** The text that stands for a figure in the part of the address after #, if any. */
export function readAddress(hash: string, name: string): string | undefined {
  const part = hash
    .replace(/^#/, "")
    .split("&")
    .find((piece) => piece.startsWith(`${name}=`));
  return part === undefined ? undefined : decoded(part.slice(name.length + 1));
}

/** The address with the text of one figure put in (or taken out), those of the others left as they are. */
export function writeAddress(hash: string, name: string, text: string | undefined): string {
  const others = hash
    .replace(/^#/, "")
    .split("&")
    .filter((piece) => piece.includes("=") && !piece.startsWith(`${name}=`));
  const parts = text === undefined ? others : [...others, `${name}=${text}`];
  return parts.length ? `#${parts.join("&")}` : "";
}

/** "size:6,kernel:mean" as a dictionary. */
export function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [name = "", ...value] = part.split(":");
      return [name.trim(), value.join(":").trim()];
    }),
  );
}

/** A number between two bounds; the fallback for what is no number. */
export function bounded(text: string | undefined, low: number, high: number, fallback: number): number {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isNaN(value) ? fallback : clamp(value, low, high);
}

/** The same for whole numbers. */
export function whole(text: string | undefined, low: number, high: number, fallback: number): number {
  return Math.round(bounded(text, low, high, fallback));
}

/** A name of a dictionary, or the fallback. */
export function choice<Name extends string>(
  text: string | undefined,
  names: Record<Name, unknown>,
  fallback: Name,
): Name {
  return text !== undefined && Object.hasOwn(names, text) ? (text as Name) : fallback;
}

// A link from elsewhere may be encoded, well or badly.
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

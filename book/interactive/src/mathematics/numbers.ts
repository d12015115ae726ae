// Numbers as they are shown.

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Two decimals are enough of a pixel, or of a degree. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** A number with at most so many decimals, with a true minus sign. */
export function decimal(value: number, digits = 2): string {
  const text = String(Number(value.toFixed(digits)));
  return text === "-0" ? "0" : text.replace("-", "−");
}

/** 3072 as "3,072", in any browser's language. */
export function grouped(value: number): string {
  return value.toLocaleString("en-GB", { maximumFractionDigits: 20 });
}

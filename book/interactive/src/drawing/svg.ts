// What all drawings share: colours, texts, frames.
import { round } from "../mathematics/numbers";
import { type Child, h, type Node } from "./node";

/** Colours of the page's theme; those after the comma hold in the static pictures, which stand on white. */
export const COLOUR = {
  text: "var(--pst-color-text-base, #222)",
  muted: "var(--pst-color-text-muted, #48566b)",
  line: "var(--gdl-line, #767676)",
  ground: "var(--pst-color-background, #fff)",
  // Okabe and Ito's blue and vermilion, darkened where they carry text.
  blue: "var(--gdl-blue, #0072b2)",
  orange: "var(--gdl-orange, #b34a00)",
  land: "var(--gdl-land, #c9d6bf)",
  sea: "var(--gdl-sea, #eef4f8)",
};

/** A drawing of a size in CSS pixels, so that texts and targets have the size they say on every screen. */
export function drawing(width: number, height: number, label: string, ...children: readonly (Child | Child[])[]): Node {
  return h(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": label },
    ...children,
  );
}

export interface TextStyle {
  size?: number;
  fill?: string;
  anchor?: "start" | "middle" | "end";
  weight?: string;
}

/** A text whose baseline begins (or ends, or has its middle) at x, y. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): Node {
  return h(
    "text",
    {
      x: round(x),
      y: round(y),
      fill: style.fill ?? COLOUR.text,
      "font-size": style.size ?? 15,
      "font-weight": style.weight,
      "text-anchor": style.anchor,
    },
    content,
  );
}

export function rect(x: number, y: number, width: number, height: number, attributes: Node["attributes"] = {}): Node {
  return h("rect", { x: round(x), y: round(y), width: round(width), height: round(height), ...attributes });
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Node["attributes"] = {}): Node {
  return h("line", { x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2), ...attributes });
}

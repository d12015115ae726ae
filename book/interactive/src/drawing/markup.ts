// Static pictures: a drawing as the text of an SVG file. Used by the build only.
import type { Child, Node } from "./node";

/** Variables of the theme don't reach a picture: their fallbacks stand in it. */
export function markup(child: Child): string {
  if (typeof child === "string") {
    return escaped(child);
  }
  const attributes = Object.entries(child.attributes)
    .filter(([name, value]) => value !== undefined && value !== false && !/^(on|class$)/.test(name))
    .map(([name, value]) => ` ${name}="${escaped(withoutVariables(String(value)))}"`)
    .join("");
  const inside = child.children.map(markup).join("");
  return inside ? `<${child.tag}${attributes}>${inside}</${child.tag}>` : `<${child.tag}${attributes}/>`;
}

/** A drawing as a file of its own, on white: a dark page shows pictures on a white card. */
export function file(drawing: Node, title: string, banner: string): string {
  const { viewBox, width, height } = drawing.attributes;
  const root: Node = {
    tag: "svg",
    attributes: { xmlns: "http://www.w3.org/2000/svg", viewBox, width, height, "font-family": "system-ui, sans-serif" },
    children: [
      { tag: "title", attributes: {}, children: [title] },
      { tag: "rect", attributes: { width: "100%", height: "100%", fill: "#fff" }, children: [] },
      ...drawing.children,
    ],
  };
  // One element a line, so that a change shows in a diff.
  return `<!-- ${banner} -->\n${markup(root).replaceAll("><", ">\n<")}\n`;
}

function withoutVariables(value: string): string {
  return value.replace(/var\(--[\w-]+, ([^)]+)\)/g, "$1");
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

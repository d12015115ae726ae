import { expect, test } from "vitest";
import earth_diffusion from "../../_static/interactive/networks/earth_diffusion.json";
import earth_flow from "../../_static/interactive/networks/earth_flow.json";
import tins from "../../_static/interactive/networks/tins.json";
import { file, markup } from "../src/drawing/markup";
import { h } from "../src/drawing/node";
import { COLOUR, drawing } from "../src/drawing/svg";
import { grouped } from "../src/mathematics/numbers";
import { pictures } from "../src/pictures";

test("a drawing as text: escaped, without variables of the theme, listeners and what is off", () => {
  const node = h("g", { fill: COLOUR.blue, onclick: () => undefined, class: undefined, "data-a": '<"&>' }, "1 < 2");
  expect(markup(node)).toBe('<g fill="#0072b2" data-a="&lt;&quot;&amp;&gt;">1 &lt; 2</g>');
});

test("a file has a size and says what made it", () => {
  const text = file(drawing(10, 20, "label"), "title", "banner");
  expect(text).toContain("<!-- banner -->");
  expect(text).toContain('viewBox="0 0 10 20" width="10" height="20"');
});

test("the pictures stand by themselves", () => {
  for (const [name, text] of Object.entries(pictures("banner", { tins, earth_flow, earth_diffusion }))) {
    expect(text, name).not.toMatch(/var\(|undefined|NaN|Infinity|class=|tabindex/);
  }
});

test("numbers are grouped", () => {
  expect(grouped(646260)).toBe("646,260");
});

// Buttons and fields. Each has a name that tells it from its like elsewhere in the figure.
import { h, type Node } from "./drawing/node";

export function button(
  label: string,
  press: () => void,
  options: { name?: string; pressed?: boolean; disabled?: boolean; key?: string } = {},
): Node {
  return h(
    "button",
    {
      type: "button",
      onclick: press,
      disabled: options.disabled,
      "aria-label": options.name,
      "aria-pressed": options.pressed === undefined ? undefined : String(options.pressed),
      "data-key": options.key,
    },
    label,
  );
}

export interface Bounds {
  low: number;
  high: number;
  step?: number;
}

/** A number; what is outside the bounds or no number is marked, changes nothing, and is gone when the field is left. */
export function numberField(
  label: string,
  value: number,
  bounds: Bounds,
  set: (value: number) => void,
  name = label,
): Node {
  return h(
    "label",
    { class: "gdl-field" },
    h("span", {}, label),
    h("input", {
      type: "number",
      inputmode: bounds.low < 0 ? "text" : "decimal",
      min: bounds.low,
      max: bounds.high,
      step: bounds.step ?? 1,
      value,
      "aria-label": name,
      oninput: (event: Event) => {
        const field = event.target as HTMLInputElement;
        if (field.value !== "" && field.validity.valid) {
          set(field.valueAsNumber);
        }
      },
      onblur: (event: Event) => {
        (event.target as HTMLInputElement).value = String(value);
      },
    }),
  );
}

/** A choice of one among a few. */
export function selectField<Name extends string>(
  label: string,
  value: Name,
  options: Record<Name, string>,
  set: (value: Name) => void,
  name = label,
): Node {
  return h(
    "label",
    { class: "gdl-field" },
    h("span", {}, label),
    h(
      "select",
      {
        value,
        "aria-label": name,
        onchange: (event: Event) => set((event.target as HTMLSelectElement).value as Name),
      },
      Object.entries<string>(options).map(([key, title]) => h("option", { value: key }, title)),
    ),
  );
}

/** A slider with its value beside it. */
export function slider(
  label: string,
  value: number,
  bounds: Bounds,
  shown: string,
  set: (value: number) => void,
): Node {
  return h(
    "label",
    { class: "gdl-slider" },
    h("span", {}, label),
    h("input", {
      type: "range",
      min: bounds.low,
      max: bounds.high,
      step: bounds.step ?? 1,
      value,
      "aria-valuetext": shown,
      oninput: (event: Event) => set((event.target as HTMLInputElement).valueAsNumber),
    }),
    h("output", {}, shown),
  );
}

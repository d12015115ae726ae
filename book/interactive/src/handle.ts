// What is dragged in a drawing, with the mouse, a finger or the arrow keys.
import { type Child, h, type Node } from "./drawing/node";

export interface Grip {
  /** What it is and what moves it. */
  label: string;
  low: number;
  high: number;
  now: number;
  /** The value in words. */
  shown: string;
  /** To a place of the drawing. */
  drag: (x: number, y: number) => void;
  /** By some steps to the right and upwards: ten at a time with the shift key. */
  press: (right: number, up: number) => void;
}

export function handle({ label, low, high, now, shown, drag, press }: Grip, ...children: Child[]): Node {
  return h(
    "g",
    {
      class: "gdl-handle",
      tabindex: 0,
      role: "slider",
      "aria-label": label,
      "aria-valuemin": low,
      "aria-valuemax": high,
      "aria-valuenow": now,
      "aria-valuetext": shown,
      onpointerdown: (event: PointerEvent) => {
        const held = event.currentTarget as SVGGElement;
        held.setPointerCapture(event.pointerId);
        held.focus({ preventScroll: true });
        event.preventDefault();
      },
      // Not all browsers heed `touch-action` within a drawing.
      ontouchstart: (event: TouchEvent) => event.preventDefault(),
      onpointermove: (event: PointerEvent) => {
        const held = event.currentTarget as SVGGElement;
        if (held.hasPointerCapture(event.pointerId)) {
          const toDrawing = (held.ownerSVGElement as SVGSVGElement).getScreenCTM()?.inverse();
          const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(toDrawing);
          drag(x, y);
        }
      },
      onkeydown: (event: KeyboardEvent) => {
        const step = event.shiftKey ? 10 : 1;
        const directions: Record<string, [number, number]> = {
          ArrowLeft: [-step, 0],
          ArrowRight: [step, 0],
          ArrowUp: [0, step],
          ArrowDown: [0, -step],
        };
        const by = directions[event.key];
        if (by) {
          event.preventDefault();
          press(...by);
        }
      },
    },
    ...children,
  );
}

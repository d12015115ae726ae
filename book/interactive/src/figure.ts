// Turns the picture of a page into a live figure: state, address, redrawing, what is told to screen readers.
import { readAddress, writeAddress } from "./address";
import { type Child, h, patch } from "./drawing/node";

export interface Figure<State> {
  /** Its name in the page (`data-figure`) and in the address. */
  name: string;
  /** For those who can't see it. */
  label: string;
  initial: State;
  /** The state that a text of the address stands for; what makes no sense in it is left out. */
  read: (text: string) => State;
  write: (state: State) => string;
  /** What is shown, for a width in pixels. */
  view: (state: State, change: Change<State>, width: number) => Child[];
  /** The results in a sentence or two, told after a change. */
  tell: (state: State) => string;
  /** End what goes on by itself. */
  halt?: () => void;
}

/** Show another state; `focus` is the `data-key` of the element that the focus goes to. */
export type Change<State> = (state: State, focus?: string) => void;

// Once the reader rests, not at every step of a drag: screen readers would never end, and a browser that is given many
// addresses a second refuses them.
const REST_MILLISECONDS = 300;
const NARROWEST = 240;

export function mount<State>(host: HTMLElement, figure: Figure<State>): void {
  const panel = document.createElement("div");
  panel.className = "gdl-panel";
  panel.tabIndex = -1;
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", figure.label);
  const status = document.createElement("p");
  status.className = "gdl-status";
  status.setAttribute("role", "status");

  const fromAddress = () => {
    const text = readAddress(location.hash, figure.name);
    return text === undefined ? undefined : figure.read(text);
  };
  const linked = fromAddress();
  let state = linked ?? figure.initial;
  let width = 0;
  let rest = 0;

  const draw = () => {
    const focused = panel.contains(document.activeElement);
    patch(panel, [
      ...figure.view(state, change, width),
      h(
        "p",
        { class: "gdl-end" },
        h("button", { type: "button", class: "gdl-again", onclick: startAgain }, "Start again"),
      ),
    ]);
    // The element that had the focus may be gone.
    if (focused && !panel.contains(document.activeElement)) {
      panel.focus({ preventScroll: true });
    }
  };
  const show = (next: State, address: string | undefined) => {
    state = next;
    draw();
    clearTimeout(rest);
    rest = window.setTimeout(() => {
      const hash = writeAddress(location.hash, figure.name, address);
      history.replaceState(history.state, "", hash || location.pathname + location.search);
      status.textContent = figure.tell(state);
    }, REST_MILLISECONDS);
  };
  const change: Change<State> = (next, focus) => {
    show(next, figure.write(next));
    if (focus) {
      panel.querySelector<HTMLElement>(`[data-key="${focus}"]`)?.focus();
    }
  };
  const startAgain = () => {
    figure.halt?.();
    show(figure.initial, undefined);
  };

  // The caption stays last.
  host.insertBefore(panel, host.querySelector("img")?.nextSibling ?? null);
  panel.after(status);
  host.classList.add("gdl-live");
  const measure = () => {
    const { paddingLeft, paddingRight } = getComputedStyle(panel);
    const inside = panel.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    const now = Math.max(NARROWEST, Math.floor(inside));
    if (now !== width) {
      width = now;
      draw();
    }
  };
  measure();
  new ResizeObserver(measure).observe(panel);
  window.addEventListener("hashchange", () => {
    const next = fromAddress();
    if (next !== undefined && figure.write(next) !== figure.write(state)) {
      figure.halt?.();
      state = next;
      draw();
      host.scrollIntoView();
    }
  });
  if (linked !== undefined) {
    host.scrollIntoView();
  }
}

/** Load the style sheet that lies beside a module; the figure is shown once it is there. */
export async function loadStyle(module: string): Promise<void> {
  const address = new URL("figures.css", module).href;
  if (document.querySelector(`link[href="${address}"]`)) {
    return;
  }
  await new Promise((done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = done;
    link.onerror = done;
    document.head.append(link);
  });
}

/** Load a file that lies beside a module. */
export async function loadFile<Content>(name: string, module: string): Promise<Content> {
  const answer = await fetch(new URL(name, module));
  if (!answer.ok) {
    throw new Error(`${name}: ${answer.status}`);
  }
  return answer.json();
}

// Descriptions of elements, and how they become elements: a picture that is drawn anew after each change keeps the
// elements that it has, and with them the focus and the finger that is dragging.

type Attribute = string | number | boolean | undefined | ((event: never) => void);

export interface Node {
  tag: string;
  attributes: Record<string, Attribute>;
  children: readonly Child[];
}

export type Child = Node | string;

/** Describe an element. Attributes named `on...` are listeners. */
export function h(
  tag: string,
  attributes: Record<string, Attribute> = {},
  ...children: readonly (Child | Child[])[]
): Node {
  return { tag, attributes, children: children.flat() };
}

const SVG = "http://www.w3.org/2000/svg";
const known = new WeakMap<Element, Record<string, Attribute>>();

/** Make the children of an element those that are described. */
export function patch(parent: Element, children: readonly Child[]): void {
  children.forEach((child, index) => {
    const old = parent.childNodes[index];
    if (typeof child === "string") {
      if (!(old instanceof Text)) {
        place(parent, document.createTextNode(child), old);
      } else if (old.data !== child) {
        old.data = child;
      }
      return;
    }
    let element = old as Element;
    if (!(old instanceof Element) || old.localName !== child.tag) {
      element =
        child.tag === "svg" || parent.namespaceURI === SVG
          ? document.createElementNS(SVG, child.tag)
          : document.createElement(child.tag);
      place(parent, element, old);
    }
    // Children first: the value of a select is one of its options.
    patch(element, child.children);
    setAttributes(element, child.attributes);
  });
  while (parent.childNodes.length > children.length) {
    parent.lastChild?.remove();
  }
}

function place(parent: Element, node: ChildNode, old: ChildNode | undefined): void {
  if (old) {
    old.replaceWith(node);
  } else {
    parent.append(node);
  }
}

function setAttributes(element: Element, attributes: Record<string, Attribute>): void {
  const before = known.get(element) ?? {};
  known.set(element, attributes);
  for (const name of Object.keys({ ...before, ...attributes })) {
    const value = attributes[name];
    if (name === "value") {
      const field = element as HTMLInputElement;
      // A number that is being typed is left alone: "1" on the way to "16" must not jump.
      if ((field.type !== "number" || field !== document.activeElement) && field.value !== String(value)) {
        field.value = String(value);
      }
    } else if (name.startsWith("on")) {
      (element as unknown as Record<string, unknown>)[name] = value ?? null;
    } else if (value === before[name]) {
      // Nothing changed.
    } else if (value === undefined || value === false) {
      element.removeAttribute(name);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
}

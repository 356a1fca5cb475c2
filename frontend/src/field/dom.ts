// Elements without a framework; text is always text, never markup.
type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: (Child | Child[])[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on") && typeof value === "function") made.addEventListener(name.slice(2), value as EventListener);
    else if (name === "value" && "value" in made) (made as unknown as HTMLInputElement).value = String(value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) if (child || child === "") made.append(child as Node | string);
  return made;
}

export function svg(tag: string, props: Record<string, string | number> = {}, ...children: (Node | string)[]): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

const ICONS: Record<string, string> = {
  today: "M3 11l2-7h10l2 7v5H3zM3 11h4l1 2h4l1-2h4",
  report: "M3 6h3l1.500-2h5L14 6h3v10H3zM10 8a3 3 0 100 6 3 3 0 000-6z",
  outbox: "M10 17V4M5 9l5-5 5 5",
  me: "M10 3a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM3.500 17c1-4 3-5 6.500-5s5.500 1 6.500 5",
  off: "M3 3l14 14M5 9c1.500-1.500 3-2 5-2M8 12c1.200-1 2.800-1 4 0M15 9l1-1M10 15v.5",
};

export function icon(name: string): SVGElement {
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" }, svg("path", { d: ICONS[name] }));
}

export function put(where: Element, ...children: (Node | null)[]): void {
  where.replaceChildren(...children.filter((one): one is Node => one !== null));
}

// A schematic of my tasks: the drawn district and numbered points, each with its line below. No tiles, nothing from elsewhere.
import { h, svg } from "./dom";
import type { Bundle, Task } from "./types";
import { t } from "./words";

const WIDE = 340;

export function drawing(bundle: Bundle): HTMLElement {
  const tasks = bundle.tasks.filter((one): one is Task & { longitude: number; latitude: number } => one.longitude !== null && one.latitude !== null);
  const shapes = [...bundle.map.areas, ...bundle.map.lines];
  const points = [...shapes.flatMap((one) => one.parts.flat()), ...tasks.map((one): [number, number] => [one.longitude, one.latitude])];
  const nowhere = bundle.tasks.filter((one) => one.longitude === null || one.latitude === null);
  const rest = nowhere.length ? [h("h2", { class: "f-group" }, t("没有位置的")), h("ul", { class: "f-list" }, ...nowhere.map(listed))] : [];
  if (!points.length) return h("div", {}, h("p", { class: "f-empty" }, t("没有带位置的事项。")), ...rest);
  const [west, east] = [Math.min(...points.map((one) => one[0])), Math.max(...points.map((one) => one[0]))];
  const [south, north] = [Math.min(...points.map((one) => one[1])), Math.max(...points.map((one) => one[1]))];
  const narrow = Math.cos(((south + north) / 2) * Math.PI / 180);
  const scale = (WIDE - 24) / Math.max((east - west) * narrow, 0.001);
  const high = Math.min(520, Math.max(160, (north - south) * scale + 24));
  const at = ([x, y]: [number, number]): [number, number] => [12 + (x - west) * narrow * scale, 12 + (north - y) * scale];
  const line = (part: [number, number][]): string => part.map((one, place) => `${place ? "L" : "M"}${at(one).map((n) => n.toFixed(1)).join(" ")}`).join("");
  const drawn = svg("svg", { viewBox: `0 0 ${WIDE} ${high.toFixed(0)}`, class: "f-map", role: "img", "aria-label": t("示意图，不作测量用") });
  for (const one of bundle.map.areas) drawn.append(svg("path", { class: "f-area", d: one.parts.map((part) => `${line(part)}Z`).join("") }));
  for (const one of bundle.map.lines) drawn.append(svg("path", { class: one.sign === "water" ? "f-water" : "f-road", d: one.parts.map(line).join("") }));
  // Tasks at one place share a mark: the first number stands for them.
  const seen = new Map<string, number>();
  tasks.forEach((one, place) => {
    const [x, y] = at([one.longitude, one.latitude]);
    const spot = `${x.toFixed(0)} ${y.toFixed(0)}`;
    const same = seen.get(spot) ?? 0;
    seen.set(spot, same + 1);
    const [px, py] = [Math.min(WIDE - 12, x + same * 14), y];
    drawn.append(svg("circle", { class: "f-point", cx: px.toFixed(1), cy: py.toFixed(1), r: 10 }), svg("text", { class: "f-number", x: px.toFixed(1), y: (py + 4).toFixed(1), "text-anchor": "middle" }, String(place + 1)));
  });
  return h("div", {}, h("figure", { class: "f-figure" }, drawn as unknown as HTMLElement, h("figcaption", { class: "f-quiet" }, t("示意图，不作测量用"))),
    h("ol", { class: "f-list f-numbered" }, ...tasks.map(listed)), ...rest);
}

const listed = (one: Task): HTMLElement => h("li", {}, h("a", { href: `#/case/${one.number}`, class: "f-row" }, h("strong", {}, one.title), h("span", { class: "f-quiet" }, one.place || one.owner)));

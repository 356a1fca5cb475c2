// The map island: GeoJSON layers of our own endpoints on a plain ground; no tile server, no glyph server.
import * as maplibregl from "maplibre-gl";
import type { ExpressionSpecification, GeoJSONSource, StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

maplibregl.setWorkerUrl(worker);

interface LayerSpec { slug: string; kind: "base" | "area" | "line" | "point"; url: string }

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": token("--sunken") } }] };
}

// A level is said by shape and colour; the words are those the layers give their things.
const LEVELS: Record<string, string[]> = { red: ["红", "红色", "重大"], orange: ["橙", "橙色", "较大"], yellow: ["黄", "黄色", "一般"], blue: ["蓝", "蓝色", "低"] };
const SHAPES: Record<string, [number, number][]> = {
  red: [[5, 1], [11, 1], [15, 5], [15, 11], [11, 15], [5, 15], [1, 11], [1, 5]], orange: [[8, 1], [15, 14], [1, 14]], yellow: [[8, 1], [15, 8], [8, 15], [1, 8]],
};

/** One expression for what depends on the level: the values of red, orange, yellow, blue, and of no level. */
function byLevel<T>(values: T[], other: T): ExpressionSpecification {
  return ["match", ["get", "sign"], ...Object.values(LEVELS).flatMap((words, at) => [words, values[at]]), other] as unknown as ExpressionSpecification;
}

function signs(map: maplibregl.Map): void {
  for (const name of [...Object.keys(LEVELS), "plain"]) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 36;
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(2, 0, 0, 2, 2, 2);
    pen.beginPath();
    const shape = SHAPES[name];
    if (shape) shape.forEach(([x, y]) => pen.lineTo(x, y));
    else pen.arc(8, 8, name === "plain" ? 5 : 7, 0, 7);
    pen.closePath();
    pen.fillStyle = token(name === "plain" ? "--accent" : `--${name}`);
    pen.strokeStyle = token(name === "plain" ? "--surface" : `--${name}-ink`);
    pen.fill();
    pen.stroke();
    map.addImage(name, pen.getImageData(0, 0, 36, 36), { pixelRatio: 2 });
  }
}

async function add(map: maplibregl.Map, layer: LayerSpec): Promise<void> {
  const answer = await fetch(layer.url, { headers: { Accept: "application/json" } });
  if (!answer.ok || map.getSource(layer.slug)) return;
  map.addSource(layer.slug, { type: "geojson", data: await answer.json() });
  const above = layer.kind === "point" ? undefined : map.getStyle().layers.find((one) => one.id.startsWith("point-"))?.id;
  if (layer.kind === "base" || layer.kind === "area") {
    const base = layer.kind === "base";
    map.addLayer({ id: `${layer.slug}-fill`, type: "fill", source: layer.slug, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": base ? token("--surface") : byLevel(["red", "orange", "yellow", "blue"].map((one) => token(`--${one}`)), token("--accent")), "fill-opacity": base ? 0.9 : 0.12 } }, above);
  }
  if (layer.kind !== "point") {
    map.addLayer({
      id: `${layer.slug}-line`, type: "line", source: layer.slug, layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["match", ["get", "sign"], "water", token("--water"), "road", token("--road"), token("--line2")],
        "line-width": ["match", ["get", "sign"], "water", 9, "road", 4, 1.2],
      },
    }, above);
    map.addLayer({ id: `${layer.slug}-name`, type: "symbol", source: layer.slug, layout: { "text-field": ["get", "name"], "text-size": 13, "symbol-placement": layer.kind === "line" ? "line" : "point", "text-max-angle": 40 }, paint: { "text-color": token("--ink2"), "text-halo-color": token("--surface"), "text-halo-width": 1 } }, above);
  } else {
    // Every thing keeps its sign; a name gives way where another stands, the graver first.
    map.addLayer({
      id: `point-${layer.slug}`, type: "symbol", source: layer.slug,
      layout: {
        "icon-image": byLevel(Object.keys(LEVELS), "plain"), "icon-allow-overlap": true, "symbol-sort-key": byLevel([0, 1, 2, 3], 4),
        "text-field": ["concat", ["get", "name"], " ", ["get", "value"]], "text-size": 12, "text-offset": [0, 0.9], "text-anchor": "top", "text-optional": true,
      },
      paint: { "text-color": token("--ink1"), "text-halo-color": token("--surface"), "text-halo-width": 1.5 },
    });
    map.on("click", `point-${layer.slug}`, (event) => {
      const url = event.features?.[0]?.properties.url;
      if (typeof url === "string" && url.startsWith("/")) location.assign(url);
    });
  }
}

function show(map: maplibregl.Map, slug: string, visible: boolean): void {
  for (const one of map.getStyle().layers) {
    if ("source" in one && one.source === slug) map.setLayoutProperty(one.id, "visibility", visible ? "visible" : "none");
  }
}

async function start(box: HTMLElement): Promise<void> {
  const [west, south, east, north] = (box.dataset.bounds ?? "117.15,39.12,117.27,39.21").split(",").map(Number);
  const map = new maplibregl.Map({
    container: box, style: style(), bounds: [west, south, east, north], fitBoundsOptions: { padding: 16 }, dragRotate: false,
    pitchWithRotate: false, touchPitch: false, attributionControl: false,
    localIdeographFontFamily: '"Noto Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif',
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  await new Promise<void>((done) => { map.once("load", () => done()); });
  signs(map);
  const layers = JSON.parse(box.dataset.layers ?? "[]") as LayerSpec[];
  const boxes = new Map([...document.querySelectorAll<HTMLInputElement>("[data-layer]")].map((one) => [one.dataset.layer ?? "", one]));
  for (const layer of layers) if (boxes.get(layer.slug)?.checked ?? true) await add(map, layer);
  for (const layer of layers) {
    const input = boxes.get(layer.slug);
    input?.addEventListener("change", () => {
      if (map.getSource(layer.slug)) show(map, layer.slug, input.checked);
      else if (input.checked) void add(map, layer);
    });
  }
  map.once("idle", () => { document.body.dataset.mapIdle = "1"; });
  document.addEventListener("anlan:entry", () => {
    for (const layer of layers) {
      if (layer.kind === "point") (map.getSource(layer.slug) as GeoJSONSource | undefined)?.setData(layer.url);
    }
  });
}

const box = document.querySelector<HTMLElement>("[data-map]");
if (box) void start(box);

// The map island: GeoJSON layers of our own endpoints on a plain ground; no tile server, no glyph server.
import * as maplibregl from "maplibre-gl";
import type { GeoJSONSource, StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

maplibregl.setWorkerUrl(worker);

interface LayerSpec { slug: string; kind: "base" | "area" | "line" | "point"; url: string }

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function style(): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": token("--sunken") } }] };
}

async function add(map: maplibregl.Map, layer: LayerSpec): Promise<void> {
  const answer = await fetch(layer.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  map.addSource(layer.slug, { type: "geojson", data: await answer.json() });
  if (layer.kind === "base" || layer.kind === "area") {
    map.addLayer({ id: `${layer.slug}-fill`, type: "fill", source: layer.slug, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": token("--surface"), "fill-opacity": 0.9 } });
  }
  if (layer.kind !== "point") {
    map.addLayer({
      id: `${layer.slug}-line`, type: "line", source: layer.slug, layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-color": ["match", ["get", "sign"], "water", token("--water"), "road", token("--road"), token("--line2")],
        "line-width": ["match", ["get", "sign"], "water", 9, "road", 4, 1.2],
      },
    });
    map.addLayer({ id: `${layer.slug}-name`, type: "symbol", source: layer.slug, layout: { "text-field": ["get", "name"], "text-size": 13, "symbol-placement": layer.kind === "line" ? "line" : "point", "text-max-angle": 40 }, paint: { "text-color": token("--ink2"), "text-halo-color": token("--surface"), "text-halo-width": 1 } });
  } else {
    map.addLayer({ id: layer.slug, type: "circle", source: layer.slug, paint: { "circle-radius": 6, "circle-color": ["match", ["get", "level"], "red", token("--red"), "orange", token("--orange"), "yellow", token("--yellow"), "blue", token("--blue"), token("--accent")], "circle-stroke-color": token("--surface"), "circle-stroke-width": 2 } });
    map.addLayer({ id: `${layer.slug}-name`, type: "symbol", source: layer.slug, layout: { "text-field": ["concat", ["get", "name"], " ", ["get", "value"]], "text-size": 12, "text-offset": [0, 1.2], "text-anchor": "top" }, paint: { "text-color": token("--ink1"), "text-halo-color": token("--surface"), "text-halo-width": 1.5 } });
    map.on("click", layer.slug, (event) => {
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
  for (const layer of JSON.parse(box.dataset.layers ?? "[]") as LayerSpec[]) await add(map, layer);
  for (const input of document.querySelectorAll<HTMLInputElement>("[data-layer]")) {
    input.addEventListener("change", () => show(map, input.dataset.layer ?? "", input.checked));
  }
  map.once("idle", () => { document.body.dataset.mapIdle = "1"; });
  document.addEventListener("anlan:entry", () => {
    for (const layer of JSON.parse(box.dataset.layers ?? "[]") as LayerSpec[]) {
      if (layer.kind === "point") (map.getSource(layer.slug) as GeoJSONSource | undefined)?.setData(layer.url);
    }
  });
}

const box = document.querySelector<HTMLElement>("[data-map]");
if (box) void start(box);

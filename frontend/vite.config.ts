import { defineConfig } from "vite";

// Built files go beside the templates that load them; the manifest tells the template tag their names.
export default defineConfig({
  base: "/static/built/",
  build: {
    outDir: "../src/anlan/kernel/web/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: ["src/main.ts", "src/map.ts", "src/chart.ts", "src/replay.ts", "src/incident_replay.ts", "src/report.ts", "src/picker.ts", "src/field/app.ts", "src/field/sw.ts"] },
  },
});

// The chart island: draws the table it stands beside, so that chart and table are always the same numbers.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const numeric = (text: string): number | null => (/^[\d.,-]+$/.test(text) ? Number(text.replaceAll(",", "")) : null);

function draw(box: HTMLElement): void {
  const table = document.getElementById(box.dataset.table ?? "");
  if (!(table instanceof HTMLTableElement)) return;
  const wanted = (box.dataset.columns ?? "").split(",").map(Number);
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.innerText.trim());
  const rows = [...(table.tBodies[0]?.rows ?? [])];
  const chart = echarts.init(box, undefined, { renderer: "svg" });
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    color: [1, 2, 3, 4].map((number) => token(`--series${number}`)),
    grid: { left: 48, right: 16, top: 36, bottom: 32 },
    legend: { top: 4 },
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: rows.map((row) => row.cells[0]?.innerText.trim() ?? "") },
    yAxis: { type: "value" },
    series: wanted.map((column) => ({
      type: box.dataset.kind === "bar" ? "bar" : "line", name: heads[column], symbolSize: 4, connectNulls: false,
      data: rows.map((row) => numeric(row.cells[column]?.innerText.trim() ?? "")),
    })),
  });
  addEventListener("resize", () => chart.resize());
}

document.querySelectorAll<HTMLElement>("[data-chart]").forEach(draw);

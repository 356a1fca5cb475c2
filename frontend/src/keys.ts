// Keyboard: `/` search, a letter printed in a button (`data-key`), `?` keys of the page, `G` then a letter to a section, J/K/Enter through rows, X ticks a row.
import { tick } from "./selection";

const SECTIONS: Record<string, string> = { w: "/desk/", m: "/map/", j: "/monitor/", c: "/command/", t: "/registry/", g: "/plans/", b: "/journal/" };
const GO_MS = 1200;

function typing(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type)) return false;
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function select(rows: HTMLElement[], step: number): void {
  const current = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = Math.min(Math.max(current + step, 0), rows.length - 1);
  rows[current]?.removeAttribute("aria-selected");
  rows[next]?.setAttribute("aria-selected", "true");
  rows[next]?.scrollIntoView({ block: "nearest" });
}

function open(rows: HTMLElement[]): void {
  rows.find((row) => row.getAttribute("aria-selected") === "true")?.querySelector<HTMLElement>("a[href]")?.click();
}

// The button that prints this letter; one inside a row only when that row is the selected one.
function printed(page: Document, rows: HTMLElement[], key: string): HTMLElement | undefined {
  const chosen = rows.find((row) => row.getAttribute("aria-selected") === "true");
  return [...page.querySelectorAll<HTMLElement>(`[data-key='${key}']`)].find((one) => {
    const row = one.closest("[data-row]");
    return !row || row === chosen;
  });
}

export function keys(page: Document): void {
  let goUntil = 0;
  page.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && typing(event.target)) (event.target as HTMLElement).blur();
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = [...page.querySelectorAll<HTMLElement>("[data-row]")];
    const key = event.key.toLowerCase();
    if (performance.now() < goUntil && SECTIONS[key]) {
      location.assign(SECTIONS[key]);
    } else if (key === "g") {
      goUntil = performance.now() + GO_MS;
      return;
    } else if (key === "/") {
      event.preventDefault();
      page.querySelector<HTMLElement>("[data-key='/']")?.focus();
    } else if (key === "?") {
      location.assign("/guide/keys/");
    } else if (rows.length && (key === "j" || key === "k")) {
      select(rows, key === "j" ? 1 : -1);
    } else if (rows.length && key === "x") {
      const here = page.activeElement?.closest<HTMLElement>("[data-row]") ?? undefined;
      tick(page, rows.find((row) => row.getAttribute("aria-selected") === "true") ?? here, event.shiftKey);
    } else if (/^[a-z]$/.test(key) && printed(page, rows, key)) {
      printed(page, rows, key)?.click();
    } else if (rows.length && event.key === "Enter" && event.target === page.body) {
      open(rows);
    }
    goUntil = 0;
  });
}

// Ticked rows of a list: `X` ticks the current row, `Shift+X` a range; the bulk bar stands only while something is ticked.
const boxOf = (row: Element | undefined): HTMLInputElement | null => row?.querySelector<HTMLInputElement>("[data-pick]") ?? null;

let last: Element | null = null;

export function tick(page: Document, row: HTMLElement | undefined, range: boolean): void {
  const box = boxOf(row);
  if (!row || !box) return;
  const rows = [...page.querySelectorAll<HTMLElement>("[data-row]")];
  const from = last ? rows.indexOf(last as HTMLElement) : -1;
  if (range && from >= 0) {
    const to = rows.indexOf(row);
    for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      const other = boxOf(one);
      if (other) other.checked = true;
    }
  } else {
    box.checked = !box.checked;
  }
  last = row;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

export function selection(page: Document): void {
  const bar = page.querySelector<HTMLFormElement>("[data-bulk]");
  const words = bar?.querySelector<HTMLElement>("[data-picked]");
  if (!bar || !words) return;
  const show = (): void => {
    const count = page.querySelectorAll("[data-pick]:checked").length;
    words.textContent = (words.dataset.picked ?? "#").replace("#", String(count));
    bar.hidden = count === 0;
    bar.toggleAttribute("data-on", count > 0);
  };
  page.addEventListener("change", show);
  bar.addEventListener("reset", () => setTimeout(show));
  addEventListener("pageshow", show);
  show();
}

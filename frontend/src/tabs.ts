/** A row of tabs wider than the page opens with the current one in sight; the page itself does not move. */
export function tabs(root: Document): void {
  for (const row of root.querySelectorAll<HTMLElement>(".tabs")) {
    const here = row.querySelector("[aria-current]")?.getBoundingClientRect();
    const all = row.getBoundingClientRect();
    if (here && here.right > all.right) row.scrollLeft += here.right - all.right + all.width / 3;
  }
}

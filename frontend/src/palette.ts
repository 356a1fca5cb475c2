// The search palette: results under the box as one types; arrows choose, Enter opens, Escape closes. Without script the form works.
export function palette(page: Document): void {
  const box = page.querySelector<HTMLInputElement>("#search-box");
  const list = page.querySelector<HTMLElement>("#palette");
  if (!box || !list) return;
  const options = () => [...list.querySelectorAll<HTMLAnchorElement>("a[role=option]")];
  const chosen = () => options().findIndex((one) => one.getAttribute("aria-selected") === "true");

  function show(open: boolean): void {
    if (!list || !box) return;
    list.hidden = !open || !list.childElementCount;
    box.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) box.removeAttribute("aria-activedescendant");
  }
  function choose(index: number): void {
    const all = options();
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === index)));
    all[index]?.scrollIntoView({ block: "nearest" });
    if (all[index]) box?.setAttribute("aria-activedescendant", all[index].id);
  }

  list.addEventListener("htmx:afterSwap", () => {
    show(box.value.trim() !== "" && page.activeElement === box);
    choose(0);
  });
  box.addEventListener("focus", () => show(box.value.trim() !== ""));
  box.addEventListener("blur", () => setTimeout(() => show(list.contains(page.activeElement)), 150));
  box.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape") {
      show(false);
      event.stopPropagation();
      if (!box.value) box.blur();
      box.value = "";
    } else if (!list.hidden && all.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      choose((chosen() + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length);
    } else if (event.key === "Enter" && !list.hidden && chosen() >= 0) {
      event.preventDefault();
      all[chosen()]?.click();
    }
  });
}

// A box that searches while one writes: arrows choose, Enter takes, Escape closes. What stands in the box is what is sent.
export interface Found { text: string; note: string }
export interface Answer { rows: Found[]; more: boolean }
export interface Words { none: string; more: string; found: string } // `#` in found is the number
export type Search = (words: string) => Promise<Answer>;

let made = 0;

export function combobox(box: HTMLInputElement, search: Search, words: Words): void {
  const list = document.createElement("ul");
  const said = document.createElement("span");
  list.id = `pick-${++made}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.labels?.[0]?.textContent?.trim() || box.getAttribute("aria-label") || box.name);
  said.className = "hint";
  said.setAttribute("role", "status");
  box.removeAttribute("list");
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) box.setAttribute(name, value);
  box.after(list, said);
  let at = -1, asked = 0, timer = 0;
  const options = (): HTMLElement[] => [...list.children] as HTMLElement[];

  function show(open: boolean): void {
    list.hidden = !open || !list.childElementCount;
    box.setAttribute("aria-expanded", String(!list.hidden));
    if (list.hidden) choose(-1);
  }
  function choose(index: number): void {
    at = index;
    options().forEach((one, place) => one.setAttribute("aria-selected", String(place === index)));
    const one = options()[index];
    if (one) box.setAttribute("aria-activedescendant", one.id);
    else box.removeAttribute("aria-activedescendant");
    one?.scrollIntoView({ block: "nearest" });
  }
  function take(index: number): void {
    const one = options()[index];
    if (!one) return;
    box.value = one.dataset.text ?? "";
    said.textContent = "";
    show(false);
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function option(one: Found, place: number): HTMLElement {
    const row = document.createElement("li");
    row.id = `${list.id}-${place}`;
    row.dataset.text = one.text;
    row.setAttribute("role", "option");
    row.append(one.text);
    if (one.note) {
      const note = document.createElement("small");
      note.textContent = one.note;
      row.append(" ", note);
    }
    row.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    row.addEventListener("click", () => take(options().indexOf(row)));
    return row;
  }
  async function ask(): Promise<void> {
    const turn = ++asked;
    let answer: Answer;
    try {
      answer = await search(box.value.trim());
    } catch {
      return; // without a line the box is still a box
    }
    if (turn !== asked || document.activeElement !== box) return;
    list.replaceChildren(...answer.rows.map(option));
    said.textContent = !answer.rows.length ? words.none : answer.more ? words.more : words.found.replace("#", String(answer.rows.length));
    show(true);
    choose(-1);
  }

  box.addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(() => void ask(), 150); });
  box.addEventListener("focus", () => { if (!box.value.trim()) void ask(); });
  box.addEventListener("blur", () => { clearTimeout(timer); ++asked; show(false); said.textContent = ""; });
  box.addEventListener("keydown", (event) => {
    const open = !list.hidden, count = list.childElementCount;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) void ask();
      else choose((at + (event.key === "ArrowDown" ? 1 : count - Number(at >= 0)) + count) % count);
    } else if (event.key === "Enter" && open) {
      event.preventDefault(); // never sends a form that is half written
      if (at >= 0 || count === 1) take(Math.max(at, 0));
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      show(false);
    }
  });
}

// Choosing one of many on a form (`web/pick.html`): searched on the server as one writes. Whole without this: the box takes words too.
import { type Answer, combobox } from "./combobox";

const field = (form: HTMLFormElement | null, name: string): HTMLInputElement | HTMLSelectElement | null => form?.querySelector<HTMLInputElement>(`[name="${name}"], [name="${name}-said"]`) ?? null;

for (const part of document.querySelectorAll<HTMLElement>("[data-picker]")) {
  const box = part.querySelector("input");
  if (!box) continue;
  const follows = part.dataset.follows ? field(box.form, part.dataset.follows) : null;
  follows?.addEventListener("change", () => { box.value = ""; });
  const search = async (words: string): Promise<Answer> => {
    const address = new URL(part.dataset.picker ?? "", location.href);
    address.searchParams.set("q", words);
    if (follows) address.searchParams.set(follows.name, follows.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15_000) });
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json() as Answer;
  };
  combobox(box, search, { none: part.dataset.none ?? "", more: part.dataset.more ?? "", found: part.dataset.found ?? "#" });
}
for (const step of document.querySelectorAll<HTMLElement>("[data-no-script]")) step.hidden = true;

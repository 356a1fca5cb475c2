// The replay island: the slider goes from entry to entry; each instant's board comes from the server, which alone knows what was known then.
function start(form: HTMLFormElement): void {
  const steps = JSON.parse(form.dataset.steps ?? "[]") as string[];
  const slider = form.querySelector<HTMLInputElement>("input[type=range]");
  const said = form.querySelector("output");
  const field = form.querySelector<HTMLInputElement>("input[name=at]");
  const board = document.querySelector<HTMLElement>("#replayed");
  if (!slider || !said || !field || !board || steps.length < 2) return;
  slider.hidden = false;
  slider.max = String(steps.length - 1);
  const shown = form.dataset.at ?? "";
  slider.value = String(Math.max(0, steps.filter((one) => Date.parse(one) <= Date.parse(shown)).length - 1));

  let asked = 0;
  let timer = 0;
  const show = async (): Promise<void> => {
    const at = steps[Number(slider.value)];
    if (!at) return;
    const mine = ++asked;
    const answer = await fetch(`?part=1&at=${encodeURIComponent(at)}`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || mine !== asked) return; // a later place of the slider was asked for meanwhile
    board.innerHTML = await answer.text();
    field.value = at.slice(0, 19);
  };
  slider.addEventListener("input", () => {
    said.textContent = (steps[Number(slider.value)] ?? "").slice(0, 19).replace("T", " ");
    clearTimeout(timer);
    timer = window.setTimeout(() => { void show(); }, 120);
  });
}

document.querySelectorAll<HTMLFormElement>("form[data-replay][data-steps]").forEach(start);
export {};

// The replay island: the slider of a track moves the mark on the drawing without asking the server; it also plays.
type Place = [x: number, y: number, said: string];

function start(form: HTMLFormElement): void {
  const places = JSON.parse(form.dataset.places ?? "[]") as Place[];
  const slider = form.querySelector<HTMLInputElement>("input[type=range]");
  const said = form.querySelector("output");
  const button = form.querySelector<HTMLButtonElement>("[data-play]");
  const here = document.querySelector<SVGCircleElement>("[data-replay-here]");
  if (!slider || !said || !here || places.length === 0) return;

  const show = (): void => {
    const place = places[Number(slider.value)];
    if (!place) return;
    here.setAttribute("cx", String(place[0]));
    here.setAttribute("cy", String(place[1]));
    said.textContent = place[2];
  };
  slider.addEventListener("input", show);
  if (!button) return;
  button.hidden = false;
  const [play, pause] = [button.textContent ?? "", button.dataset.pause ?? "■"];
  let timer = 0;
  const stop = (): void => { clearInterval(timer); timer = 0; button.textContent = play; };
  button.addEventListener("click", () => {
    if (timer) { stop(); return; }
    if (Number(slider.value) >= places.length - 1) slider.value = "0";
    button.textContent = pause;
    timer = window.setInterval(() => {
      if (Number(slider.value) >= places.length - 1) { stop(); return; }
      slider.value = String(Number(slider.value) + 1);
      show();
    }, 100);
  });
}

document.querySelectorAll<HTMLFormElement>("[data-replay]").forEach(start);

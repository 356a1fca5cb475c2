// The live sign: the clock of the server's last word. After ten silent seconds a banner says the page is old; when the line is
// back the stream sends what was missed (Last-Event-ID), and the banner says how much that was.
const STALE_MS = 10_000;
const TOLD_MS = 5_000;

// An alarm as soon as it is committed: pages that show alarms listen to `anlan:alarm`.
export type Alarm = {
  number: number; told: "raised" | "returned" | "withdrawn"; rule: number; stream: number; since: number; at: number;
  value: number | null; limit: number | null; station: string; title: string; unit: string;
};

export function live(page: Document): void {
  const sign = page.querySelector<HTMLElement>("[data-live]");
  const clock = sign?.querySelector<HTMLElement>("[data-clock]");
  if (!sign?.dataset.live || !clock) return;
  const banner = page.createElement("p");
  banner.className = "stale-banner";
  banner.setAttribute("role", "status");
  banner.hidden = true;
  page.body.append(banner);
  let last = Date.now();
  let missed = 0;
  let stale = false;
  let clearing = 0;

  function tell(words: string): void {
    banner.textContent = words;
    banner.hidden = !words;
  }
  const stream = new EventSource(sign.dataset.live);
  stream.addEventListener("beat", (event) => {
    last = Date.now();
    clock.textContent = (event as MessageEvent<string>).data.slice(11, 19);
    if (stale) {
      tell(missed ? `已补收 ${missed} 条` : "");
      setTimeout(() => { if (!stale) tell(""); }, TOLD_MS);
    }
    stale = false;
    missed = 0;
  });
  stream.addEventListener("entry", (event) => {
    const told = JSON.parse((event as MessageEvent<string>).data) as { kind: string; id: string };
    if (stale) missed += 1;
    page.dispatchEvent(new CustomEvent("anlan:entry"));
    page.dispatchEvent(new CustomEvent(`anlan:${told.kind}-${told.id}`)); // for pages of one thing
  });
  stream.addEventListener("alarm", (event) => {
    const told = JSON.parse((event as MessageEvent<string>).data) as Alarm;
    page.dispatchEvent(new CustomEvent<Alarm>("anlan:alarm", { detail: told }));
    if (stale) missed += 1;
    else if (told.told === "raised") {
      tell(`报警：${told.station} ${told.title}${told.value === null ? "" : ` ${told.value} ${told.unit}`}`);
      clearTimeout(clearing);
      clearing = setTimeout(() => { if (!stale) tell(""); }, TOLD_MS);
    }
  });
  setInterval(() => {
    if (stale || Date.now() - last < STALE_MS) return;
    stale = true;
    tell(`${clock.textContent ?? ""} 起没有更新，正在重连。页面是旧的。`);
  }, 1000);
  addEventListener("pagehide", () => stream.close());
}

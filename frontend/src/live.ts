// The live sign: the clock of the server's last word. After ten silent seconds a banner says the page is old; when the line is
// back the stream sends what was missed (Last-Event-ID), and the banner says how much that was.
const STALE_MS = 10_000;
const TOLD_MS = 5_000;

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
  stream.addEventListener("entry", () => {
    if (stale) missed += 1;
    page.dispatchEvent(new CustomEvent("anlan:entry"));
  });
  setInterval(() => {
    if (stale || Date.now() - last < STALE_MS) return;
    stale = true;
    tell(`${clock.textContent ?? ""} 起没有更新，正在重连。页面是旧的。`);
  }, 1000);
  addEventListener("pagehide", () => stream.close());
}

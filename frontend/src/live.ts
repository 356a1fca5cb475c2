// The live sign: the clock of the server's last word; after ten silent seconds a banner says the page is old.
const STALE_MS = 10_000;

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
  const stream = new EventSource(sign.dataset.live);
  stream.addEventListener("beat", (event) => {
    last = Date.now();
    clock.textContent = (event as MessageEvent<string>).data.slice(11, 19);
    banner.hidden = true;
    missed = 0;
  });
  stream.addEventListener("entry", () => {
    missed += 1;
    page.dispatchEvent(new CustomEvent("anlan:entry"));
  });
  setInterval(() => {
    if (Date.now() - last < STALE_MS) return;
    banner.textContent = `${clock.textContent ?? ""} 起没有更新，正在重连。页面是旧的。`;
    banner.hidden = false;
  }, 1000);
  addEventListener("pagehide", () => stream.close());
}

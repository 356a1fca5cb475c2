// 现场: the field app. Works without a network after the first visit; what is done waits in the outbox until the server's receipt.
import { h, icon, put } from "./dom";
import { forgetReceipts } from "./outbox";
import * as screens from "./screens";
import { app, finishLeaving, nearlyFull, onChange, refresh, start } from "./state";
import { keepSending, send } from "./sync";
import { span, t } from "./words";

const top = document.querySelector("#top") as HTMLElement;
const strip = document.querySelector("#strip") as HTMLElement;
const main = document.querySelector("#main") as HTMLElement;
const tabs = document.querySelector("#tabs") as HTMLElement;
const LOGIN = `${document.body.dataset.login}?next=${encodeURIComponent(document.body.dataset.scope ?? "/")}`;

// Who has just left is signed out on the server too, before somebody else signs in.
function signIn(event: Event): void {
  event.preventDefault();
  void finishLeaving().then((done) => { if (done) location.assign(LOGIN); });
}

interface Route { tab: string; title: string; form: boolean; back: string; draw(): unknown }

function route(): Route {
  const [name = "", one = "", two = ""] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  if (name === "report") return { tab: "report", title: t("随手报"), form: true, back: "", draw: () => screens.report(main, one) };
  if (name === "outbox") return { tab: "outbox", title: t("待传"), form: false, back: "", draw: () => screens.outbox(main) };
  if (name === "amend") return { tab: "outbox", title: t("改一改再传"), form: true, back: "#/outbox", draw: () => screens.amending(main, one) };
  if (name === "me") return { tab: "me", title: t("我的"), form: false, back: "", draw: () => screens.me(main) };
  if (name === "check") return { tab: "today", title: t("检查"), form: true, back: "#/today", draw: () => screens.checking(main, Number(one)) };
  if (name === "case" && two) return { tab: "today", title: t("办一步"), form: true, back: `#/case/${one}`, draw: () => screens.step(main, one, two) };
  if (name === "case") return { tab: "today", title: t("事项"), form: false, back: "#/today", draw: () => screens.oneCase(main, one) };
  return { tab: "today", title: t("今日"), form: false, back: "", draw: () => screens.today(main, name === "map") };
}

function bars(now: Route): void {
  const { mine, refused, others } = app.counts;
  put(top, now.back ? h("a", { href: now.back, class: "f-back", "aria-label": t("返回") }, "‹") : null, h("h1", {}, now.title), h("span", { class: "f-org" }, app.bundle?.person.organisation ?? ""),
    mine + refused ? h("a", { href: "#/outbox", class: "f-unsent", id: "unsent" }, t("未上传 {n}", { n: mine + refused })) : null,
    others ? h("a", { href: "#/outbox", class: "f-unsent" }, t("他人未上传 {n}", { n: others })) : null,
    document.documentElement.dataset.demo === undefined ? null : h("span", { class: "f-demo" }, t("示例数据")));
  const tab = (slug: string, word: string): HTMLElement => h("a", { href: `#/${slug}`, "aria-current": now.tab === slug ? "page" : null }, icon(slug) as unknown as HTMLElement, word, slug === "outbox" && mine + refused ? h("span", { class: "f-badge" }, String(mine + refused)) : null);
  put(tabs, tab("today", t("今日")), tab("report", t("随手报")), tab("outbox", t("待传")), tab("me", t("我的")));
  const told: HTMLElement[] = [];
  const say = (kind: string, head: string, rest: string, ...more: HTMLElement[]): void => { told.push(h("div", { class: `f-strip ${kind}` }, h("strong", {}, head), h("span", {}, rest), ...more)); };
  if (!app.online) say("off", t("没有网络，可以继续办"), mine ? t("{n} 件已存手机，联网后自动上传", { n: mine }) : t("看事项、随手报、办一步都行"));
  if (app.online && app.sending && mine) say("on", t("正在上传，还剩 {n} 件", { n: mine }), t("可以离开本页，回来接着传"));
  if (!app.session) say("warn", t("没有登录"), app.counts.others ? t("{n} 件未上传的封存在手机里，本人登录后接着传", { n: app.counts.others }) : t("登录一次，以后没有网络也能用"), h("a", { href: LOGIN, class: "f-button", onclick: signIn }, t("登录")));
  else if (app.barred) say("warn", t("这个岗位不用现场端"), app.barred);
  else if (app.trouble) say("warn", t("服务器现在收不下"), app.trouble);
  if (refused) say("warn", t("退回 {n} 件", { n: refused }), t("到“待传”看原因，改一改再传"));
  if (nearlyFull()) say("warn", t("手机存储快满了"), t("先上传或导出；存不下时会告诉你，已存的不会丢"));
  if (app.drift !== null && Math.abs(app.drift) > 300) say("warn", t("手机时间不准"), t("手机时间{how} {span}，两个时间都会记。", { how: app.drift > 0 ? t("快") : t("慢"), span: span(app.drift * 1000) }));
  put(strip, ...told);
}

let drawn = "";
let drawing = false, again = false;

// A form is drawn once and then left alone: what somebody is typing is never redrawn under their thumb.
async function draw(): Promise<void> {
  if (drawing) { again = true; return; }
  drawing = true;
  try {
    const now = route();
    bars(now);
    const here = `${location.hash}|${app.session?.person ?? ""}|${app.bundle ? 1 : 0}`;
    if (!app.bundle && now.tab !== "outbox" && now.tab !== "me") {
      drawn = here;
      put(main, h("p", { class: "f-empty" }, app.session ? t("手机里还没有数据。联网打开一次，以后没有网络也能用。") : t("先登录。")));
    } else if (!(now.form && drawn === here)) {
      const moved = drawn.split("|")[0] !== location.hash;
      drawn = here;
      await now.draw();
      document.title = `${now.title} · ${t("安澜")}`;
      if (moved) { scrollTo(0, 0); main.focus({ preventScroll: true }); }
    }
  } finally {
    drawing = false;
  }
  if (again) { again = false; await draw(); }
}

async function run(): Promise<void> {
  addEventListener("beforeinstallprompt", (event) => { event.preventDefault(); screens.install.event = event as screens.Installer; });
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register(document.body.dataset.worker ?? "", { scope: document.body.dataset.scope }).catch(() => undefined);
  onChange(() => void draw());
  addEventListener("hashchange", () => void draw());
  try {
    await start();
  } catch {
    put(main, h("p", { class: "f-empty" }, t("这个浏览器不让本站存东西（可能是无痕模式）。换普通窗口打开，或用网页版。")));
    return;
  }
  await draw();
  keepSending();
  await refresh();
  await send();
  await forgetReceipts();
  document.body.dataset.ready = "1";
  await screens.keepPictures();
}

void run();

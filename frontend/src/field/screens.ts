// The screens: 今日, one case, 随手报, a step, 待传, 我的. Each draws itself into the page from what the state says now.
import * as drafts from "./drafts";
import { db } from "./db";
import { h, put } from "./dom";
import { form, type Sheet, type Slot } from "./form";
import { drawing } from "./map";
import { discard, exported, lines, photo, receipts } from "./outbox";
import { seal, unseal } from "./seal";
import { app, check, leave, nearlyFull, recount, refresh, task } from "./state";
import { send } from "./sync";
import type { Check, CheckItem, Entry, FormField, Line, OpenForm, Session, Shot, StepForm, Task } from "./types";
import { size, span, t, when } from "./words";

export const go = (where: string): void => { location.hash = where; };
const field = (name: string, title: string, more: Partial<FormField> = {}): FormField =>
  ({ name, title, kind: "line", required: false, help: "", unit: "", max_length: 120, choices: [], ...more });

// ---- 今日
function due(one: { due_at: string | null }): HTMLElement {
  if (!one.due_at) return h("span", { class: "f-quiet" }, t("无期限"));
  const left = Date.parse(one.due_at) - Date.now();
  if (left < 0) return h("span", { class: "f-late" }, t("超 {span}", { span: span(left) }));
  return h("span", { class: left < 86_400_000 ? "f-near" : "f-quiet" }, t("剩 {span}", { span: span(left) }));
}

function row(one: Task, waiting: Map<string, string>): HTMLElement {
  const unsent = waiting.get(one.number);
  const state = app.bundle?.processes[one.process]?.states[one.state] ?? one.state;
  return h("li", {}, h("a", { href: `#/case/${one.number}`, class: "f-row" },
    h("span", { class: "f-row-top" }, due(one), one.grade ? h("strong", {}, one.grade) : null, one.supervised ? h("strong", { class: "f-late-word" }, t("挂牌督办")) : null),
    h("strong", { class: "f-row-title" }, one.title), h("span", { class: "f-quiet" }, [state, one.place || one.owner].join(" · ")),
    unsent ? h("span", { class: "f-gap" }, `◐ ${t("待传：{what}", { what: unsent })}`) : null));
}

async function waitingSteps(session: Session): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const one of await lines(session)) if (one.state === "queued") {
    if (one.entry.kind === "step") found.set(one.entry.case ?? "", one.label);
    if (one.entry.kind === "check") found.set(`check:${one.entry.task}`, one.label);
  }
  return found;
}

function group(title: string, rows: HTMLElement[]): HTMLElement[] {
  return rows.length ? [h("h2", { class: "f-group" }, `${title} `, h("span", { class: "f-quiet" }, String(rows.length))), h("ul", { class: "f-list" }, ...rows)] : [];
}

export async function today(main: Element, asMap: boolean): Promise<void> {
  const { session, bundle } = app;
  if (!session || !bundle) return;
  const waiting = await waitingSteps(session);
  const end = new Date(new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10) + "T23:59:59.999+08:00").getTime();
  const at = (one: Task): number => (one.due_at ? Date.parse(one.due_at) : Infinity);
  const pick = (test: (one: Task) => boolean): HTMLElement[] => bundle.tasks.filter(test).map((one) => row(one, waiting));
  const views = h("nav", { class: "f-views", "aria-label": t("看法") }, h("a", { href: "#/today", "aria-current": asMap ? null : "page" }, t("列表")), h("a", { href: "#/map", "aria-current": asMap ? "page" : null }, t("示意图")));
  const fresh = h("p", { class: "f-note" }, app.heard || !bundle.server_time ? t("{n} 件等我办。", { n: bundle.tasks.length }) : t("{n} 件等我办，存于 {at}。", { n: bundle.tasks.length, at: when(bundle.server_time) }));
  if (asMap) { put(main, views, fresh, drawing(bundle)); return; }
  put(main, views, fresh, ...group(t("检查"), (bundle.checks ?? []).map((one) => checkRow(one, waiting))),
    ...group(t("已超时"), pick((one) => at(one) < Date.now())), ...group(t("今天"), pick((one) => at(one) >= Date.now() && at(one) <= end)),
    ...group(t("以后"), pick((one) => at(one) > end && at(one) < Infinity)), ...group(t("无期限"), pick((one) => at(one) === Infinity)),
    ...(bundle.tasks.length + (bundle.checks ?? []).length ? [] : [h("p", { class: "f-empty" }, t("现在没有等你办的。看见隐患，点“随手报”。"))]),
    ...group(t("我报的，在别人手里"), bundle.sent.map((one) => row(one, waiting))));
}

// ---- one case
export async function oneCase(main: Element, number: string): Promise<void> {
  const { session, bundle } = app;
  const one = task(number);
  if (!session || !bundle) return;
  if (!one) { put(main, h("p", { class: "f-empty" }, t("这一件已不在你手里，或手机里没有存。")), h("p", { class: "f-actions" }, h("a", { href: `/cases/${number}/`, class: "f-button" }, t("到网页版看（要联网）")))); return; }
  const waiting = (await waitingSteps(session)).get(number);
  const process = bundle.processes[one.process];
  const facts: [string, string][] = [[t("状态"), process?.states[one.state] ?? one.state], [t("等级"), one.grade], [t("类别"), one.kind], [t("地点"), one.place], [t("责任单位"), one.owner], [t("现在在"), one.holder], [t("编号"), one.number], ...one.panel];
  const steps = one.offers.map((offer) => offer.allowed && process?.steps[offer.step]
    ? h("a", { href: `#/case/${number}/${offer.step}`, class: offer.main ? "f-button main" : "f-button" }, offer.title)
    : h("p", { class: "f-refused" }, h("strong", {}, offer.title), ` ${offer.why || t("到网页版办")}`));
  put(main, h("div", { class: "f-head" }, due(one), h("h2", {}, one.title)), one.fact ? h("p", { class: "f-text" }, one.fact) : null,
    h("dl", { class: "f-facts" }, ...facts.filter(([, words]) => words).flatMap(([term, words]) => [h("dt", {}, term), h("dd", {}, words)])),
    pictures(session, one),
    h("div", { class: "f-actions" }, ...(waiting ? [h("p", { class: "f-gap" }, `◐ ${t("“{what}”还没有上传，传完再办下一步。", { what: waiting })}`)] : steps),
      h("a", { href: `#/case/${number}/comment`, class: "f-button" }, t("补照片、补一句"))),
    h("h2", { class: "f-group" }, t("经过")), h("ul", { class: "f-list" }, ...one.lines.map((line) => h("li", { class: "f-line" }, h("span", { class: "f-quiet" }, when(line.at)), " ", h("strong", {}, line.title), line.note ? ` ${line.note}` : "",
      ...Object.entries(line.facts).map(([term, words]) => h("span", { class: "f-quiet f-block" }, `${term}：${words}`))))));
}

function pictures(session: Session, one: Task): HTMLElement | null {
  if (!one.pictures.length) return null;
  return h("div", { class: "f-tiles" }, ...one.pictures.map((picture) => {
    const image = h("img", { alt: picture.word });
    void shown(session, one.number, picture.id).then((blob) => { if (blob) image.src = URL.createObjectURL(blob); else image.alt = t("{what}：联网后才能看", { what: picture.word }); });
    return h("figure", {}, image, h("figcaption", {}, picture.word));
  }));
}

// A case's photo: from the phone if it was seen before, else fetched, and kept sealed for the next time.
async function shown(session: Session, number: string, id: number): Promise<Blob | null> {
  const store = await db();
  const place = `picture|${id}|${session.person}`;
  const kept = await store.get("pictures", [session.person, id]);
  if (kept) return new Blob([await unseal(session.key, kept, place)]);
  try {
    const answer = await fetch(`/cases/${number}/pictures/${id}/`, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) return null;
    const bytes = await answer.arrayBuffer();
    if (!nearlyFull()) await store.put("pictures", { person: session.person, id, ...(await seal(session.key, bytes, place)) }).catch(() => undefined);
    return new Blob([bytes]);
  } catch {
    return null;
  }
}

export async function keepPictures(): Promise<void> {
  const { session, bundle } = app;
  if (!session || !bundle || !app.online) return;
  const wanted = new Set(bundle.tasks.flatMap((one) => one.pictures.map((picture) => picture.id)));
  const store = await db();
  for (const key of await store.getAllKeys("pictures")) if (key[0] === session.person && !wanted.has(key[1])) await store.delete("pictures", key);
  for (const one of bundle.tasks.slice(0, 30)) for (const picture of one.pictures) if (app.online && app.session === session && !nearlyFull()) await shown(session, one.number, picture.id);
}

// ---- forms
const slots = (pairs: [string, string][], required: boolean): Slot[] => pairs.map(([kind, word]) => ({ kind, word, required }));

function stepSheet(one: Task, made: StepForm): Sheet {
  const fields = [...(made.says ? [field("note", t("说明"), { kind: "long", required: true })] : []), ...made.fields, ...(made.says ? [] : [field("note", t("说明"), { kind: "long" })])];
  const lacking = made.proves.filter(([kind]) => !one.have.includes(kind));
  const rest = made.proves.filter(([kind]) => one.have.includes(kind));
  return {
    name: `step:${one.number}:${made.step}`, note: `${one.number} ${one.title}`, fields, own: new Set(["note"]), slots: [...slots(lacking, true), ...slots([...rest, ...made.takes], false)], verb: made.title,
    make: (values) => ({ kind: "step", process: made.process, case: one.number, step: made.step, edition: made.edition, seen: one.state, seen_line: one.seen_line, note: (values.note ?? "").trim() }),
  };
}

function commentSheet(number: string, title: string, kinds: [string, string][]): Sheet {
  return {
    name: `comment:${number}`, note: `${number} ${title}`, fields: [field("note", t("说明"), { kind: "long", required: true })], own: new Set(["note"]),
    slots: slots(kinds.slice(0, 2), false), verb: t("存下"), make: (values) => ({ kind: "comment", case: number, note: (values.note ?? "").trim() }),
  };
}

function openSheet(made: OpenForm): Sheet {
  const names = new Map(app.bundle?.organisations ?? []);
  const units: [string, string][] = made.units.map((pk) => [String(pk), names.get(pk) ?? String(pk)]);
  const own = app.bundle?.person.organisation_id;
  const only = units.length === 1 ? units[0][0] : "";
  const subjects = made.subject ? app.bundle?.subjects?.[made.process] ?? [] : [];
  const fields = [
    field("title", t("什么事"), { required: true }), field("place", t("在哪里")),
    ...(made.kinds.length ? [field("case_kind", t("类别"), { kind: "choice", choices: made.kinds })] : []),
    ...(only ? [] : [field("owner", t("责任单位"), { kind: "organisation", required: true, choices: units })]),
    field("fact", t("情况"), { kind: "long" }), ...(subjects.length ? [field("subject", made.subject)] : []), ...made.fields, field("source", t("来源"), { kind: "choice", choices: made.sources }),
  ];
  const preset: Record<string, string> = { source: made.sources.some(([slug]) => slug === "post") && units.some(([pk]) => pk === String(own)) ? "post" : "other", ...(units.some(([pk]) => pk === String(own)) ? { owner: String(own) } : {}) };
  return {
    name: `open:${made.process}`, note: made.note, fields, own: new Set(["title", "place", "case_kind", "owner", "fact", "source"]), picks: subjects.length ? { subject: (values) => subjects.filter(([pk]) => String(pk) === (only || values.owner)).map(([, id, text, note]) => ({ id, text, note })) } : undefined,
    more: new Set([...made.fields.filter((one) => !one.required).map((one) => one.name), "source"]), slots: slots(made.evidence, false), verb: t("存下并上报"), place: true,
    first: { values: preset, shots: [], at: Date.now() },
    make: (values) => ({
      kind: "open", process: made.process, edition: made.edition, title: (values.title ?? "").trim(), place: (values.place ?? "").trim(), fact: (values.fact ?? "").trim(), case_kind: values.case_kind ?? "",
      source: values.source || "other", owner: Number(only || values.owner), longitude: values.longitude ? Number(values.longitude) : null, latitude: values.latitude ? Number(values.latitude) : null,
    }),
  };
}

// 检查: an answer for each item; what is not sound is told in words, and photographed where the form asks for it.
function checkSheet(one: Check): Sheet {
  const results: [string, string][] = [["ok", t("合格")], ["failed", t("不合格")], ["na", t("不适用")]];
  const asked = (item: CheckItem): string => (item.photo === "always" ? t("要拍照") : item.photo === "failed" ? t("不合格要拍照") : "");
  return {
    name: `check:${one.id}`, note: [one.title, one.form, one.place, one.subject, one.note].filter(Boolean).join(" · "), fields: [field("note", t("整体说明"), { kind: "long" })], own: new Set(["note"]), slots: [],
    verb: t("完成并签名"),
    parts: one.items.map((item) => ({
      title: item.title, note: [item.criterion, item.points ? t("计 {n} 分", { n: item.points }) : "", asked(item)].filter(Boolean).join(" · "), slot: { kind: `p_${item.id}`, word: "", required: false },
      fields: [field(`r-${item.id}`, t("结果"), { kind: "choice", required: true, choices: results }),
        ...(item.number ? [field(`n-${item.id}`, t("实测"), { kind: "number", unit: item.unit, help: item.bounds ? t("应为 {bounds}", { bounds: item.bounds }) : "" })] : []),
        field(`t-${item.id}`, t("说明"), { max_length: 400 })],
    })),
    rule: (values, shots) => {
      for (const item of one.items) {
        const [result, number, words] = [values[`r-${item.id}`], values[`n-${item.id}`], values[`t-${item.id}`]];
        const photos = shots.filter((shot) => shot.kind === `p_${item.id}`).length;
        const what = item.title;
        if (!result) return { name: `r-${item.id}`, sentence: t("“{what}”还没有选合格、不合格或不适用。", { what }) };
        if (item.number && result !== "na" && (!number?.trim() || Number.isNaN(Number(number.replaceAll(/[,，]/g, ""))))) return { name: `n-${item.id}`, sentence: t("“{what}”要填数。", { what }) };
        if (!words?.trim() && (result === "failed" || (result === "na" && item.points))) return { name: `t-${item.id}`, sentence: t("“{what}”写一句为什么。", { what }) };
        if (photos > 6) return { name: `photo-p_${item.id}`, sentence: t("“{what}”最多 6 张照片。", { what }) };
        if (!photos && ((item.photo === "always" && result !== "na") || (item.photo === "failed" && result === "failed"))) return { name: `photo-p_${item.id}`, sentence: t("“{what}”要拍照。", { what }) };
      }
      return null;
    },
    make: (values) => ({ kind: "check", task: one.id, edition: one.edition, note: (values.note ?? "").trim() }),
  };
}

export async function checking(main: Element, id: number): Promise<void> {
  const one = check(id);
  const begun = one && Date.parse(one.starts_at) <= Date.now() - (app.drift ?? 0) * 1000;
  const waiting = app.session ? (await waitingSteps(app.session)).has(`check:${id}`) : false;
  if (!one) put(main, h("p", { class: "f-empty" }, t("这次检查已不在你手里，或手机里没有存。")));
  else if (waiting) put(main, h("p", { class: "f-gap" }, `◐ ${t("这次检查已做，等上传。")}`));
  else if (!begun) put(main, h("p", { class: "f-empty" }, t("还没到检查时间，{at} 开始。", { at: when(one.starts_at) })));
  else await form(main, checkSheet(one), saved);
}

function checkRow(one: Check, waiting: Map<string, string>): HTMLElement {
  const unsent = waiting.get(`check:${one.id}`);
  const begins = Date.parse(one.starts_at) > Date.now() ? t("{at} 开始", { at: when(one.starts_at) }) : "";
  return h("li", {}, h("a", { href: `#/check/${one.id}`, class: "f-row" }, h("span", { class: "f-row-top" }, due(one), begins ? h("span", { class: "f-quiet" }, begins) : null), h("strong", { class: "f-row-title" }, one.title),
    h("span", { class: "f-quiet" }, [t("{n} 项", { n: one.items.length }), one.place || one.subject || one.target].join(" · ")), unsent ? h("span", { class: "f-gap" }, `◐ ${t("已做，等上传")}`) : null));
}

const saved = (): void => go("#/outbox");

export async function step(main: Element, number: string, word: string): Promise<void> {
  const one = task(number);
  const process = one && app.bundle?.processes[one.process];
  if (!one || !process) { await oneCase(main, number); return; }
  if (word === "comment") await form(main, commentSheet(number, one.title, Object.entries(process.evidence)), saved);
  else if (process.steps[word]) await form(main, stepSheet(one, process.steps[word]), saved);
  else await oneCase(main, number);
}

export async function report(main: Element, slug: string): Promise<void> {
  const open = Object.values(app.bundle?.processes ?? {}).map((one) => one.open).filter((one): one is OpenForm => one !== null);
  if (!open.length) { put(main, h("p", { class: "f-empty" }, t("你的岗位不登记新的事项。"))); return; }
  const made = open.find((one) => one.process === slug) ?? (open.length === 1 ? open[0] : null);
  if (!made) { put(main, h("h2", { class: "f-group" }, t("报哪一种")), h("div", { class: "f-actions" }, ...open.map((one) => h("a", { href: `#/report/${one.process}`, class: "f-button" }, one.title)))); return; }
  await form(main, openSheet(made), saved);
}

// ---- 待传
async function amend(session: Session, one: Line): Promise<void> {
  const sheet = sheetOf(one.entry);
  if (!sheet) return;
  const shots: Shot[] = [];
  for (const name of one.entry.photos) {
    const blob = await photo(session, one.id, name.sha256);
    if (blob) shots.push({ kind: name.kind, blob });
  }
  const plain = Object.fromEntries(["title", "place", "fact", "note", "case_kind", "source", "owner", "longitude", "latitude"].map((name) => [name, String(one.entry[name as keyof Entry] ?? "")]));
  await drafts.keep(session, sheet.name, { values: { ...plain, ...one.entry.values }, shots, at: one.made });
  go(`#/amend/${one.id}`);
}

function sheetOf(entry: Entry): Sheet | null {
  const process = app.bundle?.processes[entry.process ?? ""];
  const one = task(entry.case ?? "");
  const asked = check(entry.task ?? 0);
  if (entry.kind === "check") return asked ? checkSheet(asked) : null;
  if (entry.kind === "open") return process?.open ? openSheet(process.open) : null;
  if (!one) return null;
  if (entry.kind === "comment") return commentSheet(one.number, one.title, Object.entries(app.bundle?.processes[one.process]?.evidence ?? {}));
  return process?.steps[entry.step ?? ""] ? stepSheet(one, process.steps[entry.step ?? ""]) : null;
}

export async function amending(main: Element, id: string): Promise<void> {
  const one = app.session ? (await lines(app.session)).find((line) => line.id === id) : undefined;
  const sheet = one && sheetOf(one.entry);
  if (!sheet) { go("#/outbox"); return; }
  await form(main, { ...sheet, replaces: id }, saved);
}

function stateOf(one: Line): string {
  if (one.state === "refused") return t("退回：{why}", { why: one.reply?.sentence ?? "" });
  if (app.sending?.id === one.id) return one.photos ? t("正在传，照片 {done} / {of}", { done: app.sending.done, of: app.sending.of }) : t("正在传");
  return app.online ? t("排队") : t("等网络");
}

export async function download(): Promise<void> {
  const { name, blob } = await exported(app.drift);
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export async function outbox(main: Element): Promise<void> {
  const session = app.session;
  const mine = session ? await lines(session) : [];
  const done = session ? await receipts(session) : [];
  const unread = app.counts.mine + app.counts.refused - mine.length;
  const items = mine.map((one) => h("li", { class: "f-line", "data-entry": one.id }, h("strong", {}, one.label), h("span", { class: one.state === "refused" ? "f-late f-block" : "f-block" }, stateOf(one)),
    h("span", { class: "f-quiet f-block" }, t("{n} 张照片，{size}，{at} 存", { n: one.photos, size: size(one.bytes), at: when(one.made) })),
    one.state === "refused" && session ? h("span", { class: "f-buttons" }, sheetOf(one.entry) ? h("button", { type: "button", onclick: () => void amend(session, one) }, t("改一改再传")) : null, dropButton(one.id)) : null));
  put(main, ...(items.length ? group(t("待传"), items) : [h("p", { class: "f-empty" }, session ? t("没有待传的。") : t("登录后看得到你自己的待传记录。"))]),
    unread > 0 ? h("p", { class: "f-gap" }, t("另有 {n} 件这台手机现在打不开，可导出到文件交本单位导入。", { n: unread })) : null,
    app.counts.others ? h("p", { class: "f-gap", id: "others" }, `◐ ${t("他人未上传 {n} 件，封存在这台手机里，本人登录后接着传。", { n: app.counts.others })}`) : null,
    h("p", { class: "f-note" }, t("收到服务器回执前，手机不删记录。") + (app.drift !== null && Math.abs(app.drift) > 60 ? t("手机时间{how} {span}，两个时间都会记。", { how: app.drift > 0 ? t("快") : t("慢"), span: span(app.drift * 1000) }) : "")),
    h("div", { class: "f-foot f-two" }, h("button", { type: "button", onclick: () => void download(), disabled: app.counts.mine + app.counts.refused + app.counts.others === 0 }, t("导出到文件")),
      h("button", { type: "button", class: "f-main", disabled: !session || app.counts.mine === 0, onclick: () => void (async () => { await refresh(); await send(); })() }, t("立即重传"))),
    ...group(t("已收到回执"), done.slice(0, 30).map((one) => h("li", { class: "f-line" }, h("strong", {}, one.label), h("span", { class: one.result === "stored" ? "f-ok f-block" : "f-gap f-block" }, `${one.result === "stored" ? "✓" : "◐"} ${one.sentence}`),
      h("span", { class: "f-quiet f-block" }, t("回执 {id}，{at}", { id: one.id.slice(-8).toUpperCase(), at: when(one.at) }))))));
}

function dropButton(id: string): HTMLElement {
  const button = h("button", { type: "button" }, t("放弃"));
  button.addEventListener("click", () => {
    if (button.dataset.sure) void discard(id).then(() => recount());
    else { button.dataset.sure = "1"; button.textContent = t("确定放弃？内容和照片会删掉"); }
  });
  return button;
}

// ---- 我的
export interface Installer extends Event { prompt(): Promise<void> }
export const install: { event: Installer | null } = { event: null };

export function me(main: Element): void {
  const person = app.bundle?.person;
  const unsent = app.counts.mine + app.counts.refused;
  const room = nearlyFull() ? t("快满了") : t("本站已用 {a}", { a: size(app.space.usage) });
  const facts: [string, string][] = [
    [t("姓名"), person?.name ?? ""], [t("岗位"), person ? `${person.organisation} ${person.post_title}` : ""], [t("未上传"), t("{n} 件", { n: unsent })],
    [t("手机存储"), room], [t("存储保护"), app.space.persisted ? t("已向手机申请保留") : t("手机存储紧张时可能清理，及时上传")],
    [t("数据"), app.bundle ? t("存于 {at}", { at: when(app.bundle.server_time) }) : ""],
    [t("手机时间"), app.drift === null ? "" : Math.abs(app.drift) <= 60 ? t("准") : t("手机时间{how} {span}，两个时间都会记。", { how: app.drift > 0 ? t("快") : t("慢"), span: span(app.drift * 1000) })],
  ];
  put(main, h("dl", { class: "f-facts" }, ...facts.filter(([, words]) => words).flatMap(([term, words]) => [h("dt", {}, term), h("dd", {}, words)])),
    h("div", { class: "f-actions" },
      install.event ? h("button", { type: "button", onclick: () => { void install.event?.prompt(); install.event = null; me(main); } }, t("装到手机桌面")) : null,
      h("button", { type: "button", onclick: () => void (async () => { await navigator.storage?.persist?.(); await recount(); })() }, t("申请保留存储")),
      h("button", { type: "button", onclick: () => void download(), disabled: unsent + app.counts.others === 0 }, t("导出到文件")),
      h("a", { href: "/", class: "f-button" }, t("网页版")), h("a", { href: "/guide/field/", class: "f-button" }, t("怎么用")),
      app.session ? h("button", { type: "button", onclick: () => void leave() }, t("退出")) : null,
      app.session && unsent ? h("p", { class: "f-note" }, t("退出后，未上传的 {n} 件封存在这台手机里，你再登录后接着传；别人看不到内容。", { n: unsent })) : null));
}

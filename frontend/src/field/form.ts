// One form for all: what the server declared of a new case or a step, drawn for a thumb; kept while it is written; saved whole.
import { combobox } from "../combobox";
import * as drafts from "./drafts";
import { h, icon, put } from "./dom";
import { Full, save } from "./outbox";
import { NotAPicture, shrunk } from "./photos";
import { uuid7 } from "./seal";
import { app, label, recount } from "./state";
import { send } from "./sync";
import type { Entry, FormField, Shot } from "./types";
import { size, t, when } from "./words";

export interface Slot { kind: string; word: string; required: boolean }
export interface Part { title: string; note: string; fields: FormField[]; slot: Slot }
export interface Choice { id: string; text: string; note: string }
export interface Sheet {
  name: string; // of the draft
  note: string;
  fields: FormField[];
  own: Set<string>; // names that are columns of the entry, not values of the form
  more?: Set<string>; // names of what most people leave empty
  picks?: Record<string, (values: Record<string, string>) => Choice[]>; // fields that are searched, not listed
  slots: Slot[];
  parts?: Part[]; // of a check: each item's answer, figure, words and photos together
  rule?(values: Record<string, string>, shots: Shot[]): { name: string; sentence: string } | null;
  verb: string;
  make(values: Record<string, string>): Partial<Entry>;
  place?: boolean; // offers the phone's own position
  replaces?: string;
  first?: drafts.Draft; // what it begins with, when nothing was kept
}

export async function form(main: Element, sheet: Sheet, done: () => void): Promise<void> {
  const session = app.session;
  if (!session) return;
  const kept = (await drafts.read(session, sheet.name)) ?? sheet.first ?? null;
  const shots: Shot[] = kept?.shots ?? [];
  const values: Record<string, string> = { ...kept?.values };
  const status = h("p", { class: "f-note", role: "status" }, kept && !sheet.first ? t("草稿存于 {at}", { at: when(kept.at) }) : "");
  const problem = h("p", { class: "f-error", role: "alert", tabindex: "-1" });
  let timer = 0, keeping: Promise<void> = Promise.resolve(), closed = false;

  function touched(): void {
    clearTimeout(timer);
    timer = window.setTimeout(() => { keeping = keepNow(); }, 400);
  }
  async function keepNow(): Promise<void> {
    if (closed || app.session !== session) return;
    try {
      await drafts.keep(session as NonNullable<typeof session>, sheet.name, { values, shots, at: Date.now() });
      status.textContent = t("草稿已存 {at}", { at: when(Date.now()) });
    } catch {
      status.textContent = t("手机存储满了，草稿没有存下；写的还在这里。");
    }
  }
  const input = (name: string, text: string): void => { values[name] = text; touched(); };

  const body = h("form", { class: "f-form", novalidate: true });
  for (const slot of sheet.slots) body.append(photoField(slot, shots, touched, problem));
  const more = h("details", { class: "f-more", open: [...(sheet.more ?? [])].some((name) => values[name] && values[name] !== sheet.first?.values[name]) }, h("summary", {}, t("再补充几项"), h("span", { class: "f-quiet" }, t("可不填"))));
  for (const field of sheet.fields) (sheet.more?.has(field.name) ? more : body).append(fieldOf(field, values, input, sheet.picks?.[field.name]));
  if (sheet.more?.size) body.append(more);
  body.prepend(...(sheet.parts ?? []).map((part, place) => h("section", { class: "f-part" }, h("h2", {}, `${place + 1}. ${part.title}`), part.note ? h("p", { class: "f-hint" }, part.note) : null,
    ...part.fields.map((one) => fieldOf(one, values, input)), photoField(part.slot, shots, touched, problem))));
  if (sheet.place) body.append(position(values, input));
  const button = h("button", { class: "f-main", type: "submit" }, sheet.verb);
  body.append(problem, h("div", { class: "f-foot" }, h("p", { class: "f-note" }, app.online ? t("先存手机，再上传；收到回执才从手机删除。") : t("没有网络：先存手机，联网后自动上传。")), button));
  put(main, ...(sheet.note ? [h("p", { class: "f-note" }, sheet.note)] : []), status, body);

  body.addEventListener("submit", (event) => {
    event.preventDefault();
    void (async () => {
      for (const bad of body.querySelectorAll(".bad")) bad.classList.remove("bad");
      const wrong = check(sheet, values, shots);
      if (wrong) {
        problem.textContent = wrong.sentence;
        const field = body.querySelector(`[data-field="${wrong.name}"]`);
        field?.classList.add("bad");
        (field?.querySelector<HTMLElement>("input, select, textarea, button") ?? problem).focus();
        return;
      }
      button.disabled = true;
      clearTimeout(timer);
      closed = true;
      await keeping.catch(() => undefined);
      try {
        await store(sheet, values, shots);
      } catch (error) {
        closed = false;
        button.disabled = false;
        problem.textContent = error instanceof Full
          ? t("手机存储满了，这一件没有存下，写的和拍的都还在这一页。先到“待传”上传或导出，或删掉手机里别的东西，再点一次。")
          : t("没有存下：{why}。再点一次。", { why: error instanceof Error ? error.name : "?" });
        problem.focus();
        await recount();
        return;
      }
      void navigator.storage?.persist?.();
      await recount();
      void send();
      done();
    })();
  });
}

async function store(sheet: Sheet, values: Record<string, string>, shots: Shot[]): Promise<void> {
  const { session, bundle } = app;
  if (!session || !bundle) throw new Error("signed out");
  const given = Object.fromEntries([...sheet.fields, ...(sheet.parts ?? []).flatMap((one) => one.fields)].filter((one) => !sheet.own.has(one.name) && values[one.name]?.trim()).map((one) => [one.name, values[one.name].trim()]));
  const entry: Entry = {
    id: uuid7(), kind: "comment", person: session.person, post: bundle.person.post, edition: "", made_at: new Date().toISOString(), drift: app.drift, photos: [],
    values: given, ...sheet.make(values),
  };
  await save(session, entry, label(entry), shots, sheet.name, sheet.replaces);
}

function check(sheet: Sheet, values: Record<string, string>, shots: Shot[]): { name: string; sentence: string } | null {
  for (const slot of sheet.slots) {
    if (slot.required && !shots.some((one) => one.kind === slot.kind)) return { name: `photo-${slot.kind}`, sentence: t("缺“{what}”照片。拍一张再存。", { what: slot.word }) };
  }
  for (const field of sheet.fields) {
    const text = (values[field.name] ?? "").trim();
    if (field.required && !text) return { name: field.name, sentence: t("没有填“{what}”。", { what: field.title }) };
    if ((field.kind === "number" || field.kind === "money") && text && Number.isNaN(Number(text.replaceAll(/[,，]/g, "")))) return { name: field.name, sentence: t("“{what}”要填数。", { what: field.title }) };
  }
  return sheet.rule?.(values, shots) ?? null;
}

let numbers = 0;

const FEW = 30; // more than these are searched in a box

// A box that finds one of many as one writes; what is kept is its id, and words that are none of them are cleared.
function pickOf(field: FormField, id: string, values: Record<string, string>, input: (name: string, text: string) => void, choices: (values: Record<string, string>) => Choice[]): HTMLElement {
  const name = (one: Choice): string => (choices(values).filter((other) => other.text === one.text).length > 1 ? `${one.text} ${one.note || one.id}` : one.text);
  const box = h("input", { id, type: "text", autocomplete: "off", placeholder: t("写几个字找"), value: ((one) => (one ? name(one) : ""))(choices(values).find((one) => one.id === values[field.name])) });
  box.addEventListener("change", () => {
    const one = choices(values).find((other) => name(other) === box.value.trim());
    if (!one) box.value = "";
    input(field.name, one?.id ?? "");
  });
  const part = h("span", { class: "picker" }, box);
  queueMicrotask(() => combobox(box, (words) => {
    const asked = words.toLowerCase().split(/\s+/).filter(Boolean);
    const found = choices(values).filter((one) => asked.every((word) => `${one.text} ${one.note}`.toLowerCase().includes(word)));
    return Promise.resolve({ rows: found.slice(0, FEW).map((one) => ({ text: name(one), note: one.note })), more: found.length > FEW });
  }, { none: t("没有对得上的。换个写法。"), more: t("还有更多，再写几个字。"), found: t("{n} 个可选", { n: "#" }) }));
  return part;
}

function fieldOf(field: FormField, values: Record<string, string>, input: (name: string, text: string) => void, picks?: (values: Record<string, string>) => Choice[]): HTMLElement {
  const id = `f${++numbers}`;
  const value = values[field.name] ?? "";
  const told = (event: Event): void => input(field.name, (event.target as HTMLInputElement).value);
  const head = [field.title, field.required ? null : h("span", { class: "f-quiet" }, t("可不填"))];
  const hint = field.help || field.unit ? h("span", { class: "f-hint" }, [field.help, field.unit].filter(Boolean).join(" ")) : null;
  if (field.kind === "choice" && field.choices.length <= 8) {
    const picks = field.choices.map(([slug, word]) => {
      const radio = h("input", { type: "radio", name: id, value: slug, onchange: told });
      radio.checked = slug === value;
      return h("label", { class: "f-pick" }, radio, h("span", {}, word));
    });
    return h("fieldset", { class: "f-field", "data-field": field.name }, h("legend", {}, ...head), h("div", { class: "f-picks" }, ...picks), hint);
  }
  let made: HTMLElement;
  const many = field.kind === "organisation" && (field.choices.length || app.bundle?.organisations.length || 0) > FEW;
  if (picks || many) {
    const all = (field.choices.length ? field.choices : (app.bundle?.organisations ?? []).map(([pk, word]): [string, string] => [String(pk), word])).map(([slug, word]) => ({ id: slug, text: word, note: "" }));
    made = pickOf(field, id, values, input, picks ?? (() => all));
  } else if (field.kind === "choice" || field.kind === "yes" || field.kind === "organisation") {
    const choices: [string, string][] = field.kind === "yes" ? [["1", t("是")], ["0", t("否")]] : field.kind === "organisation" && !field.choices.length ? (app.bundle?.organisations ?? []).map(([pk, word]) => [String(pk), word]) : field.choices;
    made = h("select", { id, onchange: told }, h("option", { value: "" }), ...choices.map(([slug, word]) => h("option", { value: slug, selected: slug === value }, word)));
  } else if (field.kind === "long") made = h("textarea", { id, rows: 4, maxlength: 4000, oninput: told, value });
  else made = h("input", { id, type: field.kind === "day" ? "date" : "text", inputmode: field.kind === "number" || field.kind === "money" ? "decimal" : null, maxlength: field.max_length, oninput: told, value });
  return h("div", { class: "f-field", "data-field": field.name }, h("label", { for: id }, ...head), made, hint);
}

function photoField(slot: Slot, shots: Shot[], touched: () => void, problem: HTMLElement): HTMLElement {
  const tiles = h("div", { class: "f-tiles" });
  const input = h("input", { type: "file", accept: "image/*", multiple: true, class: "vh", id: `photo-${slot.kind}` });
  const what = slot.word || t("现场");
  const draw = (): void => {
    const mine = shots.filter((one) => one.kind === slot.kind);
    put(tiles, ...mine.map((shot, place) => {
      const url = URL.createObjectURL(shot.blob);
      const image = h("img", { src: url, alt: t("{what}照片 {n}", { what, n: place + 1 }), onload: () => URL.revokeObjectURL(url) });
      return h("figure", {}, image, h("figcaption", {}, size(shot.blob.size), " ", h("button", { type: "button", class: "f-small", onclick: () => { shots.splice(shots.indexOf(shot), 1); draw(); touched(); } }, t("去掉"))));
    }), h("label", { class: "f-add", for: input.id }, icon("report"), mine.length ? t("再拍一张") : t("拍照或选照片")));
  };
  input.addEventListener("change", () => {
    void (async () => {
      problem.textContent = "";
      for (const file of input.files ?? []) {
        if (shots.length >= 30) { problem.textContent = t("一件最多 30 张照片。分几件记。"); break; }
        try {
          shots.push({ kind: slot.kind, blob: await shrunk(file) });
        } catch (error) {
          if (!(error instanceof NotAPicture)) throw error;
          problem.textContent = t("“{name}”打不开，不是照片，或手机不认这种格式。换一张。", { name: file.name });
        }
        draw();
        touched();
      }
      input.value = "";
    })();
  });
  draw();
  return h("fieldset", { class: "f-field", "data-field": `photo-${slot.kind}` },
    h("legend", {}, slot.word ? t("{what}照片", { what: slot.word }) : t("照片"), slot.required ? null : h("span", { class: "f-quiet" }, t("可不拍"))), input, tiles);
}

// The phone's own receiver works without a network; the person decides whether the place is part of it.
function position(values: Record<string, string>, input: (name: string, text: string) => void): HTMLElement {
  const said = h("span", { class: "f-hint", role: "status" }, values.longitude ? `${values.longitude}, ${values.latitude}` : "");
  const button = h("button", {
    type: "button", onclick: () => {
      said.textContent = t("正在定位…");
      navigator.geolocation.getCurrentPosition((found) => {
        input("longitude", found.coords.longitude.toFixed(6));
        input("latitude", found.coords.latitude.toFixed(6));
        said.textContent = t("已记下位置，误差 {n} 米", { n: Math.round(found.coords.accuracy) });
      }, () => { said.textContent = t("没有定到位，写地点也行。"); }, { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 });
    },
  }, t("记下现在的位置"));
  return h("div", { class: "f-field" }, button, said);
}

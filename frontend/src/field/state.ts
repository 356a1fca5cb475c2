// What the app knows now, and who is at the phone. Screens read it; only this module and `sync` change it.
import { db } from "./db";
import { Cut, Refusal, ask } from "./net";
import { counts, room, type Counts } from "./outbox";
import { imported, sealJson, unsealJson } from "./seal";
import type { Bundle, Check, Entry, Session, Task } from "./types";
import { t } from "./words";

export const app = {
  session: null as Session | null,
  bundle: null as Bundle | null,
  online: navigator.onLine,
  barred: "", // the server's sentence why this post does not use the app
  drift: null as number | null, // seconds the phone is ahead of the server, as last heard
  heard: 0, // when the bundle was last fetched whole
  counts: { mine: 0, refused: 0, others: 0, bytes: 0 } as Counts,
  sending: null as { id: string; done: number; of: number } | null,
  trouble: "", // the server's sentence why it takes nothing now
  space: { usage: 0, quota: 0, persisted: false },
};

type Listener = () => void;
const listeners = new Set<Listener>();
export const onChange = (one: Listener): void => { listeners.add(one); };
export function changed(): void { for (const one of listeners) one(); }

const other = new BroadcastChannel("anlan-field");
other.onmessage = (told: MessageEvent<string>) => { if (told.data === "left") goings++; void recount(false); };

// How often somebody has gone, here or in another tab: what was asked for before that is not taken after it.
let goings = 0;

export async function recount(tell = true): Promise<void> {
  app.counts = await counts(app.session?.person ?? null);
  const guess = await navigator.storage?.estimate?.().catch(() => null);
  if (guess) app.space = { usage: guess.usage ?? 0, quota: guess.quota ?? 0, persisted: (await navigator.storage.persisted?.()) ?? false };
  if (tell) other.postMessage("changed");
  changed();
}

export const nearlyFull = (): boolean => room.short || app.space.quota > 0 && app.space.usage / app.space.quota > 0.9;

// ---- who is here
export async function start(): Promise<void> {
  const kept = await (await db()).get("session", "now");
  if (kept && !("leave" in kept)) await enter(kept);
  await recount(false);
}

async function enter(session: Session): Promise<void> {
  app.session = session;
  app.bundle = null;
  const sealed = await (await db()).get("bundles", session.person);
  if (!sealed) return;
  try {
    app.bundle = await unsealJson<Bundle>(session.key, sealed, `bundle|${session.person}`);
  } catch { /* sealed by an earlier key: the next one replaces it */ }
}

// The key goes; what it sealed stays where it is, unread, until its owner signs in on this phone again.
async function lock(leave: boolean): Promise<void> {
  goings++;
  other.postMessage("left");
  const store = await db();
  if (leave && app.session) await store.put("session", { leave: app.session.person }, "now");
  else await store.delete("session", "now");
  app.session = null;
  app.bundle = null;
  await recount();
}

// Signing out works without a network too: the key goes at once, the session on the server when there is a line again.
export async function leave(): Promise<void> {
  await lock(true);
  if (await finishLeaving(true).catch(() => false)) return;
  app.online = false; // asked again in a moment
  changed();
}

// True when nobody is left to sign out on the server.
export async function finishLeaving(now = false): Promise<boolean> {
  const kept = await (await db()).get("session", "now");
  if (!kept || !("leave" in kept)) return true;
  try {
    if (!now && (await whoIsThere()) !== kept.leave) { await (await db()).delete("session", "now"); return true; }
    const token = document.cookie.split("; ").find((one) => one.startsWith("csrftoken="))?.slice(10) ?? "";
    const answer = await fetch(document.body.dataset.logout ?? "", {
      method: "POST", credentials: "same-origin", redirect: "manual", keepalive: true, headers: { "X-CSRFToken": token }, signal: AbortSignal.timeout(15_000),
    });
    if (answer.type !== "opaqueredirect" && !answer.ok) return false;
  } catch {
    return false;
  }
  await (await db()).delete("session", "now");
  return true;
}

// Whose session the server sees; null for nobody. Somebody who has signed in since is not signed out for who left.
async function whoIsThere(): Promise<number | null> {
  try {
    return (await ask<Bundle>("/api/v1/field/bundle")).person.id;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
    if (error instanceof Refusal && error.status === 403) return -1; // somebody whose post does not use the app
    throw error;
  }
}

// Fetch what the person needs. Half an answer is none: the bundle that is here stays until another is here whole.
export async function refresh(): Promise<void> {
  if (!(await finishLeaving())) { app.online = false; changed(); return; }
  const begun = goings;
  try {
    const asked = Date.now();
    const bundle = await ask<Bundle>("/api/v1/field/bundle");
    if (goings !== begun) return;
    app.drift = Math.round(((asked + Date.now()) / 2 - Date.parse(bundle.server_time)) / 1000);
    if (app.session?.person !== bundle.person.id) await take(bundle.person.id, begun);
    const session = app.session;
    if (!session) return;
    app.online = true;
    app.barred = app.trouble = "";
    app.bundle = bundle;
    app.heard = Date.now();
    await (await db()).put("bundles", { person: session.person, ...(await sealJson(session.key, bundle, `bundle|${session.person}`)) }).catch(() => undefined);
  } catch (error) {
    await wrong(error);
  }
  await recount(false);
}

async function take(person: number, begun: number): Promise<void> {
  const given = await ask<{ person: number; code: string; key: string }>("/api/v1/field/key");
  if (given.person !== person) throw new Cut();
  const session: Session = { person, code: given.code, key: await imported(given.key) };
  if (goings !== begun) return;
  await (await db()).put("session", session, "now");
  await enter(session);
}

// What an answer that is no answer means for who is here.
export async function wrong(error: unknown): Promise<void> {
  if (error instanceof Cut) app.online = false;
  else if (error instanceof Refusal && error.status === 401) { app.online = true; await lock(false); }
  else if (error instanceof Refusal && error.code !== "csrf") {
    app.online = true;
    if (error.status === 403) app.barred = error.message;
    else app.trouble = error.message;
  } else if (!(error instanceof Refusal)) throw error;
  changed();
}

// ---- words about an entry
export const task = (number: string): Task | undefined => [...(app.bundle?.tasks ?? []), ...(app.bundle?.sent ?? [])].find((one) => one.number === number);

export const check = (id: number): Check | undefined => app.bundle?.checks?.find((one) => one.id === id);

export function label(entry: Entry): string {
  if (entry.kind === "open") return entry.title || t("登记");
  if (entry.kind === "check") return `${t("检查")} · ${check(entry.task ?? 0)?.title ?? ""}`;
  const known = task(entry.case ?? "");
  const verb = entry.kind === "comment" ? t("补充") : (app.bundle?.processes[entry.process ?? ""]?.steps[entry.step ?? ""]?.title ?? entry.step ?? "");
  return `${verb} · ${known?.title ?? entry.case ?? ""}`;
}

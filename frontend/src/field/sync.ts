// Sending. The entry first; the server names the photos it still wants; then the entry again. Whatever is cut, the next turn begins
// where the server stands: an id is taken once, a photo is its hash. Nothing leaves the outbox but against the server's receipt.
import { Cut, Refusal, post } from "./net";
import { named, opened, photo, queued, settled } from "./outbox";
import { app, changed, recount, refresh, wrong } from "./state";
import type { Entry, Receipt, Session } from "./types";

const TURN_MS = 20_000, FRESH_MS = 120_000;
const NOT_FINAL = new Set(["photos", "again"]);

let running: Promise<void> | null = null;
let wanted = false;

// One turn at a time on this phone, in whichever tab; asked for again while it runs, it turns once more.
export function send(): Promise<void> {
  wanted = true;
  running ??= (async () => {
    try {
      while (wanted) {
        wanted = false;
        await navigator.locks.request("anlan-field-send", turn);
      }
    } finally {
      running = null;
      app.sending = null;
      await recount();
    }
  })();
  return running;
}

async function turn(): Promise<void> {
  const session = app.session;
  if (!session) return;
  let taken = 0;
  for (const row of await queued(session)) {
    let entry: Entry;
    try {
      entry = await opened(session, row);
    } catch { continue; } // another key sealed it
    try {
      if (await one(session, entry, await named(session, row), row.photos.length)) taken++;
    } catch (error) {
      await wrong(error);
      if (error instanceof Refusal && error.code === "csrf") await refresh(); // the cookie has aged: the bundle brings a new one
      if (!app.online || !app.session || error instanceof Refusal) break;
    }
  }
  if (taken) await refresh();
}

async function one(session: Session, entry: Entry, name: string, photos: number): Promise<boolean> {
  for (let round = 0; round < 3; round++) {
    app.sending = { id: entry.id, done: 0, of: photos };
    changed();
    const body = JSON.stringify({ sent_at: new Date().toISOString(), entries: [entry] });
    const answer = await post<{ receipts: Receipt[] }>("/api/v1/field/entries", body, "application/json", 60);
    const receipt = answer.receipts?.find((given) => given.id === entry.id);
    if (!receipt) throw new Cut();
    app.online = true;
    app.trouble = "";
    if (receipt.code === "wrong_person") { await refresh(); return false; } // somebody else has signed in meanwhile
    if (!NOT_FINAL.has(receipt.result)) {
      await settled(session, entry.id, receipt, name);
      await recount();
      return true;
    }
    if (receipt.result === "again") return false;
    app.sending = { id: entry.id, done: photos - receipt.wants.length, of: photos };
    changed();
    for (const hash of receipt.wants) {
      const blob = await photo(session, entry.id, hash);
      if (!blob) throw new Error(`photo ${hash} is not here`);
      await post("/api/v1/field/photos?sha256=" + hash, blob, "image/jpeg", 180);
      app.sending.done++;
      changed();
    }
  }
  return false;
}

export function keepSending(): void {
  const go = (): void => { void (async () => { await refresh(); await send(); })(); };
  addEventListener("online", go);
  addEventListener("offline", () => { app.online = false; changed(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) go(); });
  setInterval(() => {
    if (document.hidden) return;
    if (app.counts.mine || !app.online || Date.now() - app.heard > FRESH_MS) go();
  }, TURN_MS);
}

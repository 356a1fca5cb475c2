// The outbox: what was done and has no receipt yet. One transaction puts an entry with its photos in, one takes it out again.
import { db, NAME } from "./db";
import { shrunk } from "./photos";
import { base64, seal, sealJson, sha256, unseal, unsealJson } from "./seal";
import type { Entry, Line, Receipt, Sealed, Session, Shot, StoredEntry, StoredPhoto } from "./types";

// Nothing was kept; the form stays as it is.
export class Full extends Error {}

const isFull = (error: unknown): boolean => error instanceof DOMException && (error.name === "QuotaExceededError" || error.name === "UnknownError");

async function sealedPhotos(session: Session, entry: string, shots: Shot[]): Promise<{ rows: StoredPhoto[]; names: { kind: string; sha256: string }[] }> {
  const rows: StoredPhoto[] = [], names: { kind: string; sha256: string }[] = [];
  for (const shot of shots) {
    const bytes = await shot.blob.arrayBuffer();
    const hash = await sha256(bytes);
    names.push({ kind: shot.kind, sha256: hash });
    if (rows.some((one) => one.sha256 === hash)) continue;
    rows.push({ entry, sha256: hash, person: session.person, ...(await seal(session.key, bytes, `photo|${hash}|${session.person}`)) });
  }
  return { rows, names };
}

// The browser's own figure of what is free is a guess it rounds up; what it refuses is the truth. Told by `save`.
export const room = { short: false };

// Keep it for good before saying so. When the phone is full: first lets go of pictures that can be fetched again, then makes the photos smaller.
export async function save(session: Session, given: Entry, label: string, shots: Shot[], draft: string, replaces = ""): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const smaller = attempt < 2 ? shots : await Promise.all(shots.map(async (one) => ({ kind: one.kind, blob: await shrunk(one.blob, 1000, 0.6) })));
    try {
      await put(session, given, label, smaller, draft, replaces);
      if (attempt === 0) room.short = false;
      return;
    } catch (error) {
      if (!isFull(error)) throw error;
      room.short = true;
      if (attempt === 2) throw new Full();
      if (attempt === 0) await (await db()).clear("pictures").catch(() => undefined);
    }
  }
}

async function put(session: Session, given: Entry, label: string, shots: Shot[], draft: string, replaces: string): Promise<void> {
  const { rows, names } = await sealedPhotos(session, given.id, shots);
  const sealed = await sealJson(session.key, { ...given, photos: names }, `entry|${given.id}|${session.person}`);
  const bytes = rows.reduce((sum, one) => sum + one.data.byteLength, sealed.data.byteLength);
  const row: StoredEntry = {
    ...sealed, id: given.id, person: session.person, code: session.code, made: Date.now(), bytes, photos: names.map((one) => one.sha256), state: "queued",
    name: await sealJson(session.key, label, `label|${given.id}|${session.person}`),
  };
  const tx = (await db()).transaction(["entries", "photos", "drafts"], "readwrite", { durability: "strict" });
  const work: Promise<unknown>[] = [tx.objectStore("entries").add(row), ...rows.map((one) => tx.objectStore("photos").add(one))];
  if (draft) work.push(tx.objectStore("drafts").delete([session.person, draft]));
  if (replaces) work.push(tx.objectStore("entries").delete(replaces), tx.objectStore("photos").delete(IDBKeyRange.bound([replaces, ""], [replaces, "\uffff"])));
  await Promise.all([...work.map((one) => one.catch(() => undefined)), tx.done]);
}

export interface Counts { mine: number; refused: number; others: number; bytes: number }

export async function counts(person: number | null): Promise<Counts> {
  const found: Counts = { mine: 0, refused: 0, others: 0, bytes: 0 };
  for (const one of await (await db()).getAll("entries")) {
    if (one.person !== person) found.others++;
    else if (one.state === "refused") found.refused++;
    else found.mine++;
    if (one.person === person) found.bytes += one.bytes;
  }
  return found;
}

// My entries, opened, in the order they were made. One that another key sealed cannot be read and is left alone.
export async function lines(session: Session): Promise<Line[]> {
  const found: Line[] = [];
  for (const row of await (await db()).getAllFromIndex("entries", "person", session.person)) {
    try {
      const entry = await opened(session, row);
      const reply = row.reply ? await unsealJson<Receipt>(session.key, row.reply, `receipt|${row.id}|${row.person}`) : null;
      found.push({ id: row.id, entry, label: await named(session, row), bytes: row.bytes, photos: row.photos.length, state: row.state, made: row.made, reply });
    } catch { /* sealed by a key that is gone: still counted, still exported */ }
  }
  return found.sort((one, other) => (one.id < other.id ? -1 : 1));
}

export const named = (session: Session, row: StoredEntry): Promise<string> => unsealJson<string>(session.key, row.name, `label|${row.id}|${row.person}`);

export const opened = (session: Session, row: StoredEntry): Promise<Entry> => unsealJson<Entry>(session.key, row, `entry|${row.id}|${row.person}`);

export async function photo(session: Session, entry: string, hash: string): Promise<Blob | null> {
  const row = await (await db()).get("photos", [entry, hash]);
  return row ? new Blob([await unseal(session.key, row, `photo|${hash}|${row.person}`)], { type: "image/jpeg" }) : null;
}

export async function queued(session: Session): Promise<StoredEntry[]> {
  const rows = await (await db()).getAllFromIndex("entries", "person", session.person);
  return rows.filter((one) => one.state === "queued").sort((one, other) => (one.id < other.id ? -1 : 1));
}

const ofEntry = (id: string): IDBKeyRange => IDBKeyRange.bound([id, ""], [id, "\uffff"]);

// The receipt in, the entry out: both or neither. What was sent back stays, with the sentence, until the person decides.
export async function settled(session: Session, id: string, receipt: Receipt, label: string): Promise<void> {
  const sealed: Sealed = await sealJson(session.key, receipt.result === "refused" ? receipt : { ...receipt, label }, `receipt|${id}|${session.person}`);
  const tx = (await db()).transaction(["entries", "photos", "receipts"], "readwrite", { durability: "strict" });
  if (receipt.result === "refused") {
    const row = await tx.objectStore("entries").get(id);
    if (row) await tx.objectStore("entries").put({ ...row, state: "refused", reply: sealed });
  } else {
    await tx.objectStore("receipts").put({ ...sealed, id, person: session.person, at: Date.now() });
    await tx.objectStore("entries").delete(id);
    await tx.objectStore("photos").delete(ofEntry(id));
  }
  await tx.done;
}

export async function discard(id: string): Promise<void> {
  const tx = (await db()).transaction(["entries", "photos"], "readwrite", { durability: "strict" });
  await tx.objectStore("entries").delete(id);
  await tx.objectStore("photos").delete(ofEntry(id));
  await tx.done;
}

export type Kept = Receipt & { label: string; at: number };

export async function receipts(session: Session): Promise<Kept[]> {
  const found: Kept[] = [];
  for (const row of await (await db()).getAllFromIndex("receipts", "person", session.person)) {
    try {
      found.push({ ...(await unsealJson<Receipt & { label: string }>(session.key, row, `receipt|${row.id}|${row.person}`)), at: row.at });
    } catch { /* another key */ }
  }
  return found.sort((one, other) => other.at - one.at);
}

// Receipts are a comfort, not a record: the server has the record. A week of them is enough.
export async function forgetReceipts(): Promise<void> {
  const store = await db();
  for (const row of await store.getAll("receipts")) if (row.at < Date.now() - 7 * 86_400_000) await store.delete("receipts", row.id);
}

// ---- to a file
// Sealed as it lies here: whoever carries the file cannot read it, the system it came from can.
export async function exported(drift: number | null): Promise<{ name: string; blob: Blob; count: number }> {
  const store = await db();
  const parts: string[] = [];
  const rows = await store.getAll("entries");
  for (const row of rows) {
    const photos = await store.getAllFromIndex("photos", "entry", row.id);
    parts.push(JSON.stringify({
      id: row.id, person: row.person, code: row.code, iv: base64(row.iv), data: base64(row.data),
      photos: photos.map((one) => ({ sha256: one.sha256, iv: base64(one.iv), data: base64(one.data) })),
    }));
  }
  const head = JSON.stringify({ format: `${NAME}-outbox`, version: 1, made_at: new Date().toISOString(), drift }).slice(0, -1);
  const day = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
  return { name: `安澜待传_${day}_${rows.length}件.json`, blob: new Blob([head, ',"entries":[', parts.join(",\n"), "]}"], { type: "application/json" }), count: rows.length };
}

// What is being written, kept after every change, sealed: a call, a dead battery or a reload in between loses nothing.
import { db } from "./db";
import { seal, sealJson, unseal, unsealJson } from "./seal";
import type { Session, Shot } from "./types";

export interface Draft { values: Record<string, string>; shots: Shot[]; at: number }

export async function keep(session: Session, name: string, draft: Draft): Promise<void> {
  const place = `draft|${name}|${session.person}`;
  const photos = await Promise.all(draft.shots.map(async (one) => ({ kind: one.kind, ...(await seal(session.key, await one.blob.arrayBuffer(), place)) })));
  const sealed = await sealJson(session.key, { values: draft.values, at: draft.at }, place);
  await (await db()).put("drafts", { ...sealed, person: session.person, name, photos });
}

export async function read(session: Session, name: string): Promise<Draft | null> {
  const row = await (await db()).get("drafts", [session.person, name]);
  if (!row) return null;
  const place = `draft|${name}|${session.person}`;
  try {
    const told = await unsealJson<{ values: Record<string, string>; at: number }>(session.key, row, place);
    const shots: Shot[] = [];
    for (const one of row.photos) shots.push({ kind: one.kind, blob: new Blob([await unseal(session.key, one, place)], { type: "image/jpeg" }) });
    return { ...told, shots };
  } catch {
    return null;
  }
}

export const drop = async (session: Session, name: string): Promise<void> => { await (await db()).delete("drafts", [session.person, name]); };

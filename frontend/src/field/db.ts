// The phone's store. Everything of a person lies sealed; in the clear stand only whose it is, when, how many bytes.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Sealed, Session, StoredDraft, StoredEntry, StoredPhoto, StoredPicture, StoredReceipt } from "./types";

interface Schema extends DBSchema {
  session: { key: string; value: Session | { leave: number } };
  bundles: { key: number; value: Sealed & { person: number } };
  entries: { key: string; value: StoredEntry; indexes: { person: number } };
  photos: { key: [string, string]; value: StoredPhoto; indexes: { entry: string } };
  receipts: { key: string; value: StoredReceipt; indexes: { person: number } };
  drafts: { key: [number, string]; value: StoredDraft };
  pictures: { key: [number, number]; value: StoredPicture };
}

export const NAME = "anlan-field";
let opened: Promise<IDBPDatabase<Schema>> | null = null;

export function db(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, 1, {
    upgrade(made) {
      made.createObjectStore("session");
      made.createObjectStore("bundles", { keyPath: "person" });
      made.createObjectStore("entries", { keyPath: "id" }).createIndex("person", "person");
      made.createObjectStore("photos", { keyPath: ["entry", "sha256"] }).createIndex("entry", "entry");
      made.createObjectStore("receipts", { keyPath: "id" }).createIndex("person", "person");
      made.createObjectStore("drafts", { keyPath: ["person", "name"] });
      made.createObjectStore("pictures", { keyPath: ["person", "id"] });
    },
    // Another tab with a newer app wants to change the store: let go, and open again when asked.
    blocking(_now, _next, event) { (event.target as IDBDatabase).close(); opened = null; },
    terminated() { opened = null; },
  });
  return opened;
}

// What the server gives (bundle, forms, receipts) and what the phone keeps.
export interface FormField { name: string; title: string; kind: string; required: boolean; help: string; unit: string; max_length: number; choices: [string, string][] }
export interface StepForm { process: string; step: string; title: string; says: boolean; fields: FormField[]; proves: [string, string][]; takes: [string, string][]; edition: string }
export interface OpenForm { process: string; title: string; note: string; subject: string; kinds: [string, string][]; sources: [string, string][]; fields: FormField[]; evidence: [string, string][]; edition: string; units: number[] }
export interface ProcessData { title: string; states: Record<string, string>; evidence: Record<string, string>; open: OpenForm | null; steps: Record<string, StepForm> }
export interface Offer { step: string; title: string; allowed: boolean; why: string; main: boolean }
export interface Task {
  number: string; process: string; title: string; fact: string; state: string; kind: string; grade: string; level: string; place: string; owner: string; holder: string;
  due_at: string | null; started_at: string | null; longitude: number | null; latitude: number | null; supervised: boolean; panel: [string, string][];
  lines: { at: string; title: string; note: string; facts: Record<string, string> }[]; pictures: { id: number; word: string }[]; seen_line: number; have: string[]; offers: Offer[];
}
export interface CheckItem { id: number; title: string; criterion: string; photo: "" | "failed" | "always"; number: boolean; unit: string; bounds: string; points: number }
export interface Check {
  id: number; title: string; form: string; edition: string; place: string; subject: string; target: string; starts_at: string; due_at: string; closes_at: string; note: string; items: CheckItem[];
}
export interface Shape { name: string; sign: string; parts: [number, number][][] }
export interface Bundle {
  server_time: string; demo: boolean; person: { id: number; name: string; post: number; post_title: string; organisation: string; organisation_id: number };
  tasks: Task[]; sent: Task[]; checks: Check[]; processes: Record<string, ProcessData>; organisations: [number, string][]; subjects?: Record<string, [number, string, string, string][]>; map: { areas: Shape[]; lines: Shape[] };
}

// One thing done in the field, as the server reads it.
export interface Entry {
  id: string; kind: "open" | "step" | "comment" | "check"; person: number; post: number; edition: string; made_at: string; drift: number | null; photos: { kind: string; sha256: string }[];
  process?: string; case?: string; step?: string; task?: number; seen?: string; seen_line?: number; note?: string; owner?: number; title?: string; fact?: string; place?: string;
  case_kind?: string; source?: string; longitude?: number | null; latitude?: number | null; values?: Record<string, string>;
}
export interface Receipt { id: string; result: "stored" | "proposal" | "kept" | "refused" | "photos" | "again"; sentence: string; code: string; case: string; wants: string[]; drift: number }

// What lies sealed on the phone: nothing of its content can be read without the owner's key.
export interface Sealed { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer }
export interface StoredEntry extends Sealed { id: string; person: number; code: string; made: number; bytes: number; photos: string[]; state: "queued" | "refused"; name: Sealed; reply?: Sealed }
export interface StoredPhoto extends Sealed { entry: string; sha256: string; person: number }
export interface StoredReceipt extends Sealed { id: string; person: number; at: number }
export interface StoredDraft extends Sealed { person: number; name: string; photos: (Sealed & { kind: string })[] }
export interface StoredPicture extends Sealed { person: number; id: number }
export interface Session { person: number; code: string; key: CryptoKey }

// What the outbox shows of an entry, opened.
export interface Line { id: string; entry: Entry; label: string; bytes: number; photos: number; state: "queued" | "refused"; made: number; reply: Receipt | null }
export interface Shot { kind: string; blob: Blob }

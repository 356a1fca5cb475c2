// The app's own files wait on the phone. Pages come from the network while it answers; data never goes through here.
// The server puts `self.ANLAN` before this text: version, addresses of the files, address of the shell.
interface Waiting extends Event { waitUntil(work: Promise<unknown>): void }
interface Fetching extends Waiting { request: Request; respondWith(answer: Promise<Response>): void }
interface Worker { ANLAN: { version: string; assets: string[]; shell: string }; skipWaiting(): Promise<void>; clients: { claim(): Promise<void> }; addEventListener(kind: string, act: (event: never) => void): void }

const worker = self as unknown as Worker;
const { version, assets, shell } = worker.ANLAN;
const CACHE = `anlan-field-${version}`;
const PATIENCE_MS = 4000;

// All of this version or none of it: a version that is not here whole does not take over.
async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...assets, shell].map((path) => new Request(path, { cache: "reload" })));
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("anlan-field-") && name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

// The newest shell while the network is quick; the kept one when it is slow or gone.
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(shell);
  const fresh = fetch(request).then(async (answer) => {
    if (!answer.ok || answer.redirected) return kept ?? answer;
    // A shell of the next version needs files that are not here yet: it is kept when that version is.
    if ((await answer.clone().text()).includes(assets[0])) await cache.put(shell, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  const patience = new Promise<Response>((done) => { setTimeout(() => done(kept), PATIENCE_MS); });
  return Promise.race([fresh.catch(() => kept), patience]);
}

async function file(request: Request): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(request, { ignoreVary: true });
  return kept ?? fetch(request);
}

worker.addEventListener("install", (event: Waiting) => event.waitUntil(install()));
worker.addEventListener("activate", (event: Waiting) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event: Fetching) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET") return;
  if (request.mode === "navigate" && path === shell) event.respondWith(page(request));
  else if (assets.includes(path)) event.respondWith(file(request));
});

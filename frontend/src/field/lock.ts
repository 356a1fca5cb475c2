// Signing out on any page takes the field app's key from this phone first; what is unsent stays, sealed.
const NAME = "anlan-field";

function dropped(): Promise<void> {
  return new Promise((done) => {
    const asked = indexedDB.open(NAME);
    asked.onupgradeneeded = () => { asked.transaction?.abort(); };
    asked.onerror = asked.onblocked = () => done();
    asked.onsuccess = () => {
      const store = asked.result;
      const tx = store.transaction("session", "readwrite");
      tx.objectStore("session").delete("now");
      tx.oncomplete = tx.onabort = () => { store.close(); done(); };
    };
  });
}

export function lock(page: Document): void {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !new URL(form.action).pathname.endsWith("/account/logout/")) return;
    event.preventDefault();
    void Promise.race([dropped().catch(() => undefined), new Promise((done) => { setTimeout(done, 800); })]).then(() => form.submit());
  });
}

// A long import says how far it is. Without this the form is sent as any other, and the page answers when it is done.
type Said = { words?: string; done?: number; total?: number };

const EVERY_MS = 400;

function line(page: Document): (words: string, done: number, total: number) => void {
  const box = page.querySelector<HTMLElement>("[data-progress-line]");
  const bar = box?.querySelector("progress");
  const text = box?.querySelector<HTMLElement>("span");
  return (words, done, total) => {
    if (!box || !bar || !text) return;
    box.hidden = false;
    if (total > 0) {
      bar.max = total;
      bar.value = done;
    } else {
      bar.removeAttribute("value");
    }
    text.textContent = total > 0 ? `${words || text.dataset.sending || ""} ${done} / ${total}` : words || text.dataset.sending || "";
  };
}

function send(form: HTMLFormElement, button: HTMLElement | null): Promise<XMLHttpRequest> {
  const body = new FormData(form, button);
  const show = line(document);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Progress", "1");
    request.upload.addEventListener("progress", (event) => show("", Math.round(event.loaded / 1024), Math.round(event.total / 1024)));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.send(body);
  });
}

async function ask(key: string): Promise<void> {
  const show = line(document);
  const said = (await (await fetch(`/registry/progress/${key}/`)).json()) as Said;
  if (said.words) show(said.words, said.done ?? 0, said.total ?? 0);
}

export function progress(page: Document): void {
  for (const form of page.querySelectorAll<HTMLFormElement>("form[data-progress]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      // A file that is sent back is downloaded by the browser itself.
      if (button?.getAttribute("name") === "do") return;
      event.preventDefault();
      const buttons = form.querySelectorAll<HTMLButtonElement>("button");
      const asking = setInterval(() => void ask(form.dataset.progress ?? "").catch(() => undefined), EVERY_MS);
      const sent = send(form, button);
      for (const one of buttons) one.disabled = true;
      sent
        .then((answer) => {
          if (answer.getResponseHeader("Content-Type")?.startsWith("application/json")) {
            location.assign((JSON.parse(answer.responseText) as { to: string }).to);
            return;
          }
          const fresh = new DOMParser().parseFromString(answer.responseText, "text/html").querySelector("main");
          const old = document.querySelector("main");
          if (!fresh || !old) throw new Error("no page");
          old.replaceWith(document.adoptNode(fresh));
          progress(document);
          scrollTo(0, 0);
        })
        // The line broke or the answer is no page: the form goes the plain way, and the browser shows what comes.
        .catch(() => HTMLFormElement.prototype.submit.call(form))
        .finally(() => clearInterval(asking));
    });
  }
}

// 撤回 stands as long as the server grants it on the screen; the server itself decides.
export function undo(page: Document): void {
  for (const form of page.querySelectorAll<HTMLFormElement>("[data-undo]")) {
    setTimeout(() => { form.hidden = true; }, Number(form.dataset.undo) * 1000);
  }
}

// Speaking to the server. What never came, came half or took too long is `Cut`: nothing is known, nothing is done, it is tried again.
export class Cut extends Error {}

export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message); }
}

const cookie = (name: string): string => document.cookie.split("; ").find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

export async function ask<T>(path: string, init: RequestInit = {}, seconds = 30): Promise<T> {
  let status = 0, told: unknown = null;
  try {
    const answer = await fetch(path, {
      ...init, credentials: "same-origin", redirect: "error", cache: "no-store", signal: AbortSignal.timeout(seconds * 1000),
      headers: { Accept: "application/json", "X-CSRFToken": cookie("csrftoken"), ...init.headers },
    });
    status = answer.status;
    told = await answer.json();
  } catch {
    // A page instead of JSON, from a hotel's or a proxy's gate, is no answer of ours either.
    if (status === 403) throw new Refusal(403, "csrf", "");
    throw new Cut();
  }
  if (status === 200) return told as T;
  const said = told as { code?: string; message?: string };
  if (status >= 500 && status !== 507) throw new Cut();
  throw new Refusal(status, said.code ?? "", said.message ?? "");
}

export const post = <T>(path: string, body: BodyInit, type: string, seconds?: number): Promise<T> =>
  ask<T>(path, { method: "POST", body, headers: { "Content-Type": type } }, seconds);

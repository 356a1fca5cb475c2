// The app's words: Chinese in the source, another language from the shell's own table; `{n}` is filled in.
const table = JSON.parse(document.body.dataset.words || "{}") as Record<string, string>;

export function t(words: string, fill: Record<string, string | number> = {}): string {
  return (table[words] || words).replace(/\{(\w+)\}/g, (whole, name: string) => (name in fill ? String(fill[name]) : whole));
}

const two = (n: number): string => String(n).padStart(2, "0");

// China has one zone and no summer time: the district's clock, whatever zone the phone is set to.
export function when(at: number | string | Date): string {
  const told = new Date(new Date(at).getTime() + 8 * 3600_000);
  const today = new Date(Date.now() + 8 * 3600_000);
  const clock = `${two(told.getUTCHours())}:${two(told.getUTCMinutes())}`;
  if (told.toISOString().slice(0, 10) === today.toISOString().slice(0, 10)) return clock;
  return `${told.getUTCMonth() + 1}-${told.getUTCDate()} ${clock}`;
}

export function span(ms: number): string {
  const minutes = Math.floor(Math.abs(ms) / 60_000);
  if (minutes >= 2880) return t("{n} 天", { n: Math.floor(minutes / 1440) });
  if (minutes >= 60) return t("{h} 小时 {m} 分", { h: Math.floor(minutes / 60), m: minutes % 60 });
  return t("{n} 分", { n: minutes });
}

export function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

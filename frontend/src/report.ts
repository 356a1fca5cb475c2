// The public report form is whole without this. With it: the place by the phone's own consent, a mark on the picture without a
// round trip, and a photo that is too large is named before it is sent.
const form = document.querySelector<HTMLFormElement>("form.report");
const field = (name: string): HTMLInputElement | null => form?.querySelector<HTMLInputElement>(`[name='${name}']`) ?? null;

function put(lon: number, lat: number, words: string): void {
  const [x, y, told, map] = [field("lon"), field("lat"), form?.querySelector("[data-position]"), form?.querySelector<HTMLInputElement>("[name='at']")];
  if (!x || !y) return;
  x.value = lon.toFixed(6);
  y.value = lat.toFixed(6);
  if (told) told.textContent = `✓ ${words}：${x.value}，${y.value}`;
  if (map) map.src = `${map.src.split("?")[0]}?at=${x.value},${y.value}`;
}

function picture(map: HTMLInputElement): void {
  const [west = 0, south = 0, east = 0, north = 0] = (map.dataset.bounds ?? "").split(",").map(Number);
  map.addEventListener("click", (event) => {
    if (event.detail === 0) return; // by keyboard: there is no point to take
    event.preventDefault();
    const box = map.getBoundingClientRect();
    const [across, down] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    put(west + (east - west) * across, north - (north - south) * down, "已在图上标出");
  });
}

function locate(button: HTMLButtonElement): void {
  const told = form?.querySelector("[data-position]");
  button.hidden = false;
  button.addEventListener("click", () => {
    if (told) told.textContent = "正在取位置…";
    navigator.geolocation.getCurrentPosition(
      (found) => put(found.coords.longitude, found.coords.latitude, "手机给的位置"),
      () => { if (told) told.textContent = "没有取到位置，写在哪里就行。"; },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}

function photos(input: HTMLInputElement): void {
  const told = form?.querySelector("[data-photos]");
  input.addEventListener("change", () => {
    const [limit, most] = [Number(input.dataset.limit), Number(input.dataset.most)];
    const large = [...(input.files ?? [])].find((one) => one.size > limit * 1024 * 1024);
    const words = large ? `“${large.name}”超过 ${limit} MB，换一张。` : (input.files?.length ?? 0) > most ? `最多 ${most} 张。` : "";
    if (told) told.textContent = words;
  });
}

const map = form?.querySelector<HTMLInputElement>("[name='at']");
if (map) picture(map);
const button = form?.querySelector<HTMLButtonElement>("[data-locate]");
if (button && "geolocation" in navigator) locate(button);
const files = form?.querySelector<HTMLInputElement>("[name='photos'][data-limit]");
if (files) photos(files);

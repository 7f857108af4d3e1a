// The tab's pass: without it the station answers nothing, whatever cookie is shown. It stays with
// the tab, over reloads; other origins, which other ports are, cannot read it.

const NAME = "pass";
const HEADER = "Station-Pass";

export const keep = (word) => sessionStorage.setItem(NAME, word);

/** Where there is no pass, or the station knows it no more: the page that says how to get in. */
export function leave() {
  sessionStorage.removeItem(NAME);
  location.replace("/enter");
}

const word = () => sessionStorage.getItem(NAME) ?? "";

export const hasPass = () => word() !== "";

/** Ask the station, as `fetch` does. */
export const ask = (path, { headers, ...more } = {}) =>
  fetch(path, { ...more, headers: { ...headers, [HEADER]: word() } });

/** An address for what cannot send a header: a picture, a stream. */
export const passed = (path) => `${path}?pass=${encodeURIComponent(word())}`;

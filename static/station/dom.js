// Small helpers: nothing is touched that is as it should be, so that focus and screen readers stay.

export const by = (id) => document.getElementById(id);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Bring a list's elements in line with `entries`: kept by key, made where new, removed where gone. */
export function keep(list, entries, keyOf, make, update) {
  const old = new Map([...list.children].map((element) => [element.dataset.key, element]));
  entries.forEach((entry, place) => {
    const key = keyOf(entry);
    const element = old.get(key) ?? make(entry);
    element.dataset.key = key;
    old.delete(key);
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
    update(element, entry);
  });
  for (const element of old.values()) element.remove();
}

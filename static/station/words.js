// The page's words, as the server put them into the page.

export const words = JSON.parse(document.getElementById("words").textContent);

/** Put facts into the places of a sentence: "{done} of {total}". */
export function fill(sentence, facts) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

/** A length of time as it is said. */
export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return fill(words.ui.seconds, { n: Math.round(seconds) });
  if (minutes < 90) return fill(words.ui.minutes, { n: minutes });
  return fill(words.ui.hours, { h: Math.floor(minutes / 60), m: minutes % 60 });
}

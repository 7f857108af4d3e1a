// Beside the large state: how far the job is, and the last cards.

import { by, keep, setHidden, setText } from "./dom.js";
import { passed } from "./pass.js";
import { duration, fill, words } from "./words.js";

export function showSide(state) {
  const job = state.job;
  setHidden(by("side"), !job);
  if (!job) return;
  setText(by("job-name"), job.name);
  setText(by("done"), fill(words.ui.done_of, job));
  by("progress").max = job.total;
  by("progress").value = job.done;
  setText(by("rate"), job.rate === null ? "–" : String(Math.round(job.rate)));
  setText(by("left"), job.seconds_left === null ? "–" : duration(job.seconds_left));
  setText(by("refused"), String(job.refused));
  setText(by("failed"), String(job.failed));
  setText(by("delivery"), delivery(state.delivery));
  setText(by("unprinted"), state.unprinted ? fill(words.ui.unprinted, { count: state.unprinted }) : "");
  keep(by("notices"), state.notices, (notice) => notice, () => document.createElement("li"),
    (element, notice) => { element.lang = "en"; setText(element, notice); });
  showCards(state);
}

function delivery(told) {
  if (!told) return "";
  const waiting = fill(words.ui.site_waiting, { count: told.waiting });
  if (told.state === "away") return `${words.ui.site_away}. ${waiting}.`;
  if (told.state === "stopped") return `${words.ui.site_stopped}. ${waiting}. ${told.message}`;
  return told.waiting ? waiting : words.ui.site_told;
}

function showCards(state) {
  setHidden(by("no-cards"), state.cards.length > 0);
  keep(by("cards"), state.cards, (card) => `${card.token} ${card.uid}`, make, (element, card) => {
    element.dataset.printed = card.printed;
    const label = state.printer ? words.print[card.printed] : "";
    setText(element.querySelector(".label"), label);
    element.querySelector(".label").title = card.detail;
    setHidden(element.querySelector(".reprint"), !state.printer);
  });
}

function make(card) {
  const element = by("card").content.firstElementChild.cloneNode(true);
  element.dataset.token = card.token;
  element.dataset.uid = card.uid;
  element.dataset.grouped = card.grouped;
  element.dataset.at = card.at;
  element.querySelector(".qr").src = passed(`/qr/${card.token}.svg`);
  setText(element.querySelector(".token"), card.grouped);
  setText(element.querySelector(".name"), card.name);
  setText(element.querySelector(".uid"), `${card.chip} ${card.uid}`);
  const named = (button) => `${button.textContent} ${card.grouped}`;
  for (const button of element.querySelectorAll("button")) button.setAttribute("aria-label", named(button));
  return element;
}

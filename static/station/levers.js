// What the operator can do: each act is one request, and what goes wrong is told where it was done.

import { by, setHidden, setText } from "./dom.js";
import { ask as send, leave } from "./pass.js";
import { fill, words } from "./words.js";

let state = null;

/** Ask the station to do something; true when it was done. */
export async function pull(name, wish = {}, place = "lever-fault") {
  const body = typeof wish === "string" ? wish : JSON.stringify(wish);
  setText(by(place), "");
  try {
    const answer = await send(`/do/${name}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body,
    });
    if (answer.status === 401) leave();
    const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (answer.ok) return told;
    const trouble = words.trouble[told.kind] ?? words.trouble.fault;
    setText(by(place), [trouble.why, told.detail, told.hint].filter(Boolean).join(" – "));
  } catch {
    setText(by(place), words.state.gone.title);
  }
  return null;
}

let lastAnswer = Promise.resolve();

/** Ask before what cannot be undone; one question after another, however fast the keys come. */
function ask(...question) {
  lastAnswer = lastAnswer.then(() => put(...question));
  return lastAnswer;
}

function put(title, why, more, yes) {
  setText(by("ask-title"), title);
  setText(by("ask-why"), why);
  setText(by("ask-more"), more);
  setText(by("ask-yes"), yes);
  const dialog = by("ask");
  dialog.returnValue = "no";
  dialog.showModal();
  by("ask-no").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export async function redo(card) {
  const { redo_title, redo_why, redo_known, redo_yes } = words.ui;
  if (await ask(redo_title, `${card.grouped}. ${fill(redo_why, card)}`, redo_known, redo_yes)) {
    await pull("redo", { token: card.token, uid: card.uid });
  }
}

export async function reprint(card) {
  const { reprint_title, reprint_why, reprint_yes } = words.ui;
  const why = fill(reprint_why, { token: card.grouped });
  const isNew = card.printed === "none" || card.printed === "failed";
  if (isNew || (await ask(reprint_title, why, "", reprint_yes))) {
    await pull("print", { token: card.token });
  }
}

export async function finish() {
  const left = state.job ? state.job.total - state.job.done : 0;
  const { finish_title, finish_why, finish_yes } = words.ui;
  if (!left || (await ask(finish_title, fill(finish_why, { left }), "", finish_yes))) await pull("finish");
}

export const pause = () => pull(state.phase === "paused" ? "resume" : "pause");

export const lastCard = () => state?.cards[0];

/** Whether a key may do this now: the button for it is there. */
export const isOffered = (id) => !by("levers").hidden && !by(id).hidden;

export function showLevers(now) {
  state = now;
  const { phase } = now;
  const atWork = phase === "working" || phase === "starting" || phase === "reader-lost";
  setHidden(by("levers"), phase === "setup");
  setHidden(by("again"), phase !== "fault");
  setHidden(by("pause"), !atWork);
  setHidden(by("resume"), phase !== "paused");
  setHidden(by("missing"), !now.unprinted || !now.printer);
  setHidden(by("report"), !(now.job && ["paused", "done"].includes(phase)));
  setHidden(by("finish"), !["working", "starting", "paused", "reader-lost", "done", "fault"].includes(phase));
}

/** Save the report; a plain link would come without the pass. */
async function saveReport(event) {
  event.preventDefault();
  const answer = await send("/report").catch(() => null);
  if (answer?.status === 401) leave();
  if (!answer?.ok) return setText(by("lever-fault"), words.state.gone.title);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition"));
  const href = URL.createObjectURL(await answer.blob());
  Object.assign(document.createElement("a"), { href, download: named[1] }).click();
  URL.revokeObjectURL(href);
}

export function installLevers() {
  by("report").addEventListener("click", saveReport);
  by("again").addEventListener("click", () => pull("again"));
  by("pause").addEventListener("click", () => pull("pause"));
  by("resume").addEventListener("click", () => pull("resume"));
  by("missing").addEventListener("click", () => pull("print-missing"));
  by("finish").addEventListener("click", finish);
  by("cards").addEventListener("click", (event) => {
    const element = event.target.closest(".card");
    const card = element && state.cards.find((one) => one.uid === element.dataset.uid);
    if (card && event.target.matches(".redo")) redo(card);
    if (card && event.target.matches(".reprint")) reprint(card);
  });
  by("other").addEventListener("click", async () => {
    const told = await pull("address");
    if (!told) return;
    setText(by("tell-address"), told.address);
    by("tell").showModal();
  });
}

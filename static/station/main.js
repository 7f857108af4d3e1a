// The page: one state comes from the station whenever something happens, and is drawn.

import { by, setText } from "./dom.js";
import * as levers from "./levers.js";
import { showPanels } from "./panels.js";
import { ask, hasPass, leave, passed } from "./pass.js";
import { installSetup, showSetup } from "./setup.js";
import { showSide } from "./side.js";
import * as sounds from "./sounds.js";
import { words } from "./words.js";

const RETRY_MS = 1000;
const PATIENCE_MS = 1500; // a stream that breaks off and comes back at once is not worth a word
let state = null;
let gone = null;

function draw(now) {
  state = now;
  setText(by("where"), `${now.station} · ${now.operator}`);
  showPanels(now);
  showSetup(now);
  showSide(now);
  levers.showLevers(now);
}

function follow() {
  const stream = new EventSource(passed("/events"));
  stream.addEventListener("message", (event) => {
    clearTimeout(gone);
    gone = null;
    draw(JSON.parse(event.data));
  });
  stream.addEventListener("error", async () => {
    gone ??= setTimeout(() => showPanels({ phase: "gone", panels: [], trouble: null }), PATIENCE_MS);
    if (stream.readyState !== EventSource.CLOSED) return;
    const answer = await ask("/state").catch(() => null);
    if (answer?.status === 401) leave();
    else setTimeout(follow, RETRY_MS);
  });
}

async function toggleSound() {
  await sounds.turn(!sounds.isOn());
  showSound();
  if (sounds.isOn()) sounds.play("lay");
}

function showSound() {
  by("sound").setAttribute("aria-pressed", String(sounds.isOn()));
  setText(by("sound"), sounds.isOn() ? words.ui.sound_on : words.ui.sound_off);
}

let keysOn = true;

function toggleKeys() {
  keysOn = !keysOn;
  by("keys").setAttribute("aria-pressed", String(keysOn));
  setText(by("keys"), keysOn ? words.ui.keys_on : words.ui.keys_off);
}

const KEYS = {
  p: () => (levers.isOffered("pause") || levers.isOffered("resume")) && levers.pause(),
  f: () => levers.isOffered("finish") && levers.finish(),
  r: () => levers.lastCard() && state.printer && levers.reprint(levers.lastCard()),
  d: () => levers.lastCard() && levers.redo(levers.lastCard()),
  s: toggleSound,
};

function onKey(event) {
  const isTyped = event.target.matches("input:not([type=checkbox]), textarea, select");
  const isHeld = event.ctrlKey || event.altKey || event.metaKey || event.repeat;
  if (!keysOn || isTyped || isHeld || document.querySelector("dialog[open]")) return;
  const act = KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}

levers.installLevers();
installSetup();
by("sound").addEventListener("click", toggleSound);
by("keys").addEventListener("click", toggleKeys);
document.addEventListener("keydown", onKey);
document.addEventListener("submit", async (event) => {
  if (event.target.id !== "setup" || sounds.isOn()) return;
  await sounds.turn(true).catch(() => {}); // starting is an act of the operator's: sound may begin
  showSound();
});
if (hasPass()) follow();
else leave();

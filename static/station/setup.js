// Before work: the job, the readers, the printer.

import { by, setHidden, setText } from "./dom.js";
import { pull } from "./levers.js";
import { ask } from "./pass.js";
import { words } from "./words.js";

const FAULT = "setup-fault";
let wanted = []; // the readers that were chosen last
let isShown = false;

export function showSetup(state) {
  const shown = state.phase === "setup";
  setHidden(by("setup"), !shown);
  if (shown && !isShown) {
    wanted = state.readers;
    by("printer").value = state.printer;
    look();
  }
  isShown = shown;
  setText(by("chosen"), state.chosen ? told(state.chosen) : words.ui.no_job);
  by("chosen").dataset.chosen = state.chosen ? "yes" : "no";
}

export function installSetup() {
  by("choose").addEventListener("click", () => by("file").click());
  by("file").addEventListener("change", () => take(by("file").files[0]));
  by("look").addEventListener("click", look);
  by("fetch").addEventListener("click", () => pull("fetch", { address: by("address").value }, FAULT));
  by("address").addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    by("fetch").click();
  });
  by("setup").addEventListener("submit", (event) => {
    event.preventDefault();
    pull("start", { readers: chosenReaders(), printer: by("printer").value }, FAULT);
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault(); // a file dropped beside the place would be opened instead of the page
      by("drop").classList.toggle("over", name === "dragover");
      if (name === "drop" && isShown) take(event.dataTransfer.files[0]);
    });
  }
}

async function take(file) {
  if (file) await pull("job", await file.text(), FAULT);
  by("file").value = "";
}

const told = (job) => `${job.name} – ${job.cards} ${words.ui.cards}, ${words.ui[`protection_${job.protection}`]}, ${new URL(job.site).host}`;

const chosenReaders = () =>
  [...by("readers").querySelectorAll("input:checked")].map((input) => input.value);

async function look() {
  const answer = await ask("/readers").catch(() => null);
  const seen = answer?.ok ? await answer.json() : [];
  const before = chosenReaders();
  const chosen = new Set(before.length ? before : wanted);
  const paths = new Set(seen.map((reader) => reader.path));
  const typed = [...chosen].filter((path) => !paths.has(path)).map((path) => ({ path, name: "" }));
  by("readers").querySelector(".choices").replaceChildren(...[...typed, ...seen].map((reader, place) => choice(reader, chosen, place)));
  if (!chosenReaders().length) by("readers").querySelector("input:enabled")?.click();
}

function choice(reader, chosen, place) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), {
    type: "checkbox", value: reader.path, id: `reader-${place}`, disabled: Boolean(reader.problem),
  });
  input.checked = chosen.has(reader.path) && !reader.problem;
  const said = document.createElement("span");
  said.textContent = [reader.path, reader.name, reader.problem, reader.cure].filter(Boolean).join(" – ");
  label.append(input, said);
  return label;
}

// The large state: one panel a reader while work goes on, else one for the whole station.

import { by, keep, setText } from "./dom.js";
import { play } from "./sounds.js";
import { words } from "./words.js";

const ICONS = {
  setup: "wait", starting: "wait", ending: "wait", "reader-lost": "lost", gone: "lost",
};
const heard = new Map(); // the state that each panel told last

export function showPanels(state) {
  const panels = state.phase === "working" ? state.panels.map(ofReader) : [ofStation(state)];
  const many = panels.length > 1;
  by("panels").dataset.count = panels.length;
  keep(by("panels"), panels, (panel) => panel.key, make, (element, panel) => draw(element, panel, many));
  for (const panel of panels) {
    if (heard.get(panel.key) !== panel.sound) play(panel.state);
    heard.set(panel.key, panel.sound);
  }
  for (const key of [...heard.keys()]) if (!panels.some((panel) => panel.key === key)) heard.delete(key);
}

function ofReader(panel) {
  const said = words.state[panel.state];
  const reason = words[panel.state]?.[panel.reason] ?? words.failed[panel.reason];
  const before = panel.refused ? `${words.ui.refused_before} ${words.refused[panel.refused].why}` : "";
  return {
    key: `reader ${panel.reader}`,
    state: panel.state,
    sound: `${panel.state} ${panel.reason}`,
    reader: panel.reader,
    title: said.title,
    why: reason?.why ?? before,
    do: reason?.do ?? said.do,
    who: panel.token,
    whose: panel.name,
    detail: panel.detail,
  };
}

function ofStation(state) {
  const said = words.state[state.phase];
  const trouble = state.trouble && words.trouble[state.trouble.kind];
  return {
    key: "station",
    state: state.phase,
    sound: state.phase,
    reader: "",
    title: said.title,
    why: trouble?.why ?? "",
    do: (state.phase === "fault" ? trouble?.do : said.do) ?? "",
    detail: state.trouble ? `${state.trouble.detail} (${state.trouble.hint})` : "",
  };
}

function make() {
  return by("panel").content.firstElementChild.cloneNode(true);
}

function draw(element, panel, many) {
  if (element.dataset.state !== panel.state) {
    element.dataset.state = panel.state;
    element.querySelector("use").setAttribute("href", `#icon-${ICONS[panel.state] ?? panel.state}`);
  }
  const said = { ...panel, reader: many ? panel.reader : "" };
  for (const name of ["reader", "title", "why", "do", "who", "whose", "detail"]) {
    setText(element.querySelector(`.${name}`), said[name] ?? "");
  }
}

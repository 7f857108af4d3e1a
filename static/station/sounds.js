// A short tune for each state, made here. Each has its own rhythm as well as its own pitch.

const TUNES = {
  lay: [[523, 0, 0.09]],
  hold: [[392, 0, 0.05], [392, 0.09, 0.05]],
  take: [[659, 0, 0.1], [988, 0.11, 0.2]],
  known: [[659, 0, 0.1], [659, 0.14, 0.1]],
  refused: [[233, 0, 0.28], [175, 0.32, 0.4]],
  failed: [[311, 0, 0.1], [311, 0.14, 0.1], [233, 0.28, 0.3]],
  lost: [[185, 0, 0.15], [262, 0.18, 0.15], [185, 0.36, 0.15], [262, 0.54, 0.15]],
  enough: [[440, 0, 0.2]],
  site: [[349, 0, 0.1], [440, 0.15, 0.1], [349, 0.3, 0.1]],
  paused: [[440, 0, 0.1], [330, 0.12, 0.2]],
  "reader-lost": [[185, 0, 0.15], [262, 0.18, 0.15], [185, 0.36, 0.15], [262, 0.54, 0.15]],
  done: [[523, 0, 0.1], [659, 0.11, 0.1], [784, 0.22, 0.1], [1047, 0.33, 0.35]],
  fault: [[147, 0, 0.6]],
  gone: [[147, 0, 0.25], [147, 0.35, 0.25]],
};
const VOLUME = 0.15;
const EDGE = 0.012; // seconds; a tone that begins at once clicks

let context = null;

export const isOn = () => context !== null && context.state === "running";

/** Switch sound on or off; browsers allow it only from a key or a click. */
export async function turn(on) {
  if (on) {
    context ??= new AudioContext();
    await context.resume();
  } else if (context) {
    await context.suspend();
  }
}

/** Play a state's tune; what was played is told to whoever listens. */
export function play(state) {
  const tune = TUNES[state];
  if (!tune || !isOn()) return;
  for (const [pitch, start, length] of tune) tone(pitch, context.currentTime + start, length);
  document.dispatchEvent(new CustomEvent("station:sound", { detail: state }));
}

function tone(pitch, start, length) {
  const source = new OscillatorNode(context, { type: "triangle", frequency: pitch });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(VOLUME, start + EDGE);
  volume.gain.setValueAtTime(VOLUME, start + length - EDGE);
  volume.gain.linearRampToValueAtTime(0, start + length);
  source.connect(volume).connect(context.destination);
  source.start(start);
  source.stop(start + length);
}

// Keeps what the strip and the unit show as new as the network: asks again when the place changes and while it learns, one question
// at a time.
import { effect } from '@preact/signals';
import { look, onMessage, pause, play, run, send, stripLength, view } from './state.js';

/** Milliseconds between two questions while the network learns. */
const EVERY = 400;

let asked: { run: number; cursor: number; length: number; at: number; step: number; playing: boolean } | null = null;
let waiting = false;
/** The step by whose network the units are ordered. */
let orderedAt = -1;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Asks where something is new. */
function ask(): void {
  const { id, facts, progress, playing } = run.value;
  const { cursor } = view.value;
  const length = stripLength.value;
  if (facts === null || waiting) return;
  const step = progress?.step ?? 0;
  const isNew = asked?.run !== id;
  const moved = isNew || asked?.cursor !== cursor || asked.length !== length;
  const stopped = !playing && asked?.playing !== playing;
  if (!moved && !stopped && (asked?.step === step || look.value?.step === step)) return;
  const wait = playing ? (asked?.at ?? 0) + EVERY - performance.now() : 0;
  if (!moved && !stopped && wait > 0) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
    return;
  }
  waiting = true;
  asked = { run: id, cursor, length, at: performance.now(), step, playing };
  // Of a training that waits: by the network as it is.
  const reorder = isNew || (!playing && step !== orderedAt);
  if (reorder) orderedAt = step;
  send({ type: 'look', from: cursor, length, reorder });
}

export function followLooks(): void {
  effect(() => {
    if (run.value.facts === null) waiting = false;
    ask();
  });
  onMessage(({ type }) => {
    if (type === 'started') waiting = false;
    if (type !== 'look' && type !== 'failed') return;
    waiting = false;
    ask();
  });
}

/** Whether the training waits because nobody sees it. */
let hiddenPause = false;

/** Pauses while the page is hidden, where that is wanted. */
export function followSight(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.hidden && view.value.pauseHidden && run.value.playing) {
      hiddenPause = true;
      pause();
    } else if (!document.hidden && hiddenPause) {
      hiddenPause = false;
      play();
    }
  });
}

let unitKey = '';

/** Asks for the unit that is chosen: when another one is, and when a training stops. */
export function followUnit(): void {
  effect(() => {
    const { layer, value, unit } = view.value;
    const { id, facts, playing } = run.value;
    if (facts === null || unit < 0) return;
    const step = playing ? null : (run.value.progress?.step ?? null);
    const key = JSON.stringify([id, layer, value, unit, step]);
    if (key === unitKey) return;
    unitKey = key;
    send({ type: 'unit', unit: { layer, value, unit } });
  });
}

// Questions of the laboratory whose answers stay on the page: what is asked stands in the address, and is asked again where a network
// waits whose answer nobody has: that of a link, or another one.
import { effect } from '@preact/signals';
import { readHolds, writeHolds } from './holds.js';
import { readMark } from './mark.js';
import type { Hold, SearchAsked } from './messages.js';
import { changeView, poked, river, run, searched, send, view } from './state.js';

/** The token that is looked at. */
export function place(): number {
  const { at, cursor } = view.value;
  return at < 0 ? cursor : at;
}

/** Lets the gradient of the prediction after a token flow. */
export function askRiver(at = place()): void {
  changeView({ flowAt: at });
  send({ type: 'river', at });
}

/** Holds values at the token that is looked at. @param token that is read in its place; empty for the one that stands there */
export function askPoke(holds: readonly Hold[], token: string, afterPattern: boolean): void {
  changeView({ poke: writeHolds(holds), read: token, afterPattern, pokedAt: place() });
  sendPoke();
}

function sendPoke(): void {
  const { poke, read, afterPattern, pokedAt, pattern } = view.value;
  const holds = readHolds(poke) ?? [];
  if (holds.length === 0 && read === '') return;
  const token = read === '' ? null : read;
  send({ type: 'poke', poke: { at: pokedAt, holds, token, pattern: afterPattern ? pattern : '' } });
}

export function askSearch(sought: 'pattern' | 'mark'): void {
  changeView({ sought });
  const asked = searchOf();
  if (asked !== null) send({ type: 'search', search: asked });
}

function searchOf(): SearchAsked | null {
  const { sought, pattern, mark } = view.value;
  if (sought === 'pattern') return pattern === '' ? null : { pattern };
  const marked = sought === 'mark' ? readMark(mark) : null;
  return marked === null ? null : { mark: marked };
}

/** Asks again, once for each network that waits. */
export function followAnswers(): void {
  let asked = -1;
  effect(() => {
    const { id, facts, playing, progress, leadsTo } = run.value;
    if (facts === null || playing || id === asked || (progress?.step ?? 0) < leadsTo) return;
    asked = id;
    const { flowAt, pokedAt, sought } = view.peek();
    if (flowAt >= 0 && river.peek() === null) send({ type: 'river', at: flowAt });
    if (pokedAt >= 0 && poked.peek() === null) sendPoke();
    const search = sought === 'nothing' || searched.peek() !== null ? null : searchOf();
    if (search !== null) send({ type: 'search', search });
  });
}

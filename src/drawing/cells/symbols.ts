// Names for the values of a step, and their order: what the formula gives a line and the diagram a label.
import { isScalar, type Shown, type ShownGraph } from './shown.js';

/** A value's name: `base` with an accent, and a number where several would be the same. */
export interface ValueSymbol {
  readonly base: string;
  readonly accent: '' | 'tilde' | 'hat';
  readonly index: number;
  readonly scalar: boolean;
}

export interface Symbols {
  readonly of: ReadonlyMap<Shown, ValueSymbol>;
  /** The named values in order of computation. */
  readonly order: readonly Shown[];
  /** States whose new value is a leaf or has the name of another state. */
  readonly aliases: readonly { readonly state: string; readonly value: Shown }[];
}

const ACTIVATIONS = new Set(['sigmoid', 'tanh', 'relu', 'exp']);

/** Whether a node is an activation: the usual end of a gate. */
export function isActivation(s: Shown): boolean {
  return s.kind === 'op' && ACTIVATIONS.has(s.name);
}

function commonPrefix(names: readonly string[]): string {
  let length = 0;
  while (names.every((n) => length < n.length && n[length] === names[0][length])) length++;
  return names[0].slice(0, length).replace(/[_-]+$/, '');
}

/** Which values have names of their own: new states, the user's names, gates, and what is used more than once. */
export function nameValues(graph: ShownGraph, output: string): Symbols {
  const of = new Map<Shown, ValueSymbol>();
  const aliases: { state: string; value: Shown }[] = [];
  const taken = new Set<string>(['x', ...graph.next.keys()]);
  for (const s of graph.order) if (s.kind === 'vector' || s.kind === 'scalar') taken.add(s.name);

  const give = (s: Shown, base: string, accents: readonly ValueSymbol['accent'][] = ['', 'tilde', 'hat']): void => {
    for (let index = 0; ; index++) {
      for (const accent of index === 0 ? accents : ([''] as const)) {
        const key = `${accent}${accent === '' ? '' : ' '}${base}${index === 0 ? '' : index}`;
        if (taken.has(key)) continue;
        taken.add(key);
        of.set(s, { base, accent, index, scalar: isScalar(s) });
        return;
      }
    }
  };
  const isLeaf = (s: Shown): boolean => s.args.length === 0;
  for (const [state, value] of graph.next) {
    if (isLeaf(value) || of.has(value)) aliases.push({ state, value });
    else of.set(value, { base: state, accent: '', index: 0, scalar: false });
  }
  for (const [name, value] of graph.named) {
    if (!isLeaf(value) && !of.has(value) && graph.uses.has(value)) give(value, name);
  }
  // An activation of linears is a gate, and has their name: i for σ(z_i), n for tanh(z_nx + r·z_nh).
  for (const s of graph.order) {
    if (!isActivation(s) || of.has(s)) continue;
    const inside = linearsInside(s, of);
    const name = inside.length === 0 ? '' : commonPrefix(inside);
    if (name !== '') give(s, name);
  }
  let unnamed = 0;
  for (const s of graph.order) {
    if (isLeaf(s) || of.has(s) || (graph.uses.get(s) ?? 0) < 2) continue;
    if (s.kind === 'linear') give(s, s.name, ['tilde', 'hat']);
    else if (!(s.kind === 'op' && (s.name === 'oneMinus' || s.name === 'neg'))) {
      unnamed++;
      give(s, isScalar(s) ? 'k' : 'u', unnamed === 1 ? [''] : []);
    }
  }
  return { of, order: inOrder(graph, of, output), aliases };
}

/** The names of the linears in the definition of `s`, other named values and gates left out. */
function linearsInside(s: Shown, of: ReadonlyMap<Shown, ValueSymbol>): string[] {
  const names = new Set<string>();
  const visit = (part: Shown): void => {
    if (part.kind === 'linear') names.add(part.name);
    else if (!of.has(part) && !isActivation(part)) part.args.forEach(visit);
  };
  s.args.forEach(visit);
  return [...names];
}

/** Named values, what they need before them, and otherwise as the linears were written; the output comes last. */
function inOrder(graph: ShownGraph, of: ReadonlyMap<Shown, ValueSymbol>, output: string): Shown[] {
  const lines: Shown[] = [];
  const done = new Set<Shown>();
  const emit = (s: Shown): void => {
    if (done.has(s)) return;
    done.add(s);
    s.args.forEach(emit);
    if (of.has(s)) lines.push(s);
  };
  const users = new Map<Shown, Shown[]>();
  for (const s of graph.order) for (const a of s.args) users.set(a, [...(users.get(a) ?? []), s]);
  const owner = (s: Shown): Shown | undefined =>
    of.has(s)
      ? s
      : users
          .get(s)
          ?.map(owner)
          .find((o) => o !== undefined);
  const ends = new Set(graph.next.values());
  for (const l of graph.linears) {
    const line = owner(l);
    if (line !== undefined && !ends.has(line)) emit(line);
  }
  const states = [...graph.next.keys()].filter((s) => s !== output);
  for (const s of [...states, output]) {
    const value = graph.next.get(s);
    if (value !== undefined) emit(value);
  }
  return lines;
}

// What all shaders have around their own code. Memory is one array of words, in which every tensor has its place: operands may
// overlap as elsewhere, and one layout of bindings serves all. Binding 0 is that memory, 1 the words of the call, 2 control.
import { WGSL_FUNCTIONS } from '../program.js';

/** Words of `control`. */
export const CONTROL = {
  TICKETS: 0,
  RAISED: 1,
  POSITION: 2,
  INDEX: 3,
  LIMIT: 4,
  ABANDONED: 5,
  STALLED: 6,
  COUNT: 8,
} as const;

/** Workgroups of a dispatch along its first axis; more go along the second. */
export const MOST_WORKGROUPS = 65_535;

/** Threads of a workgroup where each computes one element. */
export const ELEMENTS = 64;

/** How words of memory are reached: as they are, or as atomics where workgroups wait for each other within a dispatch. */
const WORDS = {
  plain: `
@group(0) @binding(0) var<storage, read_write> memory: array<u32>;
fn word(at: u32) -> u32 { return memory[at]; }
fn putWord(at: u32, value: u32) { memory[at] = value; }`,
  shared: `
@group(0) @binding(0) var<storage, read_write> memory: array<atomic<u32>>;
fn word(at: u32) -> u32 { return atomicLoad(&memory[at]); }
fn putWord(at: u32, value: u32) { atomicStore(&memory[at], value); }`,
} as const;

const FRAME = `
@group(0) @binding(1) var<storage, read> call: array<u32>;
@group(0) @binding(2) var<storage, read_write> control: array<atomic<u32>>;
fn number(at: u32) -> f32 { return bitcast<f32>(word(at)); }
fn put(at: u32, value: f32) { putWord(at, bitcast<u32>(value)); }
fn argument(i: u32) -> f32 { return bitcast<f32>(call[i]); }
/** The first fault stays until the host reads it. */
fn raise(position: u32, index: u32, limit: u32) {
  loop {
    let was = atomicCompareExchangeWeak(&control[${CONTROL.RAISED}], 0u, 1u);
    if (was.exchanged) { break; }
    if (was.old_value != 0u) { return; }
  }
  atomicStore(&control[${CONTROL.POSITION}], position);
  atomicStore(&control[${CONTROL.INDEX}], index);
  atomicStore(&control[${CONTROL.LIMIT}], limit);
}
/** Index \`row\` of a list; of a list with a bad one up to there, the first such is a fault, and 0 comes in its place. */
fn checkedIndex(list: u32, row: u32, limit: u32) -> u32 {
  let index = word(list + row);
  if (index < limit) { return index; }
  var first = 0u;
  while (first < row && word(list + first) < limit) { first++; }
  raise(first, word(list + first), limit);
  return 0u;
}
`;

export interface ShaderText {
  threads: number;
  /** Workgroups wait for each other within a dispatch: memory is an array of atomics. */
  shared?: boolean;
  /** Declarations before the entry. */
  outside?: string;
  /** Statements over \`group\` (the workgroup's number), \`lane\` (the thread's within it), and all that stands outside. */
  body: string;
}

/** The whole text of a shader. */
export function shader({ threads, shared = false, outside = '', body }: ShaderText): string {
  return `${WORDS[shared ? 'shared' : 'plain']}${FRAME}${WGSL_FUNCTIONS}${outside}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) place: vec3u, @builtin(num_workgroups) places: vec3u, @builtin(local_invocation_index) lane: u32) {
  let group = place.y * places.x + place.x;
${body}
}
`;
}

/** The same text for the same arguments, made once: pipelines are found by their text. */
export function kept<A extends readonly (string | number | boolean)[]>(make: (...given: A) => string): typeof make {
  const texts = new Map<string, string>();
  return (...given) => {
    const key = given.join();
    let text = texts.get(key);
    if (text === undefined) texts.set(key, (text = make(...given)));
    return text;
  };
}

/** The number of the thread's element, in shaders of ELEMENTS threads. */
export const ELEMENT = `let element = group * ${ELEMENTS}u + lane;`;

/** Folds what the threads of a workgroup hold in \`shared\`, in a fixed order, into shared[0]; all see it after. */
export function fold(threads: number, shared: string, combine: (a: string, b: string) => string, from = 1): string {
  const lines: string[] = [];
  for (let half = threads / 2; half >= from; half /= 2) {
    lines.push(
      '  workgroupBarrier();',
      `  if (lane < ${half}u) { ${shared}[lane] = ${combine(`${shared}[lane]`, `${shared}[lane + ${half}u]`)}; }`,
    );
  }
  return [...lines, '  workgroupBarrier();'].join('\n');
}

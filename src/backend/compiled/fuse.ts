// Pairs of arithmetic instructions as one: t = x ∘ y and then t ∘ z, or z − t, where nothing else needs t. The kernels round twice,
// as the pair does, so the numbers stay; a pass over the registers is saved.
import { INSTRUCTION_SIZE, registersRead } from '../isa.js';
import * as OP from '../numbers/op.js';
import { PAIR } from '../numbers.js';

/** How the second operation takes the result of the first. */
type Second = 'ADD' | 'SUB' | 'FROM' | 'MUL';

/** The operations that may come first. */
const FIRSTS = new Map<number, 'ADD' | 'SUB' | 'MUL'>([
  [OP.ADD, 'ADD'],
  [OP.SUB, 'SUB'],
  [OP.MUL, 'MUL'],
]);

/** The second operation, where t is argument 0 or 1 of it; null where it is none that fuses. */
function secondOf(op: number, argument: 0 | 1): Second | null {
  if (op === OP.ADD) return 'ADD';
  if (op === OP.MUL) return 'MUL';
  if (op === OP.SUB) return argument === 0 ? 'SUB' : 'FROM';
  return null;
}

/** The same program in fewer instructions. */
export function fusePairs(code: Int32Array): Int32Array {
  const list = Array.from({ length: code.length / INSTRUCTION_SIZE }, (_, i) =>
    Array.from(code.subarray(i * INSTRUCTION_SIZE, (i + 1) * INSTRUCTION_SIZE)),
  );
  const gone = new Set<number>();
  const writes = (i: number, register: number): boolean => list[i][0] !== OP.STORE && list[i][1] === register;
  const reads = (i: number, register: number): boolean =>
    list[i].slice(2, 2 + registersRead(list[i][0])).includes(register);
  const between = (from: number, to: number, test: (i: number) => boolean): boolean => {
    for (let i = from + 1; i < to; i++) if (!gone.has(i) && test(i)) return true;
    return false;
  };
  /** Whether what stands in a register after `i` is read again before it is overwritten. */
  const neededAfter = (i: number, register: number): boolean => {
    for (let k = i + 1; k < list.length; k++) {
      if (gone.has(k)) continue;
      if (reads(k, register)) return true;
      if (writes(k, register)) return false;
    }
    return false;
  };

  for (let j = 0; j < list.length; j++) {
    const [op, to, a, b] = list[j];
    if (a === b) continue;
    for (const [argument, t, z] of [
      [0, a, b],
      [1, b, a],
    ] as const) {
      const second = secondOf(op, argument);
      if (second === null) continue;
      let i = j - 1;
      while (i >= 0 && (gone.has(i) || !writes(i, t))) i--;
      const first = i < 0 ? undefined : FIRSTS.get(list[i][0]);
      if (first === undefined) continue;
      const [, , x, y] = list[i];
      const alone = !between(i, j, (k) => reads(k, t)) && (to === t || !neededAfter(j, t));
      const kept = !between(i, j, (k) => writes(k, x) || writes(k, y));
      // What was in t's register before it is read in its place.
      if (!alone || !kept || z === t) continue;
      list[j] = [PAIR[`${first}_${second}`], to, x, y, z];
      gone.add(i);
      break;
    }
  }
  return Int32Array.from(list.filter((_, i) => !gone.has(i)).flat());
}

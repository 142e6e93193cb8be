// Programs as the interpreter takes them (kernels/program.h): six integers an instruction. The sixth says where a LOAD must
// copy instead of pointing to memory, and where a result may be computed straight into the memory that it is stored to.
import { INSTRUCTION_SIZE, type Program, registersRead } from '../isa.js';
import * as OP from '../numbers/op.js';
import * as FIELD from '../numbers/field.js';
import { fusePairs } from './fuse.js';

/** Integers for each encoded instruction. */
export const ENCODED_SIZE = FIELD.COUNT;

export interface EncodedProgram {
  /** Right where no pair of `hazards` overlaps in memory. */
  fast: Int32Array;
  /** Right always; null where it would be the same. */
  safe: Int32Array | null;
  /** Pairs of operands: the first is read or computed in place while the second is stored. */
  hazards: readonly (readonly [number, number])[];
}

export function encodeProgram(program: Program): EncodedProgram {
  const code = fusePairs(program.code);
  const length = code.length / INSTRUCTION_SIZE;
  const field = (i: number, k: number): number => code[i * INSTRUCTION_SIZE + k];
  const isStore = (i: number): boolean => i < length && field(i, FIELD.OP) === OP.STORE;

  /** The last instruction that reads what instruction `i` put into its register. */
  const lastUse = (i: number): number => {
    const register = field(i, FIELD.TO);
    let last = i;
    for (let j = i + 1; j < length; j++) {
      for (let k = 0; k < registersRead(field(j, FIELD.OP)); k++) if (field(j, FIELD.A + k) === register) last = j;
      if (!isStore(j) && field(j, FIELD.TO) === register) break;
    }
    return last;
  };
  /** Operands that are stored between two instructions, both left out. */
  const storedBetween = (from: number, to: number): number[] => {
    const stored: number[] = [];
    for (let j = from + 1; j < to; j++) if (isStore(j)) stored.push(field(j, FIELD.TO));
    return stored;
  };

  const fast = new Int32Array(length * ENCODED_SIZE);
  for (let i = 0; i < length; i++) {
    for (let k = 0; k < INSTRUCTION_SIZE; k++) fast[i * ENCODED_SIZE + k] = field(i, k);
  }
  const safe = fast.slice();
  const hazards: [number, number][] = [];
  for (let i = 0; i < length; i++) {
    const flag = i * ENCODED_SIZE + FIELD.FLAG;
    const op = field(i, FIELD.OP);
    if (op === OP.LOAD) {
      const stored = storedBetween(i, lastUse(i));
      for (const target of stored) hazards.push([field(i, FIELD.A), target]);
      if (stored.length > 0) safe[flag] = 1;
    } else if (op !== OP.STORE && isStore(i + 1) && field(i + 1, FIELD.A) === field(i, FIELD.TO)) {
      const target = field(i + 1, FIELD.TO);
      const later = storedBetween(i + 1, lastUse(i));
      if (later.includes(target)) continue;
      for (const other of later) hazards.push([target, other]);
      fast[flag] = target + 1;
      fast[flag + ENCODED_SIZE] = 1;
      if (later.length === 0) {
        safe[flag] = target + 1;
        safe[flag + ENCODED_SIZE] = 1;
      }
    }
  }
  return { fast, safe: hazards.length === 0 ? null : safe, hazards };
}

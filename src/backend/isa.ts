// The elementwise instruction set: what a program is made of. program/ builds programs; every backend runs them.
// A program works on a grid of rows × columns; each register holds one block of a row. Registers are written once or
// reused; a STORE comes after every LOAD of the memory that it overwrites. What is not a number stays so through every
// operation (RELU, SIGN, MAX and MIN too), but for LESS and EQUAL, which give 0, and SELECT, which takes b for it.

import * as FIELD from './numbers/field.js';
import * as MAX from './numbers/max.js';
import * as OP from './numbers/op.js';

export type Opcode = (typeof OP)[keyof typeof OP];

/** Integers for each instruction: op, destination, a, b, c. */
export const INSTRUCTION_SIZE = FIELD.FLAG;

/** Registers that a program may use. */
export const MAX_REGISTERS = MAX.REGISTERS;

/** Registers that an instruction reads, from a on; pairs of instructions (PAIR) too. */
export function registersRead(op: number): number {
  if (op === OP.LOAD || op === OP.UNIFORM || op === OP.RANDOM) return 0;
  if (op === OP.SELECT || op >= OP.FMA) return 3;
  return op >= OP.ADD ? 2 : 1;
}

/** A compiled program: plain data. */
export interface Program {
  code: Int32Array;
  /** Registers used, at most MAX_REGISTERS. */
  registers: number;
  /** Operands that it names. */
  operands: number;
  /** Uniform numbers that it names. */
  uniforms: number;
}

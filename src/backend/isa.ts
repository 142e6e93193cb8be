// The elementwise instruction set: what a program is made of. program/ builds programs; every backend runs them.
// A program works on a grid of rows × columns; each register holds one block of a row. Registers are written once or
// reused; a STORE comes after every LOAD of the memory that it overwrites. What is not a number stays so through every
// operation (RELU, SIGN, MAX and MIN too), but for LESS and EQUAL, which give 0, and SELECT, which takes b for it.

/** Opcodes; kernels/program.h has the same numbers. An instruction is five integers: op, destination, a, b, c. */
export const OP = {
  /** register dst = element of operand a */
  LOAD: 0,
  /** element of operand dst = register a */
  STORE: 1,
  /** register dst = uniform number a, the same for all elements */
  UNIFORM: 2,
  /** register dst = uniform random number in [0, 1): see `RandomKey`; a is the stream number within the call */
  RANDOM: 3,
  NEG: 4,
  ABS: 5,
  EXP: 6,
  LOG: 7,
  SQRT: 8,
  RECIPROCAL: 9,
  SIGMOID: 10,
  TANH: 11,
  RELU: 12,
  /** −1, 0 or 1 */
  SIGN: 13,
  ADD: 14,
  SUB: 15,
  MUL: 16,
  DIV: 17,
  MAX: 18,
  MIN: 19,
  /** 1 where a < b, else 0 */
  LESS: 20,
  /** 1 where a = b, else 0 */
  EQUAL: 21,
  /** b where a ≠ 0, else c */
  SELECT: 22,
  /** a · b + c; rounded once or twice as the machine likes */
  FMA: 23,
} as const;

export type Opcode = (typeof OP)[keyof typeof OP];

/** Integers for each instruction. */
export const INSTRUCTION_SIZE = 5;

/** Registers that a program may use. */
export const MAX_REGISTERS = 64;

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

// The program interpreter of the reference backend. A grid [rows, cols] is worked off row by row in blocks of columns;
// each instruction runs over one block, with registers in double.
import { UnrolledError } from '../../errors.js';
import type { FloatArray } from '../../tensor/device.js';
import type { RandomKey } from '../../tensor/philox.js';
import { philox4x32, unitFloat } from '../../tensor/philoxRounds.js';
import { type Operand, ROW_GROUP, type ScanOperand } from '../contract.js';
import { INSTRUCTION_SIZE, MAX_REGISTERS, type Opcode, type Program, registersRead } from '../isa.js';
import * as OP from '../numbers/op.js';
import { checkIndex, floats, integers } from './memory.js';

const BLOCK = 256;
const blocks = Array.from({ length: MAX_REGISTERS }, () => new Float64Array(BLOCK));

/** What a run of a program needs besides its operands. */
export interface RunContext {
  uniforms: readonly number[];
  random?: RandomKey;
  /** Second word of the random counter: the step of a scan. */
  step: number;
}

/** An operand of a scan may have groups of rows. */
type GridOperand = Operand & Pick<ScanOperand, 'grouped'>;

function lineOf({ grouped }: GridOperand, row: number): number {
  return grouped === true ? Math.floor(row / ROW_GROUP) : row;
}

/** Runs a program over a grid. Errors: SHAPE, DTYPE, RANGE for a bad index, STATE for a missing random key. */
export function runProgram(
  program: Program,
  operands: readonly GridOperand[],
  rows: number,
  cols: number,
  context: RunContext,
): void {
  checkProgram(program, operands.length, context);
  if (rows === 0 || cols === 0) return;
  const { code } = program;
  const arrays = operands.slice(0, program.operands).map((operand, i) => openOperand(operand, i, rows, cols));
  for (let at = 0; at < code.length; at += INSTRUCTION_SIZE) {
    const operand = code[at] === OP.STORE ? operands[code[at + 1]] : undefined;
    if (operand?.indices) {
      throw new UnrolledError('SHAPE', 'expected a store without indices, received one', 'use scatterAdd');
    }
  }
  for (let row = 0; row < rows; row++) {
    for (let from = 0; from < cols; from += BLOCK) {
      const count = Math.min(BLOCK, cols - from);
      for (let at = 0; at < code.length; at += INSTRUCTION_SIZE) {
        const dst = code[at + 1];
        const a = code[at + 2];
        switch (code[at]) {
          case OP.LOAD:
            load(blocks[dst], arrays[a], operands[a], row, from, count);
            break;
          case OP.STORE:
            store(blocks[a], arrays[dst], operands[dst], row, from, count);
            break;
          case OP.UNIFORM:
            blocks[dst].fill(context.uniforms[a], 0, count);
            break;
          case OP.RANDOM:
            drawRandom(blocks[dst], row * cols + from, count, a, context);
            break;
          default:
            compute(code[at] as Opcode, blocks[dst], blocks[a], blocks[code[at + 3]], blocks[code[at + 4]], count);
        }
      }
    }
  }
}

/** Checks the indices and bounds of an operand and gives its array. */
function openOperand(operand: GridOperand, number: number, rows: number, cols: number): FloatArray {
  const what = `operand ${number}`;
  const { indices, rowStride, colStride } = operand;
  if (!indices) return floats(operand, what, [lineOf(operand, rows - 1) + 1, rowStride], [cols, colStride]);
  const list = integers(indices, `the indices of ${what}`, [rows, 1]);
  for (let r = 0; r < rows; r++) checkIndex(list[indices.offset + r], indices.limit, `a row of ${what}`, r);
  return floats(operand, what, [indices.limit, rowStride], [cols, colStride]);
}

function load(
  out: Float64Array,
  data: FloatArray,
  operand: GridOperand,
  row: number,
  from: number,
  count: number,
): void {
  const { indices, colStride } = operand;
  const line = indices ? integers(indices, 'indices')[indices.offset + row] : lineOf(operand, row);
  const start = operand.offset + line * operand.rowStride + from * colStride;
  for (let i = 0; i < count; i++) out[i] = data[start + i * colStride];
}

function store(
  x: Float64Array,
  data: FloatArray,
  operand: GridOperand,
  row: number,
  from: number,
  count: number,
): void {
  const start = operand.offset + lineOf(operand, row) * operand.rowStride + from * operand.colStride;
  for (let i = 0; i < count; i++) data[start + i * operand.colStride] = x[i];
}

const words = new Uint32Array(4);

function drawRandom(out: Float64Array, first: number, count: number, stream: number, context: RunContext): void {
  const { random, step } = context;
  if (!random) throw new UnrolledError('STATE', 'expected a random key for this program, received none', 'give one');
  let drawn = -1;
  for (let i = 0; i < count; i++) {
    const quad = Math.floor((first + i) / 4);
    if (quad !== drawn) {
      drawn = quad;
      philox4x32(quad >>> 0, step >>> 0, stream >>> 0, random.call >>> 0, random.key0, random.key1, words);
    }
    out[i] = unitFloat(words[(first + i) % 4]);
  }
}

/** The logistic function without overflow. */
function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

type Arithmetic = Exclude<Opcode, typeof OP.LOAD | typeof OP.STORE | typeof OP.UNIFORM | typeof OP.RANDOM>;

/** One instruction on one element; a NaN passes through all but the comparisons. */
const ARITHMETIC: Record<Arithmetic, (a: number, b: number, c: number) => number> = {
  [OP.NEG]: (a) => -a,
  [OP.ABS]: Math.abs,
  [OP.EXP]: Math.exp,
  [OP.LOG]: Math.log,
  [OP.SQRT]: Math.sqrt,
  [OP.RECIPROCAL]: (a) => 1 / a,
  [OP.SIGMOID]: logistic,
  [OP.TANH]: Math.tanh,
  [OP.RELU]: (a) => Math.max(a, 0),
  [OP.SIGN]: Math.sign,
  [OP.ADD]: (a, b) => a + b,
  [OP.SUB]: (a, b) => a - b,
  [OP.MUL]: (a, b) => a * b,
  [OP.DIV]: (a, b) => a / b,
  [OP.MAX]: (a, b) => Math.max(a, b),
  [OP.MIN]: (a, b) => Math.min(a, b),
  [OP.LESS]: (a, b) => (a < b ? 1 : 0),
  [OP.EQUAL]: (a, b) => (a === b ? 1 : 0),
  [OP.SELECT]: (a, b, c) => (a !== 0 ? b : c),
  [OP.FMA]: (a, b, c) => a * b + c,
};

function compute(
  op: Opcode,
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  count: number,
): void {
  const rule = ARITHMETIC[op as Arithmetic];
  for (let i = 0; i < count; i++) out[i] = rule(a[i], b[i], c[i]);
}

function checkProgram(program: Program, operands: number, context: RunContext): void {
  const { code, registers } = program;
  const bad = (message: string): never => {
    throw new UnrolledError('SHAPE', message, 'build the program with program/');
  };
  if (code.length % INSTRUCTION_SIZE !== 0) bad(`expected five integers for each instruction, received ${code.length}`);
  if (registers > MAX_REGISTERS) bad(`expected at most ${MAX_REGISTERS} registers, received ${registers}`);
  if (operands < program.operands) bad(`expected ${program.operands} operands, received ${operands}`);
  if (context.uniforms.length < program.uniforms) {
    bad(`expected ${program.uniforms} uniform numbers, received ${context.uniforms.length}`);
  }
  const limits = { register: registers, operand: program.operands, uniform: program.uniforms };
  const check = (kind: keyof typeof limits, number: number, at: number): void => {
    if (number < 0 || number >= limits[kind]) {
      bad(`expected ${kind} numbers below ${limits[kind]}, received ${number} in instruction ${at / INSTRUCTION_SIZE}`);
    }
  };
  for (let at = 0; at < code.length; at += INSTRUCTION_SIZE) {
    const [op, dst, a] = code.subarray(at, at + INSTRUCTION_SIZE);
    if (op < OP.LOAD || op > OP.FMA) bad(`expected an opcode from ${OP.LOAD} to ${OP.FMA}, received ${op}`);
    check(op === OP.STORE ? 'operand' : 'register', dst, at);
    if (op === OP.LOAD) check('operand', a, at);
    if (op === OP.UNIFORM) check('uniform', a, at);
    for (let i = 0; i < registersRead(op); i++) check('register', code[at + 2 + i], at);
  }
}

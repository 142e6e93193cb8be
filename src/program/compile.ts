// From expressions to a program: one instruction a node, registers reused as soon as their value is dead.
import { UnrolledError } from '../errors.js';
import { INSTRUCTION_SIZE, MAX_REGISTERS, type Opcode, type Program } from '../backend/isa.js';
import * as OP from '../backend/numbers/op.js';
import { type Expr, topological } from './expr.js';
import { type InstructionName, isInstruction, writeOut } from './functions.js';

const OPCODES: { readonly [K in InstructionName]: Opcode } = {
  neg: OP.NEG, abs: OP.ABS, exp: OP.EXP, log: OP.LOG, sqrt: OP.SQRT, reciprocal: OP.RECIPROCAL, sigmoid: OP.SIGMOID,
  tanh: OP.TANH, relu: OP.RELU, sign: OP.SIGN, add: OP.ADD, sub: OP.SUB, mul: OP.MUL, div: OP.DIV, max: OP.MAX,
  min: OP.MIN, less: OP.LESS, equal: OP.EQUAL, select: OP.SELECT, fma: OP.FMA,
}; // prettier-ignore

export interface CompiledProgram {
  program: Program;
  /** The operands by number: names that expressions read or outputs write (one that does both stands once). */
  operands: readonly string[];
  /** The uniform numbers by number: a name, or the value of a constant. */
  uniforms: readonly (string | number)[];
  usesRandom: boolean;
}

/**
 * Compiles `outputs` (operand name → expression) to one program. All stores stand at the end, so an output may overwrite
 * an input in place. Errors: UNSUPPORTED where more than MAX_REGISTERS values live at once.
 */
export function compile(outputs: Readonly<Record<string, Expr>>): CompiledProgram {
  const written = writeOut(Object.values(outputs));
  const stores = Object.keys(outputs).map((name, i): [string, Expr] => [name, written[i]]);
  const order = topological(stores.map(([, e]) => e));
  const operands: string[] = [];
  const uniforms: (string | number)[] = [];
  const numberIn = <T>(list: T[], value: T): number => {
    const at = list.indexOf(value);
    return at >= 0 ? at : list.push(value) - 1;
  };
  const uses = new Map<Expr, number>();
  for (const e of order) if (e.kind === 'op') for (const a of e.args) uses.set(a, (uses.get(a) ?? 0) + 1);
  for (const [, e] of stores) uses.set(e, (uses.get(e) ?? 0) + 1);

  const free: number[] = [];
  let registers = 0;
  const registerOf = new Map<Expr, number>();
  const take = (): number => free.pop() ?? registers++;
  const use = (e: Expr): number => {
    const register = registerOf.get(e);
    if (register === undefined)
      throw new UnrolledError('INTERNAL', 'expected a computed value, found none', 'report this');
    const left = (uses.get(e) ?? 0) - 1;
    uses.set(e, left);
    if (left === 0) free.push(register);
    return register;
  };
  const code: number[] = [];
  let usesRandom = false;
  // Loads and constants are emitted at their first use, so that they do not hold registers early.
  const emitLeaf = (e: Expr): void => {
    if (registerOf.has(e) || e.kind === 'op') return;
    if (e.kind === 'rowSum')
      throw new UnrolledError('INTERNAL', 'expected a program of one grid, found a row sum', 'report this');
    const register = take();
    registerOf.set(e, register);
    switch (e.kind) {
      case 'input':
        code.push(OP.LOAD, register, numberIn(operands, e.name), 0, 0);
        break;
      case 'uniform':
        code.push(OP.UNIFORM, register, numberIn(uniforms, e.name), 0, 0);
        break;
      case 'constant':
        code.push(OP.UNIFORM, register, numberIn(uniforms, e.value), 0, 0);
        break;
      case 'random':
        usesRandom = true;
        code.push(OP.RANDOM, register, e.stream, 0, 0);
        break;
      default:
        e satisfies never;
    }
  };
  for (const e of order) {
    if (e.kind !== 'op') continue;
    e.args.forEach(emitLeaf);
    const args = e.args.map(use);
    // A result may share the register of an argument that dies here: every instruction reads an element before it writes it.
    const register = take();
    registerOf.set(e, register);
    if (!isInstruction(e.op)) throw new Error(`no instruction for ${e.op}`);
    code.push(OPCODES[e.op], register, args[0], args[1] ?? 0, args[2] ?? 0);
  }
  for (const [, e] of stores) {
    emitLeaf(e);
    // A backend may read a loaded operand in place; what is stored as it was loaded is copied first, since an earlier store
    // may overwrite it (two states that swap).
    const loaded = registerOf.get(e);
    if (e.kind === 'input' && stores.length > 1 && loaded !== undefined) {
      const copy = take();
      code.push(OP.MAX, copy, loaded, loaded, 0);
      registerOf.set(e, copy);
    }
  }
  for (const [name, e] of stores) {
    const register = registerOf.get(e) ?? 0;
    code.push(OP.STORE, numberIn(operands, name), register, 0, 0);
  }
  if (registers > MAX_REGISTERS) {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected at most ${MAX_REGISTERS} values alive at once, received a program that needs ${registers}`,
      'write fewer or smaller equations: each value that the way back needs is held until the end',
    );
  }
  if (code.length % INSTRUCTION_SIZE !== 0) throw new Error('broken program');
  return {
    program: { code: Int32Array.from(code), registers, operands: operands.length, uniforms: uniforms.length },
    operands,
    uniforms,
    usesRandom,
  };
}

/** The numbers of a compiled program's uniforms, in order. Errors: INTERNAL for a missing name. */
export function uniformValues(compiled: CompiledProgram, named: Readonly<Record<string, number>> = {}): number[] {
  return compiled.uniforms.map((u) => {
    const value = typeof u === 'number' ? u : named[u];
    if (value === undefined)
      throw new UnrolledError('INTERNAL', `expected a number for ${u}, received none`, 'report this');
    return value;
  });
}

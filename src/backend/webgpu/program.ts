// Programs as WGSL: what each instruction is there, and the functions that it takes. One thread computes one element.
import { UnrolledError } from '../../errors.js';
import { INSTRUCTION_SIZE, type Opcode, type Program } from '../isa.js';
import * as OP from '../numbers/op.js';

/**
 * Functions that instructions are made of, which code with a program's body must have once. What is not a number is told by its
 * bits, since WGSL lets a compiler take x ≠ x for false. WGSL's own exp, log and tanh may be off by many units in the last place;
 * polynomials: S. Moshier, Cephes Mathematical Library (single precision), 1992, as in kernels/math.h. ln 2 is two numbers there; n + n
 * beside n keeps a compiler from adding them up (Mesa does, to an error of 1e-6 in e^40).
 */
export const WGSL_FUNCTIONS = `
fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn fromBits(bits: u32) -> f32 { return bitcast<f32>(bits); }
fn powerOfTwo(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }
fn expWithin(given: f32, low: f32, high: f32) -> f32 {
  let x = min(max(given, low), high);
  let n = i32(round(x * 1.44269504088896341));
  let r = fma(f32(n + n), 1.06097220e-4, fma(f32(n), -0.693359375, x));
  var p = 1.9875691500e-4;
  p = fma(p, r, 1.3981999507e-3);
  p = fma(p, r, 8.3334519073e-3);
  p = fma(p, r, 4.1665795894e-2);
  p = fma(p, r, 1.6666665459e-1);
  p = fma(p, r, 5.0000001201e-1);
  let y = fma(p * r, r, r) + 1.0;
  let half = n >> 1u;
  return select(y * powerOfTwo(half) * powerOfTwo(n - half), given, isNan(given));
}
fn exponential(x: f32) -> f32 { return expWithin(x, -104.0, 89.0); }
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + expWithin(-x, -87.0, 88.7)); }
fn hyperbolicTangent(x: f32) -> f32 {
  let size = abs(x);
  let s = x * x;
  var p = -5.70498872745e-3;
  p = fma(p, s, 2.06390887954e-2);
  p = fma(p, s, -5.37397155531e-2);
  p = fma(p, s, 1.33314422036e-1);
  p = fma(p, s, -3.33332819422e-1);
  let small = fma(p * s, x, x);
  let large = 1.0 - 2.0 / (expWithin(size + size, -87.0, 88.0) + 1.0);
  let y = select(small, select(large, -large, x < 0.0), size > 0.625);
  return select(y, x, isNan(x));
}
fn logarithm(given: f32) -> f32 {
  let tiny = given < 1.17549435e-38;
  let bits = bitcast<u32>(select(given, given * 8388608.0, tiny));
  var e = i32((bits >> 23u) & 255u) - 126 - select(0, 23, tiny);
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u);
  let low = m < 0.707106781186547524;
  e = e - select(0, 1, low);
  m = select(m, m + m, low) - 1.0;
  let z = m * m;
  var p = 7.0376836292e-2;
  p = fma(p, m, -1.1514610310e-1);
  p = fma(p, m, 1.1676998740e-1);
  p = fma(p, m, -1.2420140846e-1);
  p = fma(p, m, 1.4249322787e-1);
  p = fma(p, m, -1.6668057665e-1);
  p = fma(p, m, 2.0000714765e-1);
  p = fma(p, m, -2.4999993993e-1);
  p = fma(p, m, 3.3333331174e-1);
  var y = fma(z, -0.5, fma(f32(e + e), -1.06097220e-4, p * m * z));
  y = fma(f32(e), 0.693359375, m + y);
  let word = bitcast<u32>(given);
  y = select(y, given, word == 0x7f800000u);
  y = select(y, fromBits(0xff800000u), given == 0.0);
  y = select(y, fromBits(0x7fc00000u), given < 0.0);
  return select(y, given, isNan(given));
}
fn squareRoot(x: f32) -> f32 {
  if (isNan(x) || x == 0.0) { return x; }
  return select(sqrt(abs(x)), fromBits(0x7fc00000u), x < 0.0);
}
fn larger(a: f32, b: f32) -> f32 { return select(select(b, a, a > b), a + b, isNan(a) || isNan(b)); }
fn smaller(a: f32, b: f32) -> f32 { return select(select(b, a, a < b), a + b, isNan(a) || isNan(b)); }
fn signOf(x: f32) -> f32 { return select(select(select(0.0, -1.0, x < 0.0), 1.0, x > 0.0), x, isNan(x)); }
fn isZero(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0u; }
fn mulHigh(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let cross = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (cross >> 16u);
}
fn uniformRandom(element: u32, step: u32, stream: u32, call: u32, key: vec2u) -> f32 {
  var c = vec4u(element >> 2u, step, stream, call);
  var k = key;
  for (var round = 0; round < 10; round++) {
    c = vec4u(mulHigh(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z, mulHigh(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x);
    k = k + vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return f32(c[element & 3u] >> 8u) * 5.9604644775390625e-8;
}
`;

type Arithmetic = Exclude<Opcode, typeof OP.LOAD | typeof OP.STORE | typeof OP.UNIFORM | typeof OP.RANDOM>;

/** One instruction on registers, as an expression. */
const ARITHMETIC: Record<Arithmetic, (a: string, b: string, c: string) => string> = {
  [OP.NEG]: (a) => `-${a}`,
  [OP.ABS]: (a) => `abs(${a})`,
  [OP.EXP]: (a) => `exponential(${a})`,
  [OP.LOG]: (a) => `logarithm(${a})`,
  [OP.SQRT]: (a) => `squareRoot(${a})`,
  [OP.RECIPROCAL]: (a) => `1.0 / ${a}`,
  [OP.SIGMOID]: (a) => `sigmoid(${a})`,
  [OP.TANH]: (a) => `hyperbolicTangent(${a})`,
  [OP.RELU]: (a) => `larger(${a}, 0.0)`,
  [OP.SIGN]: (a) => `signOf(${a})`,
  [OP.ADD]: (a, b) => `${a} + ${b}`,
  [OP.SUB]: (a, b) => `${a} - ${b}`,
  [OP.MUL]: (a, b) => `${a} * ${b}`,
  [OP.DIV]: (a, b) => `${a} / ${b}`,
  [OP.MAX]: (a, b) => `larger(${a}, ${b})`,
  [OP.MIN]: (a, b) => `smaller(${a}, ${b})`,
  [OP.LESS]: (a, b) => `select(0.0, 1.0, ${a} < ${b})`,
  [OP.EQUAL]: (a, b) => `select(0.0, 1.0, ${a} == ${b})`,
  [OP.SELECT]: (a, b, c) => `select(${b}, ${c}, isZero(${a}))`,
  [OP.FMA]: (a, b, c) => `fma(${a}, ${b}, ${c})`,
};

/** How a program's body reaches what is outside of it: WGSL expressions, `store` a statement. */
export interface ProgramAccess {
  load(operand: number): string;
  store(operand: number, value: string): string;
  uniform(number: number): string;
  random(stream: number): string;
}

/** A program's statements for one element; they use `WGSL_FUNCTIONS`. Errors: INTERNAL for an instruction that is none. */
export function programBody({ code, registers }: Program, access: ProgramAccess): string {
  const lines = Array.from({ length: registers }, (_, i) => `var r${i}: f32;`);
  for (let at = 0; at < code.length; at += INSTRUCTION_SIZE) {
    const [op, dst, a, b, c] = code.subarray(at, at + INSTRUCTION_SIZE);
    switch (op) {
      case OP.LOAD:
        lines.push(`r${dst} = ${access.load(a)};`);
        break;
      case OP.STORE:
        lines.push(access.store(dst, `r${a}`));
        break;
      case OP.UNIFORM:
        lines.push(`r${dst} = ${access.uniform(a)};`);
        break;
      case OP.RANDOM:
        lines.push(`r${dst} = ${access.random(a)};`);
        break;
      default: {
        if (!(op in ARITHMETIC))
          throw new UnrolledError('INTERNAL', `expected an opcode, received ${op}`, 'report this');
        lines.push(`r${dst} = ${ARITHMETIC[op as Arithmetic](`r${a}`, `r${b}`, `r${c}`)};`);
      }
    }
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

const stored = new WeakMap<Program, ReadonlySet<number>>();

/** The operands that a program writes. */
export function storedBy(program: Program): ReadonlySet<number> {
  let found = stored.get(program);
  if (found === undefined) {
    const { code } = program;
    const numbers = new Set<number>();
    for (let at = 0; at < code.length; at += INSTRUCTION_SIZE) if (code[at] === OP.STORE) numbers.add(code[at + 1]);
    found = numbers;
    stored.set(program, found);
  }
  return found;
}

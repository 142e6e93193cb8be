// Opcodes of elementwise programs; backend/isa.ts says what an instruction is.
/** register dst = element of operand a */
export const LOAD = 0;
/** element of operand dst = register a */
export const STORE = 1;
/** register dst = uniform number a, the same for all elements */
export const UNIFORM = 2;
/** register dst = uniform random number in [0, 1): see `RandomKey`; a is the stream number within the call */
export const RANDOM = 3;
export const NEG = 4;
export const ABS = 5;
export const EXP = 6;
export const LOG = 7;
export const SQRT = 8;
export const RECIPROCAL = 9;
export const SIGMOID = 10;
export const TANH = 11;
export const RELU = 12;
/** −1, 0 or 1 */
export const SIGN = 13;
export const ADD = 14;
export const SUB = 15;
export const MUL = 16;
export const DIV = 17;
export const MAX = 18;
export const MIN = 19;
/** 1 where a < b, else 0 */
export const LESS = 20;
/** 1 where a = b, else 0 */
export const EQUAL = 21;
/** b where a ≠ 0, else c */
export const SELECT = 22;
/** a · b + c; rounded once or twice as the machine likes */
export const FMA = 23;

// The integers of an encoded instruction. FLAG is set by compiled/encode.ts. LOAD: 1 = copy, since the memory is overwritten
// while the register is still needed. STORE: 1 = the instruction before may have done it. Others: 1 + the operand in whose
// place to compute.
export const OP = 0;
export const TO = 1;
export const A = 2;
export const B = 3;
export const C = 4;
export const FLAG = 5;
export const COUNT = 6;

// A program over a grid, as a shader: an element for each thread.
import type { Program } from '../../isa.js';
import { programBody } from '../program.js';
import { ELEMENT, ELEMENTS, shader } from './frame.js';

/** Words of a call before those of its operands: rows, cols, the key of random numbers and the call they are for. */
export const MAP_HEAD = 5;
/** Words of an operand: offset, rowStride, colStride, where its indices stand, their limit. */
export const MAP_OPERAND = 5;

/** Call: MAP_HEAD, the operands, the uniform numbers. @param indexed whether each operand's rows are picked by indices */
export function mapShader(program: Program, indexed: readonly boolean[]): string {
  const word = (operand: number, i: number): string => `call[${MAP_HEAD + operand * MAP_OPERAND + i}]`;
  const addresses = Array.from({ length: program.operands }, (_, i) => {
    const line = indexed[i] ? `checkedIndex(${word(i, 3)}, row, ${word(i, 4)})` : 'row';
    return `  let at${i} = ${word(i, 0)} + ${line} * ${word(i, 1)} + col * ${word(i, 2)};`;
  });
  const body = programBody(program, {
    load: (operand) => `number(at${operand})`,
    store: (operand, value) => `put(at${operand}, ${value});`,
    uniform: (number) => `argument(${MAP_HEAD + program.operands * MAP_OPERAND + number})`,
    random: (stream) => `uniformRandom(element, 0u, ${stream}u, call[4], vec2u(call[2], call[3]))`,
  });
  return shader({
    threads: ELEMENTS,
    body: `  ${ELEMENT}
  if (element >= call[0] * call[1]) { return; }
  let row = element / call[1];
  let col = element % call[1];
${addresses.join('\n')}
${body}`,
  });
}

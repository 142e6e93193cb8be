// The stages of a scan's step as shaders. A dispatch is one stage of one step; which step it is follows from a counter in memory:
// each workgroup takes a ticket, and a step has the same number of them each time.
import { ROW_GROUP, type ScanOperand, type ScanStage } from '../../contract.js';
import * as MAX from '../../numbers/max.js';
import { programBody } from '../program.js';
import { CONTROL, ELEMENT, ELEMENTS, fold, shader } from './frame.js';
import { gemmShader, int8Shader, type Tile } from './products.js';

/** Words of a scan's call, before those of its operands. */
export const SCAN = {
  STEPS: 0,
  ROWS: 1,
  /** The ticket of the first workgroup, and tickets of a step. */
  FIRST_TICKET: 2,
  TICKETS: 3,
  KEY0: 4,
  KEY1: 5,
  CALL: 6,
  FIRST_STEP: 7,
  COUNT_DOWN: 8,
  /** Where the counts of active rows stand; NOWHERE without them. */
  ACTIVE: 9,
  TABLES: 10,
  OPERANDS: 10 + MAX.TABLES,
} as const;

export const NOWHERE = 0xffff_ffff;

/** Words of an operand: offset, rowStride, colStride, stepStride, where its indices stand, their limit, their stepStride. */
export const OPERAND_WORDS = 7;
/** Words of a stage, which stand behind those of all operands: cols, or n, k, accumulate. */
export const STAGE_WORDS = 3;

/** What a shader must know of an operand: the rest is in the call. */
export type OperandForm = Pick<ScanOperand, 'table' | 'grouped'> & { isIndexed: boolean };

/** Where things of a call stand. */
export interface Layout {
  forms: readonly OperandForm[];
  /** The words of this stage. */
  stageAt: number;
  /** The first uniform number. */
  uniformsAt: number;
}

const OUTSIDE = `
var<workgroup> ticket: u32;
fn stepOf(lane: u32) -> u32 {
  if (lane == 0u) { ticket = atomicAdd(&control[${CONTROL.TICKETS}], 1u); }
  return (workgroupUniformLoad(&ticket) - call[${SCAN.FIRST_TICKET}]) / call[${SCAN.TICKETS}];
}
fn activeRows(step: u32) -> u32 {
  if (call[${SCAN.ACTIVE}] == ${NOWHERE}u) { return call[${SCAN.ROWS}]; }
  return memory[call[${SCAN.ACTIVE}] + step];
}`;

const STEP = `  let step = stepOf(lane);
  let rows = activeRows(step);`;

const word = (operand: number, i: number): string => `call[${SCAN.OPERANDS + operand * OPERAND_WORDS + i}]`;
const tableRow = (table: number): string => `memory[call[${SCAN.TABLES + table}] + step]`;

/** The address of row \`row\`, column 0, of an operand. */
function rowAt(operand: number, { table, grouped, isIndexed }: OperandForm, row: string): string {
  const line = grouped === true ? `(${row}) / ${ROW_GROUP}u` : row;
  const start = `${word(operand, 0)} + step * ${word(operand, 3)}`;
  if (isIndexed) {
    const list = table === undefined ? `step * ${word(operand, 6)}` : tableRow(table);
    return `${start} + checkedIndex(${word(operand, 4)} + ${list}, ${row}, ${word(operand, 5)}) * ${word(operand, 1)}`;
  }
  if (table !== undefined) return `${word(operand, 0)} + (${tableRow(table)} + ${line}) * ${word(operand, 1)}`;
  return `${start} + (${line}) * ${word(operand, 1)}`;
}

function programShader(stage: ScanStage & { kind: 'program' }, { forms, stageAt, uniformsAt }: Layout): string {
  const { program, operands } = stage;
  const isGrouped = operands.some((i) => forms[i].grouped === true);
  const addresses = Array.from({ length: program.operands }, (_, i) => {
    const number = operands[i];
    return `  let at${i} = ${rowAt(number, forms[number], 'row')} + col * ${word(number, 2)};`;
  }).join('\n');
  const body = programBody(program, {
    load: (operand) => `number(at${operand})`,
    store: (operand, value) => `put(at${operand}, ${value});`,
    uniform: (number) => `argument(${uniformsAt + number})`,
    random: (stream) =>
      `uniformRandom(row * cols + col, drawn, ${stream}u, call[${SCAN.CALL}], vec2u(call[${SCAN.KEY0}], call[${SCAN.KEY1}]))`,
  });
  const first = isGrouped ? `element / cols * ${ROW_GROUP}u` : 'element / cols';
  return shader({
    threads: ELEMENTS,
    outside: OUTSIDE,
    body: `${STEP}
  ${ELEMENT}
  let cols = call[${stageAt}];
  let col = element % cols;
  let drawn = call[${SCAN.FIRST_STEP}] + select(step, call[${SCAN.STEPS}] - 1u - step, call[${SCAN.COUNT_DOWN}] != 0u);
  let firstRow = ${first};
  let end = min(rows, firstRow + ${isGrouped ? ROW_GROUP : 1}u);
  for (var row = firstRow; row < end; row++) {
${addresses}
${body}
  }`,
  });
}

function rowSumShader({ x, out }: ScanStage & { kind: 'rowSum' }, { forms, stageAt }: Layout): string {
  return shader({
    threads: ELEMENTS,
    outside: `${OUTSIDE}
var<workgroup> parts: array<f32, ${ELEMENTS}>;`,
    body: `${STEP}
  var sum = 0.0;
  if (group < rows) {
    let origin = ${rowAt(x, forms[x], 'group')};
    for (var c = lane; c < call[${stageAt}]; c += ${ELEMENTS}u) { sum += number(origin + c); }
  }
  parts[lane] = sum;
${fold(ELEMENTS, 'parts', (a, b) => `${a} + ${b}`)}
  if (lane == 0u && group < rows) { put(${rowAt(out, forms[out], 'group')}, parts[0]); }`,
  });
}

function productShader(stage: ScanStage & { kind: 'product' }, { forms, stageAt }: Layout, tile: Tile): string {
  const { a, b, c, transB, scales } = stage;
  const prologue = `${STEP}
  let m = rows;
  let n = call[${stageAt}];
  let k = call[${stageAt + 1}];
  let accumulate = call[${stageAt + 2}];
  let aAt = ${rowAt(a, forms[a], '0u')};
  let aStride = ${word(a, 1)};
  let bAt = ${word(b, 0)};
  let bStride = ${word(b, 1)};
  let cAt = ${rowAt(c, forms[c], '0u')};
  let cStride = ${word(c, 1)};`;
  if (scales !== undefined) return int8Shader(`${prologue}\n  let scalesAt = ${word(scales, 0)};`, OUTSIDE);
  return gemmShader(tile, { transB }, prologue, OUTSIDE);
}

/** The shader of a stage. @param tile of a product */
export function stageShader(stage: ScanStage, layout: Layout, tile: Tile): string {
  switch (stage.kind) {
    case 'program':
      return programShader(stage, layout);
    case 'rowSum':
      return rowSumShader(stage, layout);
    case 'product':
      return productShader(stage, layout, tile);
    default:
      return stage satisfies never;
  }
}

// The words of a scan's call, and how shaders read them.
import { ROW_GROUP } from '../../contract.js';
import * as MAX from '../../numbers/max.js';
import { CONTROL } from '../shaders/frame.js';
import type { Site } from './sites.js';

/** Words before those of the operands. */
export const SCAN = {
  STEPS: 0,
  ROWS: 1,
  /** The ticket of the first workgroup, and tickets of a round: of a step's dispatches, or of those of several steps. */
  FIRST_TICKET: 2,
  TICKETS: 3,
  KEY0: 4,
  KEY1: 5,
  CALL: 6,
  FIRST_STEP: 7,
  COUNT_DOWN: 8,
  /** Where the counts of active rows stand. */
  ACTIVE: 9,
  /** Rounds of a dispatch that has several. */
  ROUNDS: 10,
  /** Where the words of the grid's barriers stand. */
  GRID: 11,
  /** So many for each dispatch. */
  GRID_WORDS: 12,
  /** How often a workgroup looks whether all others have come. */
  SPIN_LIMIT: 13,
  TABLES: 14,
  OPERANDS: 14 + MAX.TABLES,
} as const;

/** Words of an operand: offset, rowStride, stepStride, where its indices stand, their limit, their stepStride. */
export const OPERAND_WORDS = 6;

const operandWord = (operand: number, i: number): string => `call[${SCAN.OPERANDS + operand * OPERAND_WORDS + i}]`;

/** Where an operand begins: of those that do not move. */
export const startOf = (operand: number): string => operandWord(operand, 0);
export const strideOf = (operand: number): string => operandWord(operand, 1);

/** The address of row \`row\`, column 0, of an operand, in the step \`step\`. */
export function rowAt(operand: number, { table, grouped, indexed }: Site, row: string): string {
  const line = grouped ? `(${row}) / ${ROW_GROUP}u` : `(${row})`;
  const start = `${startOf(operand)} + step * ${operandWord(operand, 2)}`;
  const tableRow = table === undefined ? '' : `word(call[${SCAN.TABLES + table}] + step)`;
  if (indexed) {
    const list = table === undefined ? `step * ${operandWord(operand, 5)}` : tableRow;
    return `${start} + checkedIndex(${operandWord(operand, 3)} + ${list}, ${row}, ${operandWord(operand, 4)}) * ${strideOf(operand)}`;
  }
  if (table !== undefined) return `${startOf(operand)} + (${tableRow} + ${line}) * ${strideOf(operand)}`;
  return `${start} + ${line} * ${strideOf(operand)}`;
}

/** Each workgroup takes a ticket: `turnOf` says how many whole rounds of tickets came before. */
export const TURN = `
var<workgroup> told: u32;
fn turnOf(lane: u32) -> u32 {
  if (lane == 0u) { told = atomicAdd(&control[${CONTROL.TICKETS}], 1u); }
  return (workgroupUniformLoad(&told) - call[${SCAN.FIRST_TICKET}]) / call[${SCAN.TICKETS}];
}
fn activeRows(step: u32, lane: u32) -> u32 {
  if (lane == 0u) { told = word(call[${SCAN.ACTIVE}] + step); }
  return workgroupUniformLoad(&told);
}`;

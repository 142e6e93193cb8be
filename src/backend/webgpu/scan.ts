// Scans: the stages of a plan as shaders, made once, and a dispatch of each in every step, all over the words of one call.
import { UnsupportedError } from '../../errors.js';
import type { Block } from '../arena.js';
import { ROW_GROUP, type ScanCall, type ScanOperand, type ScanPlan, type ScanStage } from '../contract.js';
import { checkScanExtents } from '../scanExtent.js';
import * as MAX from '../numbers/max.js';
import type { Call, Commands } from './commands.js';
import type { GpuMemory } from './memory.js';
import { storedBy } from './program.js';
import { ELEMENTS } from './shaders/frame.js';
import { INT8_COLS, type Tile, tileCount, tileFor } from './shaders/products.js';
import { NOWHERE, OPERAND_WORDS, type OperandForm, SCAN, STAGE_WORDS, stageShader } from './shaders/scan.js';

/** The stages of a plan, ready for operands of some forms and some number of rows. */
interface PreparedScan {
  stages: readonly Call[];
  /** Workgroups of a step. */
  tickets: number;
  /** Operands that a stage changes. */
  written: ReadonlySet<number>;
}

const formOf = ({ table, grouped, indices }: ScanOperand): OperandForm => ({
  table,
  grouped,
  isIndexed: indices !== undefined,
});

export class ScanCalls {
  readonly #commands: Commands;
  readonly #memory: GpuMemory;
  readonly #place: (words: Int32Array) => Block;
  readonly #prepared = new WeakMap<ScanPlan, Map<string, PreparedScan>>();

  /** @param place puts words into memory for one call */
  constructor(commands: Commands, memory: GpuMemory, place: (words: Int32Array) => Block) {
    this.#commands = commands;
    this.#memory = memory;
    this.#place = place;
  }

  /** Errors: UNSUPPORTED beyond the limits, SHAPE, STATE, DTYPE. A bad index is told by the next read. */
  run(plan: ScanPlan, call: ScanCall): void {
    const { steps, rows, operands, uniforms, random, activeRows, rowTables = [] } = call;
    if (steps === 0 || rows === 0) return;
    if (rowTables.length > MAX.TABLES) {
      throw new UnsupportedError(`expected at most ${MAX.TABLES} row tables, received ${rowTables.length}`);
    }
    checkScanExtents(plan, call);
    const weights = new Set(
      plan.stages.flatMap((stage) => (stage.kind === 'product' && stage.scales !== undefined ? [stage.b] : [])),
    );
    const { stages, tickets, written } = this.#prepare(plan, call);
    const places = operands.map((operand, i) => {
      const { rowStride, colStride, stepStride, indices } = operand;
      const at = written.has(i)
        ? this.#memory.to(operand)
        : this.#memory.at(operand, weights.has(i) ? 'int32' : 'float32');
      const list = indices === undefined ? 0 : this.#memory.at(indices, 'int32');
      return [at, rowStride, colStride, stepStride, list, indices?.limit ?? 0, indices?.stepStride ?? 0];
    });
    const tables = rowTables.map((table) => this.#place(table.subarray(0, steps)));
    const active = activeRows === undefined ? null : this.#place(activeRows.subarray(0, steps));
    const commands = this.#commands;
    commands.begin(wordsOf(plan, call));
    const put = (value: number): void => commands.put(value);
    put(steps);
    put(rows);
    put(commands.takeTickets(steps * tickets));
    put(tickets);
    put(random?.key0 ?? 0);
    put(random?.key1 ?? 0);
    put(random?.call ?? 0);
    put(call.firstStep ?? 0);
    put(call.countDown === true ? 1 : 0);
    put(active === null ? NOWHERE : active.address / 4);
    for (let i = 0; i < MAX.TABLES; i++) put(i < tables.length ? tables[i].address / 4 : 0);
    for (const words of places) for (const word of words) put(word);
    for (const stage of plan.stages) for (const word of stageWords(stage)) put(word);
    for (const value of uniforms) commands.putFloat(value);
    commands.dispatch(stages, steps);
    for (const block of active === null ? tables : [...tables, active]) this.#memory.giveBack(block);
  }

  #prepare(plan: ScanPlan, { operands, rows }: ScanCall): PreparedScan {
    const forms = operands.map(formOf);
    const key = `${rows} ${forms.map(({ table, grouped, isIndexed }) => `${table ?? ''}${grouped === true ? 'g' : ''}${isIndexed ? 'i' : ''}`).join()}`;
    const known = this.#prepared.get(plan) ?? new Map<string, PreparedScan>();
    this.#prepared.set(plan, known);
    let prepared = known.get(key);
    if (prepared === undefined) {
      const stagesAt = SCAN.OPERANDS + operands.length * OPERAND_WORDS;
      const uniformsAt = stagesAt + plan.stages.length * STAGE_WORDS;
      const stages = plan.stages.map((stage, i): Call => {
        const tile = tileOf(stage, rows);
        const code = stageShader(stage, { forms, stageAt: stagesAt + i * STAGE_WORDS, uniformsAt }, tile);
        return { pipeline: this.#commands.pipeline(code), workgroups: workgroupsOf(stage, forms, rows, tile) };
      });
      const written = new Set(plan.stages.flatMap(writtenBy));
      prepared = { stages, written, tickets: stages.reduce((sum, { workgroups }) => sum + workgroups, 0) };
      known.set(key, prepared);
    }
    return prepared;
  }
}

function wordsOf({ stages }: ScanPlan, { operands, uniforms }: ScanCall): number {
  return SCAN.OPERANDS + operands.length * OPERAND_WORDS + stages.length * STAGE_WORDS + uniforms.length;
}

function writtenBy(stage: ScanStage): readonly number[] {
  switch (stage.kind) {
    case 'program':
      return [...storedBy(stage.program)].map((i) => stage.operands[i]);
    case 'rowSum':
      return [stage.out];
    case 'product':
      return [stage.c];
    default:
      return stage satisfies never;
  }
}

function stageWords(stage: ScanStage): [number, number, number] {
  if (stage.kind !== 'product') return [stage.cols, 0, 0];
  return [stage.n, stage.k, stage.accumulate === true ? 1 : 0];
}

function tileOf(stage: ScanStage, rows: number): Tile {
  return stage.kind === 'product' ? tileFor(rows, stage.n) : tileFor(1, 1);
}

function workgroupsOf(stage: ScanStage, forms: readonly OperandForm[], rows: number, tile: Tile): number {
  switch (stage.kind) {
    case 'program': {
      const isGrouped = stage.operands.some((i) => forms[i].grouped === true);
      return Math.ceil(((isGrouped ? Math.ceil(rows / ROW_GROUP) : rows) * stage.cols) / ELEMENTS);
    }
    case 'rowSum':
      return rows;
    case 'product':
      return stage.scales === undefined ? tileCount(tile, rows, stage.n) : rows * Math.ceil(stage.n / INT8_COLS);
    default:
      return stage satisfies never;
  }
}

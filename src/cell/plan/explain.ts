// What will run for a cell: the stages of one step with their work and traffic, as data and as a table for people; told what a
// machine can do, also the least time that they take there.
import { requireNumber } from '../../range.js';
import { refuseOtherCopy } from '../../copy.js';
import { type Names, optionsOf, refuse } from '../../expect.js';
import { INSTRUCTION_SIZE } from '../../backend/isa.js';
import * as OP from '../../backend/numbers/op.js';
import type { CellGraph } from '../define/graph.js';
import { sizeNamed, type Sizes, sizeOfWidth } from '../define/width.js';
import { deriveCell } from './derive.js';
import { type Block, blocksOf, columnsOf, runsOf, type WeightGroup } from './layout.js';
import { type ProgramStage, ROWS_IN_LOOP, type StepPlan } from './plan.js';
import type { Slot } from './slot.js';

/** What a machine can do, as measured on it. */
export interface MachineRates {
  /** Multiplications and additions of a large matrix product. */
  flopsPerSecond: number;
  /** Bytes read and written by a copy that is larger than the caches. */
  bytesPerSecond: number;
}

/** The sizes for which a cell’s work is counted. */
export interface ExplainOptions {
  /** D, the width of the input. */
  inputSize: number;
  /** H, the width of the state. */
  hiddenSize: number;
  /** Sequences at once; 1. */
  batchSize?: number;
  /** The cell's own sizes; hidden where missing. */
  sizes?: Readonly<Record<string, number>>;
  /** Into how many heads block-diagonal weights are cut; 4. */
  numHeads?: number;
  /** The input is tokens: its product is a row of the weight. */
  tokens?: boolean;
  /** Whether the gradient of x is wanted; true. */
  inputGradient?: boolean;
  /** Steps of a sequence, over which products outside of the loop share one reading of their weights; 1. */
  numSteps?: number;
  /** Gives each stage its floor in seconds. */
  machine?: MachineRates;
}

/** A product or a program that runs, with its work. */
export interface ExplainedStage {
  /** Once for the whole sequence (`before the loop`, `after the loop`), or at each step, forward or backward. */
  when: 'before the loop' | 'forward' | 'backward' | 'after the loop';
  /** What sort of kernel: a matrix product, an elementwise program, a reduction over rows, or rows of a table. */
  kind: 'product' | 'program' | 'row sum' | 'gather';
  /** For people: which weights and values take part. */
  what: string;
  /** Multiplications and additions of one step; a function such as tanh counts as one. */
  flops: number;
  /** Bytes read and written in one step, weights once. */
  bytes: number;
  /** The floor where a machine was told: the larger of flops at its product rate and bytes at its bandwidth. */
  seconds?: number;
}

/** What runs for one time step of a cell, from `explainCell`. */
export interface Explanation {
  /** In the order in which they run. */
  stages: readonly ExplainedStage[];
  /** Totals of one training step of time: forward, backward and its share of what is outside of the loop. */
  flops: number;
  /** Bytes read and written, for the same. */
  bytes: number;
  /** The sum of the stages' floors, where a machine was told: what is in a cache already may take less. */
  seconds?: number;
  /** How many numbers training changes. */
  parameters: number;
  /** A table of the stages, for a terminal. */
  toString(): string;
}

const FLOAT = 4;

const NAMES: Names<ExplainOptions> = {
  ...{ inputSize: true, hiddenSize: true, batchSize: true, sizes: true, numHeads: true, tokens: true },
  ...{ inputGradient: true, numSteps: true, machine: true },
};

/** The least time of some work: its arithmetic at the product rate or its traffic at the bandwidth, whichever is longer. */
export function floorSeconds(work: { flops: number; bytes: number }, machine: MachineRates): number {
  return Math.max(work.flops / machine.flopsPerSecond, work.bytes / machine.bytesPerSecond);
}

/**
 * What runs for one step in time of a cell: the stages and programs with their cost in FLOPs and bytes; `String(…)` of it is a table.
 *
 *     console.log(String(explainCell(GRU, { inputSize: 28, hiddenSize: 256 })));
 *
 * Errors: OPTION for what is no cell, RANGE for sizes that are none.
 */
export function explainCell(cell: CellGraph, given: ExplainOptions): Explanation {
  refuseOtherCopy(cell, 'cell');
  if (!((cell as CellGraph | undefined)?.next instanceof Map))
    refuse('a cell', cell, 'give one of the library, such as LSTM');
  const options = optionsOf(given, NAMES, 'explainCell');
  const { inputSize, hiddenSize, batchSize: N = 1, numHeads = 4, tokens = false } = options;
  const { inputGradient = true, numSteps = 1, machine } = options;
  for (const [name, size] of Object.entries({ inputSize, hiddenSize, batchSize: N, numHeads, numSteps })) {
    requireNumber(name, size, { min: 1, whole: true }, `give ${name}, as in { inputSize: 28, hiddenSize: 256 }`);
  }
  const own = Object.fromEntries(cell.sizes.map((name) => [name, options.sizes?.[name] ?? hiddenSize]));
  const sizes: Sizes = { ...own, input: inputSize, hidden: hiddenSize, heads: numHeads };
  const derived = deriveCell(cell);
  const { layout } = derived;
  const columns = columnsOf(layout, sizes);
  const stages: ExplainedStage[] = [];
  const product = (when: ExplainedStage['when'], what: string, blocks: readonly Block[], shared: boolean): void => {
    const sum = (f: (b: Block) => number): number => blocks.reduce((total, b) => total + f(b), 0);
    const [{ k, n }] = blocks;
    const sharing = shared ? numSteps : 1;
    const size = `${k} × ${n}${blocks.length > 1 ? `, ${blocks.length} heads` : ''}`;
    stages.push({
      when,
      kind: 'product',
      what: `${what} [${size}]`,
      flops: sum((b) => 2 * N * b.n * b.k),
      bytes: sum((b) => ((b.n * b.k) / sharing + N * b.k + N * b.n) * FLOAT),
    });
  };
  const groups = (kind: WeightGroup['kind']) => layout.groups.filter((g) => g.kind === kind);
  const add = (when: 'forward' | 'backward', plan: StepPlan): void => {
    for (const stage of plan.stages) {
      switch (stage.kind) {
        case 'product': {
          const { group, run } = stage;
          const what =
            when === 'forward' ? `${operandName(group)} · ${group.parameter}` : `gradient · ${group.parameter}ᵀ`;
          product(when, what, blocksOf(layout, columns, group, run, sizes), group.kind === 'input');
          break;
        }
        case 'rowSum': {
          const cols = sizeOfWidth(sizes, stage.width);
          stages.push({
            when,
            kind: 'row sum',
            what: `[${N}, ${cols}]`,
            flops: N * cols,
            bytes: N * (cols + 1) * FLOAT,
          });
          break;
        }
        case 'program': {
          const cols = sizeOfWidth(sizes, stage.width);
          stages.push(program(when, stage, N * cols, `[${N}, ${cols}]`));
          break;
        }
        default:
          stage satisfies never;
      }
    }
  };
  const inputInLoop = !tokens && N >= ROWS_IN_LOOP;
  for (const g of tokens || inputInLoop ? [] : groups('input')) {
    for (const run of runsOf(layout, g)) {
      product('before the loop', `x · ${g.parameter}`, blocksOf(layout, columns, g, run, sizes), true);
    }
  }
  add('forward', derived.forward({ tokens, inputInLoop, keeps: true }));
  add('backward', derived.backward({ hasDy: true, scaled: false, inputInLoop: inputInLoop && inputGradient }));
  for (const g of layout.groups) {
    for (const run of runsOf(layout, g)) {
      const blocks = blocksOf(layout, columns, g, run, sizes);
      if (g.kind === 'input' && tokens) {
        const n = N * blocks[0].n;
        stages.push({
          when: 'after the loop',
          kind: 'gather',
          what: `rows of ${g.parameter}`,
          flops: n,
          bytes: 3 * n * FLOAT,
        });
        continue;
      }
      product('after the loop', `gradient of ${g.parameter}`, blocks, true);
      if (g.kind === 'input' && inputGradient && !inputInLoop) {
        product('after the loop', `gradient of x by ${g.parameter}ᵀ`, blocks, true);
      }
    }
  }
  const parameters =
    layout.groups.reduce(
      (sum, g) =>
        sum +
        runsOf(layout, g).reduce(
          (s, run) => s + blocksOf(layout, columns, g, run, sizes).reduce((t, b) => t + b.n * b.k, 0),
          0,
        ),
      0,
    ) +
    columns.biasTotal +
    cell.vectors.reduce((sum, v) => sum + sizeNamed(sizes, v.size), 0);
  const flops = stages.reduce((sum, s) => sum + s.flops, 0);
  const bytes = stages.reduce((sum, s) => sum + s.bytes, 0);
  const head = `${cell.name}: input ${inputSize}${tokens ? ' (tokens)' : ''}, hidden ${hiddenSize}, batch ${N}; ${parameters.toLocaleString('en')} parameters; one step in time`;
  const seconds =
    machine === undefined ? undefined : stages.reduce((sum, s) => sum + (s.seconds = floorSeconds(s, machine)), 0);
  return { stages, flops, bytes, seconds, parameters, toString: () => print(head, stages, { flops, bytes, seconds }) };
}

function operandName(group: WeightGroup): string {
  switch (group.kind) {
    case 'input':
      return 'x';
    case 'state':
      return group.state;
    case 'computed':
      return `(operand of ${group.linears.join(', ')})`;
    default:
      return group satisfies never;
  }
}

function program(when: 'forward' | 'backward', stage: ProgramStage, elements: number, grid: string): ExplainedStage {
  const { code } = stage.program;
  let [work, traffic] = [0, 0];
  for (let i = 0; i < code.length; i += INSTRUCTION_SIZE) {
    if (code[i] === OP.LOAD || code[i] === OP.STORE) traffic++;
    else if (code[i] !== OP.UNIFORM) work++;
  }
  const writes = stage.operands.filter((_, i) => stores(code, i)).map(describeSlot);
  const names = [...new Set(writes)];
  const shown = names.length > 8 ? [...names.slice(0, 6), `${names.length - 6} more`] : names;
  const what = `${grid}, ${code.length / INSTRUCTION_SIZE} instructions to ${shown.join(', ')}`;
  return { when, kind: 'program', what, flops: work * elements, bytes: traffic * elements * FLOAT };
}

function stores(code: Int32Array, operand: number): boolean {
  for (let i = 0; i < code.length; i += INSTRUCTION_SIZE)
    if (code[i] === OP.STORE && code[i + 1] === operand) return true;
  return false;
}

/** What an operand is to people. */
function describeSlot(of: Slot): string {
  switch (of.kind) {
    case 'nextState':
      return `${of.name}′`;
    case 'dState':
      return `d${of.name} before`;
    case 'dLinear':
    case 'dVector':
      return `d${of.name}`;
    case 'dInput':
      return 'dx';
    case 'computed':
    case 'dComputed':
      return 'an operand';
    case 'summed':
    case 'dSummed':
      return 'a sum';
    case 'saved':
      return 'a value for later';
    default:
      return 'name' in of ? of.name : of.kind;
  }
}

function amount(value: number, unit: string): string {
  const scales: [number, string][] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const found = scales.find(([size]) => value >= size);
  return found === undefined
    ? `${Number(value.toFixed(1))} ${unit}`
    : `${(value / found[0]).toFixed(value / found[0] < 10 ? 2 : 1)} ${found[1]}${unit}`;
}

function print(
  head: string,
  stages: readonly ExplainedStage[],
  { flops, bytes, seconds }: Pick<Explanation, 'flops' | 'bytes' | 'seconds'>,
): string {
  const floor = (time: number | undefined): string[] => (time === undefined ? [] : [`${(time * 1e6).toFixed(1)} µs`]);
  const rows = stages.map((s) => [
    ...[s.when, s.kind, s.what, amount(s.flops, 'FLOP'), amount(s.bytes, 'B')],
    ...floor(s.seconds),
  ]);
  rows.push(['sum', '', '', amount(flops, 'FLOP'), amount(bytes, 'B'), ...floor(seconds)]);
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row, at) =>
    row
      .map((cell, i) =>
        i >= 3
          ? cell.padStart(widths[i])
          : (i === 0 && at > 0 && rows[at - 1][0] === cell ? '' : cell).padEnd(widths[i]),
      )
      .join('  ')
      .trimEnd(),
  );
  return [head, '', ...lines].join('\n');
}

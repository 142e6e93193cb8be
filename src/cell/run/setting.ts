// What one scan is: its cell, input, parameters, states and steps, held against each other before anything runs.
// Letters: T steps, N batch, W a width, R rows of all steps (T · N where none is padding).
import { type Backend, ROW_GROUP } from '../../backend/contract.js';
import { backendOf } from '../../backend/registry.js';
import { UnrolledError } from '../../errors.js';
import { empty, fromData } from '../../tensor/create.js';
import type { RandomKey } from '../../tensor/philox.js';
import { formatShape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sizeNamed, type Sizes, sizeOfWidth, type Width } from '../define/width.js';
import type { DerivedCell } from '../plan/derive.js';
import { type Columns, type SizedGroup, sizedLayout } from '../plan/layout.js';
import { ROWS_IN_LOOP, type StepPlan } from '../plan/plan.js';
import type { OwnSlot } from '../plan/slot.js';
import { fullSteps, type Steps } from './steps.js';

export interface ScanOptions {
  /** From the last step to the first; the output stays in the order of time. */
  reverse?: boolean;
  /** A batch without padding: x is [R, D] (or tokens [R]) in the order of `steps`. */
  steps?: Steps;
  /** For cells with random numbers (zoneout). */
  random?: RandomKey;
  /** Number of the first step, for random numbers: a segment draws those of the whole. */
  firstStep?: number;
  /** Values of `masks` of the cell: [N, W], or [1, W] for all rows. */
  masks?: Readonly<Record<string, Tensor>>;
  /** Named values to keep at every step. */
  trace?: readonly string[];
  /** Factors [T] of the gradients that pass from step t + 1 to step t (randomized truncation). */
  gradientScale?: Tensor;
}

/** All that one scan has to do with. */
export interface Setting {
  readonly derived: DerivedCell;
  readonly x: Tensor;
  readonly tokens: boolean;
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly initial: Readonly<Record<string, Tensor>>;
  readonly sizes: Sizes;
  readonly options: ScanOptions;
  readonly backend: Backend;
  readonly steps: Steps;
  readonly columns: Columns;
  readonly groups: readonly SizedGroup[];
}

/** A scan's setting, checked. Errors: SHAPE, STATE, OPTION, RANGE, as `scan` says. */
export function settingOf(
  given: Pick<Setting, 'derived' | 'x' | 'parameters' | 'initial' | 'sizes' | 'options'>,
): Setting {
  const { derived, x, parameters, initial, sizes, options } = given;
  const { columns, groups } = sizedLayout(derived.layout, sizes);
  const tokens = x.dtype === 'int32';
  const backend = backendOf(x);
  const steps = options.steps ?? fullSteps(x.shape[0] ?? 0, x.shape[1] ?? 0, options.reverse);
  // Name by name: spreads cost a short step 2 % of its time.
  const setting: Setting = { derived, x, tokens, parameters, initial, sizes, options, backend, steps, columns, groups };
  check(setting);
  return setting;
}

function check({ derived, x, tokens, initial, sizes, steps, options }: Setting): void {
  const { cell, inputEquals, layout, traceable } = derived;
  const { input, hidden } = sizes;
  const lead = options.steps === undefined ? 2 : 1;
  const expected = lead === 2 ? ['T', 'N'] : ['rows'];
  if (x.rank !== (tokens ? lead : lead + 1) || (!tokens && x.shape[lead] !== input)) {
    throw new UnrolledError(
      'SHAPE',
      `expected input of shape [${[...expected, input].join(', ')}] or int32 tokens [${expected.join(', ')}], received ${x.dtype} ${formatShape(x.shape)}`,
      'was the vocabulary or the input size another one?',
    );
  }
  if (inputEquals !== null && (tokens || input !== sizeOfWidth(sizes, inputEquals))) {
    throw new UnrolledError(
      'SHAPE',
      `expected input of the cell's size ${sizeOfWidth(sizes, inputEquals)}, since ${cell.name} uses x itself, received ${tokens ? 'tokens' : `size ${input}`}`,
      'put a linear or an embedding of that size before it',
    );
  }
  const hasHeads = layout.groups.some((g) => g.perHead);
  if (hasHeads && tokens && layout.groups.some((g) => g.perHead && g.kind === 'input')) {
    throw new UnrolledError(
      'SHAPE',
      `expected dense input, since ${cell.name} splits x into heads, received tokens`,
      'put an embedding before it',
    );
  }
  if (hasHeads && hidden % sizes.heads !== 0) {
    throw new UnrolledError(
      'RANGE',
      `expected a hidden size that ${sizes.heads} heads divide, received ${hidden}`,
      'change hiddenSize or numHeads',
    );
  }
  for (const [s, t] of Object.entries(initial)) {
    if (!cell.states.includes(s)) {
      throw new UnrolledError(
        'STATE',
        `expected states ${cell.states.join(', ')}, received "${s}"`,
        'pass the state that this cell returned',
      );
    }
    const width = sizeNamed(sizes, cell.stateSizes[s]);
    if (t.shape.length !== 2 || t.shape[0] !== steps.N || t.shape[1] !== width) {
      throw new UnrolledError(
        'SHAPE',
        `expected state ${s} of shape ${formatShape([steps.N, width])}, received ${formatShape(t.shape)}`,
        'the batch size must stay the same while state is carried',
      );
    }
  }
  for (const name of options.trace ?? []) {
    if (!traceable.has(name)) {
      throw new UnrolledError(
        'OPTION',
        `expected a value of ${cell.name} to trace (${[...traceable.keys()].join(', ')}), received "${name}"`,
        "name it in the cell with value.named('…')",
      );
    }
  }
}

/** The number of elements of a state. */
export function stateSize({ derived, sizes }: Setting, state: string): number {
  return sizeNamed(sizes, derived.cell.stateSizes[state]);
}

/** [T, N, width], or [R, width]. */
export function sequenceShape({ steps: { T, N, rows, ragged } }: Setting, width: number): number[] {
  return ragged === null ? [T, N, width] : [rows, width];
}

/** Whether products with the input are stages of each step. */
export function isInputInLoop({ tokens, steps, backend }: Setting): boolean {
  return !tokens && backend.inputBeforeLoop !== true && steps.N >= ROWS_IN_LOOP;
}

/** Rows of the sums that gradients of vectors gather in. */
export function groupCount({ steps }: Setting): number {
  return Math.ceil(steps.N / ROW_GROUP);
}

/** Memory for a plan's slots: those of all steps, and those of one. */
export function allocate(
  setting: Setting,
  plan: StepPlan,
): { perStep: Map<OwnSlot, Tensor>; scratch: Map<OwnSlot, Tensor> } {
  const { x, sizes, steps } = setting;
  const make = (rows: number, width: Width): Tensor => empty([rows, sizeOfWidth(sizes, width)], { device: x.device });
  const rowsOf = (of: OwnSlot): number => (of.kind === 'dVector' ? groupCount(setting) : steps.N);
  return {
    perStep: new Map([...plan.perStep].map(([of, width]) => [of, make(steps.rows, width)])),
    scratch: new Map([...plan.scratch].map(([of, width]) => [of, make(rowsOf(of), width)])),
  };
}

/** out[r] = from[rows[r]] */
export function gatherRows({ backend }: Setting, from: Tensor, rows: Int32Array, out: Tensor, cols: number): void {
  if (rows.length === 0 || cols === 0) return;
  const indices = fromData(rows, [rows.length], { device: from.device });
  backend.gather(
    { rows: rows.length, cols, tableRows: from.shape[0] },
    { storage: from.storage, offset: from.offset, stride: cols },
    { storage: indices.storage, offset: indices.offset },
    { storage: out.storage, offset: out.offset, stride: cols },
  );
  indices.dispose();
}

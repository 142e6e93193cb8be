// The recurrent part of a model from its configuration, which is plain data and stands in the model file.
import { UnrolledError } from '../errors.js';
import { refuseOtherCopy } from '../copy.js';
import { expectFlag, type Names, optionsOf, refuse } from '../expect.js';
import { Cell } from '../cell/cell.js';
import { cellByName } from '../cell/cells/index.js';
import type { CellData } from '../cell/define/data.js';
import { cellFromData } from '../cell/fromData.js';
import type { RandomCalls } from '../nn/random.js';
import { Recurrent, type RecurrentOptions } from '../nn/recurrent.js';
import type { Philox } from '../tensor/philox.js';

const FLAGS = ['variational', 'residual', 'learnInitialState'] as const;
/** Options of the recurrent stack that a model passes on; all off where missing. */
const RECURRENT_KEYS = [
  ...(['zoneout', 'stateDropout', 'inputDropout', 'weightDropout', 'projSize', 'numHeads'] as const),
  ...FLAGS,
] as const;

/** Options of the recurrent stack, as `Recurrent` has them; all off where missing. */
export type RecurrentConfig = Omit<Pick<RecurrentOptions, (typeof RECURRENT_KEYS)[number]>, 'zoneout'> & {
  /** The share of the units that keep their state at a step (Krueger et al. 2017); 0 to 1. */
  zoneout?: number;
};

const NAMES = Object.fromEntries(RECURRENT_KEYS.map((name) => [name, true])) as Names<RecurrentConfig>;

/** Numbers and flags by known names; their ranges are the network's to check. Errors: OPTION. */
export function recurrentConfigOf(given: RecurrentConfig | undefined): RecurrentConfig {
  const options = optionsOf(given, NAMES, 'recurrent');
  for (const [name, value] of Object.entries(options)) {
    if (FLAGS.some((flag) => flag === name)) expectFlag(value, name);
    else if (typeof value !== 'number') refuse(`${name} as a number`, value, `as in { ${name}: … }, or leave it out`);
  }
  return options;
}

export interface StackConfig {
  /** The name of a built-in cell (cell/cells/index.ts) or of a user-defined one. */
  cell: string;
  /** The equations of a user-defined cell, so that the file opens without the module that defines it. */
  equations?: CellData;
  hiddenSize: number;
  numLayers: number;
  /** Between layers, and before what follows. */
  dropout: number;
  recurrent?: RecurrentConfig;
}

export interface StackContext {
  inputSize: number;
  /** The input is tokens, which a residual connection cannot add. */
  ofTokens: boolean;
  bidirectional?: boolean;
  /** Its first states come from elsewhere: it is a decoder. */
  isDecoder?: boolean;
  rng: Philox;
  calls: RandomCalls;
}

/** Errors: OPTION for an unknown cell, and for an option that would change nothing here. */
export function recurrentStack(config: StackConfig, context: StackContext): Recurrent {
  const { hiddenSize, numLayers, dropout } = config;
  const { inputSize, bidirectional, rng, calls } = context;
  const cell = config.equations === undefined ? cellByName(config.cell) : cellFromData(config.equations);
  requireEffect(config, cell, context);
  const opened = opensForgetGate(cell) ? { initialBias: { f: 1 } } : {};
  return new Recurrent(cell, {
    ...config.recurrent,
    inputSize,
    bidirectional,
    rng,
    calls,
    hiddenSize,
    numLayers,
    dropout,
    ...opened,
  });
}

/** A cell as a configuration stores it: its name, and the equations of a user-defined one. */
export function cellConfig(cell: string | Cell | undefined, standard: string): Pick<StackConfig, 'cell' | 'equations'> {
  if (cell === undefined) return { cell: standard };
  if (typeof cell === 'string') return { cell };
  refuseOtherCopy(cell, 'cell');
  if (!(cell instanceof Cell)) refuse('a cell', cell, "give its name, as 'lstm', or what defineCell made");
  return { cell: cell.name, equations: cell.toData() };
}

/** The sizes of a stack as they stand in a configuration, in the order in which a file is read: a resumed model is the same file. */
export function stackConfig({
  hiddenSize,
  numLayers,
  dropout,
  recurrent,
}: Pick<StackConfig, 'hiddenSize' | 'numLayers' | 'dropout' | 'recurrent'>): Omit<StackConfig, 'cell' | 'equations'> {
  const options = recurrentConfigOf(recurrent);
  const more = Object.keys(options).length === 0 ? {} : { recurrent: options };
  return { hiddenSize, numLayers, dropout, ...more };
}

/** A forget gate `f` of a cell with a memory starts open, where the cell does not say otherwise (Jozefowicz et al. 2015). */
function opensForgetGate(cell: Cell): boolean {
  return (
    cell.states.includes('c') && cell.initialBias.f === undefined && cell.linears.some((l) => l.name === 'f' && l.bias)
  );
}

function requireEffect(config: StackConfig, cell: Cell, { inputSize, ofTokens, isDecoder }: StackContext): void {
  const { recurrent = {}, numLayers, hiddenSize, dropout } = config;
  const fail = (expected: string, received: string, help: string): never => {
    throw new UnrolledError('OPTION', `expected ${expected}, received ${received}`, help);
  };
  if (recurrent.numHeads !== undefined && !cell.linears.some((l) => l.perHead.includes(true))) {
    fail('a cell with heads for numHeads', cell.name, 'leave numHeads out, or use slstm');
  }
  if (recurrent.learnInitialState === true && isDecoder === true) {
    fail(
      'a stack that starts by itself for learnInitialState',
      'a decoder, which starts from what it is given',
      'leave learnInitialState out',
    );
  }
  const outputSize = recurrent.projSize ?? hiddenSize;
  if (recurrent.residual === true && numLayers === 1 && (inputSize !== outputSize || ofTokens)) {
    fail(
      `several layers, or an embedding of size ${outputSize}, for residual connections`,
      `one layer on ${ofTokens ? 'tokens' : `an embedding of ${inputSize}`}`,
      'leave residual out, or add layers',
    );
  }
  if (recurrent.variational === true && (dropout === 0 || numLayers === 1)) {
    fail(
      'dropout between several layers for variational',
      `dropout ${dropout} and ${numLayers} layers`,
      'set both, or leave variational out',
    );
  }
}

// The columns of stored parameters, found by module, gate and operand.
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';
import { formatShape, type Shape, sizeOf } from '../tensor/shape.js';
import type { Int8Matrix } from '../tensor/int8.js';
import type { Block, GivenParameter, Place } from './labels.js';
import { int8Of, numbersOf } from './numbers.js';

/** Where the columns of a gate stand in a stored parameter. */
export interface Columns {
  given: GivenParameter;
  /** The parameter's name. */
  name: string;
  block: Block;
  /** The first of them. */
  first: number;
}

/**
 * The same for the same columns of any network: module, gate, operand. The parameter's own name does not count, since that of a
 * computed operand is made from one of its gates.
 */
export function keyOf(name: string, { gate, operand }: Block, heads: number | undefined): string {
  return JSON.stringify([name.slice(0, name.lastIndexOf('.') + 1), gate, operand, heads !== undefined]);
}

/** For messages: `gate z of h in rnn.0.weight_h`. */
export function describe(name: string, { gate, operand }: Block): string {
  return `gate ${brief(gate)}${operand === null ? '' : ` of ${brief(operand)}`} in ${name}`;
}

/**
 * All columns of labelled parameters, by their keys.
 * @param from the name of a file, for messages
 * Errors: FORMAT for labels that do not fit their parameter.
 */
export function columnsOf(state: ReadonlyMap<string, GivenParameter>, from?: string): Map<string, Columns> {
  const found = new Map<string, Columns>();
  for (const [name, given] of state) {
    const { blocks = [], heads, shape } = given;
    const total = blocks.reduce((sum, block) => sum + block.width, 0);
    if (blocks.length > 0 && total !== shape.at(-1)) {
      throw wrongLabels(
        `blocks of ${String(shape.at(-1))} columns for ${brief(name, 120)}`,
        `blocks of ${total}`,
        from,
      );
    }
    let first = 0;
    for (const block of blocks) {
      const key = keyOf(name, block, heads);
      if (found.has(key)) throw wrongLabels('each gate once', `${describe(name, block)} twice`, from);
      found.set(key, { given, name, block, first });
      first += block.width;
    }
  }
  return found;
}

function wrongLabels(expected: string, received: string, from = 'the labels'): UnrolledError {
  return new UnrolledError(
    'FORMAT',
    `expected ${expected} in ${from}, received ${received}`,
    'the labels belong to other weights',
  );
}

/** The shapes of a block in the network and in the parameter, in words; null where they are the same. */
export function differenceOf(place: Place, block: Block, { given, block: from }: Columns): [string, string] | null {
  const words = (shape: Shape, width: number, heads = 1): string =>
    `${formatShape([...shape.slice(0, -1), width])}${heads > 1 ? ` in ${heads} heads` : ''}`;
  const wanted = words(place.shape, block.width, place.label.heads);
  const received = words(given.shape, from.width, given.heads);
  return wanted === received ? null : [wanted, received];
}

/** Columns side by side: the numbers of a parameter of that shape. */
export function gather(shape: Shape, columns: readonly Columns[]): Float64Array {
  const width = shape[shape.length - 1];
  const rows = sizeOf(shape) / width;
  const result = new Float64Array(rows * width);
  const read = new Map<GivenParameter, ArrayLike<number>>();
  let to = 0;
  for (const { given, name, block, first } of columns) {
    const data = read.get(given) ?? numbersOf(name, given);
    read.set(given, data);
    const stride = given.shape[given.shape.length - 1];
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < block.width; c++) result[r * width + to + c] = data[r * stride + first + c];
    }
    to += block.width;
  }
  return result;
}

/** The same of columns that are all of int8 with a scale for each; null where some are not. Errors: FORMAT for a scale that does not fit. */
export function gatherInt8(shape: Shape, columns: readonly Columns[]): Int8Matrix | null {
  const [rows, width] = shape;
  const result: Int8Matrix = { data: new Int8Array(rows * width), axis: 1, factors: new Float32Array(width) };
  let to = 0;
  for (const { given, name, block, first } of columns) {
    const own = int8Of(name, given);
    if (own?.axis !== 1) return null;
    const [, stride] = given.shape;
    result.factors.set(own.factors.subarray(first, first + block.width), to);
    for (let r = 0; r < rows; r++) {
      result.data.set(own.data.subarray(r * stride + first, r * stride + first + block.width), r * width + to);
    }
    to += block.width;
  }
  return result;
}

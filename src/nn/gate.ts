// A gate of a recurrent layer: the columns that are its own in each parameter, to read, set, freeze, and compute with.
import { freezeElements } from '../autograd/freeze.js';
import { frozenMask } from '../autograd/frozen.js';
import { slice } from '../autograd/ops.js';
import { UnrolledError } from '../errors.js';
import { expectNumbers, shownValue } from '../expect.js';
import { didYouMean } from '../nearest.js';
import { fromData } from '../tensor/create.js';
import type { HostArray } from '../tensor/device.js';
import { keep } from '../tensor/scope.js';
import { formatShape, type Shape, sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import type { Module, NamedState } from './module.js';

/** What a gate multiplies one operand with, or its bias: neighbouring columns of a parameter of the layer. */
export class GateBlock {
  /** The parameter: `weight_x`, `weight_h`, `bias` … */
  readonly parameter: string;
  /** What is multiplied with it: `x`, a state, `f(h, z:r)` for a value of the step; null for a bias. */
  readonly operand: string | null;
  /** [D, H] for the input, [H, H] for a state ([H, H / heads] where heads are apart), [H] for a bias. */
  readonly shape: Shape;
  readonly #tensor: Tensor;
  /** Columns of the parameter. */
  readonly #from: number;
  readonly #to: number;

  /** Made by `Recurrent.gate`. @param place the number of the gate's block in the parameter */
  constructor({ name, tensor, label }: NamedState, place: number) {
    const { operand, width } = label.blocks[place];
    this.parameter = name;
    this.operand = operand;
    this.shape = [...tensor.shape.slice(0, -1), width];
    this.#tensor = tensor;
    this.#from = label.blocks.slice(0, place).reduce((sum, block) => sum + block.width, 0);
    this.#to = this.#from + width;
  }

  /** A copy of the numbers, row by row. */
  data(): HostArray {
    return this.#cut(this.#tensor.data());
  }

  /** These numbers as a tensor of `shape`, on the tape: its gradient goes to the parameter. */
  tensor(): Tensor {
    return slice(this.#tensor, -1, this.#from, this.#to);
  }

  /** A copy of the gradient, row by row; null where there is none. */
  gradient(): HostArray | null {
    return this.#tensor.grad === null ? null : this.#cut(this.#tensor.grad.data());
  }

  /**
   * Overwrites the numbers, outside the tape.
   * @param values row by row, or one number for all of them
   * Errors: SHAPE for another number of them, or a tensor of another shape.
   */
  set(values: ArrayLike<number> | Tensor | number): void {
    const size = sizeOf(this.shape);
    const fits = values instanceof Tensor ? formatShape(values.shape) === formatShape(this.shape) : true;
    if (typeof values !== 'number' && !(values instanceof Tensor)) expectNumbers(values, 'the numbers of a gate');
    const given = values instanceof Tensor ? values.data() : values;
    if (!fits || (typeof given !== 'number' && given.length !== size)) {
      const received = values instanceof Tensor ? values.toString() : `${typeof given === 'number' ? 1 : given.length}`;
      throw new UnrolledError(
        'SHAPE',
        `expected ${size} numbers for ${this.parameter} ${formatShape(this.shape)} of a gate, received ${received}`,
        'give them row by row, or one number for all',
      );
    }
    const all = this.#tensor.data();
    let i = 0;
    this.#each(all.length, (at) => (all[at] = typeof given === 'number' ? given : given[i++]));
    this.#tensor.set(all);
  }

  /** Whether training leaves these numbers as they are. */
  get frozen(): boolean {
    return (
      frozenMask(this.#tensor)
        ?.data()
        .subarray(this.#from, this.#to)
        .every((v) => v === 1) ?? false
    );
  }

  /**
   * Training leaves these numbers as they are, bit for bit, weight decay and momentum included: they have no gradient, do not
   * count in its norm, and keep their moments. Not stored in files. @param frozen false trains them again
   */
  freeze(frozen = true): void {
    const { shape, device } = this.#tensor;
    const columns = shape[shape.length - 1];
    const mask = frozenMask(this.#tensor)?.data() ?? new Float32Array(columns);
    mask.fill(frozen ? 1 : 0, this.#from, this.#to);
    const row = shape.map((_, axis) => (axis === shape.length - 1 ? columns : 1));
    freezeElements(this.#tensor, mask.some((v) => v === 1) ? keep(fromData(mask, row, { device })) : null);
  }

  #cut(all: HostArray): HostArray {
    const own = all.slice(0, sizeOf(this.shape));
    let i = 0;
    this.#each(all.length, (at) => (own[i++] = all[at]));
    return own;
  }

  /** Visits the places of the block in the parameter, row by row. */
  #each(size: number, visit: (at: number) => void): void {
    const columns = this.#tensor.shape[this.#tensor.rank - 1];
    for (let row = 0; row < size; row += columns) {
      for (let at = row + this.#from; at < row + this.#to; at++) visit(at);
    }
  }
}

/**
 * A gate (a linear of the cell) of one layer and direction.
 *
 *     rnn.gate('f').bias.set(1);
 *     rnn.gate('i', { layer: 1 }).weight_x.freeze();
 */
export class Gate {
  /** The linear of the cell: `f`. */
  readonly name: string;
  /** One for each parameter that it has columns in. */
  readonly blocks: readonly GateBlock[];

  constructor(name: string, blocks: readonly GateBlock[]) {
    this.name = name;
    this.blocks = blocks;
  }

  /** What the input is multiplied with: [D, H]. Errors: OPTION where the gate does not read it. */
  get weight_x(): GateBlock {
    return this.block('weight_x');
  }

  /** What the state h is multiplied with: [H, H]. Errors: OPTION where the gate does not read it. */
  get weight_h(): GateBlock {
    return this.block('weight_h');
  }

  /** [H]. Errors: OPTION where the gate has none. */
  get bias(): GateBlock {
    return this.block('bias');
  }

  /** The columns in a parameter of that name, such as `weight_n` of a computed operand. Errors: OPTION. */
  block(parameter: string): GateBlock {
    const found = this.blocks.find((block) => block.parameter === parameter);
    if (found !== undefined) return found;
    const names = this.blocks.map((block) => block.parameter);
    throw new UnrolledError(
      'OPTION',
      `expected a parameter of gate ${this.name} (${names.join(', ')}), received ${shownValue(parameter)}`,
      `${didYouMean(String(parameter), names)}rnn.gate('${this.name}').blocks lists them`,
    );
  }

  /** Freezes all of them, or trains all again: see `GateBlock.freeze`. */
  freeze(frozen = true): void {
    for (const block of this.blocks) block.freeze(frozen);
  }
}

/** The gate of a layer by its name. Errors: OPTION. */
export function gateOf(layer: Module, name: string, cell: string): Gate {
  const states = [...layer.namedState()];
  const blocks = states.flatMap((state) =>
    state.label.blocks.flatMap(({ gate }, i) => (gate === name ? [new GateBlock(state, i)] : [])),
  );
  if (blocks.length > 0) return new Gate(name, blocks);
  const names = [...new Set(states.flatMap(({ label }) => label.blocks.map(({ gate }) => gate)))];
  throw new UnrolledError(
    'OPTION',
    `expected a gate of ${cell} (${names.join(', ') || 'it has none'}), received ${shownValue(name)}`,
    `${didYouMean(name, names)}gates are the linears of the cell`,
  );
}

// A chain of layers that was read from a file: a module like any other.
import { concat } from '../../autograd/ops.js';
import { asTensor, type TensorLike } from '../../tensor/asTensor.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Lengths } from '../lengths.js';
import { Module } from '../module.js';
import { Recurrent, type RecurrentState } from '../recurrent.js';

/** A part of a network that was read: a module from tensor to tensor or a recurrent one, or a function. */
export type ImportedPart = Recurrent | (Module & { forward(x: Tensor): Tensor }) | ((x: Tensor) => Tensor);

/** What a call of `forward` takes beside its input. */
export interface OnnxForwardOptions {
  /** States of all recurrent parts, from an earlier call; where missing, as the file says. */
  state?: readonly RecurrentState[] | null;
  /** Steps of each sequence [N], 0 allowed. */
  lengths?: Lengths;
}

/** Layers one after the other, as `importOnnx` reads them. Parameters are named by the part's place: `1.0.weight_x`. */
export class OnnxNetwork extends Module {
  /** In their order. */
  readonly parts: readonly ImportedPart[];
  /** Whether what follows the last recurrent part reads its last states in place of its output at every step. */
  readonly endsOnly: boolean;

  constructor(parts: readonly ImportedPart[], endsOnly: boolean) {
    super();
    this.parts = parts;
    this.endsOnly = endsOnly;
    for (const [i, part] of parts.entries()) if (part instanceof Module) this.addPart(String(i), part);
  }

  /**
   * @param input [T, N, D] or int32 tokens [T, N], or with the batch first, as the file has it
   * @returns the output of the last part, and for each recurrent part its states
   * Errors: SHAPE, STATE, RANGE, OPTION.
   */
  forward(input: TensorLike, options: OnnxForwardOptions = {}): { output: Tensor; state: RecurrentState[] } {
    let x = asTensor(input, 'the input');
    const state: RecurrentState[] = [];
    const stacks = this.parts.filter((part) => part instanceof Recurrent).length;
    for (const part of this.parts) {
      if (part instanceof Recurrent) {
        const { lengths } = options;
        const before = options.state?.[state.length] ?? null;
        const result = part.forward(x, { state: before, ...(lengths === undefined ? {} : { lengths }) });
        state.push(result.state);
        const ends = result.state.map((direction) => direction[part.cell.output]);
        x = this.endsOnly && state.length === stacks ? (ends.length === 1 ? ends[0] : concat(ends, -1)) : result.output;
      } else x = part instanceof Module ? part.forward(x) : part(x);
    }
    return { output: x, state };
  }
}

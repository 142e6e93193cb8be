// The layers of a graph while it is read: each has its place once it is clear that it stands in the chain.
import { brief } from '../../brief.js';
import type { OnnxGraph } from '../../formats/onnx/model.js';
import type { Spec } from './parts.js';
import type { AxisKind, EmbeddingSpec, Flow, LinearSpec, Refuse } from './values.js';

/** A row of the table of what became of each node. */
export interface ImportedNode {
  /** The operator and its name. */
  node: string;
  /** The layer that it is, or what it does between two. */
  became: string;
}

/** Layers one after the other, and what is known of them. */
export class LayerChain {
  readonly table: ImportedNode[] = [];
  readonly specs: Spec[] = [];
  /** Of each spec the row of the table that tells of it. */
  readonly rows: { spec: Spec; row: number }[] = [];
  /** The input that the first layer reads. */
  input: string | null = null;
  /** The axis of steps. */
  time: AxisKind | null = null;
  /** Whether what follows reads the last step alone. */
  endsOnly = false;
  /** Numbers that may still be taken: those of a file are used once, or little more. */
  #left: number;
  /** Where layers stand that had no place at first. */
  readonly #places = new Map<LinearSpec | EmbeddingSpec, number>();

  constructor({ initializers, nodes }: OnnxGraph) {
    this.#left = initializers.reduce((sum, { data }) => sum + 2 * data.length, 0);
    for (const { attributes } of nodes) {
      const { value } = attributes;
      if (value?.kind === 'tensor') this.#left += 2 * value.value.data.length;
    }
  }

  /** A part after the value. */
  push(flow: Flow, spec: Spec, numbers: number, refuse: Refuse): void {
    if (flow.place !== this.specs.length) return refuse('layers one after the other', 'a value of an earlier layer');
    if (flow.place === 0) {
      if (this.input !== null && this.input !== flow.input) refuse('one input', `"${brief(flow.input)}" beside it`);
      this.input = flow.input;
    }
    if (flow.ends === true) this.endsOnly = true;
    if (this.isAlone(flow)) refuse('both directions', 'one of them');
    this.charge(numbers, refuse);
    this.specs.push(spec);
    this.rows.push({ spec, row: this.table.length - 1 });
  }

  /** Counts numbers that are taken. Errors: FORMAT where there are more than the file has. */
  charge(numbers: number, refuse: Refuse): void {
    this.#left -= numbers;
    if (this.#left < 0) refuse('weights that are used once', 'more numbers than the file has');
  }

  /** Whether a value is one direction of a layer that has got a second one. */
  isAlone(flow: Flow): boolean {
    const last = this.specs.at(-1);
    return (
      last?.kind === 'recurrent' && last.spec.directions === 2 && flow.directions === 1 && flow.merge === undefined
    );
  }

  /** A layer that may still become part of a loop. */
  pending(flow: Flow, spec: LinearSpec | EmbeddingSpec): Flow {
    const axes: readonly AxisKind[] = spec.kind === 'embedding' ? [...flow.axes, 'features'] : flow.axes;
    return { ...flow, axes, width: spec.weight.shape[1], pending: { spec, from: flow, row: this.table.length - 1 } };
  }

  /** The value after its layer, which now stands in the chain. */
  placed(flow: Flow, refuse: Refuse): Flow {
    const { pending, ...rest } = flow;
    if (pending === undefined) return flow;
    const { spec, from, row } = pending;
    let place = this.#places.get(spec);
    if (place === undefined) {
      this.push(from, spec, spec.weight.data.length + (spec.bias?.data.length ?? 0), refuse);
      this.rows[this.rows.length - 1].row = row;
      place = this.specs.length;
      this.#places.set(spec, place);
    }
    return { ...rest, place };
  }
}

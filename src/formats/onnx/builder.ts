// Builds a graph of ONNX node by node, and the graphs within it.
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './model.js';

/** What a node has beside its operator and inputs. */
export interface NodeOptions {
  attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Names that its outputs are to have; others get a number. */
  outputs?: readonly string[];
}

export const int = (value: number): OnnxAttribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): OnnxAttribute => ({ kind: 'ints', value });

/** A graph that grows. Constants stand in the outermost one, where those within it see them. */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #root: GraphBuilder;
  /** Of the root: names of all graphs. */
  readonly #names = new Set<string>();
  readonly #initializers = new Map<string, OnnxTensor>();

  constructor(parent?: GraphBuilder) {
    this.#root = parent === undefined ? this : parent.#root;
  }

  /** A name that no other value has, made of `wanted`. */
  name(wanted: string): string {
    const names = this.#root.#names;
    let name = wanted;
    for (let i = 1; names.has(name); i++) name = `${wanted}_${i}`;
    names.add(name);
    return name;
  }

  /** Adds a node; an empty input is left out. @returns the names of its outputs: those given, or one made of the operator */
  add(op: string, inputs: readonly string[], options: NodeOptions = {}): string[] {
    const { attributes = {}, outputs = [op.toLowerCase()] } = options;
    const made = outputs.map((wanted) => this.name(wanted));
    const last = inputs.findLastIndex((name) => name !== '');
    const node = { op, name: made[0], domain: '', inputs: inputs.slice(0, last + 1), outputs: made, attributes };
    this.#nodes.push(node);
    return made;
  }

  /** Adds a node with one output. @returns its name */
  one(op: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.add(op, inputs, options)[0];
  }

  /** Numbers of weights. */
  weight(wanted: string, shape: readonly number[], data: ArrayLike<number>): string {
    const name = this.name(wanted);
    this.#root.#initializers.set(name, { name, shape, dtype: 'float32', data: Float32Array.from(data) });
    return name;
  }

  /** A number, the same for all elements. */
  scalar(value: number): string {
    return this.#constant(`number.${value}`, (name) => ({
      ...{ name, shape: [], dtype: 'float32', data: Float32Array.of(value) },
    }));
  }

  /** Whole numbers, as axes and shapes are. */
  whole(values: readonly number[]): string {
    return this.#constant(`sizes.${values.join('.')}`, (name) => ({
      ...{ name, shape: [values.length], dtype: 'int64', data: BigInt64Array.from(values, BigInt) },
    }));
  }

  /** One whole number without axes. */
  wholeScalar(value: number): string {
    return this.#constant(`size.${value}`, (name) => ({
      ...{ name, shape: [], dtype: 'int64', data: BigInt64Array.of(BigInt(value)) },
    }));
  }

  #constant(name: string, make: (name: string) => OnnxTensor): string {
    const all = this.#root.#initializers;
    if (!all.has(name)) {
      this.#root.#names.add(name);
      all.set(name, make(name));
    }
    return name;
  }

  /** Pieces of a value along its last axis. */
  split(value: string, sizes: readonly number[], outputs: readonly string[]): string[] {
    if (sizes.length === 1) return [value];
    const attributes = { axis: int(-1) };
    return this.add('Split', [value, this.whole(sizes)], { attributes, outputs });
  }

  /** The sum of values. */
  sum(values: readonly string[]): string {
    return values.reduce((total, value) => this.one('Add', [total, value]));
  }

  /** Values side by side. */
  concat(values: readonly string[], axis: number): string {
    return values.length === 1 ? values[0] : this.one('Concat', values, { attributes: { axis: int(axis) } });
  }

  unsqueeze(value: string, axis: number): string {
    return this.one('Unsqueeze', [value, this.whole([axis])]);
  }

  squeeze(value: string, axis: number): string {
    return this.one('Squeeze', [value, this.whole([axis])]);
  }

  transpose(value: string, perm: readonly number[]): string {
    return this.one('Transpose', [value], { attributes: { perm: ints(perm) } });
  }

  /** The graph, with these values as its outputs. */
  graph(name: string, inputs: readonly OnnxValue[], outputs: readonly OnnxValue[]): OnnxGraph {
    return { name, inputs, outputs, nodes: this.#nodes, initializers: [...this.#initializers.values()] };
  }
}

// The equations of one step of a cell as nodes of ONNX: the body of a Scan, or the step itself.
// Letters: N batch, D input, W width of a state.
import type { CellGraph } from '../../cell/define/graph.js';
import { HIDDEN } from '../../cell/define/width.js';
import { INPUT, inverseLengthOf, leafOf } from '../../cell/define/leaf.js';
import { columnsOf, type Layout, layoutOf, type WeightGroup } from '../../cell/plan/layout.js';
import { sizeNamed, type Sizes } from '../../cell/define/width.js';
import { UnrolledError } from '../../errors.js';
import { type Expr, topological } from '../../program/expr.js';
import { type GraphBuilder, int } from './builder.js';
import { OPERATORS } from './operators.js';
import type { LabelledNumbers } from './standardNodes.js';

/** One layer and direction of a network. */
export interface LayerNumbers {
  /** As it is computed: with its zoneout, without dropout. */
  cell: CellGraph;
  sizes: Sizes;
  parameters: Readonly<Record<string, LabelledNumbers>>;
  /** The path of its parameters: `rnn.0.` */
  path: string;
}

/** A cell with the names of its weights in the graph. */
export class CellNodes {
  readonly #layer: LayerNumbers;
  readonly #layout: Layout;
  /** Products of x with all its columns, which need no state. */
  readonly #ofInput: WeightGroup | undefined;
  /** Whether x takes part other than in that product. */
  readonly readsInput: boolean;

  constructor(layer: LayerNumbers) {
    this.#layer = layer;
    this.#layout = layoutOf(layer.cell);
    this.#ofInput = this.#layout.groups.find(({ kind, perHead }) => kind === 'input' && !perHead);
    const used = topological([...layer.cell.next.values(), ...this.#layout.computed]).includes(INPUT);
    this.readsInput = used || this.#layout.groups.some(({ kind, perHead }) => kind === 'input' && perHead);
  }

  /**
   * The products of x, for all steps at once. @param x [..., D], or tokens that stand for one-hot vectors [...]
   * @returns the name of [..., columns], or null where the cell multiplies x with nothing
   */
  inputProducts(b: GraphBuilder, x: string, ofTokens: boolean): string | null {
    if (this.#ofInput === undefined) return null;
    const weight = this.#weight(b, this.#ofInput);
    return ofTokens ? b.one('Gather', [weight, x], { attributes: { axis: int(0) } }) : b.one('MatMul', [x, weight]);
  }

  /** Nodes of one step. @param given names of x [N, D] (where it is read), its products, and the states. @returns the new states */
  step(
    b: GraphBuilder,
    given: { x: string | null; products: string | null; states: ReadonlyMap<string, string> },
  ): Map<string, string> {
    const { cell, sizes, parameters, path } = this.#layer;
    const layout = this.#layout;
    const columns = columnsOf(layout, sizes);
    const known = new Map<Expr, string>();
    const pieces = new Map<WeightGroup, string[]>();
    const vectors = new Map(
      cell.vectors.map((v) => [v.name, b.weight(path + v.name, parameters[v.name].shape, parameters[v.name].data)]),
    );
    const widthOf = (linear: string): number => columns.width[layout.linears.findIndex((l) => l.name === linear)];

    const piecesOf = (group: WeightGroup): string[] => {
      const found = pieces.get(group);
      if (found !== undefined) return found;
      const widths = group.linears.map(widthOf);
      // Readers take the names of linears from here.
      const names = group.linears.map((name) => `${path}linear.${name}`);
      const outputs = names.length === 1 ? names : ['matmul'];
      const made =
        group === this.#ofInput && given.products !== null
          ? b.split(given.products, widths, names)
          : group.perHead
            ? this.#headProducts(b, group, value(group.operand), widths, names)
            : b.split(b.one('MatMul', [value(group.operand), this.#weight(b, group)], { outputs }), widths, names);
      pieces.set(group, made);
      return made;
    };

    const linear = (name: string): string => {
      const i = layout.linears.findIndex((l) => l.name === name);
      const l = layout.linears[i];
      const terms = l.operands.map((operand, k) => {
        const group = layout.groups.find((g) => g.operand === operand && g.perHead === l.perHead[k]);
        return group === undefined ? '' : piecesOf(group)[group.linears.indexOf(name)];
      });
      if (l.bias) {
        const data = Array.from(parameters.bias.data).slice(columns.bias[i], columns.bias[i] + columns.width[i]);
        terms.push(b.weight(`${path}bias.${name}`, [columns.width[i]], data));
      }
      return b.sum(terms);
    };

    const value = (e: Expr): string => {
      const found = known.get(e);
      if (found !== undefined) return found;
      const made = write(e);
      known.set(e, made);
      return made;
    };

    const write = (e: Expr): string => {
      switch (e.kind) {
        case 'input': {
          if (e === INPUT) return given.x ?? '';
          const leaf = leafOf(e);
          if (leaf?.kind === 'state') return given.states.get(leaf.name) ?? '';
          if (leaf?.kind === 'linear') return linear(leaf.name);
          const vector = leaf?.kind === 'vector' ? vectors.get(leaf.name) : undefined;
          if (vector !== undefined) return vector;
          break;
        }
        case 'constant':
          return b.scalar(e.value);
        case 'uniform': {
          const widths = inverseLengthOf(e.name) ?? [];
          return b.scalar(1 / widths.reduce((sum, width) => sum + sizeNamed(sizes, width), 0));
        }
        case 'op':
          return OPERATORS[e.op](b, e.args.map(value));
        case 'rowSum':
          return b.one('ReduceSum', [this.#wide(b, e.args[0], value), b.whole([-1])], {
            attributes: { keepdims: int(1) },
          });
        case 'random':
          break;
        default:
          return e satisfies never;
      }
      throw new UnrolledError(
        'UNSUPPORTED',
        `expected equations of x, states and parameters of ${cell.name}, received ${e.kind}`,
        'export the network as it is used: without what training draws',
      );
    };

    return new Map(
      [...cell.next].map(([s, e]) => {
        const made = value(e);
        const before = given.states.get(s) ?? '';
        // A value of parameters alone has no batch.
        const full = ofBatch(e) ? made : b.one('Expand', [made, b.one('Shape', [before])]);
        return [s, b.one('Identity', [full], { outputs: [`${path}next.${s}`] })];
      }),
    );
  }

  /** A row sum goes over the whole row, also of a value that is one number for all of its elements. */
  #wide(b: GraphBuilder, e: Expr, value: (e: Expr) => string): string {
    const made = value(e);
    return ofBatch(e) ? made : b.one('Expand', [made, b.whole([1, this.#layer.sizes[HIDDEN]])]);
  }

  /** Of a block-diagonal weight, for each linear: [N, K] as heads, each times its own block. */
  #headProducts(
    b: GraphBuilder,
    group: WeightGroup,
    operand: string,
    widths: readonly number[],
    names: readonly string[],
  ): string[] {
    const { sizes, parameters, path } = this.#layer;
    const { heads } = sizes;
    const { shape, data } = parameters[group.parameter];
    const k = shape[0] / heads;
    const weight = b.weight(path + group.parameter, [heads, k, shape[1]], data);
    const byHead = b.transpose(b.one('Reshape', [operand, b.whole([-1, heads, k])]), [1, 0, 2]);
    const products = b.split(
      b.one('MatMul', [byHead, weight]),
      widths.map((width) => width / heads),
      names,
    );
    return products.map((product, i) => b.one('Reshape', [b.transpose(product, [1, 0, 2]), b.whole([-1, widths[i]])]));
  }

  #weight(b: GraphBuilder, group: WeightGroup): string {
    const { parameters, path } = this.#layer;
    const { shape, data } = parameters[group.parameter];
    return b.weight(path + group.parameter, shape, data);
  }
}

/** Whether a value has a row for each sequence. */
function ofBatch(e: Expr): boolean {
  return topological([e]).some((part) => part.kind === 'input' && leafOf(part)?.kind !== 'vector');
}

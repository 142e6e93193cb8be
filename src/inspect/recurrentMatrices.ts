// The square matrices that repeat at every step: each gate's block of `weight_h`, cut out by the cell's own layout.
import { expectRecurrent } from './expectModel.js';
import { deriveCell } from '../cell/plan/derive.js';
import type { CellGraph } from '../cell/define/graph.js';
import { HIDDEN, INPUT_WIDTH, nameOfWidth, sizeNamed, type Sizes } from '../cell/define/width.js';
import type { WeightGroup } from '../cell/plan/layout.js';
import type { Recurrent } from '../nn/recurrent.js';
import type { Tensor } from '../tensor/tensor.js';

/** One square block of the weights that multiply a state, for one gate. */
export interface RecurrentMatrix {
  /** `rnn.0.weight_h.f`: parameter and gate; the parameter alone where it has one gate, and the head where there are heads. */
  name: string;
  /** Which layer, from 0. */
  layer: number;
  /** In which direction that layer reads. */
  direction: 'forward' | 'backward';
  /** The parameter's own name: `weight_h`. */
  parameter: string;
  /** The linear of the cell. */
  gate: string;
  /** Rows, and columns: the width of the state. */
  size: number;
  /** [size, size], row-major: h · W. */
  data: Float32Array;
}

/** The parts of a parameter's path: `rnn.0.reverse.weight_h`. */
const PATH = /^(?:.*\.)?(\d+)\.(reverse\.)?(\w+)$/;

/**
 * All square blocks that multiply a state, or what a step computed from one.
 * @param prefix of the parameters' names, where the network is a part of another: `rnn.`
 */
export function recurrentMatrices(rnn: Recurrent, prefix = ''): RecurrentMatrix[] {
  expectRecurrent(rnn);
  const layers = new Map<string, { at: string; layer: number; backward: boolean; parameters: Map<string, Tensor> }>();
  for (const [path, t] of rnn.namedParameters(prefix)) {
    const match = PATH.exec(path);
    if (match === null) continue;
    const [, layer, reverse, name] = match;
    const at = path.slice(0, path.length - name.length);
    const found = layers.get(at) ?? {
      at,
      layer: Number(layer),
      backward: reverse !== undefined,
      parameters: new Map<string, Tensor>(),
    };
    found.parameters.set(name, t);
    layers.set(at, found);
  }
  return [...layers.values()].flatMap(({ at, layer, backward, parameters }) =>
    blocksIn(rnn.cell, parameters).map((block) => ({
      ...block,
      name: at + block.name,
      layer,
      direction: backward ? ('backward' as const) : ('forward' as const),
    })),
  );
}

type Block = Pick<RecurrentMatrix, 'name' | 'parameter' | 'gate' | 'size' | 'data'>;

function blocksIn(cell: CellGraph, parameters: ReadonlyMap<string, Tensor>): Block[] {
  const { layout } = deriveCell(cell);
  const widthOf = new Map(layout.linears.map((l) => [l.name, l.size]));
  const sizes = sizesFrom(layout.groups, parameters);
  return layout.groups.flatMap((group) => {
    const weight = parameters.get(group.parameter);
    if (weight === undefined || group.kind === 'input') return [];
    const [rows, columns] = weight.shape;
    const widths = group.linears.map((name) => sizeNamed(sizes, widthOf.get(name) ?? HIDDEN));
    const heads = widths.reduce((a, b) => a + b, 0) / columns;
    if (!Number.isInteger(heads) || rows % heads !== 0) return [];
    const data = weight.data();
    let first = 0;
    return group.linears.flatMap((gate, g) => {
      const width = widths[g] / heads;
      const size = rows / heads;
      const start = first;
      first += width;
      if (width !== size) return [];
      const name = group.linears.length === 1 ? group.parameter : `${group.parameter}.${gate}`;
      return Array.from({ length: heads }, (_, head) => {
        const block = new Float32Array(size * size);
        for (let r = 0; r < size; r++) {
          for (let c = 0; c < size; c++) block[r * size + c] = data[(head * size + r) * columns + start + c];
        }
        return { name: heads === 1 ? name : `${name}.${head}`, parameter: group.parameter, gate, size, data: block };
      });
    });
  });
}

/** What the cell's widths are in this network: the rows of a weight are as many as its operand is wide. */
function sizesFrom(groups: readonly WeightGroup[], parameters: ReadonlyMap<string, Tensor>): Sizes {
  const sizes: Record<string, number> = {};
  for (const { size, parameter, kind } of groups) {
    const rows = parameters.get(parameter)?.shape[0];
    if (rows !== undefined) sizes[kind === 'input' ? INPUT_WIDTH : nameOfWidth(size)] = rows;
  }
  // Without a product of that width, the only one that is left is the hidden size.
  const hidden = sizes.hidden ?? Object.entries(sizes).find(([name]) => name !== INPUT_WIDTH)?.[1] ?? 0;
  return { input: 0, heads: 1, ...sizes, hidden };
}

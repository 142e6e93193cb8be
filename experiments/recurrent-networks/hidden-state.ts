// Dive into Deep Learning, 9.4: a network without a hidden state, and one with it. Letters: N batch, D input, H hidden, T steps.
import { concat, fromData, matmul, noGrad, Philox, randn, Recurrent, RNN, RNNReLU, type Tensor, zeros } from 'unrolled';
import { atLeast, below, above, drawGraph, exactly, experiment, type Graph, near, unrolled } from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { LETTERS } from '../shared/notations.js';
import { hiddenState as exercises } from './exercises/rnn.js';
import text from './text/hidden-state.js';

const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();
const shapeOf = (t: Tensor): string => `[${t.shape.join(', ')}]`;

/** x → H → O, in which nothing comes from an example before. */
const WITHOUT: Graph = {
  title: 'X → H → O',
  nodes: [1, 2, 3].flatMap((t) => [
    { name: `x${t}`, label: `X_${t}`, x: t, y: 0, kind: 'value' as const },
    { name: `h${t}`, label: 'φ', x: t, y: 1, kind: 'layer' as const },
    { name: `o${t}`, label: `O_${t}`, x: t, y: 2, kind: 'value' as const },
  ]),
  edges: [1, 2, 3].flatMap((t) => [
    { from: `x${t}`, to: `h${t}` },
    { from: `h${t}`, to: `o${t}` },
  ]),
};

/** Two states and what each bit does to them. */
const MACHINE: Graph = {
  title: 'p = 0 —1→ p = 1, p = 1 —1→ p = 0',
  nodes: [
    { name: 'even', label: 'p = 0', x: 0, y: 0, kind: 'layer' },
    { name: 'odd', label: 'p = 1', x: 2, y: 0, kind: 'layer' },
  ],
  edges: [
    { from: 'even', to: 'odd', label: '1', bend: 26 },
    { from: 'odd', to: 'even', label: '1', bend: 26 },
  ],
};

/** How much of a value the one before it tells: their correlation. */
function withNeighbour(values: readonly number[]): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const part = (k: number): number => values.slice(k).reduce((sum, v, i) => sum + (v - mean) * (values[i] - mean), 0);
  return part(1) / part(0);
}

export default experiment({
  name: 'hidden-state',
  source: d2l('9.4', '8.4'),
  needs: ['autoregressive-sine'],
  text,
  exercises,
  notations: [
    LETTERS.X,
    LETTERS.H,
    LETTERS.Wxh,
    {
      book: String.raw`\mathbf W_{hq},\ \mathbf b_q`,
      code: 'Whq, bq',
      shape: '[H, Q], [Q]',
      meaning: { en: 'weights and bias of the output', zh: '输出的权重与偏置' },
    },
    {
      book: String.raw`\mathbf O_t`,
      code: 'output',
      shape: '[N, Q]',
      meaning: { en: 'the output after step t', zh: '时间步 t 的输出' },
    },
  ],
  run({ seed, say, heading, formula, svg, picture, table, lines, check }) {
    const random = new Philox(seed);

    heading('orderHeading');
    const series = Array.from({ length: 1000 }, (_, t) => Math.sin(0.01 * t) + 0.2 * random.normal());
    const shuffled = [...series];
    random.shuffle(shuffled);
    const [inOrder, outOfOrder] = [series, shuffled].map(withNeighbour);
    say('order', { inOrder: inOrder.toFixed(2), outOfOrder: outOfOrder.toFixed(2) });
    check('neighbours', above(0.8), inOrder);
    check('shuffled', near(0, 0.15), outOfOrder);

    heading('withoutHeading');
    say('without');
    formula(
      String.raw`\mathbf H = \phi(\mathbf X \mathbf W_{xh} + \mathbf b_h), \qquad \mathbf O = \mathbf H \mathbf W_{hq} + \mathbf b_q`,
    );
    svg('withoutCaption', drawGraph(WITHOUT));

    heading('withHeading');
    say('with');
    formula(
      String.raw`\mathbf H_t = \phi(\mathbf X_t \mathbf W_{xh} + \mathbf H_{t-1} \mathbf W_{hh} + \mathbf b_h), \qquad \mathbf O_t = \mathbf H_t \mathbf W_{hq} + \mathbf b_q`,
    );
    picture('withCaption', drawGraph(unrolled({ cell: RNN }, { steps: 3 })));
    const [N, D, H, Q] = [3, 4, 5, 2];
    const [Wxh, Whh, bh] = [randn([D, H], random), randn([H, H], random), randn([H], random)];
    const [Whq, bq] = [randn([H, Q], random), randn([Q], random)];
    const without = (X: Tensor): Tensor => X.matmul(Wxh).add(bh).tanh();
    const step = (X: Tensor, h: Tensor): Tensor => X.matmul(Wxh).add(h.matmul(Whh)).add(bh).tanh();
    const [X, before] = [randn([N, D], random), randn([N, H], random)];
    const output = step(X, before).matmul(Whq).add(bq);
    lines(
      'shapes',
      `X_t          ${shapeOf(X)}\nH_(t−1)      ${shapeOf(before)}\nW_xh         ${shapeOf(Wxh)}\nW_hh         ${shapeOf(Whh)}\nH_t          ${shapeOf(step(X, before))}\nW_hq         ${shapeOf(Whq)}\nO_t          ${shapeOf(output)}`,
    );
    check('noPast', exactly(0), distance(step(X, zeros([N, H])), without(X)));
    check('past', above(0.1), distance(step(X, before), without(X)));
    const counts = [10, 1000].map((T) => {
      const rnn = new Recurrent(RNN, { inputSize: D, hiddenSize: H });
      rnn.forward(randn([T, N, D], random));
      return rnn.parameterCount();
    });
    check('sameSize', exactly(D * H + H * H + H), counts[1]);
    say('size', { parameters: counts[0] });

    heading('concatHeading');
    say('concat');
    formula(
      String.raw`\mathbf X_t \mathbf W_{xh} + \mathbf H_{t-1} \mathbf W_{hh} = \begin{bmatrix} \mathbf X_t & \mathbf H_{t-1} \end{bmatrix} \begin{bmatrix} \mathbf W_{xh} \\ \mathbf W_{hh} \end{bmatrix}`,
    );
    const apart = X.matmul(Wxh).add(before.matmul(Whh));
    const [wide, tall] = [concat([X, before], 1), concat([Wxh, Whh], 0)];
    check('sameProduct', below(1e-5), distance(apart, matmul(wide, tall)));
    lines(
      'concatShapes',
      `[X_t, H_(t−1)]   ${shapeOf(wide)}\n[W_xh; W_hh]     ${shapeOf(tall)}\nproduct          ${shapeOf(matmul(wide, tall))}`,
    );

    heading('machineHeading');
    say('machine');
    svg('machineCaption', drawGraph(MACHINE));
    formula(
      String.raw`p_{t-1} = h^{(1)}_{t-1} - 2 h^{(2)}_{t-1}, \qquad h^{(1)}_t = \operatorname{ReLU}(x_t + p_{t-1}), \quad h^{(2)}_t = \operatorname{ReLU}(x_t + p_{t-1} - 1)`,
    );
    const parity = new Recurrent(RNNReLU, { inputSize: 1, hiddenSize: 2 });
    const { weight_x, weight_h, bias } = parity.gate('h');
    weight_x.set(fromData([1, 1], [1, 2]));
    weight_h.set(fromData([1, 1, -2, -2], [2, 2])); // rows: from h⁽¹⁾, from h⁽²⁾
    bias.set(fromData([0, -1], [2]));
    const T = 8;
    const all = Float32Array.from({ length: T * 2 ** T }, (_, i) => ((i % 2 ** T) >> Math.floor(i / 2 ** T)) & 1);
    const states = noGrad(() => parity.forward(fromData(all, [T, 2 ** T, 1])).output).data();
    let right = 0;
    for (let n = 0; n < 2 ** T; n++) {
      let odd = 0;
      for (let t = 0; t < T; t++) {
        odd ^= all[t * 2 ** T + n];
        const at = (t * 2 ** T + n) * 2;
        right += Number(states[at] - 2 * states[at + 1] === odd);
      }
    }
    check('parity', exactly(T * 2 ** T), right);
    const bits = [1, 0, 1, 1, 0, 1];
    const read = noGrad(() => parity.forward(fromData(bits, [bits.length, 1, 1])).output).data();
    table((t) => ({
      columns: [{ heading: t('step') }, ...bits.map((_, i) => ({ heading: String(i + 1), number: true }))],
      rows: [
        ['x', ...bits],
        ['h⁽¹⁾', ...bits.map((_, i) => read[2 * i])],
        ['h⁽²⁾', ...bits.map((_, i) => read[2 * i + 1])],
        ['p', ...bits.map((_, i) => read[2 * i] - 2 * read[2 * i + 1])],
      ],
    }));
    say('program');

    heading('seedHeading');
    say('seed');
    const letters = 'abcdef';
    const V = letters.length;
    const net = { Wx: randn([V, 12], random), Wh: randn([12, 12], random), Wq: randn([12, V], random) };
    const generate = (h0: Tensor): string =>
      noGrad(() => {
        let [h, last, said] = [h0, 0, ''];
        for (let i = 0; i < 24; i++) {
          const x = fromData(
            Float32Array.from({ length: V }, (_, v) => Number(v === last)),
            [1, V],
          );
          h = x.matmul(net.Wx).add(h.matmul(net.Wh)).tanh();
          const scores = Array.from(h.matmul(net.Wq).data());
          last = scores.indexOf(Math.max(...scores));
          said += letters[last];
        }
        return said;
      });
    const starts = Array.from({ length: 8 }, () => randn([1, 12], random));
    const said = starts.map(generate);
    lines('generated', said.map((line, i) => `h₀ ${i + 1}   ${line}`).join('\n'));
    check('otherStart', atLeast(4), new Set(said).size);
    check('sameStart', exactly(8), starts.filter((start, i) => generate(start) === said[i]).length);
  },
});

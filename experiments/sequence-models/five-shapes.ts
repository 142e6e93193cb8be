// The five shapes of sequence problems, each as a network that runs: what goes in, what comes out, and where the course has it.
import {
  fromData,
  GRU,
  Linear,
  manualSeed,
  noGrad,
  Philox,
  randn,
  Recurrent,
  type RecurrentState,
  type Tensor,
} from 'unrolled';
import { drawGraph, exactly, experiment, type Graph, encoderDecoder, unrolled } from 'unrolled/reproduce';
import exercises from './exercises/five-shapes.js';
import text from './text/five-shapes.js';

const [N, D, H] = [2, 3, 8];
const shapeOf = (t: Tensor): string => `[${t.shape.join(', ')}]`;
const cell = { name: 'h' };

/** One input, one output, no time: a network without a hidden state. */
const ONE_TO_ONE: Graph = {
  title: 'x → h → y',
  nodes: [
    { name: 'x', label: 'x', x: 0, y: 0, kind: 'value' },
    { name: 'h', label: 'h', x: 0, y: 1, kind: 'layer' },
    { name: 'y', label: 'y', x: 0, y: 2, kind: 'value' },
  ],
  edges: [
    { from: 'x', to: 'h' },
    { from: 'h', to: 'y' },
  ],
};

export default experiment({
  name: 'five-shapes',
  source: 'Karpathy, The Unreasonable Effectiveness of Recurrent Neural Networks (2015)',
  needs: ['autoregressive-sine'],
  text,
  exercises,
  run({ seed, say, heading, svg, table, check }) {
    manualSeed(seed);
    const random = new Philox(seed);
    const read = new Recurrent(GRU, { inputSize: D, hiddenSize: H });
    const head = new Linear(H, 4);
    const sequence = (T: number): Tensor => randn([T, N, D], random);
    const shapes: { key: 'one' | 'oneToMany' | 'manyToOne' | 'inStep' | 'notInStep'; from: Tensor; to: Tensor }[] = [];

    heading('oneHeading');
    say('one');
    svg('oneCaption', drawGraph(ONE_TO_ONE));
    const x = randn([N, D], random);
    shapes.push({ key: 'one', from: x, to: noGrad(() => new Linear(D, 4).forward(x)) });

    heading('oneToManyHeading');
    say('oneToMany');
    svg('oneToManyCaption', drawGraph(unrolled({ cell }, { steps: 4, inputs: [1] })));
    const picture = randn([N, D], random);
    /** From one state on, each output is the next input. */
    const write = (from: RecurrentState, steps: number): Tensor =>
      noGrad(() => {
        const back = new Linear(H, D);
        let [state, last] = [from, fromData(new Float32Array(N * D), [N, D])];
        const said = Array.from({ length: steps }, () => {
          const next = read.step(last, state);
          state = next.state;
          last = back.forward(next.output);
          return last.data();
        });
        return fromData(Float32Array.from(said.flatMap((row) => [...row])), [steps, N, D]);
      });
    const begin = noGrad(() => [{ h: new Linear(D, H).forward(picture).tanh() }]);
    shapes.push({ key: 'oneToMany', from: picture, to: write(begin, 4) });

    heading('manyToOneHeading');
    say('manyToOne');
    svg('manyToOneCaption', drawGraph(unrolled({ cell }, { steps: 4, outputs: [4] })));
    const name = sequence(4);
    shapes.push({ key: 'manyToOne', from: name, to: noGrad(() => head.forward(read.forward(name).state[0].h)) });

    heading('inStepHeading');
    say('inStep');
    svg('inStepCaption', drawGraph(unrolled({ cell }, { steps: 4 })));
    const words = sequence(4);
    shapes.push({ key: 'inStep', from: words, to: noGrad(() => head.forward(read.forward(words).output)) });

    heading('notInStepHeading');
    say('notInStep');
    svg(
      'notInStepCaption',
      drawGraph(encoderDecoder({ cell }, { source: ['x₁', 'x₂', '<bos>'], target: ['y₁', 'y₂', '<eos>'] })),
    );
    const source = sequence(3);
    shapes.push({
      key: 'notInStep',
      from: source,
      to: write(
        noGrad(() => read.forward(source).state),
        5,
      ),
    });

    heading('shapesHeading');
    say('shapes');
    table((t) => ({
      columns: [
        { heading: t('shape') },
        { heading: t('goesIn') },
        { heading: t('comesOut') },
        { heading: t('example') },
      ],
      rows: shapes.map(({ key, from, to }) => [t(`${key}Heading`), shapeOf(from), shapeOf(to), t(`${key}Example`)]),
    }));
    const steps = shapes.map(({ from, to }) =>
      [from, to].map(({ shape }) => (shape.length === 3 ? shape[0] : 1)).join(' → '),
    );
    check('steps', exactly(['1 → 1', '1 → 4', '4 → 1', '4 → 4', '3 → 5']), steps);
  },
});

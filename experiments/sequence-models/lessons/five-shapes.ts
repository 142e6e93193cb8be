// One recurrent network, five shapes: what goes in and what comes out. Letters: T steps, N batch, D input, H hidden.
import { GRU, Linear, noGrad, randn, Recurrent, type RecurrentState, type Tensor, zeros } from 'unrolled';

const [T, N, D, H] = [4, 2, 3, 8];
const read = new Recurrent(GRU, { inputSize: D, hiddenSize: H });
const answer = new Linear(H, D);
const show = (name: string, from: Tensor, to: Tensor): void =>
  console.log(`${name.padEnd(28)} [${from.shape.join(', ')}] → [${to.shape.join(', ')}]`);

/** Each output is the next input. */
function write(state: RecurrentState, steps: number): Tensor[] {
  let last = zeros([N, D]);
  return Array.from({ length: steps }, () => {
    const next = read.step(last, state);
    state = next.state;
    last = answer.forward(next.output);
    return last;
  });
}

noGrad(() => {
  const one = randn([N, D]);
  const sequence = randn([T, N, D]);
  show('one to one', one, new Linear(D, D).forward(one));
  const picture = new Linear(D, H).forward(one).tanh();
  show(`one to many, ${T} of these`, one, write([{ h: picture }], T)[T - 1]);
  show('many to one', sequence, answer.forward(read.forward(sequence).state[0].h));
  show('many to many, in step', sequence, answer.forward(read.forward(sequence).output));
  const { state } = read.forward(sequence);
  show('many to many, 6 of these', sequence, write(state, 6)[5]);
});

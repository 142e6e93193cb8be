// Without a hidden state and with one. Letters: N batch, D input, H hidden.
import { concat, fromData, matmul, noGrad, randn, Recurrent, RNNReLU, type Tensor, zeros } from 'unrolled';

const [N, D, H] = [3, 4, 5];
const [Wxh, Whh, bh] = [randn([D, H]), randn([H, H]), randn([H])];
const perceptron = (X: Tensor): Tensor => X.matmul(Wxh).add(bh).tanh();
const step = (X: Tensor, h: Tensor): Tensor => X.matmul(Wxh).add(h.matmul(Whh)).add(bh).tanh();
const distance = (a: Tensor, b: Tensor): string => a.sub(b).abs().max().item().toExponential(1);

const [X, before] = [randn([N, D]), randn([N, H])];
console.log('no past: an RNN is a perceptron, difference', distance(step(X, zeros([N, H])), perceptron(X)));
console.log('with a past it is not, difference', distance(step(X, before), perceptron(X)));

// [X, H] · [W_xh; W_hh] is X W_xh + H W_hh.
const together = matmul(concat([X, before], 1), concat([Wxh, Whh], 0));
console.log('one product of both side by side, difference', distance(together, X.matmul(Wxh).add(before.matmul(Whh))));

// A state is memory: two units with weights set by hand know whether the number of ones so far is odd.
const parity = new Recurrent(RNNReLU, { inputSize: 1, hiddenSize: 2 });
const { weight_x, weight_h, bias } = parity.gate('h');
weight_x.set(fromData([1, 1], [1, 2]));
weight_h.set(fromData([1, 1, -2, -2], [2, 2]));
bias.set(fromData([0, -1], [2]));
const bits = [1, 0, 1, 1, 0, 1, 0, 1];
const states = noGrad(() => parity.forward(fromData(bits, [bits.length, 1, 1])).output).data();
console.log('bits', bits.join(' '));
console.log('odd?', bits.map((_, t) => states[2 * t] - 2 * states[2 * t + 1]).join(' '));

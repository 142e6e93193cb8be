// Compiled against the installed package, never run: what programs say of its types.
import {
  add,
  type Cell,
  crossEntropy,
  defineCell,
  LanguageModel,
  Linear,
  Recurrent,
  type Tensor,
  tensor,
  type TensorLike,
} from 'unrolled';
import { exportModel, exportOnnx } from 'unrolled/convert';
import { sequentialBatches } from 'unrolled/data';
import { decodeSafetensors, encodeSafetensors } from 'unrolled/formats';
import { gateTrace } from 'unrolled/inspect';
import { errorRate } from 'unrolled/metrics';
import { readTable } from 'unrolled/records';
import { Corpus } from 'unrolled/text';

export const cell: Cell = defineCell({
  name: 'Own',
  state: ['h'],
  step({ x, h, linear, tanh }) {
    return { h: tanh(linear('n', x, h)) };
  },
});

export function use(): Tensor {
  const rnn = new Recurrent(cell, { inputSize: 2, hiddenSize: 3 });
  const { output } = rnn.forward(tensor([[[1, 2]]]));
  return new Linear(3, 1).forward(output).mul(2).sum();
}

export async function train(text: string): Promise<Uint8Array> {
  const model = await LanguageModel.fit(text, { hiddenSize: 16, signal: { aborted: false } });
  const corpus = Corpus.fromText(text);
  for (const { x } of sequentialBatches(corpus.train, { batchSize: 2, numSteps: 3 })) x.dispose();
  void [
    exportModel,
    exportOnnx,
    gateTrace,
    errorRate([['a']], [['b']]).rate,
    readTable('a,b', 'table.csv').rows.length,
  ];
  void decodeSafetensors(model.toBytes(), 'model').tensors.size;
  return model.toBytes();
}

// @ts-expect-error a cell has a name
defineCell({ state: ['h'] });

// @ts-expect-error the output is one of the states
defineCell({ name: 'Own', state: ['h'], output: 'c', step: ({ h }) => ({ h }) });

/** Arrays where tensors are expected, as they come from anywhere. */
export function arrays(rows: readonly (readonly number[])[], bytes: Uint8Array, numbers: Float32Array): TensorLike {
  void crossEntropy(tensor([numbers, numbers]), [0, 1]);
  void encodeSafetensors([{ name: 'x', shape: [numbers.length], dtype: 'F32', data: numbers }]);
  return add(rows, bytes).mul([1, 2]).gt(true).at(-1).to('int32');
}

// @ts-expect-error a text is no tensor
add([1], '2');

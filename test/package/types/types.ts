// Compiled against the installed package, never run: what programs say of its types.
import { type Cell, defineCell, LanguageModel, Linear, Recurrent, type Tensor, tensor } from 'unrolled';
import { sequentialBatches } from 'unrolled/data';
import { decodeSafetensors } from 'unrolled/formats';
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
  const model = await LanguageModel.fit(text, { hiddenSize: 16 });
  const corpus = Corpus.fromText(text);
  for (const { x } of sequentialBatches(corpus.train, { batchSize: 2, numSteps: 3 })) x.dispose();
  void [gateTrace, errorRate([['a']], [['b']]).rate, readTable('a,b', 'table.csv').rows.length];
  void decodeSafetensors(model.toBytes(), 'model').tensors.size;
  return model.toBytes();
}

// @ts-expect-error a cell has a name
defineCell({ state: ['h'] });

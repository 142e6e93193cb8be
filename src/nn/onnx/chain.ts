// Parts one after the other as a graph of ONNX.
import { logSoftmax, relu, sigmoid, softmax, tanh } from '../../autograd/ops.js';
import { silu, softplus } from '../../autograd/activations.js';
import { int } from '../../formats/onnx/builder.js';
import { OPERATORS } from '../../formats/onnx/operators.js';
import { refuse } from '../../expect.js';
import { UnrolledError } from '../../errors.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Dropout, Embedding, LayerNorm, Linear } from '../layers.js';
import { Module } from '../module.js';
import { Recurrent } from '../recurrent.js';
import { Sequential } from '../sequential.js';
import { BATCH, TIME } from './names.js';
import type { Flow, NetworkWriter } from './writer.js';

/** A part of a chain that ONNX has words for: a layer, or one of the functions relu, sigmoid, tanh, silu, softplus, softmax, logSoftmax. */
export type ChainPart = Recurrent | Embedding | Linear | LayerNorm | Dropout | Sequential | ((x: Tensor) => Tensor);

type Write = (writer: NetworkWriter, x: string) => string;

const softmaxOf =
  (op: string): Write =>
  ({ graph }, x) =>
    graph.one(op, [x], { attributes: { axis: int(-1) } });

const operation =
  (op: 'relu' | 'sigmoid' | 'tanh' | 'silu' | 'softplus'): Write =>
  ({ graph }, x) =>
    OPERATORS[op](graph, [x]);

const FUNCTIONS: ReadonlyMap<unknown, Write> = new Map<unknown, Write>([
  [relu, operation('relu')],
  [sigmoid, operation('sigmoid')],
  [tanh, operation('tanh')],
  [silu, operation('silu')],
  [softplus, operation('softplus')],
  [softmax, softmaxOf('Softmax')],
  [logSoftmax, softmaxOf('LogSoftmax')],
]);

interface PlacedPart {
  part: Exclude<ChainPart, Sequential>;
  path: string;
}

/** Parts with the paths of their parameters, those of a Sequential in its place. */
function placed(parts: readonly ChainPart[], path = ''): PlacedPart[] {
  return parts.flatMap((part, i): PlacedPart[] => {
    const own = `${path}${i}.`;
    return part instanceof Sequential ? placed(part.steps as ChainPart[], own) : [{ part, path: own }];
  });
}

/**
 * A chain with a recurrent part: `input` to `output`. Errors: OPTION for a part that ONNX has no words for, or without a
 * recurrent one.
 * @param tokens the first part is recurrent and reads tokens
 */
export function writeChain(writer: NetworkWriter, parts: readonly ChainPart[], tokens: boolean): void {
  const all = parts.length === 1 && !(parts[0] instanceof Sequential) ? [{ part: parts[0], path: '' }] : placed(parts);
  const stacks = all.flatMap(({ part }) => (part instanceof Recurrent ? [part] : []));
  const help = 'give the layers in their order: exportOnnx([embedding, rnn, decoder])';
  if (stacks.length === 0) refuse('a chain of layers with a recurrent one', parts[0], help);
  if (stacks.some(({ batchFirst }) => batchFirst !== stacks[0].batchFirst)) {
    throw new UnrolledError('OPTION', 'expected batchFirst of all recurrent parts or of none, received both', help);
  }
  const free = writer.step ? [BATCH] : stacks[0].batchFirst ? [BATCH, TIME] : [TIME, BATCH];
  const [first] = all;
  let width = sizeBefore(first.part, help);
  const ofTokens = tokens || first.part instanceof Embedding;
  const name = writer.input('input', ofTokens ? 'int64' : 'float32', ofTokens ? free : [...free, width]);
  const lengths = writer.lengths();
  let x: Flow = { name, tokens: ofTokens };
  for (const { part, path } of all) {
    const made = writePart(writer, part, x, path, lengths, help);
    x = { name: made.name, tokens: false };
    width = made.width ?? width;
  }
  writer.output('output', x.name, [...free, width]);
}

function sizeBefore(part: PlacedPart['part'], help: string): number {
  if (part instanceof Recurrent || part instanceof Linear) return part.inputSize;
  if (part instanceof LayerNorm) return part.size;
  if (part instanceof Embedding) return part.weight.shape[1];
  return refuse('a layer with a size as the first part', part, help);
}

function writePart(
  writer: NetworkWriter,
  part: PlacedPart['part'],
  x: Flow,
  path: string,
  lengths: string | null,
  help: string,
): { name: string; width?: number } {
  if (part instanceof Recurrent) {
    const { output } = writer.recurrent(part, x, { path, lengths, exposed: true });
    return { name: output, width: part.outputSize };
  }
  if (part instanceof Dropout) return { name: x.name };
  if (part instanceof Embedding) return { name: writer.embedding(part, x.name, path), width: part.weight.shape[1] };
  if (part instanceof Linear) return { name: writer.linear(part, x.name, path), width: part.outputSize };
  if (part instanceof LayerNorm) return { name: writer.layerNorm(part, x.name, path) };
  const write = FUNCTIONS.get(part);
  if (write !== undefined) return { name: write(writer, x.name) };
  if ((part as unknown) instanceof Module) {
    return refuse(
      'layers that ONNX has words for (Recurrent, Embedding, Linear, LayerNorm, Dropout, Sequential)',
      part,
      help,
    );
  }
  return refuse('a layer, or one of relu, sigmoid, tanh, silu, softplus, softmax, logSoftmax', part, help);
}

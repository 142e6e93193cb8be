// exportOnnx: a network as an ONNX file.
import { expectFlag, type Names, optionsOf, refuse } from '../expect.js';
import { encodeOnnx } from '../formats/onnx.js';
import { type ChainPart, writeChain } from '../nn/onnx/chain.js';
import { NetworkWriter, type OnnxExportOptions } from '../nn/onnx/writer.js';
import { Model, requireAlone } from './model.js';

/** How `exportOnnx` writes a network. */
export interface ExportOnnxOptions extends OnnxExportOptions {
  /** The first layer is recurrent and reads tokens, int64, that stand for one-hot vectors. */
  tokens?: boolean;
}

/** What `exportOnnx` takes: a model, a recurrent network, or layers in their order. */
export type OnnxExportable = Model | ChainPart | readonly ChainPart[];

const OPTIONS: Names<ExportOnnxOptions> = { step: true, lengths: true, states: true, tokens: true };
/** LayerNormalization came with it; ONNX Runtime Web takes it. */
const OPSET = 17;
const IR_VERSION = 8;

/** A network that says how it is computed. */
interface Writes {
  writeOnnx(writer: NetworkWriter): void;
}

/**
 * The bytes of an ONNX file that computes what the network computes outside of training. RNN, GRU, LSTM (with peepholes too) become ONNX's
 * own nodes; every other cell becomes a `Scan` over its equations. Time and batch are free; input and output are [T, N, …] ([N, T, …] where
 * batchFirst), the states after the last step `next_state.0.h` [N, H] and so on.
 *
 *     const bytes = await exportOnnx([embedding, rnn, decoder], { lengths: true });
 *
 * Errors: OPTION for a part that ONNX has no words for, and for one step of a network that starts at the end; UNSUPPORTED.
 */
export async function exportOnnx(network: OnnxExportable, options: ExportOnnxOptions = {}): Promise<Uint8Array> {
  const own = optionsOf(options, OPTIONS, 'exportOnnx');
  for (const [name, value] of Object.entries(own)) expectFlag(value, name);
  const writer = new NetworkWriter(own);
  let metadata: Record<string, string> = {};
  if (network instanceof Model) {
    requireAlone(network, 'ONNX');
    const inner: unknown = network.network;
    if (!writes(inner)) {
      return refuse(
        'a language model, classifier, tagger or forecaster',
        network,
        'other models choose each step by the one before, which ONNX has no words for',
      );
    }
    inner.writeOnnx(writer);
    metadata = Object.fromEntries(
      network.texts.map(({ vocabulary }, i) => [
        i === 0 ? 'vocabulary' : `vocabulary.${i}`,
        JSON.stringify(vocabulary),
      ]),
    );
  } else
    writeChain(
      writer,
      Array.isArray(network) ? (network as readonly ChainPart[]) : [network as ChainPart],
      own.tokens === true,
    );
  const graph = writer.finish('unrolled');
  return encodeOnnx({ irVersion: IR_VERSION, opset: OPSET, producer: 'unrolled', metadata, graph });
}

function writes(network: unknown): network is Writes {
  return typeof network === 'object' && network !== null && 'writeOnnx' in network;
}

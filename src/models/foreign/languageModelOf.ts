// A language model of ours from the layers of a file: [embedding], recurrent layers, a linear layer, and what its tokens mean. From there it
// generates, is evaluated, trained on and saved as any other. Letters: V tokens, H units.
import { brief } from '../../brief.js';
import { UnrolledError } from '../../errors.js';
import { expectTexts, type Names, optionsOf, refuse } from '../../expect.js';
import type { LayerDescription, RecurrentDescription } from '../../formats/layers.js';
import { BYTE_TOKENS } from '../../text/characterTokenizers.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { withBudget } from '../../weights/budget.js';
import type { StateDict, StoredParameter } from '../../weights/labels.js';
import { LanguageModel } from '../language/languageModel.js';
import type { ModelText } from '../modelFile.js';

/** What the tokens of a network mean. */
export interface TextOptions {
  /** Token i is `vocabulary[i]`; where it is `<unk>`, the first stands for all that are not there. Default: what the file says. */
  vocabulary?: readonly string[];
  /** How a text is cut into tokens; `char` where nothing is said. */
  tokens?: 'char' | 'word' | 'whitespace';
}

const NAMES: Names<TextOptions> = { vocabulary: true, tokens: true };
const KINDS = ['char', 'word', 'whitespace'];
/** The logit of a byte that the network does not know: it is never drawn. */
const NEVER = -1e4;

/** What the layers are, in the order of data. */
interface Layers {
  embedding: Extract<LayerDescription, { kind: 'embedding' }> | null;
  recurrent: readonly RecurrentDescription[];
  linear: Extract<LayerDescription, { kind: 'linear' }>;
}

/**
 * @param chain layers in the order of data
 * @param weights by their names in the file
 * @param characters what the file says its tokens are, JSON; undefined where it does not
 * Errors: OPTION, UNSUPPORTED.
 */
export function languageModelOf(
  chain: readonly LayerDescription[],
  weights: StateDict,
  characters: string | undefined,
  given?: TextOptions,
): LanguageModel {
  const { vocabulary, tokens = 'char' } = optionsOf(given, NAMES, 'languageModel');
  if (!KINDS.includes(tokens)) refuse(`tokens of ${KINDS.join(', ')}`, tokens, 'say how a text is cut');
  if (vocabulary !== undefined) expectTexts(vocabulary, 'a vocabulary', 'token i is vocabulary[i]');
  const layers = layersOf(chain);
  const V = layers.linear.outputSize;
  const listed: unknown = vocabulary ?? (characters === undefined ? undefined : JSON.parse(characters));
  if (!Array.isArray(listed)) {
    refuse('the vocabulary of the network', vocabulary, "write model.languageModel({ vocabulary: ['a', 'b', …] })");
  }
  const known = listed as readonly (string | number)[];
  if (known.length !== V) {
    refuse(`a vocabulary of ${V} tokens, as the last layer has outputs`, known, 'token i is vocabulary[i]');
  }
  const bytes = known.some((token) => typeof token === 'number') ? known.map(byteOf) : null;
  const named = renamed(layers, weights);
  const text: ModelText =
    bytes === null
      ? { settings: { tokens }, vocabulary: vocabularyOf(known as readonly string[]) }
      : { settings: { tokens: 'byte' }, vocabulary: Vocabulary.ofBytes() };
  const state = bytes === null ? named : withAllBytes(named, bytes);
  const { embedding, recurrent } = layers;
  const [{ cell, hiddenSize, inputSize, projSize }] = recurrent;
  const config = {
    ...{ cell, hiddenSize, dropout: 0, seed: 0 },
    numLayers: recurrent.reduce((sum, { numLayers }) => sum + numLayers, 0),
    embeddingSize: embedding === null ? 0 : inputSize,
    ...(projSize === undefined ? {} : { recurrent: { projSize } }),
  };
  const total = Object.values(state).reduce((sum, { data }) => sum + data.length, 0);
  const model = withBudget(total, 'the file', () => new LanguageModel(config, text));
  model.network.loadStateDict(state);
  model.network.eval();
  return model;
}

/** Errors: UNSUPPORTED for layers that are no language model. */
function layersOf(chain: readonly LayerDescription[]): Layers {
  const fail = (received: string): never => {
    throw new UnrolledError(
      'UNSUPPORTED',
      `expected an embedding or tokens as one-hot vectors, recurrent layers of one cell and size, and a linear layer, received ${brief(received, 300)}`,
      'model.network() is the network as it stands',
    );
  };
  const [first, ...rest] = chain;
  const embedding = first?.kind === 'embedding' ? first : null;
  const inner = embedding === null ? chain.slice(0, -1) : rest.slice(0, -1);
  const linear = chain.at(-1);
  // A softmax at the end, as Keras has it, gives the probabilities that a language model makes of its logits itself.
  const isLast = linear?.kind === 'linear' && (linear.activation === undefined || linear.activation === 'softmax');
  if (!isLast) return fail(shown(chain));
  const recurrent = inner.filter((layer) => layer.kind === 'recurrent');
  const [head] = recurrent;
  if (head === undefined || recurrent.length < inner.length) return fail(shown(chain));
  for (const layer of recurrent) {
    const { bidirectional, reverse = false, last = false, bias } = layer;
    if (bidirectional || reverse || last) return fail(`${layer.name || 'a layer'}, which does not read step by step`);
    if (!bias || !linear.bias) return fail(`${layer.name || 'a layer'} without bias`);
    if (layer.cell !== head.cell || layer.hiddenSize !== head.hiddenSize || layer.projSize !== head.projSize)
      return fail(`layers of several kinds: ${shown(chain)}`);
  }
  const V = linear.outputSize;
  const count = embedding === null ? head.inputSize : embedding.count;
  if (count !== V) return fail(`${count} tokens in and ${V} out`);
  return { embedding, recurrent, linear };
}

function shown(chain: readonly LayerDescription[]): string {
  return chain.length === 0
    ? 'no layer'
    : chain.map(({ name, kind }) => (name ? `${name} (${kind})` : kind)).join(', ');
}

/** The weights by their names in a language model. */
function renamed({ embedding, recurrent, linear }: Layers, weights: StateDict): StateDict {
  const state: StateDict = {};
  const take = (from: string, to: string): void => {
    for (const [name, own] of Object.entries(weights)) {
      if (from !== '' && !name.startsWith(`${from}.`)) continue;
      const path = `${to}.${from === '' ? name : name.slice(from.length + 1)}`;
      state[path] = { ...own, name: path };
    }
  };
  if (embedding !== null) take(embedding.name, 'embedding');
  take(linear.name, 'decoder');
  let before = 0;
  for (const { name, numLayers } of recurrent) {
    for (let l = 0; l < numLayers; l++) take(`${name}.${l}`, `rnn.${before + l}`);
    before += numLayers;
  }
  return state;
}

/** The index in the vocabulary of ours of each token that a file lists: a byte is its own. @param characters JSON, as the file says it */
export function placesOf(characters: string): number[] {
  const known = JSON.parse(characters) as (string | number)[];
  return known.some((token) => typeof token === 'number') ? known.map(byteOf) : known.map((_, i) => i);
}

/** Errors: OPTION for tokens that are there twice, or empty. */
function vocabularyOf(tokens: readonly string[]): Vocabulary {
  const twice = tokens.find((token, i) => token === '' || tokens.indexOf(token) !== i);
  if (twice !== undefined) refuse('tokens that differ, none of them empty', twice, 'token i is vocabulary[i]');
  const reserved = tokens[0] === '<unk>' ? 1 : 0;
  return Vocabulary.fromJSON({ tokens: [...tokens], counts: tokens.map(() => 0), reserved });
}

/** Errors: UNSUPPORTED for what is more than one byte beside single bytes. */
function byteOf(token: string | number): number {
  if (typeof token === 'number') return token;
  const code = token.codePointAt(0) ?? 0;
  if (token.length === 1 && code < 128) return code;
  throw new UnrolledError(
    'UNSUPPORTED',
    `expected bytes or characters as tokens, received both: ${brief(JSON.stringify(token))} beside single bytes`,
    'model.network() is the network as it stands; give { vocabulary } where you know better',
  );
}

/** The tokens at their bytes; those that the network does not know have no vector, and are never drawn. */
function withAllBytes(state: StateDict, bytes: readonly number[]): StateDict {
  const wide = { ...state };
  const put = (name: string, from: StoredParameter | undefined, axis: 0 | 1, missing: number): void => {
    if (from === undefined) return;
    const rows = axis === 0 ? from.shape[0] : from.shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const columns = from.data.length / rows;
    const shape = from.shape.map((n, i) =>
      n === bytes.length && (axis === 0 ? i === 0 : i === from.shape.length - 1) ? BYTE_TOKENS.length : n,
    );
    const width = axis === 0 ? columns : BYTE_TOKENS.length;
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(missing);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        const at = axis === 0 ? bytes[r] * width + c : r * width + bytes[c];
        data[at] = Number(from.data[r * columns + c]);
      }
    }
    wide[name] = { ...from, shape, data };
  };
  put('embedding.weight', state['embedding.weight'], 0, 0);
  put('decoder.weight', state['decoder.weight'], 1, 0);
  put('decoder.bias', state['decoder.bias'], 1, NEVER);
  if (state['embedding.weight'] === undefined) put('rnn.0.weight_x', state['rnn.0.weight_x'], 0, 0);
  return wide;
}

// What happens inside a language model while it reads a text: gates and states at every step, from the kernels themselves.
import { noGrad } from '../autograd/tape.js';
import { deriveCell } from '../cell/plan/derive.js';
import { expectModel } from './expectModel.js';
import { UnrolledError } from '../errors.js';
import { expectNumbers, expectText, type Names, optionsOf, shownValue } from '../expect.js';
import type { LanguageModel } from '../models/language/languageModel.js';
import { evaluating } from '../nn/evaluating.js';
import type { RecurrentState } from '../nn/recurrent.js';
import { fromData } from '../tensor/create.js';
import type { HostArray } from '../tensor/device.js';
import { atOnce, inside, inTurn, readAndDispose, type Reading, requireAnswers } from '../tensor/readAll.js';
import { scope } from '../tensor/scope.js';
import { encodeWith, piecesOf } from '../text/corpus.js';
import { createTokenizer } from '../text/createTokenizer.js';
import { below, type ValueKind, valueKinds, type ValueMatrix } from './values.js';

/** One value of the cell over a text: T steps of W units. */
export interface TracedValue extends ValueMatrix {
  /** [T, W], row-major. */
  readonly data: Float32Array;
  /** Its range: a gate’s, a tanh’s, or none. */
  readonly kind: ValueKind;
}

/** What was traced in one layer and direction. */
export interface TracedLayer {
  /** From 0, as in the names of the parameters. */
  layer: number;
  /** In which direction that layer reads. */
  direction: 'forward' | 'backward';
  /** Gates, states and what the cell's author named. */
  values: Record<string, TracedValue>;
}

/** Gates and states of a language model while it reads a text. */
export interface GateTrace {
  /** The text as the model reads it. */
  text: string;
  /** Its tokens [T], as they are written: a character, a word, or a byte such as `<0x0A>`. */
  tokens: string[];
  /** How many of them are not in the model's vocabulary: it reads them all as one. */
  unknown: number;
  /** Layers and directions, in the order of the network. */
  layers: TracedLayer[];
}

/** What of a network is traced. */
export interface GateTraceOptions {
  /** Only this layer, from 0. */
  layer?: number;
}

export const GATE_TRACE_OPTIONS: Names<GateTraceOptions> = { layer: true };

/** Steps of one call, so that memory does not grow with the text. */
const CHUNK = 256;

/** Numbers of a trace, at most: 64 MiB, and as JSON about three times as many. */
const MOST = 2 ** 24;

/**
 * Runs a language model over a text, or over tokens of its vocabulary, and keeps every value of its cell that can be traced.
 * Errors: EMPTY for a text without tokens, RANGE where the trace would be too large, OPTION for an unknown layer.
 */
export function gateTrace(model: LanguageModel, text: string | Int32Array, given: GateTraceOptions = {}): GateTrace {
  requireAnswers('gateTrace', 'await gateTraceAsync(…)');
  return atOnce(readText(model, text, given));
}

/** The same on every backend. */
export function gateTraceAsync(
  model: LanguageModel,
  text: string | Int32Array,
  given: GateTraceOptions = {},
): Promise<GateTrace> {
  return inTurn(readText(model, text, given));
}

/** What both read. */
export function* readText(
  model: LanguageModel,
  text: string | Int32Array,
  given: GateTraceOptions,
): Reading<GateTrace> {
  const options = optionsOf(given, GATE_TRACE_OPTIONS, 'gateTrace');
  expectModel(model, 'lm');
  const { settings, vocabulary } = model.text;
  const tokens = typeof text === 'object' ? indicesOf(text, vocabulary.size) : encoded(model, text);
  if (tokens.length === 0) {
    throw new UnrolledError('EMPTY', 'expected text, received none that the model reads', 'give a few sentences');
  }
  const rnn = model.network.recurrent;
  const layers = checkLayer(rnn.numLayers, options.layer);
  const names = [...deriveCell(rnn.cell).traceable.keys()];
  const needed = tokens.length * names.length * rnn.hiddenSize * layers.length;
  if (needed > MOST) {
    const longest = Math.floor((MOST * tokens.length) / needed);
    throw new UnrolledError(
      'RANGE',
      `expected a text of at most ${longest} tokens for this model, received ${tokens.length}`,
      layers.length > 1 ? 'give a part of it, or name one layer' : 'give a part of it',
    );
  }
  const around = <R>(run: () => R): R => evaluating(model.network, run);
  const parts = yield* inside(around, readChunks(model, tokens, names, layers));
  const kinds = valueKinds(rnn.cell);
  // What is written stays visible where the model knows no such token.
  const pieces =
    typeof text === 'object' ? Array.from(tokens, (token) => vocabulary.token(token)) : piecesOf(text, settings);
  if (pieces.length !== tokens.length) {
    throw new UnrolledError(
      'INTERNAL',
      `expected ${tokens.length} pieces of text, received ${pieces.length}`,
      'report this',
    );
  }
  return {
    text: createTokenizer(settings.tokens ?? 'char').join(pieces),
    tokens: pieces,
    unknown:
      settings.tokens === 'byte' ? 0 : pieces.reduce((count, piece) => count + Number(!vocabulary.has(piece)), 0),
    layers: parts[0].map(({ layer, direction }, index) => ({
      layer,
      direction,
      values: Object.fromEntries(
        names.map((name) => [
          name,
          { ...below(parts.map((part) => part[index].values[name])), kind: kinds.get(name) ?? 'free' },
        ]),
      ),
    })),
  };
}

function encoded({ text: { settings, vocabulary } }: LanguageModel, text: string): Int32Array {
  expectText(text, 'a text');
  return encodeWith(text, settings, vocabulary);
}

/** Errors: OPTION for what is no list of numbers, RANGE for indices outside the vocabulary. */
function indicesOf(tokens: Int32Array, size: number): Int32Array {
  expectNumbers(tokens, 'a text or tokens', 'give a string, or the indices of its tokens');
  const wrong = tokens.find((token) => !(token >= 0 && token < size));
  if (wrong === undefined) return Int32Array.from(tokens);
  throw new UnrolledError(
    'RANGE',
    `expected tokens from 0 to ${size - 1}, received ${wrong}`,
    'give indices of the model’s vocabulary, or a text',
  );
}

/** The layers to look at. Errors: OPTION. */
export function checkLayer(numLayers: number, layer: number | undefined): number[] {
  const all = Array.from({ length: numLayers }, (_, l) => l);
  if (layer === undefined) return all;
  if (!all.includes(layer)) {
    throw new UnrolledError(
      'OPTION',
      `expected a layer from 0 to ${numLayers - 1}, received ${shownValue(layer)}`,
      'layers are counted from 0, as in the names of the parameters',
    );
  }
  return [layer];
}

/** What one call gave for one layer and direction: [steps, W] by name. */
interface Part extends Pick<TracedLayer, 'layer' | 'direction'> {
  values: Record<string, ValueMatrix>;
}

function* readChunks(
  model: LanguageModel,
  tokens: Int32Array,
  names: readonly string[],
  layers: readonly number[],
): Reading<Part[][]> {
  const { network } = model;
  const directions = network.recurrent.bidirectional ? 2 : 1;
  let state: RecurrentState | null = null;
  const dispose = (): void => state?.forEach((layer) => Object.values(layer).forEach((t) => t.dispose()));
  const parts: Part[][] = [];
  try {
    for (let from = 0; from < tokens.length; from += CHUNK) {
      const chunk = tokens.slice(from, from + CHUNK);
      const { next, traced } = scope(() =>
        noGrad(() => {
          const result = network.forward(fromData(chunk, [chunk.length, 1]), state, { trace: names });
          return { next: result.state, traced: result.trace };
        }),
      );
      dispose();
      state = next;
      const found: Part[] = [];
      for (const [index, values] of traced.entries()) {
        const layer = Math.floor(index / directions);
        const direction = index % directions === 1 ? 'backward' : 'forward';
        const own: Part['values'] = {};
        for (const name of names) own[name] = matrixOf(values[name].shape, yield* readAndDispose(values[name]));
        if (layers.includes(layer)) found.push({ layer, direction, values: own });
      }
      parts.push(found);
    }
  } finally {
    dispose();
  }
  return parts;
}

function matrixOf([steps, , width]: readonly number[], values: HostArray): ValueMatrix {
  return { steps, width, data: Float32Array.from(values) };
}

// Whether a converted network computes what the one before it computes: both run on a short random input. Letters: T steps, N batch.
import { noGrad } from '../../autograd/tape.js';
import { UnrolledError } from '../../errors.js';
import { Philox } from '../../tensor/philox.js';
import { fromData, randn, zeros } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { TextClassifier } from '../classifier/textClassifier.js';
import { Forecaster } from '../forecaster/forecaster.js';
import { importOnnx } from '../importOnnx.js';
import { LanguageModel } from '../language/languageModel.js';
import type { ImportedModel } from './importedModel.js';
import type { ImportedNetwork } from './importedNetwork.js';

const T = 5;
const N = 2;
/** Of the random input, always the same. */
const SEED = 1;

/** What a network takes and gives. */
type Run = (x: Tensor) => Tensor[];

/** The largest difference between the outputs of two networks, and that of their states. */
function differenceOf(a: Run, b: Run, x: Tensor): number {
  return noGrad(() => {
    const [one, other] = [a(x), b(x)];
    return one.reduce((most, tensor, i) => {
      const values = other[i].data();
      return Array.from(tensor.data()).reduce((far, value, k) => Math.max(far, Math.abs(value - values[k])), most);
    }, 0);
  });
}

/**
 * The largest difference between outputs and states of two networks that came out of files, on a random input.
 * @returns null where their layers make no network by themselves, so that nothing runs here
 */
export function importedDifference(a: ImportedModel, b: ImportedModel): number | null {
  const networks = networksOf(a, b);
  if (networks === null) return null;
  const [one, other] = networks.map((network): Run => (x) => {
    const { output, state } = network.forward(x);
    return [output, ...Object.values(state).flatMap((layers) => layers.flatMap((own) => Object.values(own)))];
  });
  return differenceOf(one, other, inputOf(a));
}

function networksOf(...models: readonly ImportedModel[]): ImportedNetwork[] | null {
  try {
    return models.map((model) => model.network());
  } catch (error) {
    if (error instanceof UnrolledError && error.code === 'UNSUPPORTED') return null;
    throw error;
  }
}

/** What the first layer reads. */
function inputOf(model: ImportedModel): Tensor {
  const first = [...model.network().layers.keys()].at(0);
  const layer = model.layers.find(({ name }) => name === first) ?? model.layers.find(({ kind }) => kind !== 'masking');
  if (layer?.kind === 'embedding') return tokens(layer.count);
  return numbers(layer === undefined ? 1 : 'inputSize' in layer ? layer.inputSize : 'size' in layer ? layer.size : 1);
}

function tokens(count: number): Tensor {
  const rng = new Philox(SEED);
  return fromData(
    Int32Array.from({ length: T * N }, () => rng.integer(count)),
    [T, N],
  );
}

function numbers(size: number): Tensor {
  return randn([T, N, size], new Philox(SEED));
}

/**
 * The largest difference between a model of ours and the file of weights that was written of it, read back, on a random input.
 * @param parts the layers of the model and their weights
 * @returns null where these make no network by themselves
 */
export function exportedDifference(model: unknown, parts: ImportedModel, written: ImportedModel): number | null {
  const networks = networksOf(written);
  if (!(model instanceof LanguageModel) || networks === null) return importedDifference(parts, written);
  const { run, input } = ofLanguage(model);
  return differenceOf(run, (x) => [networks[0].forward(x).output], input);
}

/**
 * The largest difference between the layers of a file and the language model that was made of them, on random tokens.
 * @param places the index in our vocabulary of each token of the file
 */
export function languageDifference(given: ImportedModel, model: LanguageModel, places: readonly number[]): number {
  const network = given.network();
  const ours = model.network.eval();
  const V = model.text.vocabulary.size;
  return differenceOf(
    (x) => [network.forward(x).output],
    (x) => {
      const own = fromData(
        Int32Array.from(x.data(), (token) => places[token]),
        x.shape,
      );
      const logits = ours.forward(own, null).logits.data();
      const picked = Float32Array.from({ length: T * N * places.length }, (_, i) => {
        const [row, token] = [Math.floor(i / places.length), i % places.length];
        return logits[row * V + places[token]];
      });
      return [fromData(picked, [T, N, places.length])];
    },
    tokens(places.length),
  );
}

/**
 * The largest difference between a model of ours and the ONNX file that was written of it, read back, on a random input.
 * @returns null where the file is more than layers one after the other, so that it is not read here
 */
export async function onnxDifference(model: unknown, bytes: Uint8Array): Promise<number | null> {
  const given = runOf(model);
  if (given === null) return null;
  try {
    const { network } = await importOnnx(bytes);
    return differenceOf(given.run, (x) => [network.forward(x, given.lengths).output], given.input);
  } catch (error) {
    if (error instanceof UnrolledError && error.code === 'FORMAT') return null;
    throw error;
  }
}

interface Runnable {
  run: Run;
  input: Tensor;
  lengths: { lengths?: number[] };
}

function ofLanguage(model: LanguageModel): Runnable {
  const network = model.network.eval();
  return { run: (x) => [network.forward(x, null).logits], input: tokens(model.texts[0].vocabulary.size), lengths: {} };
}

function runOf(model: unknown): Runnable | null {
  if (model instanceof LanguageModel) return ofLanguage(model);
  if (model instanceof TextClassifier) {
    const network = model.network.eval();
    const lengths = [T, T - 2];
    const input = tokens(model.texts[0].vocabulary.size);
    return { run: (x) => [network.forward(x, Int32Array.from(lengths))], input, lengths: { lengths } };
  }
  if (model instanceof Forecaster) {
    const network = model.network.eval();
    const input = numbers(network.recurrent.inputSize);
    return { run: (x) => [network.forward(x, zeros([N, 1])).output], input, lengths: {} };
  }
  return null;
}

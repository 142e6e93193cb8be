// All that can be seen in a model, as plain data: for the command line, a report or a page.
import { expectText, optionsOf } from '../expect.js';
import { crossEntropy, slice } from '../autograd/ops.js';
import { LanguageModel } from '../models/language/languageModel.js';
import type { Model } from '../models/model.js';
import type { TaskTypes } from '../models/task.js';
import { evaluating } from '../nn/evaluating.js';
import { fromData } from '../tensor/create.js';
import { atOnce, inside, inTurn, readAll, type Reading, requireAnswers } from '../tensor/readAll.js';
import type { Tensor } from '../tensor/tensor.js';
import { encodeWith } from '../text/corpus.js';
import { expectModel } from './expectModel.js';
import { checkLayer, type GateTrace, readText } from './gateTrace.js';
import { type LayerGradients, readFlow, type StepFunction } from './gradientFlow.js';
import { readInput } from './inputTrace.js';
import { type NeuronRanking, rankNeurons } from './neurons.js';
import { type ParameterSummary, parameterSummary } from './parameters.js';
import { type RecurrentMatrix, recurrentMatrices } from './recurrentMatrices.js';
import { type Saturation, saturation } from './saturation.js';
import { type Complex, eigenvalues, FULL_SPECTRUM, spectralRadius } from './spectrum.js';

/** The eigenvalues of one recurrent matrix. */
export interface MatrixSpectrum {
  /** Parameter and gate: `rnn.0.weight_h.f`. */
  name: string;
  /** Which layer, from 0. */
  layer: number;
  /** The linear of the cell to which it belongs. */
  gate: string;
  /** Rows, and columns. */
  size: number;
  /** The largest absolute value of an eigenvalue. */
  radius: number;
  /** The largest first; null above 512 rows. */
  eigenvalues: Complex[] | null;
}

/** How the gradient fares on its way back through a text. */
export interface TextGradientFlow {
  /** Predictions that take part: the first ones of the text. */
  steps: number;
  /** Of the sum of all losses: what training sees. */
  all: LayerGradients[];
  /** Of the last prediction's loss alone: how far back it reaches. */
  last: LayerGradients[];
}

/** All that `inspectModel` sees. */
export interface Inspection {
  /** Mean and deviation of every parameter. */
  parameters: ParameterSummary[];
  /** The eigenvalues of every recurrent matrix. */
  spectra: MatrixSpectrum[];
  /** Null without an input. */
  text: {
    trace: GateTrace;
    saturation: Saturation[];
    neurons: NeuronRanking;
    /** Null for a model that does not predict its next token, and where the text has one alone. */
    gradientFlow: TextGradientFlow | null;
  } | null;
}

/** What `inspectModel` looks at beside the weights. */
export interface InspectOptions<I> {
  /** What to read: a text, a sentence, a series; as `predict` takes it. */
  input?: I;
  /** Only this layer, from 0. */
  layer?: number;
}

/** Steps of the gradient flow, at most: each is a call of its own. */
const FLOW_STEPS = 400;

const NO_NEURONS: NeuronRanking = { neurons: [], properties: [], absent: [] };

/**
 * Looks into a model with a recurrent part, and with an input at what it does while it reads. Errors: EMPTY, RANGE, OPTION,
 * NON_FINITE.
 */
export function inspectModel<T extends TaskTypes>(
  model: Model<T>,
  options: InspectOptions<T['input']> = {},
): Inspection {
  requireAnswers('inspectModel', 'await inspectModelAsync(…)');
  return atOnce(readModel(model, options));
}

/** The same on every backend. */
export async function inspectModelAsync<T extends TaskTypes>(
  model: Model<T>,
  options: InspectOptions<T['input']> = {},
): Promise<Inspection> {
  expectModel(model);
  await readAll(model.network.parameters());
  return inTurn(readModel(model, options));
}

function* readModel<T extends TaskTypes>(model: Model<T>, options: InspectOptions<T['input']>): Reading<Inspection> {
  const { input, layer } = optionsOf(options, { input: true, layer: true }, 'inspectModel');
  expectModel(model);
  const spectra = Object.entries(model.recurrents()).flatMap(([prefix, rnn], i) => {
    const layers = i === 0 ? checkLayer(rnn.numLayers, layer) : checkLayer(rnn.numLayers, undefined);
    return recurrentMatrices(rnn, prefix)
      .filter((matrix) => layers.includes(matrix.layer))
      .map(spectrumOf);
  });
  return {
    parameters: parameterSummary(model.network),
    spectra,
    text: input === undefined ? null : yield* inspectInput(model, input, layer),
  };
}

function spectrumOf({ data, ...matrix }: RecurrentMatrix): MatrixSpectrum {
  const square = { size: matrix.size, data };
  const all = matrix.size <= FULL_SPECTRUM ? eigenvalues(square) : null;
  const radius = all === null ? spectralRadius(square) : all.length > 0 ? Math.hypot(all[0].re, all[0].im) : 0;
  return { name: matrix.name, layer: matrix.layer, gate: matrix.gate, size: matrix.size, radius, eigenvalues: all };
}

function* inspectInput<T extends TaskTypes>(
  model: Model<T>,
  input: T['input'],
  layer: number | undefined,
): Reading<NonNullable<Inspection['text']>> {
  const [rnn] = Object.values(model.recurrents());
  const writes = model instanceof LanguageModel && typeof input === 'string';
  const trace = writes ? yield* readText(model, input, { layer }) : yield* readInput(model, input, { layer });
  // Numbers have no properties of a text.
  const isText = trace.tokens.some((token) => Number.isNaN(Number(token)));
  return {
    trace,
    saturation: saturation(trace.layers),
    neurons: isText ? rankNeurons(trace.tokens, trace.layers, rnn.cell.states) : NO_NEURONS,
    gradientFlow: writes ? yield* readTextFlow(model, input, checkLayer(rnn.numLayers, layer)) : null,
  };
}

/** The gradient's way back from the losses of a text's first predictions. */
export function textGradientFlow(
  model: LanguageModel,
  text: string,
  layers?: readonly number[],
): TextGradientFlow | null {
  requireAnswers('textGradientFlow', 'await textGradientFlowAsync(…)');
  return atOnce(readTextFlow(model, text, layers));
}

/** The same on every backend. */
export function textGradientFlowAsync(
  model: LanguageModel,
  text: string,
  layers?: readonly number[],
): Promise<TextGradientFlow | null> {
  return inTurn(readTextFlow(model, text, layers));
}

function* readTextFlow(
  model: LanguageModel,
  text: string,
  layers?: readonly number[],
): Reading<TextGradientFlow | null> {
  expectModel(model, 'lm');
  expectText(text, 'a text');
  const tokens = encodeWith(text, model.text.settings, model.text.vocabulary);
  const steps = Math.min(FLOW_STEPS, tokens.length - 1);
  if (steps < 1 || model.network.recurrent.bidirectional) return null;
  const { network } = model;
  // A training that is under way finds its gradients as they were. Only the recurrent parameters take part: that is enough for
  // a tape, and a gradient of a decoder with many words at every step would cost more than all the rest.
  const before = [...network.namedParameters()].map(([name, t]) => ({
    name,
    t,
    grad: t.grad,
    requiresGrad: t.requiresGrad,
  }));
  for (const { name, t } of before) {
    t.grad = null;
    t.requiresGrad = name.startsWith('rnn.');
  }
  try {
    const around = <R>(run: () => R): R => evaluating(network, run);
    const flow = function* (from: number): Reading<LayerGradients[]> {
      const x = fromData(tokens.slice(0, steps), [steps, 1]);
      const y = fromData(tokens.slice(1, steps + 1), [steps, 1]);
      const step: StepFunction = (part, state) => {
        const result = network.forward(part, state);
        return { output: result.logits, state: result.state };
      };
      const loss = (logits: Tensor): Tensor =>
        crossEntropy(slice(logits, 0, from, steps), slice(y, 0, from, steps), { reduction: 'sum' });
      const flows = yield* inside(around, readFlow(step, x, loss));
      x.dispose();
      y.dispose();
      return flows.filter(({ layer }) => layers?.includes(layer) ?? true);
    };
    return { steps, all: yield* flow(0), last: yield* flow(steps - 1) };
  } finally {
    for (const { t, grad, requiresGrad } of before) {
      t.grad?.dispose();
      t.grad = grad;
      t.requiresGrad = requiresGrad;
    }
  }
}

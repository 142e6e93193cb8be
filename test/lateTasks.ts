// Every task, small, and all that one asks its models: at once, and on a backend whose numbers must be waited for. lateReads.test.ts runs
// it on a device that refuses to answer at once, webgpu.test.ts on a graphics processor.
import { expect } from 'vitest';
import {
  Captioner,
  Forecaster,
  LanguageModel,
  loadModel,
  Recurrent,
  sum,
  tensor,
  TextClassifier,
  TokenTagger,
  Translator,
} from 'unrolled';
import {
  gradientFlow,
  gradientFlowAsync,
  gradientReach,
  gradientReachAsync,
  inspectModel,
  inspectModelAsync,
  integratedGradients,
  integratedGradientsAsync,
  intervene,
  interveneAsync,
  interventionEffects,
  interventionEffectsAsync,
  pastInfluence,
  pastInfluenceAsync,
  stateJacobian,
  stateJacobianAsync,
} from 'unrolled/inspect';
import { Corpus } from 'unrolled/text';

export interface LateTask<M extends AnyModel = AnyModel> {
  name: string;
  fit(): Promise<M>;
  atOnce(model: M): unknown;
  late(model: M): Promise<unknown>;
}

interface AnyModel {
  training: { loss: number; step: number; final: { loss: number } | null } | null;
  toBytes(): Uint8Array;
}

const TEXT = 'the cat sat on the mat and the dog sat on the log; '.repeat(40);
const SMALL = { batchSize: 8, maxSteps: 10, seed: 3, hiddenSize: 8 };

const ROWS = Array.from({ length: 40 }, (_, i) => ({
  text: i % 2 === 0 ? `a good film ${i}` : `bad ${i}`,
  label: i % 2 === 0 ? 'good' : 'bad',
}));
const SENTENCES = Array.from({ length: 24 }, (_, i) => ({
  tokens: i % 2 === 0 ? ['the', 'cat', 'runs'] : ['a', 'dog'],
  tags: i % 2 === 0 ? ['DET', 'NOUN', 'VERB'] : ['DET', 'NOUN'],
}));
const SERIES = Array.from({ length: 160 }, (_, i) => Math.sin(i / 4) + i / 100);
const PAIRS = Array.from({ length: 24 }, (_, i) => ({ source: `go ${i % 7}`, target: `va ${i % 7}` }));
const PICTURES = Array.from({ length: 16 }, (_, i) => ({
  pixels: Float32Array.from({ length: 64 }, (_, k) => ((k * (i + 1)) % 5) / 5),
  text: i % 2 === 0 ? 'left right' : 'up',
}));

const PLACES = [
  { prime: 'the ', length: 20, temperature: 0 },
  { prime: 'the cat', length: 20, seed: 4 },
  { length: 20, seed: 5, topK: 3, temperature: 0.7 },
  { prime: 'a', length: 20, seed: 6, topP: 0.6 },
  { prime: 'the ', length: 40, seed: 7, stop: 't' },
];

/** Of any vocabulary here. */
const TOKENS = Int32Array.from({ length: 40 }, (_, i) => 1 + ((i * i) % 5));
const HELD = { value: 'h', to: 0.5, steps: 2 };
const EFFECTS = { context: 10, follow: 2 };
const REACH = { length: 8, count: 3 };

function languageModel(name: string, options: object): LateTask<LanguageModel> {
  return {
    name,
    fit: () =>
      LanguageModel.fit(Corpus.fromText(TEXT, { validation: 0.2 }), {
        ...{ ...SMALL, embeddingSize: 4, numSteps: 10 },
        ...options,
      }),
    atOnce(model) {
      const session = model.session().read('the cat ');
      const first = session.probabilities();
      const token = session.sample({ seed: 3 });
      const text = session.generate({ length: 12, seed: 8 });
      return {
        measured: model.evaluate(TEXT),
        sampled: model.evaluate(TEXT, { maxTokens: 200 }),
        texts: PLACES.map((options) => model.generate(options)),
        streamed: model.generate(PLACES[1]),
        next: model.predict(['the c', '']),
        session: { first, token, text, again: session.copy().probability('s'), state: session.state() },
        bytes: model.session(session.toBytes()).length,
        inside: inspectModel(model, { input: 'the cat sat' }),
        many: model.generateMany(3, PLACES[4]),
        held: intervene(model, TOKENS, HELD, { length: 5 }),
        effects: interventionEffects(model, TOKENS, [12, 20], HELD, EFFECTS),
        reach: gradientReach(model, TOKENS, REACH),
      };
    },
    async late(model) {
      const session = model.session().read('the cat ');
      const first = await session.probabilitiesAsync();
      const token = await session.sampleAsync({ seed: 3 });
      const text = await session.generateAsync({ length: 12, seed: 8 });
      const texts: string[] = [];
      for (const options of PLACES) texts.push(await model.generateAsync(options));
      let streamed = '';
      for await (const piece of model.stream(PLACES[1])) streamed += piece;
      const again = await (await session.copyAsync()).probabilityAsync('s');
      return {
        measured: await model.evaluateAsync(TEXT),
        sampled: await model.evaluateAsync(TEXT, { maxTokens: 200 }),
        texts,
        streamed,
        next: await model.predictAsync(['the c', '']),
        session: { first, token, text, again, state: await session.stateAsync() },
        bytes: model.session(await session.toBytesAsync()).length,
        inside: await inspectModelAsync(model, { input: 'the cat sat' }),
        many: await model.generateManyAsync(3, PLACES[4]),
        held: await interveneAsync(model, TOKENS, HELD, { length: 5 }),
        effects: await interventionEffectsAsync(model, TOKENS, [12, 20], HELD, EFFECTS),
        reach: await gradientReachAsync(model, TOKENS, REACH),
      };
    },
  };
}

function tagger(name: string, options: object): LateTask<TokenTagger> {
  return {
    name,
    fit: () => TokenTagger.fit(SENTENCES, { ...SMALL, embeddingSize: 4, validation: 0.2, ...options }),
    atOnce: (model) => ({
      measured: model.evaluate(SENTENCES),
      tags: model.predict([['the', 'dog'], ['a']]),
      inside: inspectModel(model, { input: ['the', 'dog'] }),
    }),
    late: async (model) => ({
      measured: await model.evaluateAsync(SENTENCES),
      tags: await model.predictAsync([['the', 'dog'], ['a']]),
      inside: await inspectModelAsync(model, { input: ['the', 'dog'] }),
    }),
  };
}

function forecaster(name: string, options: object): LateTask<Forecaster> {
  const stream = { window: 10, horizon: 3 };
  return {
    name,
    fit: () => Forecaster.fit(SERIES, { ...SMALL, ...stream, ...options }),
    atOnce(model) {
      const pushed = model.stream();
      return {
        measured: model.evaluate(SERIES),
        ahead: [model.predict(SERIES), ...model.predict([SERIES.slice(0, 50)])],
        pushed: SERIES.slice(0, 12).map((value) => pushed.push(value)),
        influence: pastInfluence(model, SERIES),
        inside: inspectModel(model, { input: SERIES.slice(0, 30) }),
      };
    },
    async late(model) {
      const stream = model.stream();
      const pushed = [];
      for (const value of SERIES.slice(0, 12)) pushed.push(await stream.pushAsync(value));
      return {
        measured: await model.evaluateAsync(SERIES),
        ahead: [await model.predictAsync(SERIES), ...(await model.predictAsync([SERIES.slice(0, 50)]))],
        pushed,
        influence: await pastInfluenceAsync(model, SERIES),
        inside: await inspectModelAsync(model, { input: SERIES.slice(0, 30) }),
      };
    },
  };
}

const classifier: LateTask<TextClassifier> = {
  name: 'a classifier with a linear part',
  fit: () => TextClassifier.fit(ROWS, { ...SMALL, embeddingSize: 4, linear: true, validation: 0.2 }),
  atOnce: (model) => ({
    measured: model.evaluate(ROWS),
    labels: model.predict(['a good film', 'bad']),
    why: integratedGradients(model, 'a good film', { steps: 4 }),
    inside: inspectModel(model, { input: 'a good film' }),
  }),
  late: async (model) => ({
    measured: await model.evaluateAsync(ROWS),
    labels: await model.predictAsync(['a good film', 'bad']),
    why: await integratedGradientsAsync(model, 'a good film', { steps: 4 }),
    inside: await inspectModelAsync(model, { input: 'a good film' }),
  }),
};

const translator: LateTask<Translator> = {
  name: 'a translator with attention',
  fit: () => Translator.fit(PAIRS, { ...SMALL, embeddingSize: 4, attentionSize: 4, validation: 0.2 }),
  atOnce: (model) => ({
    measured: model.evaluate(PAIRS),
    greedy: model.translate(['go 3', '', 'go 5 6'], { beamSize: 1 }),
    beam: model.translate('go 3', { beamSize: 3, lengthPenalty: 0 }),
    inside: inspectModel(model, { input: 'go 3' }),
  }),
  late: async (model) => ({
    measured: await model.evaluateAsync(PAIRS),
    greedy: await model.predictAsync(['go 3', '', 'go 5 6'], { beamSize: 1 }),
    beam: (await model.predictAsync(['go 3'], { beamSize: 3, lengthPenalty: 0 }))[0],
    inside: await inspectModelAsync(model, { input: 'go 3' }),
  }),
};

const captioner: LateTask<Captioner> = {
  name: 'a captioner',
  fit: () =>
    Captioner.fit(PICTURES, {
      ...{ ...SMALL, maxSteps: 4, embeddingSize: 4, attentionSize: 4, filters: 2 },
      ...{ height: 8, width: 8, validation: PICTURES.slice(0, 4) },
    }),
  atOnce: (model) => ({ measured: model.evaluate(PICTURES), said: model.caption(PICTURES[0].pixels) }),
  late: async (model) => ({
    measured: await model.evaluateAsync(PICTURES),
    said: (await model.predictAsync([PICTURES[0].pixels]))[0],
  }),
};

export const LATE_TASKS = [
  languageModel('a language model', { cell: 'lstm', numLayers: 2 }),
  languageModel('a language model with n-grams', { cell: 'gru', mixture: true }),
  classifier,
  tagger('a tagger', { head: 'softmax' }),
  tagger('a tagger with a conditional random field', { head: 'crf', bidirectional: false }),
  forecaster('a forecaster', { mode: 'direct' }),
  forecaster('a forecaster with a fitted map', { mode: 'direct', shortcut: 'fitted' }),
  forecaster('a forecaster of quantiles', { mode: 'direct', quantiles: [0.1, 0.5, 0.9] }),
  forecaster('a forecaster that goes on from its own values', { mode: 'iterated' }),
  translator,
  captioner,
] as readonly LateTask[];

/** The gradient's way through a network of one's own, at once and late. */
export const FLOW = {
  atOnce: (): unknown => [
    gradientFlow(network(), input(), (output) => sum(output)),
    stateJacobian(network(), input(), null, 1, 3),
  ],
  late: async (): Promise<unknown> => [
    await gradientFlowAsync(network(), input(), (output) => sum(output)),
    await stateJacobianAsync(network(), input(), null, 1, 3),
  ],
};

function network(): Recurrent {
  return new Recurrent('lstm', { inputSize: 2, hiddenSize: 3 });
}

const input = () => tensor([[[1, 2]], [[3, -1]], [[0, 1]]]);

/** The same model on the chosen backend. */
export async function reopened<M extends AnyModel>(model: M): Promise<M> {
  return (await loadModel(model.toBytes())) as unknown as M;
}

/** Numbers to a tolerance, everything else exactly. */
export function expectAlike(found: unknown, wanted: unknown, tolerance: number, at = ''): void {
  if (typeof found === 'number' && typeof wanted === 'number') {
    const difference = Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));
    if (!(difference <= tolerance) && !Object.is(found, wanted)) {
      expect.fail(`${at}: expected ${wanted}, received ${found}`);
    }
  } else if (typeof found === 'object' && typeof wanted === 'object' && found !== null && wanted !== null) {
    const [own, other] = [Object.entries(found), Object.entries(wanted)];
    expect(own.length, at).toBe(other.length);
    for (const [name, value] of own) {
      expectAlike(value, (wanted as Record<string, unknown>)[name], tolerance, `${at}.${name}`);
    }
  } else expect(found, at).toBe(wanted);
}

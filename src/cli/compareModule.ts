// A model beside the module that was written of it: the largest difference of their answers to drawn inputs.
import { scaleValues, unscaleValues } from '../data/scaling.js';
import type { ModuleExportable } from '../models/esModule/exportModule.js';
import type { model as classifierModule } from '../models/esModule/runtime/classify.js';
import type { model as forecasterModule } from '../models/esModule/runtime/forecast.js';
import type { model as languageModule } from '../models/esModule/runtime/lm.js';
import type { model as taggerModule } from '../models/esModule/runtime/tag.js';
import type { TextClassifier } from '../models/classifier/textClassifier.js';
import type { Forecaster } from '../models/forecaster/forecaster.js';
import type { LanguageModel } from '../models/language/languageModel.js';
import type { TokenTagger } from '../models/tagger/tokenTagger.js';
import { Philox } from '../tensor/philox.js';
import { createTokenizer } from '../text/createTokenizer.js';
import type { Vocabulary } from '../text/vocabulary.js';

/** Tokens that a language model reads, texts, sentences, histories. */
const COMPARED = 32;

export interface ModuleComparison {
  /** What was compared, as the subject of a sentence. */
  compared: string;
  largest: number;
}

/** @param module what the file exports */
export function compareModule(model: ModuleExportable, module: unknown): ModuleComparison {
  switch (model.task) {
    case 'lm':
      return {
        compared: `over ${COMPARED} tokens its probabilities`,
        largest: ofLanguage(model, module as ReturnType<typeof languageModule>),
      };
    case 'classify':
      return {
        compared: `over ${COMPARED} texts of drawn tokens its probabilities`,
        largest: ofClassifier(model, module as ReturnType<typeof classifierModule>),
      };
    case 'tag':
      return {
        compared: `over ${COMPARED} sentences of drawn words the probabilities of its tags`,
        largest: ofTagger(model, module as ReturnType<typeof taggerModule>),
      };
    case 'forecast':
      return {
        compared: `over ${COMPARED} drawn histories its forecasts, in deviations of the series,`,
        largest: ofForecaster(model, module as ReturnType<typeof forecasterModule>),
      };
    default:
      return model satisfies never;
  }
}

function ofLanguage(model: LanguageModel, { start }: ReturnType<typeof languageModule>): number {
  const reading = start();
  const session = model.session();
  const rng = new Philox(0);
  let largest = 0;
  for (let i = 0; i < COMPARED; i++) {
    const token = rng.integer(model.vocabularySize);
    const ours = session.read([token]).probabilities();
    reading.next(token).forEach((p, j) => (largest = Math.max(largest, Math.abs(p - ours[j]))));
  }
  session.close();
  return largest;
}

function ofClassifier(model: TextClassifier, { classify }: ReturnType<typeof classifierModule>): number {
  const { vocabulary, settings } = model.text;
  const tokenizer = createTokenizer(settings.tokens ?? 'char');
  const texts = drawnTexts(vocabulary).map((tokens) => tokenizer.join(tokens));
  return largestOf(model.predict(texts), (ours, i) => {
    const theirs = classify(texts[i]).probabilities;
    return Object.entries(ours.probabilities).map(([label, p]) => p - theirs[label]);
  });
}

/** A tag that differs counts as 1. */
function ofTagger(model: TokenTagger, { tag }: ReturnType<typeof taggerModule>): number {
  const sentences = drawnTexts(model.words.words);
  return largestOf(model.predict(sentences), (ours, i) => {
    const theirs = tag(sentences[i]);
    return ours.tags.map((own, t) => (own === theirs.tags[t] ? ours.probabilities[t] - theirs.probabilities[t] : 1));
  });
}

function ofForecaster(model: Forecaster, { forecast }: ReturnType<typeof forecasterModule>): number {
  const { inputs, scalings, window } = model.config;
  const rng = new Philox(0);
  const drawn = (channel: number): Float64Array => {
    let value = rng.normal();
    const scaled = Float64Array.from({ length: window + 1 }, () => (value = 0.9 * value + 0.3 * rng.normal()));
    return unscaleValues(scaled, scalings[channel]);
  };
  const histories = Array.from({ length: COMPARED }, () => ({
    target: drawn(0),
    inputs: Object.fromEntries(inputs.map((name, i) => [name, drawn(i + 1)])),
  }));
  return largestOf(model.predict(histories), (ours, i) => {
    const [a, b] = [ours, forecast(histories[i])].map(({ values, quantiles }) =>
      scaleValues(Object.values(quantiles ?? { values }).flat(), scalings[0]),
    );
    return Array.from(a, (value, k) => value - b[k]);
  });
}

function largestOf<A>(answers: readonly A[], differences: (answer: A, i: number) => number[]): number {
  return answers.flatMap(differences).reduce((most, one) => Math.max(most, Math.abs(one)), 0);
}

/** Tokens of a vocabulary, up to 40 at a time. */
function drawnTexts(vocabulary: Vocabulary): string[][] {
  const rng = new Philox(0);
  return Array.from({ length: COMPARED }, () =>
    vocabulary.decode(Int32Array.from({ length: 1 + rng.integer(40) }, () => rng.integer(vocabulary.size))),
  );
}

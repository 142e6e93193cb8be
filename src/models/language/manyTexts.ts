// Many texts that go on from one prime. Drawn side by side, each step is one for all of them.
import { requireNumber } from '../../range.js';
import type { Reading } from '../../tensor/readAll.js';
import type { ModelText } from '../modelFile.js';
import type { NetworkPredictor, PlacedPredictor } from './networkPredictor.js';
import { afterPrime, Continuation, generateOptions, type GenerateOptions, readPrime } from './textGenerator.js';

/** Texts of one call: their logits stand in memory together. */
const MOST = 4096;

function checkCount(count: number): void {
  requireNumber('a number of texts', count, { min: 1, max: MOST, whole: true }, '64 keep a graphics processor busy');
}

/** The texts of the seeds from `seed` on, side by side. @param predictor that read nothing yet. Errors: RANGE. */
export function* readTexts(
  predictor: NetworkPredictor,
  text: ModelText,
  count: number,
  given: GenerateOptions,
): Reading<string[]> {
  try {
    checkCount(count);
    const options = generateOptions(given, 'generateMany');
    const { seed = 0 } = options;
    const start = readPrime(predictor, text, options);
    predictor.spread(count);
    const continuations = Array.from(
      { length: count },
      (_, i) => new Continuation(predictor, text, { ...options, seed: seed + i }, { ...start, ahead: true }),
    );
    const texts = continuations.map(() => '');
    while (continuations.some(({ isDone }) => !isDone)) {
      const numbers = continuations.map((one) => one.numbers());
      const [{ length }] = numbers;
      const all = new Float32Array(count * length);
      numbers.forEach((own, i) => {
        all.set(own, i * length);
      });
      const tokens = length === 0 ? [] : Array.from(yield* predictor.draw(all, continuations[0].spec));
      continuations.forEach((one, i) => {
        if (one.isDone) return;
        texts[i] += [...one.write(tokens.slice(i * length, (i + 1) * length))].join('');
      });
    }
    return texts;
  } finally {
    predictor.close();
  }
}

/** The same, one after the other: for predictors that are more than a network. Errors: RANGE. */
export function* readTextsInTurn(
  predictorOf: () => PlacedPredictor,
  text: ModelText,
  count: number,
  given: GenerateOptions,
): Reading<string[]> {
  checkCount(count);
  const { seed = 0, ...options } = generateOptions(given, 'generateMany');
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const predictor = predictorOf();
    try {
      const continuation = afterPrime(predictor, text, { ...options, seed: seed + i }, { ahead: true });
      let written = '';
      while (!continuation.isDone) written += [...continuation.write(yield* continuation.draw())].join('');
      texts.push(written);
    } finally {
      predictor.close();
    }
  }
  return texts;
}

// RNN, GRU and LSTM at the same loss: each learns the same text from its first step until it predicts the validation part as well as
// asked, so that what is compared is how far back each of them looks, not how much it has learned.
import { LanguageModel } from 'unrolled';
import type { Corpus } from 'unrolled/text';
import type { River, Rival } from '../messages.js';
import type { RunSettings } from '../settings.js';
import { riverAt } from './lab.js';
import { fitOptions } from './trainer.js';

const CELLS = ['rnn', 'gru', 'lstm'] as const;
/** A cell that learns no more is taken as it is then. */
const MOST_STEPS = 3000;
const MOST_MILLISECONDS = 90_000;
/** Steps between two looks at the loss, and tokens of one. */
const EVERY = 5;
const MEASURED = 3000;

/**
 * @param loss in nats a token
 * @param at the token after which the prediction stands
 */
export async function* rivers(
  corpus: Corpus,
  settings: RunSettings,
  { loss, at }: { loss: number; at: number },
  isOver: () => boolean,
): AsyncGenerator<{ rival: Rival } | { river: River }> {
  for (const cell of CELLS) {
    const signal = { aborted: false };
    const news: Rival[] = [];
    let last: Rival = { cell, step: 0, loss: NaN };
    let hear: () => void = () => undefined;
    const began = performance.now();
    const training = LanguageModel.fit(corpus, {
      ...fitOptions(settings),
      ...{ cell, signal },
      onStep({ step, loss: smoothed }, { model }) {
        if (step % EVERY !== 0) return;
        const measured =
          model instanceof LanguageModel && corpus.validation.length > 1
            ? model.evaluate(corpus.validation, { maxTokens: MEASURED }).loss
            : smoothed;
        last = { cell, step, loss: measured };
        news.push(last);
        const isLate = step >= MOST_STEPS || performance.now() - began > MOST_MILLISECONDS;
        if (isOver() || measured <= loss || isLate) signal.aborted = true;
        hear();
      },
    });
    const ended = training.then(
      () => true,
      () => true,
    );
    for (let isDone = false; !isDone;) {
      isDone = await Promise.race([ended, new Promise<false>((resolve) => (hear = () => resolve(false)))]);
      for (const rival of news.splice(0)) yield { rival };
    }
    const model = await training;
    if (isOver()) return;
    yield { river: { ...riverAt(model, corpus.tokens, at, last.step), reached: last.loss } };
    model.network.dispose();
  }
}

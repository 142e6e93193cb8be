// Spelling to sounds: an encoder reads letters, a decoder writes phonemes. What it looks at while it speaks is drawn, and counting
// letters stands beside it.
import { bySource, splitPairs, type TextPair, Translator } from 'unrolled';
import { levenshteinDistance } from 'unrolled/metrics';
import { readPairs, readPronunciations } from 'unrolled/records';
import { above, atMost, below, curves, exactly, experiment, INK, Plot, sequential } from 'unrolled/reproduce';
import { pronounce as exercises } from './exercises/writing.js';
import { align, WindowRules } from './parts/letters-to-sounds.js';
import text from './text/pronounce.js';

/** What the dictionary lacks. */
const NEW_WORDS = [
  'schmidhuber',
  'hochreiter',
  'bengio',
  'knightley',
  'pikachu',
  'chatbot',
  'emoji',
  'backpropagation',
];
/** Spellings with letters that say nothing. */
const SILENT = /^(kn|wr|gn|ps)|igh|ough|augh|mb$|stle/;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const unstressed = (phonemes: string): string => phonemes.replace(/\d/g, '');
const whole = (phonemes: string): string => phonemes;

/** The different words of some pairs, each with all of its pronunciations. */
const wordsOf = (pairs: readonly TextPair[]) =>
  bySource(pairs).map((group) => ({ word: pairs[group[0]].source, known: group.map((n) => pairs[n].target) }));
type Word = ReturnType<typeof wordsOf>[number];

/** A word is right if it is one of its pronunciations; else its edits to the nearest count. `less` leaves out what does not. */
function errors(words: readonly Word[], said: readonly string[], less: (phonemes: string) => string) {
  let [wrong, edits, length] = [0, 0, 0];
  for (const [i, { known }] of words.entries()) {
    const [own, ...wanted] = [said[i], ...known].map((phonemes) => less(phonemes).split(' '));
    const distances = wanted.map((one) => levenshteinDistance(own, one));
    const nearest = Math.min(...distances);
    if (nearest > 0) wrong++;
    edits += nearest;
    length += wanted[distances.indexOf(nearest)].length;
  }
  return { word: wrong / words.length, phoneme: edits / length };
}

export default experiment({
  name: 'pronounce',
  source: 'Rao et al. 2015; Yao and Zweig 2015',
  needs: ['translation'],
  text,
  exercises,
  datasets: ['cmudict'],
  code: ['pronounce.ts', 'parts/letters-to-sounds.ts'],
  minutes: 15,
  async run({ quick, seed, signal, say, heading, formula, plot, table, check, finding, progress, files }) {
    const [{ name, bytes }] = await files('cmudict');
    const { pairs } = readPairs(readPronunciations(new TextDecoder().decode(bytes), name));
    // Words are drawn, with all of their pronunciations; the validation part is what settings were chosen on.
    const held = splitPairs(pairs, 0.05, seed);
    const kept = splitPairs(held.rest, 1500, seed + 1);
    const draw = (some: TextPair[], count: number) => (quick ? splitPairs(some, count, seed).drawn : some);
    const [training, validation, test] = [draw(kept.rest, 1500), draw(kept.drawn, 100), wordsOf(draw(held.drawn, 200))];
    const learned = new Set(training.map(({ source }) => source));
    check('words', exactly(126_046), wordsOf(pairs).length);
    check('bothSides', exactly(0), test.filter(({ word }) => learned.has(word)).length);
    say('data', { training: wordsOf(training).length, validation: wordsOf(validation).length, test: test.length });

    heading('countingHeading');
    say('counting');
    progress(0.01, 'counting letters');
    const aligned = align(training);
    const rules = { letterRule: new WindowRules(aligned, 0), windowRule: new WindowRules(aligned, 3) };
    const counted = (key: keyof typeof rules, words: Word[]) => words.map(({ word }) => rules[key].pronounce(word));
    const said: Record<string, string[]> = {
      letterRule: counted('letterRule', test),
      windowRule: counted('windowRule', test),
    };

    heading('networkHeading');
    const units = quick ? 64 : 256;
    say('network', { units });
    formula(
      String.raw`P(\text{K N AY1 T} \mid \text{k n i g h t}) = \prod_t P(p_t \mid p_1, \ldots, p_{t-1}, \text{letters})`,
    );
    const model = await Translator.fit(training, {
      ...{
        tokens: 'char',
        targetTokens: 'split',
        minCount: 1,
        maxSize: Infinity,
        dropout: 0.2,
        seed,
        signal,
        validation,
        validations: 10,
      },
      ...(quick
        ? { hiddenSize: units, embeddingSize: 32, attentionSize: 32, batchSize: 16, epochs: 2, learningRate: 5e-3 }
        : { hiddenSize: units, embeddingSize: 64, attentionSize: 128, batchSize: 64, epochs: 8, dropout: 0.15 }),
      onProgress: (now) => progress(0.03 + 0.9 * now.progress, `loss ${now.loss.toFixed(3)}`),
    });
    const texts = test.map(({ word }) => word);
    const speak = (beamSize: number) => model.predict(texts, { beamSize });
    said.greedy = speak(1).map(({ tokens }) => tokens.join(' '));
    progress(0.96, 'beam search');
    const spoken = speak(4);
    said.beam = spoken.map(({ tokens }) => tokens.join(' '));

    const keys = ['letterRule', 'windowRule', 'greedy', 'beam'] as const;
    const results = Object.fromEntries(
      keys.map((key) => [key, { stressed: errors(test, said[key], whole), bare: errors(test, said[key], unstressed) }]),
    );
    const { beam, windowRule } = results;
    if (quick) {
      check('learned', below(3), model.training?.validation.at(-1)?.loss ?? NaN);
      check('windowHelps', above(0), results.letterRule.stressed.phoneme - windowRule.stressed.phoneme);
    } else {
      check('bareWordError', atMost(0.33), beam.bare.word);
      check('wordError', atMost(0.35), beam.stressed.word);
      check('phonemeError', atMost(0.1), beam.stressed.phoneme);
      check('betterThanCounting', above(0.15), windowRule.stressed.word - beam.stressed.word);
    }
    table((t) => ({
      columns: [t('how'), t('wordErrors'), t('bareWordErrors'), t('phonemeErrors'), t('barePhonemeErrors')].map(
        (heading, i) => ({ heading, number: i > 0 }),
      ),
      rows: keys.map((key) => {
        const { stressed, bare } = results[key];
        return [t(key), ...[stressed.word, bare.word, stressed.phoneme, bare.phoneme].map(percent)];
      }),
      strong: (row) => row === keys.length - 1,
    }));
    // Not every word of the test is news: smith's, where smith was learned.
    const related = (word: string): boolean =>
      ["'s", 's', "'"].some(
        (end) => learned.has(word + end) || (word.endsWith(end) && learned.has(word.slice(0, -end.length))),
      );
    const news = Array.from(test.keys()).filter((i) => !related(test[i].word));
    const own = errors(
      news.map((i) => test[i]),
      news.map((i) => said.beam[i]),
      whole,
    );
    say('fair', { related: percent(1 - news.length / test.length), own: percent(own.word) });

    const validated = model.training?.validation ?? [];
    const heard = wordsOf(validation);
    const rule = 100 * errors(heard, counted('windowRule', heard), whole).word;
    plot('learningCaption', (t) => ({
      x: { label: t('iteration') },
      y: { label: t('wordErrorAxis'), zero: true, grid: true },
      marks: [
        Plot.ruleY([rule], { stroke: INK, strokeDasharray: '6 4' }),
        Plot.text([t('windowRule')], {
          x: 0,
          y: rule,
          text: (d: string) => d,
          textAnchor: 'start',
          dx: 4,
          dy: 10,
          fill: INK,
        }),
        curves([
          {
            name: t('greedy'),
            x: validated.map(({ step }) => step),
            y: validated.map(({ exact }) => 100 * (1 - exact)),
          },
        ]),
      ],
    }));
    const steps = validated.at(-1)?.step ?? NaN;
    const passed = (validated.find(({ exact }) => 100 * (1 - exact) < rule)?.step ?? Infinity) / steps;
    finding('countingPassed', atMost(0.5), passed, { share: percent(passed) });
    const lengths = Array.from({ length: 9 }, (_, i) => i + 4);
    const byLength = (key: string): number[] =>
      lengths.map((letters) => {
        const rows = Array.from(test.keys()).filter((i) => test[i].word.length === letters);
        return rows.length < 5
          ? NaN
          : 100 *
              errors(
                rows.map((i) => test[i]),
                rows.map((i) => said[key][i]),
                whole,
              ).word;
      });
    plot('lengthCaption', (t) => ({
      x: { label: t('letters'), ticks: lengths },
      y: { label: t('wordErrorAxis'), domain: [0, 100], grid: true },
      marks: [
        curves(
          (['windowRule', 'beam'] as const).map((key, i) => ({
            name: t(key),
            x: lengths,
            y: byLength(key),
            colour: 1 - i,
          })),
        ),
      ],
    }));

    const [ofWindow, ofNetwork] = ['windowRule', 'beam'].map(byLength);
    const leads = ofWindow.map((wrong, i) => wrong - ofNetwork[i]).filter((lead) => !Number.isNaN(lead));
    const least = Math.min(...leads);
    finding('leads', above(0), least, { least: least.toFixed(1) });

    heading('looksHeading');
    say('looks');
    const right = test.map(({ known }, i) => known.includes(said.beam[i]));
    const silence = (i: number): number => test[i].word.length - spoken[i].tokens.length;
    const [silent = 0] = Array.from(test.keys())
      .filter((i) => SILENT.test(test[i].word) && /^[a-z]{1,11}$/.test(test[i].word) && (quick || right[i]))
      .sort((a, b) => silence(b) - silence(a));
    const { tokens, sourceTokens, attention } = spoken[silent];
    const cells = attention.flatMap((row, y) => row.map((weight, x) => ({ x, y, weight })));
    const looked = { word: test[silent].word, phonemes: tokens.join(' ') };
    plot(
      'looksCaption',
      (t) => ({
        ...{ height: 36 + 34 * attention.length, marginTop: 28, marginBottom: 8, marginLeft: 60 },
        color: sequential(0, 1),
        x: {
          label: null,
          axis: 'top',
          domain: sourceTokens.map((_, x) => x),
          tickFormat: (x: number) => (x === sourceTokens.length - 1 ? t('end') : sourceTokens[x]),
          tickSize: 0,
        },
        y: { label: null, domain: attention.map((_, y) => y), tickFormat: (y: number) => tokens[y], tickSize: 0 },
        marks: [Plot.cell(cells, { x: 'x', y: 'y', fill: 'weight', inset: 1 })],
      }),
      looked,
    );
    // Whether it goes on from left to right: the letter that is looked at most, phoneme by phoneme.
    const peaks = spoken.map(({ attention: rows }) => rows.map((row) => row.indexOf(Math.max(...row))));
    const moves = peaks.flatMap((own) => own.slice(1).map((peak, t) => peak - own[t]));
    const forward = moves.filter((move) => move >= 0).length / moves.length;
    finding('forward', above(0.8), forward, { share: percent(forward) });

    heading('examplesHeading');
    const some = (rows: number[], count: number): number[] =>
      Array.from(
        { length: Math.min(count, rows.length) },
        (_, k) => rows[Math.floor(((k + 0.5) * rows.length) / count)],
      );
    const wrong = Array.from(test.keys()).filter((i) => !right[i]);
    say('examples', {
      right:
        some(
          Array.from(test.keys()).filter((i) => right[i] && test[i].word.length > 7),
          8,
        )
          .map((i) => `*${test[i].word}* ${said.beam[i]}`)
          .join('; ') || '–',
    });
    table((t) => ({
      columns: [{ heading: t('word') }, { heading: t('says') }, { heading: t('dictionary') }],
      rows: some(wrong, 12).map((i) => [test[i].word, said.beam[i], test[i].known.join(' · ')]),
    }));
    const stressOnly = wrong.filter((i) => test[i].known.map(unstressed).includes(unstressed(said.beam[i]))).length;
    say('names', { stressOnly: percent(stressOnly / Math.max(1, wrong.length)) });
    const lacking = NEW_WORDS.filter((word) => pairs.every(({ source }) => source !== word));
    table((t) => ({
      columns: [{ heading: t('word') }, { heading: t('says') }],
      rows: model.predict(lacking).map(({ tokens: phonemes }, i) => [lacking[i], phonemes.join(' ')]),
    }));
  },
});

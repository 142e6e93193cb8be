// Dive into Deep Learning, 9.3: how often words, pairs and triples of words occur, and what to do about those that never did.
import { lossMetrics } from 'unrolled/metrics';
import { NgramModel, Vocabulary } from 'unrolled/text';
import {
  above,
  atLeast,
  below,
  between,
  colour,
  curves,
  exactly,
  experiment,
  holds,
  INK,
  MUTED,
  near,
  Plot,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { ngrams as exercises } from './exercises/text.js';
import text from './text/ngrams-zipf.js';

/** Words that hold a sentence together and say little of its own. */
const STOP_WORDS = new Set(
  `a about after again all am an and another any are as at away be been before but by came can come could did do don down
  for from had have he her here him his how i if in into is it its like me more must my no not now of on one only or our
  out over s seemed she so some still t that the their them then there these they this through to too under up upon us very
  was we went were what when where which who with would yet you your`.split(/\s+/),
);

type Counts = Map<string, number>;

/** Counts the n-grams: `order` words in a row, joined by spaces. */
function countNgrams(words: readonly string[], order: number): Counts {
  const counts: Counts = new Map();
  for (let i = 0; i + order <= words.length; i++) {
    const ngram = words.slice(i, i + order).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

const byFrequency = (counts: Counts): [ngram: string, count: number][] => [...counts].sort((a, b) => b[1] - a[1]);

/** Ranks 1 … last, evenly spread on a log axis: every decade of ranks weighs the same, in a picture and in a fit. */
function logRanks(first: number, last: number): number[] {
  const steps = Math.ceil(60 * Math.log10(last / first));
  return [...new Set(Array.from({ length: steps + 1 }, (_, i) => Math.round(first * (last / first) ** (i / steps))))];
}

/** Zipf's law, n ∝ rank^(−α), is a line on log axes: log n = −α log rank + c, by least squares. */
function zipf(sorted: readonly (readonly [string, number])[], first: number, last: number) {
  const ranks = logRanks(first, last);
  const x = ranks.map(Math.log);
  const y = ranks.map((rank) => Math.log(sorted[rank - 1][1]));
  const mean = (v: readonly number[]): number => v.reduce((sum, value) => sum + value, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const alpha = -mean(x.map((value, i) => (value - mx) * (y[i] - my))) / mean(x.map((value) => (value - mx) ** 2));
  const c = my + alpha * mx;
  return { alpha, ranks, fitted: ranks.map((rank) => Math.exp(c) * rank ** -alpha) };
}

/** Estimates of P from counts, smoothed with ε1, ε2, ε3. m is how many different words there are. */
class Laplace {
  readonly #ngrams: Counts[];
  /** How often each word, and each pair, is followed by another word: the n(·) below the fractions. */
  readonly #followed: Counts[];

  constructor(
    readonly words: readonly string[],
    readonly m: number,
  ) {
    this.#ngrams = [1, 2, 3].map((order) => countNgrams(words, order));
    this.#followed = [1, 2].map((order) => countNgrams(words.slice(0, -1), order));
  }

  p1(x: string, e1: number): number {
    return ((this.#ngrams[0].get(x) ?? 0) + e1 / this.m) / (this.words.length + e1);
  }

  /** P(y | x). Without smoothing and without a count it is 0 / 0: nothing can be said, we say 0. */
  p2(y: string, x: string, e1: number, e2: number): number {
    const pair = this.#ngrams[1].get(`${x} ${y}`) ?? 0;
    return (pair + e2 * this.p1(y, e1)) / ((this.#followed[0].get(x) ?? 0) + e2) || 0;
  }

  /** P(z | x, y) */
  p3(z: string, x: string, y: string, e1: number, e3: number): number {
    const triple = this.#ngrams[2].get(`${x} ${y} ${z}`) ?? 0;
    return (triple + e3 * this.p1(z, e1)) / ((this.#followed[1].get(`${x} ${y}`) ?? 0) + e3) || 0;
  }
}

/** exp of the mean of −ln P over the words from the third on, which all three models can predict. */
function perplexity(words: readonly string[], p: (i: number) => number): number {
  let sum = 0;
  for (let i = 2; i < words.length; i++) sum -= Math.log(p(i));
  return lossMetrics(sum, words.length - 2).perplexity;
}

export default experiment({
  name: 'ngrams-zipf',
  source: d2l('9.3', '8.3'),
  needs: ['joint-probability'],
  text,
  exercises,
  datasets: ['timemachine'],
  async run({ quick, say, heading, formula, plot, table, check, progress, data }) {
    const file = await data('timemachine');
    const clean = (text: string): string[] => text.toLowerCase().match(/[a-z]+/g) ?? [];
    const words = clean(file);
    const sorted = [1, 2, 3].map((order) => byFrequency(countNgrams(words, order)));
    const top = (list: [string, number][], count: number): string[] => list.slice(0, count).map(([ngram]) => ngram);

    heading('countHeading');
    say('counting', { words: words.length, one: sorted[0].length, two: sorted[1].length, three: sorted[2].length });
    table((t) => ({
      columns: [
        { heading: t('rank'), number: true },
        ...(['unigrams', 'bigrams', 'trigrams'] as const).flatMap((key) => [
          { heading: t(key) },
          { heading: '', number: true },
        ]),
      ],
      rows: Array.from({ length: 10 }, (_, i) => [i + 1, ...sorted.flatMap((list) => list[i])]),
    }));
    check('topWords', exactly(['the', 'i', 'and', 'of', 'a', 'to', 'was', 'in', 'that', 'my']), top(sorted[0], 10));
    check(
      'topWordCounts',
      exactly([2261, 1267, 1245, 1155, 816]),
      sorted[0].slice(0, 5).map(([, count]) => count),
    );
    check(
      'topBigrams',
      exactly(['of the', 'in the', 'i had', 'i was', 'and the', 'the time', 'it was', 'to the', 'as i', 'of a']),
      top(sorted[1], 10),
    );
    check(
      'topTrigrams',
      exactly(['the time traveller', 'the time machine', 'the medical man', 'it seemed to', 'it was a']),
      top(sorted[2], 5),
    );

    heading('zipfHeading');
    say('zipf');
    formula(String.raw`n_i \propto \frac{1}{i^{\alpha}} \qquad\Longleftrightarrow\qquad \log n_i = -\alpha \log i + c`);
    // From rank 10, as the first words do not follow the law, to where counts are 5: below, many ranks share one count.
    const lastRank = (list: [string, number][]): number => list.findIndex(([, count]) => count < 5);
    const fits = sorted.map((list) => zipf(list, 10, lastRank(list)));
    const names = ['unigrams', 'bigrams', 'trigrams'] as const;
    plot('zipfCaption', (t) => ({
      height: 420,
      x: { label: t('rankAxis'), type: 'log', ticks: [1, 10, 100, 1000, 10000] },
      y: { label: t('count'), type: 'log', grid: true, ticks: [1, 10, 100, 1000] },
      marks: [
        curves(
          sorted.map((list) => {
            const ranks = logRanks(1, list.length);
            return { x: ranks, y: ranks.map((rank) => list[rank - 1][1]) };
          }),
        ),
        curves(fits.map(({ ranks, fitted }, i) => ({ x: ranks, y: fitted, colour: i, dashed: true }))),
        Plot.text(names, {
          x: [6.5, 2.5, 2.4],
          y: [1050, 230, 42],
          text: (name: 'unigrams', i: number) => t('withExponent', { name: t(name), alpha: fits[i].alpha.toFixed(2) }),
          fill: (_, i: number) => colour(i),
          textAnchor: 'start',
          fontWeight: 500,
        }),
      ],
    }));
    const alphas = fits.map(({ alpha }) => alpha);
    check('zipfUnigrams', between(0.9, 1.2), alphas[0]);
    check('zipfFalls', holds, alphas[0] > alphas[1] && alphas[1] > alphas[2], {
      alphas: alphas.map((a) => a.toFixed(2)).join(' > '),
    });

    heading('stopHeading');
    const kept = words.filter((word) => !STOP_WORDS.has(word));
    const stopShare = 1 - kept.length / words.length;
    say('stop', { count: STOP_WORDS.size, share: (100 * stopShare).toFixed(0) });
    check('stopShare', atLeast(0.5), stopShare, { count: STOP_WORDS.size });
    const keptSorted = [1, 2].map((order) => byFrequency(countNgrams(kept, order)));
    table((t) => ({
      columns: (['words', 'pairs', 'wordsFiltered', 'pairsFiltered'] as const).flatMap((key) => [
        { heading: t(key) },
        { heading: '', number: true },
      ]),
      rows: Array.from({ length: 8 }, (_, i) => [...sorted.slice(0, 2), ...keptSorted].flatMap((list) => list[i])),
    }));
    say('stopLoss', { nots: countNgrams(words, 1).get('not') ?? 0 });
    // A sentence, word by word, with and without its stop words.
    const sentence = clean('I do not mean to ask you to accept anything without reasonable ground for it.');
    let place = 0;
    const placed = sentence.map((word) => ({
      word,
      x: (place += word.length + 1) - word.length / 2 - 1,
      stop: STOP_WORDS.has(word),
    }));
    plot('stopCaption', (t) => ({
      scrolls: true,
      height: 84,
      marginLeft: 92,
      marginTop: 8,
      marginBottom: 8,
      x: { axis: null, domain: [0, place] },
      y: { axis: null, domain: [0, 2], reverse: true },
      marks: [
        Plot.text(placed, {
          x: 'x',
          y: 0.5,
          text: 'word',
          fontSize: 13,
          fill: (w: { stop: boolean }) => (w.stop ? colour(1) : INK),
        }),
        Plot.text(
          placed.filter((w) => !w.stop),
          { x: 'x', y: 1.5, text: 'word', fontSize: 13 },
        ),
        Plot.text(['everyWord', 'stopless'] as const, {
          x: 0,
          y: [0.5, 1.5],
          text: (key: 'stopless') => t(key),
          textAnchor: 'end',
          dx: -14,
          fill: MUTED,
        }),
      ],
    }));
    check(
      'stopNegation',
      exactly('mean ask accept anything without reasonable ground'),
      placed
        .filter((w) => !w.stop)
        .map((w) => w.word)
        .join(' '),
    );

    heading('laplaceHeading');
    say('laplace');
    formula(String.raw`\hat P(x) = \frac{n(x) + \epsilon_1/m}{n + \epsilon_1}`);
    formula(String.raw`\hat P(x' \mid x) = \frac{n(x, x') + \epsilon_2 \hat P(x')}{n(x) + \epsilon_2}`);
    formula(String.raw`\hat P(x'' \mid x, x') = \frac{n(x, x', x'') + \epsilon_3 \hat P(x'')}{n(x, x') + \epsilon_3}`);
    const cut = Math.floor(0.9 * words.length);
    const test = words.slice(cut);
    const vocabulary = [...new Set(words)];
    const model = new Laplace(words.slice(0, cut), vocabulary.length);
    const unigram = (e1: number): number => perplexity(test, (i) => model.p1(test[i], e1));
    const bigram = (e1: number, e2: number): number => perplexity(test, (i) => model.p2(test[i], test[i - 1], e1, e2));
    const trigram = (e1: number, e3: number): number =>
      perplexity(test, (i) => model.p3(test[i], test[i - 2], test[i - 1], e1, e3));

    const zero = test.slice(1).filter((word, i) => model.p2(word, test[i], 0, 0) === 0).length / (test.length - 1);
    say('zeros', { share: (100 * zero).toFixed(0) });
    check('zeroShare', atLeast(0.3), zero);
    check('infinite', exactly([Infinity, Infinity, Infinity]), [unigram(0), bigram(0, 0), trigram(0, 0)]);

    const total = (p: (word: string) => number): number => vocabulary.reduce((sum, word) => sum + p(word), 0);
    for (const [key, p] of [
      ['sumUnigram', (word: string) => model.p1(word, 1000)],
      ['sumBigram', (word: string) => model.p2(word, 'time', 1000, 100)],
      ['sumTrigram', (word: string) => model.p3(word, 'the', 'time', 1000, 100)],
      ['sumUnseen', (word: string) => model.p3(word, 'time', 'the', 1000, 100)],
    ] as const) {
      check(key, near(1, 1e-9), total(p));
    }
    check('unseenPair', above(0), model.p2('moon', 'time', 1000, 100));

    // What follows "time": counted, and with a hundred imagined observations spread as P(x′) says.
    const after = vocabulary
      .map((word) => ({ word, raw: model.p2(word, 'time', 0, 0), smooth: model.p2(word, 'time', 1000, 100) }))
      .sort((a, b) => b.raw - a.raw);
    const unseen = after.filter(({ raw }) => raw === 0);
    const shownRows = after.slice(0, 9);
    const mass = unseen.reduce((sum, { smooth }) => sum + smooth, 0);
    check('unseenMass', above(0), mass);
    plot('massCaption', (t) => {
      const rows = [...shownRows, { word: t('allUnseen', { count: unseen.length }), raw: 0, smooth: mass }];
      return {
        height: 320,
        marginLeft: 150,
        x: { label: t('probabilityAfter'), grid: true },
        y: { type: 'band', domain: rows.map(({ word }) => word), label: null, tickSize: 0 },
        marks: [
          Plot.link(rows, { x1: 'raw', x2: 'smooth', y1: 'word', y2: 'word', stroke: MUTED, strokeWidth: 1.5 }),
          Plot.dot(rows, { x: 'raw', y: 'word', stroke: colour(1), r: 4.5, strokeWidth: 2 }),
          Plot.dot(rows, { x: 'smooth', y: 'word', fill: colour(0), r: 5 }),
          Plot.text([rows[0]], {
            x: 'raw',
            y: 'word',
            text: () => t('countedOnly'),
            dy: -14,
            fill: colour(1),
            fontWeight: 500,
          }),
          Plot.text([rows[0]], {
            x: 'smooth',
            y: 'word',
            text: () => t('smoothed'),
            dy: -14,
            fill: colour(0),
            fontWeight: 500,
          }),
        ],
      };
    });

    heading('epsilonHeading');
    say('epsilon');
    const powers = Array.from({ length: quick ? 11 : 41 }, (_, i) => 10 ** (-4 + (10 * i) / (quick ? 10 : 40)));
    const unigrams = powers.map((e1) => unigram(e1));
    const best = (values: number[]): number => values.indexOf(Math.min(...values));
    const e1 = powers[best(unigrams)];
    progress(0.4);
    const bigrams = powers.map((e2) => bigram(e1, e2));
    progress(0.7);
    const trigrams = powers.map((e3) => trigram(e1, e3));
    // Kneser and Ney: what a trigram lacks is asked of the bigram, with counts of contexts instead of counts of words.
    const indices = Vocabulary.fromTokens(words).encode(words);
    const kneserNey = NgramModel.fit(indices.slice(0, cut), { order: 3, vocabularySize: vocabulary.length + 1 });
    const reference = kneserNey.perplexity(indices.slice(cut + 2), indices.slice(0, cut + 2));
    plot('epsilonCaption', (t) => ({
      height: 400,
      x: { label: t('epsilonAxis'), type: 'log', ticks: [1e-4, 1e-2, 1, 1e2, 1e4, 1e6] },
      y: {
        label: t('testPerplexity'),
        type: 'log',
        grid: true,
        domain: [200, 60000],
        ticks: [300, 1000, 3000, 10000, 30000],
      },
      marks: [
        Plot.ruleY([vocabulary.length], { stroke: MUTED, strokeDasharray: '2 3' }),
        Plot.text([vocabulary.length], {
          x: 1e6,
          y: (v: number) => v,
          text: (v: number) => t('uniform', { m: v }),
          textAnchor: 'end',
          dy: -8,
          fill: MUTED,
        }),
        curves([
          { name: `${t('unigrams')}, ε₁`, x: powers, y: unigrams, colour: 0 },
          { name: `${t('bigrams')}, ε₂`, x: powers, y: bigrams, colour: 1 },
          { name: `${t('trigrams')}, ε₃`, x: powers, y: trigrams, colour: 2 },
          {
            name: t('kneserNey'),
            x: [powers[0], powers[powers.length - 1]],
            y: [reference, reference],
            colour: 3,
            dashed: true,
          },
        ]),
      ],
    }));
    const bestOf = [unigrams, bigrams, trigrams].map((values) => Math.min(...values));
    check('finite', below(vocabulary.length), Math.max(...bestOf), { m: vocabulary.length });
    check('kneserNeyBest', below(Math.min(...bestOf)), reference);
    say('end', {
      one: bestOf[0].toFixed(0),
      two: bestOf[1].toFixed(0),
      three: bestOf[2].toFixed(0),
      reference: reference.toFixed(0),
      e1: Math.round(e1),
      e2: Math.round(powers[best(bigrams)]),
      e3: Math.round(powers[best(trigrams)]),
    });
  },
});

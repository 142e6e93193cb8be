// Dive into Deep Learning, 9.3 and 9.4: how good is a language model? Perplexity, the mean number of choices.
import { crossEntropy, fromData, zeros } from 'unrolled';
import { lossMetrics } from 'unrolled/metrics';
import { Corpus, NgramModel } from 'unrolled/text';
import { atMost, colour, curves, exactly, experiment, holds, INK, MUTED, near, Plot } from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { perplexity as exercises } from './exercises/text.js';
import text from './text/perplexity.js';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** From the probabilities that a model gave to the tokens that came: exp of the mean of −ln p. */
const perplexity = (p: readonly number[]): number => Math.exp(-mean(p.map(Math.log)));

// Three means of the number of choices, 1/p.
const geometric = (choices: readonly number[]): number =>
  choices.reduce((product, k) => product * k, 1) ** (1 / choices.length);
const harmonic = (choices: readonly number[]): number => 1 / mean(choices.map((k) => 1 / k));
const arithmetic = mean;

const ORDERS = [1, 2, 3, 5] as const;

export default experiment({
  name: 'perplexity',
  source: d2l('9.3.2', '8.4.4'),
  needs: ['joint-probability'],
  text,
  exercises,
  datasets: ['timemachine'],
  async run({ say, heading, formula, plot, table, check, progress, data }) {
    const corpus = Corpus.fromText(await data('timemachine'), {
      lettersOnly: true,
      lineSeparator: ' ',
      validation: 0.1,
    });
    const { vocabulary, tokens, train, validation } = corpus;
    const V = vocabulary.size;
    formula(
      String.raw`\mathrm{PPL} = \exp\Bigl(-\frac{1}{n} \sum_{t=1}^{n} \ln P(x_t \mid x_{t-1}, \ldots, x_1)\Bigr) = \Bigl(\prod_{t=1}^{n} \frac{1}{P(x_t \mid x_{t-1}, \ldots, x_1)}\Bigr)^{1/n}`,
    );

    heading('casesHeading');
    say('cases', { vocabulary: V });
    const n = validation.length;
    const always = (p: number): number[] => Array.from({ length: n }, () => p);
    check('best', exactly(1), perplexity(always(1)));
    check('worst', exactly(Infinity), perplexity(always(0)));
    check('uniform', near(28, 1e-9), perplexity(always(1 / V)));
    // A network whose logits are all equal, as one that has not learned anything.
    const untrained = crossEntropy(zeros([1000, V]), fromData(validation.subarray(0, 1000), [1000]));
    check('untrained', near(28, 1e-3), Math.exp(untrained.item()));

    // The models: n-grams of characters, counted on the first nine tenths.
    const models = ORDERS.map((order) => NgramModel.fit(train, { order, vocabularySize: V }));
    const context = vocabulary.encodeCharacters('the t');
    const next = vocabulary.index('i');
    const oneHot = (index: number): number[] => Array.from({ length: V }, (_, i) => (i === index ? 1 : 0));
    const guesses = [
      { key: 'caseBest', p: oneHot(next) },
      { key: 'caseFive', p: [...models[3].distribution(context)] },
      { key: 'caseOne', p: [...models[0].distribution(context)] },
      { key: 'caseUniform', p: Array.from({ length: V }, () => 1 / V) },
      { key: 'caseWorst', p: oneHot(vocabulary.index('q')) },
    ] as const;
    const bars = guesses.flatMap(({ key, p }) => p.map((value, i) => ({ key, value, i })));
    const name = (i: number): string => vocabulary.token(i).replace(' ', '␣').replace('<unk>', 'unk');
    plot('casesCaption', (t) => ({
      scrolls: true,
      height: 540,
      marginLeft: 150,
      marginRight: 110,
      x: {
        type: 'band',
        domain: Array.from({ length: V }, (_, i) => i),
        tickFormat: name,
        tickSize: 0,
        label: t('nextCharacter'),
      },
      y: { axis: null, domain: [0, 1] },
      fy: { axis: null, domain: guesses.map(({ key }) => key), padding: 0.2 },
      marks: [
        Plot.barY(bars, {
          x: 'i',
          y: 'value',
          fy: 'key',
          fill: (b: { i: number }) => colour(b.i === next ? 1 : 0),
          insetLeft: 1,
          insetRight: 1,
        }),
        Plot.ruleY(guesses, { y: 0, fy: 'key', stroke: MUTED }),
        Plot.text(guesses, {
          fy: 'key',
          frameAnchor: 'left',
          text: ({ key }: { key: 'caseBest' }) => t(key),
          textAnchor: 'end',
          dx: -12,
          fill: INK,
        }),
        Plot.text(guesses, {
          fy: 'key',
          frameAnchor: 'right',
          text: ({ p }: { p: readonly number[] }) =>
            p[next] > 0 ? t('choices', { k: (1 / p[next]).toFixed(p[next] > 0.1 ? 1 : 0) }) : t('choices', { k: '∞' }),
          textAnchor: 'start',
          dx: 10,
          fill: colour(1),
          fontWeight: 500,
        }),
      ],
    }));

    heading('meanHeading');
    say('mean');
    check('twoEight', exactly([3.2, 4, 5]), [harmonic([2, 8]), geometric([2, 8]), arithmetic([2, 8])]);
    // A sentence of the last tenth, seen through the 5-gram model: the number of choices at each character.
    const phrase = 'one cannot choose but wonder';
    const place = vocabulary.decode(tokens).join('').indexOf(phrase, train.length);
    const choicesAt = (model: NgramModel, i: number): number =>
      1 / model.probability(tokens.subarray(Math.max(0, i - 5), i), tokens[i]);
    const along = [...phrase].map((character, i) => ({
      character: character.replace(' ', '␣'),
      i,
      k: choicesAt(models[3], place + i),
    }));
    const ks = along.map(({ k }) => k);
    const means = [
      { key: 'harmonic', value: harmonic(ks) },
      { key: 'geometric', value: geometric(ks) },
      { key: 'arithmetic', value: arithmetic(ks) },
    ] as const;
    check('geometricIs', near(perplexity(ks.map((k) => 1 / k)), 1e-9), geometric(ks));
    plot('alongCaption', (t) => ({
      scrolls: true,
      height: 320,
      marginRight: 190,
      x: {
        type: 'band',
        domain: along.map(({ i }) => i),
        tickFormat: (i: number) => along[i].character,
        tickSize: 0,
        label: null,
      },
      y: { label: t('choicesAxis'), type: 'log', grid: true, domain: [1, 120], ticks: [1, 2, 5, 10, 20, 50, 100] },
      marks: [
        Plot.ruleX(along, { x: 'i', y1: 1, y2: 'k', stroke: colour(0), strokeWidth: 3, strokeOpacity: 0.35 }),
        Plot.dot(along, { x: 'i', y: 'k', fill: colour(0), r: 4 }),
        Plot.ruleY(means, {
          y: 'value',
          stroke: ({ key }: { key: string }) => (key === 'geometric' ? colour(1) : MUTED),
          strokeWidth: ({ key }: { key: string }) => (key === 'geometric' ? 2 : 1),
          strokeDasharray: '6 4',
        }),
        Plot.text(means, {
          y: 'value',
          frameAnchor: 'right',
          text: ({ key, value }: { key: 'harmonic'; value: number }) => t(key, { value: value.toFixed(1) }),
          textAnchor: 'start',
          dx: 8,
          fill: ({ key }: { key: string }) => (key === 'geometric' ? colour(1) : MUTED),
        }),
      ],
    }));

    heading('modelsHeading');
    say('models');
    const all = models.map((model, m) => {
      progress((m + 1) / models.length);
      return Array.from({ length: n }, (_, i) => choicesAt(model, train.length + i));
    });
    const rows = [
      { key: 'uniformModel', order: 0, k: always(V) },
      ...all.map((k, i) => ({ key: `gram${ORDERS[i]}` as const, order: ORDERS[i], k })),
    ] as const;
    const measured = rows.map(({ key, order, k }) => ({
      key,
      order,
      harmonic: harmonic(k),
      perplexity: perplexity(k.map((value) => 1 / value)),
      arithmetic: arithmetic(k),
      loss: mean(k.map(Math.log)),
    }));
    table((t) => ({
      columns: [
        { heading: t('model') },
        { heading: t('lossNats'), number: true },
        { heading: t('bits'), number: true },
        { heading: t('perplexity'), number: true },
      ],
      rows: measured.map((m) => [t(m.key), m.loss.toFixed(3), (m.loss / Math.LN2).toFixed(3), m.perplexity.toFixed(2)]),
    }));
    const falling = measured.map((m) => m.perplexity);
    check(
      'falls',
      holds,
      falling.every((value, i) => i === 0 || value < falling[i - 1]),
      { values: falling.map((v) => v.toFixed(2)).join(' > ') },
    );
    const sum = n * measured[4].loss;
    check('library', near(lossMetrics(sum, n).perplexity, 1e-9), measured[4].perplexity);
    check('evaluate', near(models[3].perplexity(validation, train), 1e-6), measured[4].perplexity);
    check('bitsSame', near(measured[4].perplexity, 1e-9), 2 ** (measured[4].loss / Math.LN2));
    plot('meansCaption', (t) => {
      const label = (m: (typeof measured)[number]): string => t(m.key, { n: m.order });
      return {
        height: 250,
        marginLeft: 110,
        marginRight: 30,
        x: { label: t('choicesAxis'), type: 'log', grid: true, domain: [2, 40], ticks: [2, 5, 10, 20, 40] },
        y: { type: 'band', domain: measured.map(label), label: null, tickSize: 0 },
        marks: [
          Plot.link(measured, {
            x1: 'harmonic',
            x2: 'arithmetic',
            y1: label,
            y2: label,
            stroke: MUTED,
            strokeWidth: 1.5,
          }),
          Plot.dot(measured, { x: 'harmonic', y: label, fill: colour(2), r: 4 }),
          Plot.dot(measured, { x: 'arithmetic', y: label, fill: colour(3), r: 4 }),
          Plot.dot(measured, { x: 'perplexity', y: label, fill: colour(1), r: 5.5 }),
          ...(['harmonic', 'perplexity', 'arithmetic'] as const).map((key, i) =>
            Plot.text([measured[4]], {
              x: key,
              y: label,
              text: () => t(`${key}Name`),
              dy: 17,
              fill: colour([2, 1, 3][i]),
              fontWeight: 500,
            }),
          ),
        ],
      };
    });
    const between = measured.slice(1).every((m) => m.harmonic < m.perplexity && m.perplexity < m.arithmetic);
    check('meansOrder', holds, between);
    check('meansEqual', atMost(1e-9), measured[0].arithmetic - measured[0].harmonic);

    heading('zeroHeading');
    say('zero');
    const q = Array.from({ length: 121 }, (_, i) => 10 ** (-30 + i / 4)).filter((value) => value <= 0.25);
    const lengths = [10, 100, 1000];
    const spoilt = (length: number, value: number): number =>
      perplexity(Array.from({ length }, (_, i) => (i === 0 ? value : 1 / 4)));
    check(
      'oneZero',
      exactly([Infinity, Infinity, Infinity]),
      lengths.map((length) => spoilt(length, 0)),
    );
    plot('zeroCaption', (t) => ({
      height: 300,
      x: {
        label: t('oneProbability'),
        type: 'log',
        reverse: true,
        ticks: [1e-5, 1e-10, 1e-15, 1e-20, 1e-25, 1e-30],
        tickFormat: (v: number) => v.toExponential(0),
      },
      y: { label: t('perplexity'), type: 'log', grid: true, domain: [1, 5000], ticks: [1, 10, 100, 1000] },
      marks: [
        curves(
          lengths.map((length) => ({
            name: t('tokens', { n: length }),
            x: q.toReversed(),
            y: q.toReversed().map((value) => spoilt(length, value)),
          })),
        ),
      ],
    }));
  },
});

// One sentence of a film review: praise or blame? There are few sentences, so words get their vectors from a network that read long
// reviews before.
import { type ClassifierOptions, type LabelledText, TextClassifier } from 'unrolled';
import { readVectors, type WordVectors } from 'unrolled/text';
import { integratedGradients } from 'unrolled/inspect';
import { above, atLeast, colour, experiment, INK, Plot } from 'unrolled/reproduce';
import { accuracyOf, byCounting, colouredTexts, holdOut, NETWORK_ALONE, together } from '../shared/classifying.js';
import { sentencePolarity as exercises } from './exercises/classifying.js';
import text from './text/sentence-polarity.js';

/** The network that reads the long reviews: its word vectors are kept. */
const REVIEWS: ClassifierOptions = {
  ...{
    ...NETWORK_ALONE,
    tokens: 'word-0.1',
    lowercase: true,
    minCount: 5,
    cell: 'gru',
    hiddenSize: 64,
    pooling: 'mean-max',
  },
  ...{ dropout: 0.5, wordDropout: 0.3, epochs: 1, validation: [] },
};
// Sizes and dropout were chosen on a tenth of the training part; one pass over the reviews in place of four was not.
const SENTENCES: ClassifierOptions = {
  ...{ ...NETWORK_ALONE, tokens: 'word-0.1', cell: 'gru', hiddenSize: 64, pooling: 'mean-max' },
  ...{ dropout: 0.5, wordDropout: 0.1, epochs: 3, validation: [] },
};
const NETWORKS = 4;
const PAIRS = [
  ['a good film .', 'not a good film .'],
  ['a bad film .', 'not a bad film .'],
  ['the plot is a mess .', 'the plot is never a mess .'],
  ['funny , moving and smart .', 'neither funny , nor moving , nor smart .'],
];

export default experiment({
  name: 'sentence-polarity',
  source: 'Pang and Lee 2005; Wang and Manning 2012 (baselines)',
  needs: ['sentiment'],
  text,
  exercises,
  datasets: ['sentence-polarity', 'imdb', 'glove-100d'],
  code: ['sentence-polarity.ts', '../shared/classifying.ts'],
  minutes: 2,
  async run({ quick, seed, signal, say, heading, plot, table, check, finding, progress, files }) {
    const rows = (await files('sentence-polarity')).flatMap(({ name, bytes }) => {
      const lines = new TextDecoder('windows-1252')
        .decode(bytes)
        .split('\n')
        .filter((line) => line.trim() !== '');
      return lines.map((line) => ({ text: line.trim(), label: name.endsWith('.pos') ? 'positive' : 'negative' }));
    });
    const { training: whole, held: test } = holdOut(rows, 0.1, seed);
    const training = quick ? whole.filter((_, i) => i % 4 === 0) : whole;
    const words = (sentence: string): string[] => sentence.split(' ');
    const seen = new Set(training.flatMap(({ text: sentence }) => words(sentence)));
    const strange = test.flatMap(({ text: sentence }) => words(sentence)).filter((word) => !seen.has(word)).length;
    const lines = new TextDecoder()
      .decode((await files('imdb'))[0].bytes)
      .split('\n')
      .filter((line) => line !== '');
    const reviews = (quick ? [...lines.slice(0, 150), ...lines.slice(-150)] : lines).map((line) => {
      const [label, , , review] = line.split('\t');
      return { text: review.replaceAll('<br />', ' '), label: label === '1' ? 'positive' : 'negative' };
    });
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    const total = test.reduce((sum, { text: sentence }) => sum + words(sentence).length, 0);
    say('data', {
      ...{ training: training.length, test: test.length, words: seen.size },
      ...{ reviews: reviews.length, strange: percent(strange / total) },
    });

    heading('countingHeading');
    say('counting');
    const counted = byCounting(training, test, { tokens: words, order: 2 });
    const widely = byCounting([...training, ...reviews], test, {
      tokens: (sentence) => sentence.toLowerCase().match(/[\p{L}'-]+|[^\p{L}\s]/gu) ?? [],
      order: 1,
    });

    heading('networkHeading');
    const count = quick ? 1 : NETWORKS;
    const alone = 6; // epochs of the network that begins with GloVe's vectors
    say('network', { networks: count, epochs: quick ? 2 : (SENTENCES.epochs ?? NaN), alone: quick ? 2 : alone });
    const fit = (from: number, to: number, rows: LabelledText[], options: ClassifierOptions) =>
      TextClassifier.fit(rows, {
        ...{ ...options, signal },
        ...(quick ? { epochs: 2, hiddenSize: 16, minCount: 1 } : {}),
        onProgress: (now) => progress(from + (to - from) * now.progress, now.loss.toFixed(3)),
      });
    const [{ name, bytes }] = await files('glove-100d');
    const glove = readVectors(new TextDecoder().decode(bytes), name);
    const reader = await fit(0, 0.5, reviews, { ...REVIEWS, vectors: glove, seed });
    const vectors = wordVectorsOf(reader);
    const models: TextClassifier[] = [];
    for (let i = 0; i < count; i++) {
      const [from, to] = [i, i + 1].map((n) => 0.5 + (0.5 * n) / (count + 1));
      models.push(await fit(from, to, training, { ...SENTENCES, vectors, seed: seed + i }));
    }
    const drawn = await fit(1 - 0.5 / (count + 1), 1, training, { ...SENTENCES, vectors: glove, epochs: alone, seed });
    const sentences = test.map(({ text: sentence }) => sentence);
    const each = models.map((model) => model.predict(sentences));
    const mean = together(each);
    const singles = each.map((answers) => accuracyOf(answers, test));
    const one = singles.reduce((a, b) => a + b) / count;
    const all = accuracyOf(mean, test);
    const untaught = accuracyOf(reader.predict(sentences), test);
    const without = accuracyOf(drawn.predict(sentences), test);
    check('chance', above(quick ? 0.55 : 0.7), one);
    if (!quick) check('reached', atLeast(0.78), all, { bayes: percent(counted.naiveBayes) });
    table((t) => ({
      columns: [{ heading: t('model') }, { heading: t('accuracy'), number: true }],
      rows: [
        [t('majority'), percent(counted.majority)],
        [t('naiveBayes'), percent(counted.naiveBayes)],
        [t('naiveBayesWidely'), percent(widely.naiveBayes)],
        [t('readerAlone'), percent(untaught)],
        [t('withoutVectors'), percent(without)],
        [t('oneNetwork', { count }), percent(one)],
        ...(count > 1 ? [[t('networks', { count }), percent(all)]] : []),
      ],
      strong: (row) => row === (count > 1 ? 6 : 5),
    }));
    // Of the short version's sentences half are guesses.
    if (!quick) finding('vectorsHelp', above(without), one, { taught: percent(one), without: percent(without) });
    const surer = [...mean.keys()].sort((a, b) => mean[b].probability - mean[a].probability);
    const bins = Array.from({ length: 10 }, (_, d) => {
      const part = surer.slice(Math.floor((d * surer.length) / 10), Math.floor(((d + 1) * surer.length) / 10));
      const share = accuracyOf(
        part.map((i) => mean[i]),
        part.map((i) => test[i]),
      );
      return { x: part.reduce((sum, i) => sum + mean[i].probability, 0) / part.length, share };
    });
    check('surerIsBetter', above(bins[9].share), bins[0].share);
    plot('sureCaption', (t) => ({
      height: 300,
      x: { label: t('says'), domain: [0.5, 1], percent: false, grid: true },
      y: { label: t('accuracy'), domain: [0.4, 1], grid: true },
      marks: [
        Plot.link([0], { x1: 0.5, y1: 0.5, x2: 1, y2: 1, stroke: INK, strokeDasharray: '3,3' }),
        Plot.line(bins, { x: 'x', y: 'share', stroke: colour(0) }),
        Plot.dot(bins, { x: 'x', y: 'share', fill: colour(0), r: 5 }),
      ],
    }));

    heading('whyHeading');
    say('why');
    const right = surer.filter((i) => mean[i].label === test[i].label && words(sentences[i]).length < 26);
    const wrong = surer.filter((i) => mean[i].label !== test[i].label && words(sentences[i]).length < 26);
    const positive = right.filter((i) => test[i].label === 'positive');
    const negative = right.filter((i) => test[i].label === 'negative');
    const shown = [...positive.slice(0, 2), ...negative.slice(0, 2), ...wrong.slice(0, 3)].map((i) => ({
      ...{ i, attribution: integratedGradients(models[0], sentences[i], { label: 'positive', steps: 32 }) },
    }));
    plot('whyCaption', (t) =>
      colouredTexts(
        shown.map(({ i, attribution }) => ({
          title: t(mean[i].label === test[i].label ? 'isRight' : 'isWrong', {
            is: t(test[i].label === 'positive' ? 'praise' : 'blame'),
            sure: percent(mean[i].probability),
          }),
          ...{ attribution, gap: ' ' },
        })),
      ),
    );
    heading('notHeading');
    say('not');
    const asked = PAIRS.flat();
    const answers = together(models.map((model) => model.predict(asked)));
    table((t) => ({
      columns: [{ heading: t('sentence') }, { heading: t('praise'), number: true }],
      rows: asked.map((sentence, i) => [sentence, percent(answers[i].probabilities.positive)]),
    }));
  },
});

/** What a network has learned about words. */
function wordVectorsOf({
  text: { vocabulary },
  network,
  config: { embeddingSize: size },
}: TextClassifier): WordVectors {
  const table = network.embedding.weight.data();
  const row = (i: number): Float32Array => Float32Array.from({ length: size }, (_, j) => table[i * size + j]);
  const known = Array.from({ length: vocabulary.size - 1 }, (_, i) => [vocabulary.token(i + 1), row(i + 1)] as const);
  return { size, vectors: new Map(known) };
}

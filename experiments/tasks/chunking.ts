// Chunks: noun phrases, verb phrases and the like, found by a network whose tags are judged as whole paths.
import { MostFrequentTag, type TaggerOptions, TokenTagger } from 'unrolled';
import { type ChunkMetrics, chunkMetrics, chunksOf } from 'unrolled/metrics';
import { readTagged } from 'unrolled/records';
import { above, atLeast, atMost, curves, diverging, experiment, holds, INK, Plot, SURFACE } from 'unrolled/reproduce';
import { chunking as exercises } from './exercises/tagging.js';
import text from './text/chunking.js';

/** Sentences at the end of the training part on which the settings were chosen. */
const HELD = 900;
const TAGS = [
  'O',
  'B-NP',
  'I-NP',
  'B-VP',
  'I-VP',
  'B-PP',
  'I-PP',
  'B-ADVP',
  'I-ADVP',
  'B-ADJP',
  'I-ADJP',
  'B-SBAR',
  'I-SBAR',
  'B-PRT',
];

/** A chunk that goes on without having begun. */
const isForbidden = (from: string, to: string): boolean =>
  to.startsWith('I-') && (from === 'O' || from.slice(2) !== to.slice(2));

export default experiment({
  name: 'chunking',
  source: 'Tjong Kim Sang and Buchholz 2000; Huang, Xu and Yu 2015; Rei 2017',
  needs: ['parts-of-speech', 'hmm'],
  text,
  exercises,
  datasets: ['conll2000'],
  minutes: 5,
  async run({ quick, seed, signal, say, heading, formula, plot, table, lines, check, finding, progress, files }) {
    const parts = (await files('conll2000')).map(
      ({ name, bytes }) => readTagged(new TextDecoder().decode(bytes), name).sentences,
    );
    const [given, test] = quick ? [parts[0].slice(0, 350), parts[1].slice(0, 60)] : parts;
    const held = quick ? 50 : HELD;
    const [training, validation] = [given.slice(0, -held), given.slice(-held)];
    say('data', { training: training.length, validation: validation.length, test: test.length });
    const sentences = test.map(({ tokens }) => tokens);
    const truth = test.map(({ tags }) => tags);

    heading('networkHeading');
    say('network');
    formula(
      String.raw`\log P(\mathbf y \mid \mathbf x) = \sum_{t} \big( s_t(y_t) + A_{y_{t-1},\, y_t} \big) - \log \sum_{\mathbf z} \exp \sum_t \big( s_t(z_t) + A_{z_{t-1},\, z_t} \big)`,
    );
    say('guessing');
    const sizes: TaggerOptions = quick
      ? { hiddenSize: 24, embeddingSize: 24, characterHiddenSize: 12, batchSize: 8 }
      : { hiddenSize: 128, embeddingSize: 100, characterHiddenSize: 50, batchSize: 32 };
    const settings: TaggerOptions = {
      ...sizes,
      featureSize: 0,
      wordDropout: 0,
      restoreBest: true,
      dropout: 0.5,
      learningRate: 0.01,
      neighbourWeight: 0,
    };
    const names = ['softmax', 'field', 'guessingToo'] as const;
    const trials: Record<(typeof names)[number], TaggerOptions & { epochs: number }> = {
      softmax: { head: 'softmax', epochs: 4 },
      field: { head: 'crf', epochs: 4 },
      guessingToo: { head: 'crf', neighbourWeight: 0.1, epochs: 8 },
    };
    const baseline = MostFrequentTag.fit(training);
    const models: TokenTagger[] = [];
    const found: string[][][] = [baseline.predict(sentences)];
    for (const [i, key] of names.entries()) {
      const epochs = quick ? 2 : trials[key].epochs;
      const model = await TokenTagger.fit(training, {
        ...{ ...settings, ...trials[key], epochs, validation, validations: epochs, seed, signal },
        onProgress: (now) => progress((i + now.progress) / names.length, `${key}: ${now.loss.toFixed(3)}`),
      });
      models.push(model);
      found.push(model.predict(sentences).map(({ tags }) => tags));
    }
    const scores = found.map((tags) => chunkMetrics(truth, tags));
    const [floor, soft, field, best] = scores.map(({ f1 }) => f1);
    check('quality', atLeast(quick ? 0.25 : 0.93), best);
    if (!quick) check('beats', above(floor + 0.1), best, { floor: percent(floor) });
    plot('learningCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('missed'), type: 'log', grid: true, tickFormat: (v: number) => `${Math.round(100 * v)} %` },
      marks: [
        curves([
          ...models.map(({ training: done }, i) => ({
            name: t(names[i]),
            x: done?.validation.map((_, k) => k + 1) ?? [],
            y: done?.validation.map(({ f1 = NaN }) => 1 - f1) ?? [],
          })),
          {
            ...{ name: t('baseline'), colour: 4, dashed: true },
            ...{
              x: [1, models[2].training?.epochs ?? 1],
              y: [0, 1].map(() => 1 - (baseline.evaluate(validation).f1 ?? NaN)),
            },
          },
        ]),
      ],
    }));
    const passes = models.map(({ training: done }) => done?.epochs ?? NaN);
    finding('fieldAhead', above(soft), field, { epochs: passes[1], field: percent(field), softmax: percent(soft) });
    finding('guessingHelps', above(field), best, { epochs: passes[2], best: percent(best), field: percent(field) });

    heading('pathsHeading');
    say('paths');
    const forbidden = found.map((all) =>
      all.reduce((sum, tags) => sum + tags.filter((tag, t) => isForbidden(t === 0 ? 'O' : tags[t - 1], tag)).length, 0),
    );
    table((t) => ({
      columns: [
        { heading: t('tagger') },
        ...(['precision', 'recall', 'f1', 'accuracy', 'forbiddenShort'] as const).map((key) => ({
          heading: t(key),
          number: true,
        })),
      ],
      rows: (['baseline', ...names] as const).map((key, i) => [
        ...[t(key), percent(scores[i].precision), percent(scores[i].recall), percent(scores[i].f1)],
        ...[percent(scores[i].accuracy), forbidden[i]],
      ]),
      strong: (row) => row === 3,
    }));
    finding('forbidden', atMost(forbidden[1] / 3), forbidden[2], { softmax: forbidden[1], field: forbidden[2] });
    const { tags } = models[2].config;
    const weights = [...models[2].network.namedParameters()].find(([name]) => name === 'crf.transition')?.[1].data();
    const cells = TAGS.filter((tag) => tags.includes(tag)).flatMap((from, _, shown) =>
      shown.map((to) => ({
        ...{ from, to, forbidden: isForbidden(from, to) },
        score: weights?.[tags.indexOf(from) * tags.length + tags.indexOf(to)] ?? 0,
      })),
    );
    const meanOf = (some: typeof cells): number => some.reduce((sum, { score }) => sum + score, 0) / some.length;
    const impossible = meanOf(cells.filter((cell) => cell.forbidden));
    const goingOn = meanOf(cells.filter((cell) => cell.to.startsWith('I-') && !cell.forbidden));
    const limit = quick ? 0.3 : 2;
    const over = (d: { score: number }): string => (Math.abs(d.score) > 0.6 * limit ? SURFACE : INK);
    plot('transitionCaption', (t) => ({
      height: 440,
      marginLeft: 90,
      marginBottom: 60,
      x: { label: t('nextTag'), domain: TAGS, tickRotate: -40 },
      y: { label: t('tag'), domain: TAGS },
      color: diverging(limit),
      marks: [
        Plot.cell(cells, { x: 'to', y: 'from', fill: 'score', inset: 0.5 }),
        Plot.text(cells, {
          x: 'to',
          y: 'from',
          text: (d: { score: number }) => d.score.toFixed(1),
          fontSize: 10,
          fill: over,
        }),
        Plot.text(
          cells.filter((cell) => cell.forbidden),
          { x: 'to', y: 'from', text: () => '×', dx: 17, dy: -7, fontSize: 9, fill: over },
        ),
      ],
    }));
    const means = { impossible: impossible.toFixed(2), goingOn: goingOn.toFixed(2) };
    finding('avoids', holds, impossible < 0 && goingOn > 0, means);

    heading('mistakesHeading');
    say('mistakes');
    const { types } = scores[3];
    table((t) => ({
      columns: [
        { heading: t('type') },
        ...(['chunks', 'precision', 'recall', 'f1'] as const).map((key) => ({ heading: t(key), number: true })),
      ],
      rows: byCount(types).map(([type, one]) => [
        type,
        one.there,
        percent(one.precision),
        percent(one.recall),
        percent(one.f1),
      ]),
    }));
    const wrong = test
      .map(({ tokens, tags: is }, s) => ({
        is: bracketed(tokens, is),
        said: bracketed(tokens, found[3][s]),
        size: tokens.length,
      }))
      .filter(({ is, said, size }) => is !== said && size > 6 && size < 13);
    const shown = Array.from(
      { length: Math.min(5, wrong.length) },
      (_, i) => wrong[Math.floor((i * wrong.length) / 5)],
    );
    lines('wrongLines', shown.map(({ is, said }) => `= ${is}\n≠ ${said}`).join('\n\n'));
    say('limits');
  },
});

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** The frequent types. */
function byCount(types: ChunkMetrics['types']): [string, ChunkMetrics['types'][string]][] {
  return Object.entries(types)
    .filter(([, { there }]) => there >= 20)
    .sort(([, a], [, b]) => b.there - a.there);
}

/** `[NP the dog] [VP barks] .` */
function bracketed(tokens: readonly string[], tags: readonly string[]): string {
  const words = [...tokens];
  for (const { type, start, end } of chunksOf(tags)) {
    words[start] = `[${type} ${words[start]}`;
    words[end - 1] += ']';
  }
  return words.join(' ');
}

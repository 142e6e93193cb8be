// Which language is this surname from? Letters in, one of 18 labels out; beside it counting runs of letters.
import { type ClassifierOptions, LogisticRegression, TextClassifier } from 'unrolled';
import { classMetrics } from 'unrolled/metrics';
import { integratedGradients } from 'unrolled/inspect';
import {
  above,
  atLeast,
  colour,
  curves,
  experiment,
  type FigureOptions,
  INK,
  MUTED,
  Plot,
  sequential,
  type Translate,
} from 'unrolled/reproduce';
import {
  accuracyOf,
  byCounting,
  colouredTexts,
  holdOut,
  labelsOf,
  NETWORK_ALONE,
  together,
} from '../shared/classifying.js';
import { surnames as exercises } from './exercises/classifying.js';
import text from './text/surnames.js';

// Chosen on a tenth of the training part.
const OPTIONS: ClassifierOptions = {
  ...{ ...NETWORK_ALONE, tokens: 'char', embeddingSize: 64, cell: 'gru', hiddenSize: 128, pooling: 'last-mean-max' },
  ...{ dropout: 0.2, learningRate: 3e-3, epochs: 10 },
};
const NETWORKS = 4;
const ASKED = ['Nakamura', 'Schwarzkopf', 'Papadopoulos'];

export default experiment({
  name: 'surnames',
  source: 'Robertson, NLP from scratch: classifying names (PyTorch tutorial)',
  needs: ['five-shapes', 'padding', 'gru'],
  text,
  exercises,
  datasets: ['names-18-languages'],
  code: ['surnames.ts', '../shared/classifying.ts'],
  minutes: 2,
  async run({ quick, seed, signal, say, heading, formula, plot, table, check, progress, files }) {
    // `^` and `$` say where a name begins and ends.
    const rows = (await files('names-18-languages')).flatMap(({ name, bytes }) => {
      const lines = new TextDecoder()
        .decode(bytes)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
      return lines.map((line) => ({ text: `^${line}$`, label: name.replace('.txt', '') }));
    });
    const labels = labelsOf(rows);
    const { training: whole, held: test } = holdOut(rows, 0.1, seed);
    const training = quick ? whole.filter((_, i) => i % 4 === 0) : whole;
    const sizes = labels.map((label) => rows.filter((row) => row.label === label).length);

    heading('dataHeading');
    say('data', { rows: rows.length, training: training.length, test: test.length });
    const dataFigure = (t: Translate<'names'>): FigureOptions => ({
      height: 360,
      marginLeft: 90,
      marginRight: 50,
      x: { label: t('names'), type: 'log', domain: [50, 12000], grid: true },
      y: { label: null, domain: [...labels].sort((a, b) => sizes[labels.indexOf(b)] - sizes[labels.indexOf(a)]) },
      marks: [
        Plot.dot(labels, { x: (_, i) => sizes[i], y: (d: string) => d, fill: colour(0), r: 5 }),
        Plot.text(labels, {
          x: (_, i) => sizes[i],
          y: (d: string) => d,
          text: (_, i) => String(sizes[i]),
          dx: 10,
          textAnchor: 'start',
          fill: INK,
        }),
      ],
    });
    const [largest] = [...labels].sort((a, b) => sizes[labels.indexOf(b)] - sizes[labels.indexOf(a)]);
    const share = `${((100 * Math.max(...sizes)) / rows.length).toFixed(0)} %`;
    plot('dataCaption', dataFigure, { largest, share });
    // Nobody can do better than the language in which a name stands most often, in all the data.
    const places = new Map<string, Map<string, number>>();
    for (const { text: name, label } of rows) {
      const of = places.get(name) ?? new Map<string, number>();
      places.set(name, of.set(label, (of.get(label) ?? 0) + 1));
    }
    const usual = test.map(({ text: name }) => {
      const [[label]] = [...(places.get(name) ?? [])].sort((a, b) => b[1] - a[1]);
      return { label };
    });
    const ceiling = accuracyOf(usual, test);
    const several = [...places.values()].filter((of) => of.size > 1).length;
    say('several', { several, ceiling: `${(100 * ceiling).toFixed(1)} %` });

    heading('countingHeading');
    say('counting');
    const counted = byCounting(training, test, { tokens: (name) => Array.from(name), order: 4 });
    const sharper = byCounting(training, test, { tokens: (name) => Array.from(name), order: 4, alpha: 0.1 });
    progress(0, 'logistic regression');
    const lettersOf = ({ text: name }: { text: string }): string[] => Array.from(name);
    const linear = new LogisticRegression(
      training.map(lettersOf),
      training.map(({ label }) => labels.indexOf(label)),
      labels.length,
      { order: 4 },
    );
    const logistic = accuracyOf(
      test.map((row) => ({ label: labels[linear.predict(lettersOf(row))] })),
      test,
    );

    heading('networkHeading');
    const count = quick ? 1 : NETWORKS;
    say('network', { networks: count });
    formula(
      String.raw`\mathbf s = \Big[\,\overrightarrow{\mathbf h}_T,\ \overleftarrow{\mathbf h}_1;\ \tfrac1T \textstyle\sum_t \mathbf h_t;\ \max_t \mathbf h_t\Big], \qquad \hat y = \operatorname{softmax}(\mathbf s\, W + \mathbf b)`,
    );
    const models: TextClassifier[] = [];
    for (let i = 0; i < count; i++) {
      models.push(
        await TextClassifier.fit(training, {
          ...{ ...OPTIONS, seed: seed + i, signal, validation: [] },
          ...(quick ? { epochs: 4, hiddenSize: 32 } : {}),
          onProgress: (now) => progress((i + now.progress) / count, `${i + 1}: ${now.loss.toFixed(3)}`),
        }),
      );
    }
    const names = test.map(({ text: name }) => name);
    const each = models.map((model) => model.predict(names));
    const mean = together(each);
    const one = each.map((answers) => accuracyOf(answers, test)).reduce((a, b) => a + b) / count;
    const all = accuracyOf(mean, test);
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    check('majorityBeaten', above(counted.majority), one);
    if (!quick) {
      check('bayesBeaten', above(Math.max(counted.naiveBayes, sharper.naiveBayes)), one);
      check('reached', atLeast(0.85), all, { logistic: percent(logistic) });
    }
    table((t) => ({
      columns: [{ heading: t('model') }, { heading: t('accuracy'), number: true }],
      rows: [
        [t('majority', { label: counted.most }), percent(counted.majority)],
        [t('naiveBayes'), percent(counted.naiveBayes)],
        [t('naiveBayesSharper'), percent(sharper.naiveBayes)],
        [t('logistic'), percent(logistic)],
        [t('oneNetwork', { count }), percent(one)],
        ...(count > 1 ? [[t('networks', { count }), percent(all)]] : []),
        [t('ceilingRow'), percent(ceiling)],
      ],
      strong: (row) => row === (count > 1 ? 5 : 4),
    }));

    heading('confusionHeading');
    const { confusion } = classMetrics(
      test.map(({ label }) => labels.indexOf(label)),
      mean.map(({ label }) => labels.indexOf(label)),
      labels.length,
    );
    const cells = confusion.flatMap((row, i) => {
      const total = row.reduce((a, b) => a + b, 0);
      return row.map((n, j) => ({ is: labels[i], read: labels[j], share: n / Math.max(1, total), n }));
    });
    plot('confusionCaption', (t) => ({
      height: 520,
      ...{ marginLeft: 95, marginBottom: 90, padding: 0 },
      x: { label: t('read'), domain: labels, tickRotate: -45 },
      y: { label: t('is'), domain: labels },
      color: sequential(0, 1),
      marks: [
        Plot.cell(cells, { x: 'read', y: 'is', fill: 'share' }),
        Plot.text(
          cells.filter(({ n }) => n > 0),
          { x: 'read', y: 'is', text: 'n', fill: (d: { share: number }) => (d.share > 0.5 ? 'var(--surface)' : INK) },
        ),
      ],
    }));
    const taken = cells
      .filter((cell) => cell.is !== cell.read)
      .sort((a, b) => b.share - a.share)
      .slice(0, 4);
    say('taken', { list: taken.map((cell) => `${cell.is} → ${cell.read} ${percent(cell.share)}`).join(' · ') });

    heading('lettersHeading');
    say('letters');
    const prefixes = ASKED.flatMap((name) =>
      Array.from(name, (_, i) => ({ name, i, prefix: `^${name.slice(0, i + 1)}` })),
    );
    const heard = together(models.map((model) => model.predict(prefixes.map(({ prefix }) => prefix))));
    const whole3 = together(models.map((model) => model.predict(ASKED.map((name) => `^${name}$`))));
    ASKED.forEach((name, n) => {
      const mine = prefixes.map((p, i) => ({ ...p, ...heard[i] })).filter((p) => p.name === name);
      const steps = [...mine.map(({ probabilities }) => probabilities), whole3[n].probabilities];
      const best = [...labels]
        .sort((a, b) => Math.max(...steps.map((p) => p[b])) - Math.max(...steps.map((p) => p[a])))
        .slice(0, 4);
      plot(
        'lettersCaption',
        (t) => ({
          height: 200,
          x: {
            label: t('readSoFar'),
            ticks: steps.map((_, i) => i),
            tickFormat: (i: number) => Array.from(`${name}$`)[i],
          },
          y: { label: t('probability'), domain: [0, 1], grid: true },
          marks: [
            curves(best.map((label) => ({ name: label, y: steps.map((p) => p[label]) }))),
            Plot.ruleX([name.length], { stroke: MUTED, strokeDasharray: '2,3' }),
          ],
        }),
        { name },
      );
    });
    say('moved');
    const moved = ASKED.map((name) => integratedGradients(models[0], `^${name}$`));
    plot('movedCaption', () =>
      colouredTexts(
        moved.map((attribution, i) => ({
          title: `${ASKED[i]}: ${attribution.label} (${percent(attribution.probability)})`,
          attribution,
          gap: ' ',
        })),
      ),
    );
  },
});

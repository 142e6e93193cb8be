// A part of speech for every word: what a word's neighbours tell, and what its letters tell about a word that was never seen.
import { MostFrequentTag, type TaggedSentence, TokenTagger } from 'unrolled';
import { readTagged } from 'unrolled/records';
import { above, atLeast, colour, curves, experiment, INK, Plot, sequential, SURFACE } from 'unrolled/reproduce';
import { partsOfSpeech as exercises } from './exercises/tagging.js';
import text from './text/parts-of-speech.js';

/** What the training sentences say of a word. */
const KINDS = ['oneTag', 'severalTags', 'newWord'] as const;

export default experiment({
  name: 'parts-of-speech',
  source: 'Ling et al. 2015; Plank, Søgaard and Goldberg 2016; Universal Dependencies English EWT',
  needs: ['bidirectional'],
  text,
  exercises,
  datasets: ['ud-ewt'],
  minutes: 2,
  async run({ quick, seed, signal, say, heading, formula, plot, table, check, finding, progress, files }) {
    const parts = (await files('ud-ewt')).map(
      ({ name, bytes }) => readTagged(new TextDecoder().decode(bytes), name).sentences,
    );
    const [training, validation, test] = quick ? parts.map((part, i) => part.slice(0, i === 0 ? 600 : 150)) : parts;
    const tokens = (part: TaggedSentence[]): string =>
      part.reduce((sum, s) => sum + s.tokens.length, 0).toLocaleString('en');
    const epochs = quick ? 3 : 5;
    say('data', { training: tokens(training), validation: tokens(validation), test: tokens(test), epochs });

    heading('networkHeading');
    say('network');
    formula(
      String.raw`\mathbf x_t = \big[\,E_{w_t}\,;\ \overrightarrow{\mathbf c}(w_t)\,;\ \overleftarrow{\mathbf c}(w_t)\,\big], \qquad P(y_t) = \operatorname{softmax}\!\big(W\,[\,\overrightarrow{\mathbf h}_t\,;\ \overleftarrow{\mathbf h}_t\,] + \mathbf b\big)`,
    );
    const baseline = MostFrequentTag.fit(training);
    const sizes = quick
      ? { hiddenSize: 32, embeddingSize: 32, characterHiddenSize: 16, batchSize: 8 }
      : { hiddenSize: 128, embeddingSize: 100, characterHiddenSize: 50, batchSize: 32 };
    const settings = { ...sizes, featureSize: 0, wordDropout: 0, restoreBest: true, dropout: 0.5, learningRate: 0.01 };
    const variants = { wordsOnly: { characterHiddenSize: 0 }, withCharacters: {} };
    const names = ['wordsOnly', 'withCharacters'] as const;
    const models: TokenTagger[] = [];
    for (const [i, key] of names.entries()) {
      models.push(
        await TokenTagger.fit(training, {
          ...{ ...settings, ...variants[key], epochs, validation, validations: 2 * epochs, seed, signal },
          onProgress: (now) => progress((i + now.progress) / names.length, `${key}: ${now.loss.toFixed(3)}`),
        }),
      );
    }
    const [, model] = models;
    const results = models.map((each) => each.evaluate(test).accuracy);
    const floor = baseline.evaluate(test).accuracy;
    check('testAccuracy', atLeast(quick ? 0.6 : 0.935), results[1]);
    check('beats', above(quick ? 0.5 : floor + 0.05), results[1], { floor: percent(floor) });
    plot('learningCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('accuracyPercent'), grid: true, percent: true },
      marks: [
        curves([
          ...models.map(({ training: done }, i) => ({
            name: t(names[i]),
            x: done?.validation.map((_, k) => (k + 1) / 2) ?? [],
            y: done?.validation.map(({ accuracy }) => accuracy) ?? [],
          })),
          {
            ...{ name: t('baseline'), colour: 4, dashed: true },
            ...{ x: [0.5, epochs], y: [0, 1].map(() => baseline.evaluate(validation).accuracy) },
          },
        ]),
      ],
    }));
    // The first is measured after half an epoch.
    const [plain, spelling] = models.map(({ training: done }) => done?.validation.map((v) => v.accuracy) ?? []);
    const worth = { first: percent(spelling[1]), last: percent(plain.at(-1) ?? NaN), epochs };
    finding('lettersWorth', above(plain.at(-1) ?? NaN), spelling[1], worth);

    heading('wordsHeading');
    say('words');
    // As the tagger looks words up: in lower case, each digit as 0.
    const form = (token: string): string => token.toLowerCase().replace(/\p{Nd}/gu, '0');
    const seen = new Map<string, Set<string>>();
    for (const { tokens, tags } of training) {
      tokens.forEach((token, t) => seen.set(form(token), (seen.get(form(token)) ?? new Set()).add(tags[t])));
    }
    const kindOf = (token: string): (typeof KINDS)[number] => {
      const tags = seen.get(form(token));
      return tags === undefined ? 'newWord' : tags.size === 1 ? 'oneTag' : 'severalTags';
    };
    const sentences = test.map(({ tokens }) => tokens);
    const taggers = ['baseline', ...names] as const;
    const said = [
      baseline.predict(sentences),
      ...models.map((each) => each.predict(sentences).map(({ tags }) => tags)),
    ];
    const flat = test.flatMap(({ tokens, tags }, s) =>
      tokens.map((token, t) => ({ kind: kindOf(token), tag: tags[t], said: said.map((by) => by[s][t]) })),
    );
    const shares = KINDS.flatMap((kind) => {
      const own = flat.filter((word) => word.kind === kind);
      return taggers.map((tagger, i) => ({
        ...{ kind, tagger, share: own.length / flat.length },
        right: own.filter((word) => word.said[i] === word.tag).length / own.length,
      }));
    });
    const right = (kind: string, tagger: string): number =>
      shares.find((s) => s.kind === kind && s.tagger === tagger)?.right ?? NaN;
    plot('wordsCaption', (t) => ({
      height: 260,
      marginLeft: 150,
      marginRight: 60,
      x: { label: t('accuracyPercent'), domain: [0, 100], percent: true, grid: true },
      y: { axis: null, domain: taggers },
      fy: { label: null, domain: KINDS, tickFormat: (kind: (typeof KINDS)[number]) => t(kind), padding: 0.2 },
      marks: [
        Plot.barX(shares, {
          x: 'right',
          y: 'tagger',
          fy: 'kind',
          fill: (d: { tagger: (typeof taggers)[number] }) => colour([4, 0, 1][taggers.indexOf(d.tagger)]),
          fillOpacity: 0.8,
        }),
        Plot.text(shares, {
          x: 'right',
          y: 'tagger',
          fy: 'kind',
          text: (d: { right: number }) => percent(d.right),
          dx: 4,
          textAnchor: 'start',
          fill: INK,
        }),
        Plot.text(shares, {
          x: 0,
          y: 'tagger',
          fy: 'kind',
          text: (d: { tagger: (typeof taggers)[number] }) => t(d.tagger),
          dx: 6,
          textAnchor: 'start',
          fill: SURFACE,
          fontWeight: 600,
        }),
      ],
    }));
    table((t) => ({
      columns: [
        { heading: t('tagger') },
        { heading: t('all'), number: true },
        ...KINDS.map((kind) => ({ heading: t(kind), number: true })),
      ],
      rows: [
        ...taggers.map((tagger, i) => [
          t(tagger),
          percent([floor, ...results][i]),
          ...KINDS.map((kind) => percent(right(kind, tagger))),
        ]),
        [
          t('shareOfWords'),
          '100.0 %',
          ...KINDS.map((kind) => percent(shares.find((s) => s.kind === kind)?.share ?? 0)),
        ],
      ],
      strong: (row) => row === 2,
    }));
    const of = (kind: string, tagger: string): string => percent(right(kind, tagger));
    finding('neighboursHelp', above(right('severalTags', 'baseline')), right('severalTags', 'wordsOnly'), {
      ...{ usual: of('severalTags', 'baseline'), read: of('severalTags', 'wordsOnly') },
    });
    finding('spelled', above(right('newWord', 'wordsOnly') + 0.05), right('newWord', 'withCharacters'), {
      ...{ plain: of('newWord', 'wordsOnly'), letters: of('newWord', 'withCharacters') },
    });

    heading('mistakesHeading');
    say('mistakes');
    const frequency = new Map<string, number>();
    for (const { tag } of flat) frequency.set(tag, (frequency.get(tag) ?? 0) + 1);
    const tags = [...frequency.keys()].sort((a, b) => (frequency.get(b) ?? 0) - (frequency.get(a) ?? 0));
    const cells = tags.flatMap((tag) =>
      tags.map((answer) => {
        const count = flat.filter((word) => word.tag === tag && word.said[2] === answer).length;
        return { tag, answer, count, share: count / (frequency.get(tag) ?? 1) };
      }),
    );
    plot('confusionCaption', (t) => ({
      height: 480,
      marginLeft: 70,
      marginBottom: 60,
      x: { label: t('saidTag'), domain: tags, tickRotate: -40 },
      y: { label: t('trueTag'), domain: tags },
      color: sequential(0, 0.2),
      marks: [
        Plot.cell(cells, {
          x: 'answer',
          y: 'tag',
          fill: (d: { tag: string; answer: string; share: number }) => (d.tag === d.answer ? 0 : d.share),
          inset: 0.5,
        }),
        Plot.text(
          cells.filter(({ count, share, tag, answer }) => tag === answer || (count > 0 && share >= 0.005)),
          {
            ...{ x: 'answer', y: 'tag', fontSize: 10 },
            fill: (d: { tag: string; answer: string; share: number }) =>
              d.tag !== d.answer && d.share > 0.1 ? SURFACE : INK,
            text: (d: { share: number }) => (100 * d.share).toFixed(d.share < 0.1 ? 1 : 0),
          },
        ),
      ],
    }));
    const pairs = tags.flatMap((tag, i) =>
      tags.slice(i + 1).map((other) => {
        const both = [tag, other];
        const mixed = ({ tag: is, said: by }: (typeof flat)[number]): boolean =>
          is !== by[2] && both.includes(is) && both.includes(by[2]);
        return { a: tag, b: other, count: flat.filter(mixed).length };
      }),
    );
    const most = pairs.reduce((a, b) => (b.count > a.count ? b : a));
    say('mostMixed', { ...most, all: flat.filter((word) => word.said[2] !== word.tag).length });
    const wrong = test
      .map(({ tokens, tags }, s) => ({ tokens, tags, said: said[2][s] }))
      .filter(
        ({ tokens, tags, said }) => tokens.length < 14 && tokens.length > 5 && tags.some((tag, t) => tag !== said[t]),
      );
    table((t) => ({
      columns: [{ heading: t('sentence') }, { heading: t('mistake') }],
      rows: Array.from({ length: Math.min(8, wrong.length) }, (_, i) => wrong[Math.floor((i * wrong.length) / 8)]).map(
        ({ tokens, tags, said }) => [
          tokens.join(' '),
          tokens
            .flatMap((token, k) => (tags[k] === said[k] ? [] : [t('saidFor', { token, said: said[k], is: tags[k] })]))
            .join('; '),
        ],
      ),
    }));
    say('limits', { parameters: model.parameterCount().toLocaleString('en') });
  },
});

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

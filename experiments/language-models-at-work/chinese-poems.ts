// Quatrains in the manner of the Tang: a character language model learns words and form together; constraints on what it may draw
// give acrostics (藏頭詩).
import {
  Adam,
  clipGradNorm,
  cosineSchedule,
  crossEntropy,
  Dropout,
  Embedding,
  fromData,
  Linear,
  LSTM,
  manualSeed,
  matmul,
  noGrad,
  normalInit,
  Philox,
  Recurrent,
  type RecurrentState,
  sampleLogits,
  scope,
  softmax,
  type Tensor,
  transpose,
} from 'unrolled';
import { Corpus, NgramModel } from 'unrolled/text';
import {
  above,
  atLeast,
  atMost,
  below,
  colour,
  curves,
  exactly,
  experiment,
  type FigureOptions,
  MUTED,
  Plot,
  type Translate,
} from 'unrolled/reproduce';
import exercises from './exercises/chinese-poems.js';
import text from './text/chinese-poems.js';

const END = '\n'; // stands before and after each poem
const PUNCTUATION = ['，', '。', '，', '。']; // what ends the lines of a quatrain
/** Lines of five characters, or of seven, in pairs. */
const REGULAR = /^(?:(?:\p{Script=Han}{5}，\p{Script=Han}{5}。)+|(?:\p{Script=Han}{7}，\p{Script=Han}{7}。)+)$/u;
/** The same with exactly two pairs: a quatrain's form. */
const QUATRAIN = /^(?:(?:\p{Script=Han}{5}，\p{Script=Han}{5}。){2}|(?:\p{Script=Han}{7}，\p{Script=Han}{7}。){2})$/u;

const versesOf = (poem: string): string[] => poem.match(/[^，。]+/g) ?? [];
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** All quatrains of the files; and the halves of regular poems of eight lines, from which, some say, the quatrain was cut. */
function readPoems(files: readonly { bytes: Uint8Array }[]) {
  const whole = new Set<string>();
  const halves = new Set<string>();
  for (const { bytes } of files) {
    const poems = JSON.parse(new TextDecoder().decode(bytes)) as { paragraphs: string[] }[];
    for (const { paragraphs } of poems) {
      const poem = paragraphs.join('');
      if (!REGULAR.test(poem)) continue;
      const pairs = poem.match(/[^。]+。/g) ?? [];
      if (pairs.length === 2) whole.add(poem);
      if (pairs.length === 4) halves.add(pairs.slice(0, 2).join('')).add(pairs.slice(2).join(''));
    }
  }
  return { whole: [...whole], halves: [...halves] };
}

export default experiment({
  name: 'chinese-poems',
  source: { en: 'Zhang and Lapata 2014; Complete Tang Poems', zh: 'Zhang and Lapata 2014；《全唐诗》' },
  needs: ['char-rnn'],
  text,
  exercises,
  datasets: ['tang-poems', 'tang300'],
  minutes: 3,
  async run({ quick, seed, files, say, heading, formula, plot, lines, check, finding, progress }) {
    // The poems: every tenth quatrain is kept apart, and what shares a line with it is left out (many stand there twice).
    const { whole, halves } = readPoems([...(await files('tang-poems')), ...(await files('tang300'))]);
    const held = new Set(whole.filter((_, i) => i % (quick ? 40 : 10) === 9));
    const heldVerses = new Set([...held].flatMap(versesOf));
    const training = [...whole, ...halves].filter((poem) => !versesOf(poem).some((verse) => heldVerses.has(verse)));
    const random = new Philox(seed);
    random.shuffle(training);
    if (quick) training.length = 1000;
    const corpus = Corpus.fromText(END + training.join(END) + END, { minCount: 2 });
    const { vocabulary } = corpus;
    const unseen = [...held].map((poem) => vocabulary.encode([END, ...poem, END]));
    const marks = [...new Set([END, ...PUNCTUATION])].map((mark) => vocabulary.index(mark));
    say('data', {
      whole: whole.length,
      halves: halves.length,
      training: training.length,
      held: held.size,
      vocabulary: vocabulary.size,
      tokens: corpus.train.length,
    });

    // The network: what predicts a character is what stands for it when it is read (weight tying; Press and Wolf 2017).
    manualSeed(seed);
    const [embeddingSize, hiddenSize] = quick ? [32, 64] : [128, 256];
    const embed = new Embedding(vocabulary.size, embeddingSize, { init: normalInit(0.1) });
    const lstm = new Recurrent(LSTM, { inputSize: embeddingSize, hiddenSize, initialBias: { f: 1 } });
    const project = new Linear(hiddenSize, embeddingSize);
    const dropout = new Dropout(quick ? 0 : 0.3);
    const layers = [embed, lstm, project, dropout];
    const parameters = layers.flatMap((layer) => layer.parameters());
    /** Tokens [places, poems] to logits [places, poems, V]. */
    function forward(tokens: Tensor, state: RecurrentState | null = null) {
      const result = lstm.forward(dropout.forward(embed.forward(tokens)), { state });
      const y = dropout.forward(project.forward(dropout.forward(result.output)));
      return { logits: matmul(y, transpose(embed.weight)), state: result.state };
    }
    /** Poems of one length side by side: what is read, and what comes next. [places, poems] */
    function batchOf(poems: readonly Int32Array[]) {
      const shape = [poems[0].length - 1, poems.length];
      const shifted = (by: number): Tensor =>
        fromData(
          Int32Array.from(
            { length: shape[0] * shape[1] },
            (_, i) => poems[i % shape[1]][by + Math.floor(i / shape[1])],
          ),
          shape,
        );
      return { x: shifted(0), y: shifted(1) };
    }
    const size = quick ? 8 : 32; // of a minibatch
    const batches = (poems: readonly Int32Array[]): Int32Array[][] =>
      [26, 34].flatMap((length) => {
        const alike = poems.filter((poem) => poem.length === length);
        return Array.from({ length: Math.ceil(alike.length / size) }, (_, i) => alike.slice(size * i, size * (i + 1)));
      });

    /** P(next token) at each place of a poem: [places][V]. */
    const byNetwork = (poem: Int32Array): Float32Array[] =>
      scope(() =>
        noGrad(() => {
          const p = softmax(forward(batchOf([poem]).x).logits).data() as Float32Array;
          return Array.from({ length: poem.length - 1 }, (_, t) =>
            p.slice(t * vocabulary.size, (t + 1) * vocabulary.size),
          );
        }),
      );
    const byNgrams =
      (ngrams: NgramModel) =>
      (poem: Int32Array): Float64Array[] =>
        Array.from({ length: poem.length - 1 }, (_, t) => ngrams.distribution(poem.subarray(0, t + 1)));
    /** Perplexity of the unseen quatrains: of all tokens, and of the characters alone for one who knows where the marks stand. */
    function perplexities(predict: (poem: Int32Array) => ArrayLike<number>[]) {
      const all: number[] = [];
      const characters: number[] = [];
      for (const poem of unseen) {
        predict(poem).forEach((p, t) => {
          const token = poem[t + 1];
          all.push(-Math.log(p[token]));
          const noMark = 1 - marks.reduce((sum, mark) => sum + p[mark], 0);
          if (!marks.includes(token)) characters.push(-Math.log(p[token] / noMark));
        });
      }
      return { all: Math.exp(mean(all)), characters: Math.exp(mean(characters)) };
    }

    const epochs = quick ? 3 : 10;
    const optimizer = new Adam(parameters, 4e-3);
    const schedule = cosineSchedule(0.01);
    const poems = training.map((poem) => vocabulary.encode([END, ...poem, END]));
    const learning: number[] = []; // perplexity of the unseen ones after each epoch
    for (let epoch = 0; epoch < epochs; epoch++) {
      random.shuffle(poems);
      const all = batches(poems);
      random.shuffle(all);
      layers.forEach((layer) => layer.train());
      all.forEach((batch, i) => {
        const at = (epoch + i / all.length) / epochs;
        progress(0.8 * at, `perplexity ${learning.at(-1)?.toFixed(1) ?? ''}`);
        scope(() => {
          const { x, y } = batchOf(batch);
          const loss = crossEntropy(forward(x).logits, y);
          optimizer.learningRate = 4e-3 * schedule({ step: optimizer.steps, epoch, progress: at });
          optimizer.zeroGrad();
          loss.backward();
          clipGradNorm(parameters, 1);
          optimizer.step();
        });
      });
      layers.forEach((layer) => layer.eval());
      learning.push(perplexities(byNetwork).all);
    }

    const ngrams = [1, 2, 3, 4, 5].map((order) => {
      const fitted = NgramModel.fit(corpus.train, { order, vocabularySize: vocabulary.size });
      return { order, ...perplexities(byNgrams(fitted)) };
    });
    const own = perplexities(byNetwork);
    const best = {
      all: Math.min(...ngrams.map((n) => n.all)),
      characters: Math.min(...ngrams.map((n) => n.characters)),
    };
    heading('perplexityHeading');
    say('comparison');
    formula(
      String.raw`\exp\Bigl(-\frac1n \sum_t \ln P(w_t \mid w_{<t})\Bigr) \qquad P(w \mid \text{character}) = \frac{P(w)}{1 - P(\text{，}) - P(\text{。}) - P(\text{end})}`,
    );
    plot('perplexityCaption', (t) => {
      const models = [
        ...ngrams.map(({ order, ...p }) => ({ name: t('ngram', { n: order }), fill: colour(5), ...p })),
        { name: 'LSTM', fill: colour(1), ...own },
      ];
      const bars = (['all', 'characters'] as const).flatMap((kind) =>
        models.map((m) => ({ ...m, kind: t(kind), value: m[kind] })),
      );
      return {
        height: 260,
        marginLeft: 80,
        marginRight: 40,
        fx: { label: null, domain: [t('all'), t('characters')] },
        x: { label: t('perplexity'), grid: true, ticks: 4 },
        y: { label: null, domain: models.map(({ name }) => name) },
        marks: [
          Plot.barX(bars, { fx: 'kind', x: 'value', y: 'name', fill: 'fill' }),
          Plot.text(bars, {
            fx: 'kind',
            x: 'value',
            y: 'name',
            text: (bar: { value: number }) => bar.value.toFixed(0),
            textAnchor: 'start',
            dx: 4,
          }),
        ],
      };
    });
    plot('learningCaption', (t) => ({
      height: 260,
      x: { label: t('epoch') },
      y: { label: t('perplexity'), grid: true, type: 'log' },
      marks: [
        curves([
          { name: 'LSTM', x: learning.map((_, i) => i + 1), y: learning, colour: 1 },
          { name: t('bestNgram'), x: [1, epochs], y: [best.all, best.all], colour: 5, dashed: true },
        ]),
      ],
    }));
    const figures = { own: own.all.toFixed(0), best: best.all.toFixed(0) };
    if (own.all < best.all) say('networkAhead', figures);
    else say('networkBehind', figures);
    if (quick) check('beatsUnigram', below(ngrams[0].all), own.all);
    else {
      check('beatsNgrams', below(best.all), own.all);
      check('beatsNgramsCharacters', below(best.characters), own.characters);
    }

    // Writing. All poems grow side by side, one row each; `allowed` may forbid tokens at place t of a row.
    type Rule = (token: number, t: number) => boolean;
    const reserved = vocabulary.reserved; // what stands for unknown characters
    function compose(count: number, temperature: number, allowed: Rule = () => true, longest = 33): string[] {
      const random = new Philox(seed);
      const rows = Array.from({ length: count }, () => [vocabulary.index(END)]);
      let state: RecurrentState | null = null;
      for (let t = 0; t < longest; t++) {
        const last = rows.map((row) => row[row.length - 1]);
        const result = noGrad(() => forward(fromData(Int32Array.from(last), [1, count]), state));
        state = result.state;
        const logits = result.logits.data();
        rows.forEach((row, i) => {
          const weights = logits.slice(i * vocabulary.size, (i + 1) * vocabulary.size);
          for (let token = 0; token < weights.length; token++) {
            if (token < reserved || !allowed(token, t)) weights[token] = -Infinity; // never drawn
          }
          row.push(sampleLogits(weights, { temperature }, random.uniform()));
        });
      }
      return rows.map((row) => vocabulary.decode(row).join('').split(END)[1]);
    }
    const shown = (poem: string): string => poem.replaceAll('。', '。\n').trim();

    heading('freeHeading');
    say('free');
    const temperatures = quick ? [0.5, 1] : [0.4, 0.7, 1, 1.3, 1.6];
    const known = new Set(training.flatMap(versesOf));
    const count = quick ? 40 : 200;
    const samples = temperatures.map((temperature, i) => {
      progress(0.8 + 0.2 * (i / temperatures.length));
      const poems = compose(count, temperature);
      const verses = poems.flatMap(versesOf);
      return {
        temperature,
        poems,
        kept: poems.filter((poem) => QUATRAIN.test(poem)).length / count,
        copied: verses.filter((line) => known.has(line)).length / verses.length,
      };
    });
    const natural = samples[temperatures.indexOf(1)];
    const shownAt = quick ? '1' : '0.7';
    const good = (quick ? natural : samples[temperatures.indexOf(0.7)]).poems.filter((poem) => QUATRAIN.test(poem));
    const first = [5, 7].flatMap((form) => good.filter((poem) => poem.indexOf('，') === form).slice(0, 3));
    if (first.length === 0) say('noneKept', { count });
    else lines('freePoems', first.map(shown).join('\n\n'), { temperature: shownAt });
    plot('formCaption', (t) => ({
      height: 260,
      x: { label: t('temperatureAxis') },
      y: { label: t('shareOf'), grid: true, domain: [0, 1], tickFormat: '.0%' },
      marks: [
        curves([
          { name: t('formKept'), x: temperatures, y: samples.map(({ kept }) => kept) },
          { name: t('linesCopied'), x: temperatures, y: samples.map(({ copied }) => copied) },
        ]),
      ],
    }));
    if (!quick) check('formIsKept', atLeast(0.9), natural.kept, { count });
    check('notCopied', atMost(0.1), natural.copied);

    // Acrostics: a rule for each place.
    heading('acrosticHeading');
    const each = quick ? 8 : 64;
    say('acrostic', { count: each });
    /** Lines of `form` characters with the marks of a quatrain, each line beginning with the character given. */
    const acrostic = (word: string, form: number): Rule => {
      const first = [...word].map((character) => vocabulary.index(character));
      const ends = PUNCTUATION.map((mark) => vocabulary.index(mark));
      return (token, t) => {
        const [line, place] = [Math.floor(t / (form + 1)), t % (form + 1)];
        if (line === 4) return token === vocabulary.index(END);
        if (place === form) return token === ends[line];
        return place === 0 ? token === first[line] : !marks.includes(token);
      };
    };
    /** −ln P of each token of a poem: what the network thinks of it when nothing is forced. */
    const surprise = (poem: string): number[] => {
      const tokens = vocabulary.encode([END, ...poem, END]);
      return byNetwork(tokens).map((p, t) => -Math.log(p[tokens[t + 1]]));
    };
    const words = [
      ['春江花月', 5],
      ['山高水長', 7],
      ['明月清風', 5],
      ['千山萬水', 7],
    ] as const;
    const written = words.map(([word, form]) => {
      const poems = compose(each, 0.7, acrostic(word, form));
      const ranked = poems.map((poem) => ({ poem, nats: mean(surprise(poem)) })).sort((a, b) => a.nats - b.nats);
      lines('acrosticOf', shown(ranked[0].poem), { word });
      return { word, form, poems };
    });
    const keeps = (poem: string, word: string): boolean =>
      QUATRAIN.test(poem) &&
      versesOf(poem)
        .map((verse) => [...verse][0])
        .join('') === word;
    const all = written.flatMap(({ word, poems }) => poems.map((poem) => keeps(poem, word)));
    check('acrosticsKeep', exactly(1), all.filter(Boolean).length / all.length, { count: all.length });

    // What the form knows, and what the constraint costs, place by place.
    const byPlace = (poems: readonly string[]): number[] => {
      const nats = poems.map(surprise);
      return Array.from({ length: 24 }, (_, t) => mean(nats.map((poem) => poem[t])));
    };
    const real = byPlace([...held].filter((poem) => poem.length === 24));
    const free = byPlace(good.filter((poem) => poem.length === 24));
    const forced = byPlace(written.filter(({ form }) => form === 5).flatMap(({ poems }) => poems));
    const places = Array.from({ length: 24 }, (_, i) => i + 1);
    const surprises = (
      t: Translate<'place' | 'surprise' | 'unseenPoem' | 'freePoem' | 'acrosticPoem'>,
    ): FigureOptions => ({
      x: {
        label: t('place'),
        ticks: [1, 6, 12, 18, 24], // the marks; on a phone there is no room for more
        tickFormat: (i: number) => (i === 1 ? '1' : PUNCTUATION[i / 6 - 1]),
      },
      y: { label: t('surprise'), grid: true, zero: true },
      marks: [
        Plot.ruleX([1, 7, 13, 19], { stroke: MUTED, strokeDasharray: '2 3' }),
        curves([
          { name: t('unseenPoem'), x: places, y: real, colour: 2 },
          { name: t('freePoem'), x: places, y: free, colour: 0 },
          { name: t('acrosticPoem'), x: places, y: forced, colour: 1 },
        ]),
      ],
    });
    plot('placeCaption', surprises, { temperature: shownAt });
    /** The mean at one place of a line, over the second to the fourth line. */
    const atPlace = (nats: number[], i: number): number => mean([6, 12, 18].map((start) => nats[start + i]));
    const nats = (values: number[], i: number): string => atPlace(values, i).toFixed(2);
    finding('itCounts', atMost(0.1), atPlace(real, 5), { nats: nats(real, 5) });
    const two = { second: nats(real, 1), third: nats(real, 2) };
    finding('foundCaesura', above(atPlace(real, 1) + 0.1), atPlace(real, 2), two);
    const firstCharacters = { free: nats(free, 0), forced: nats(forced, 0) };
    finding('forcedSurprise', above(atPlace(free, 0)), atPlace(forced, 0), firstCharacters);
  },
});

// English to French: an encoder reads, a decoder writes and looks back at what was read. Where it looks is drawn.
import { splitPairs, TranslationMemory, Translator, type TranslatorOptions } from 'unrolled';
import { bleu, chrf } from 'unrolled/metrics';
import { readPairs, readTable, unzip } from 'unrolled/records';
import { above, atLeast, atMost, below, curves, experiment, Plot, sequential } from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { translation as exercises } from './exercises/writing.js';
import text from './text/translation.js';

const LONGEST = 10; // words of a side
const HELD = 3500; // English sentences, about 5,000 pairs
/** Size of the vocabularies, rate and passes were chosen on the validation part. */
const SETTINGS: TranslatorOptions = {
  tokens: 'word-0.1',
  minCount: 2,
  maxSize: 8000,
  dropout: 0.2,
  batchSize: 128,
  learningRate: 2e-3,
  epochs: 4,
  validations: 4,
};
const QUICK: TranslatorOptions = {
  hiddenSize: 32,
  embeddingSize: 32,
  attentionSize: 16,
  batchSize: 16,
  learningRate: 5e-3,
  epochs: 3,
};

const words = (sentence: string): string[] => sentence.match(/[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
const scoresOf = (said: readonly string[], references: readonly (readonly string[])[]) => ({
  bleu: bleu(said, references).score,
  chrf: chrf(said, references),
  exact: said.filter((one, i) => references[i].includes(one)).length / said.length,
});

export default experiment({
  name: 'translation',
  source: d2l('10.5–10.8, 11.4', '9.5–9.8、10.4', 'Bahdanau, Cho and Bengio 2015'),
  needs: ['gru', 'padding'],
  text,
  exercises,
  datasets: ['fra-eng'],
  minutes: 23,
  async run({ quick, seed, signal, say, heading, formula, plot, table, lines, check, finding, progress, files }) {
    const [{ name, bytes }] = await files('fra-eng');
    const sheet = readTable(new TextDecoder().decode(await unzip(bytes, 'fra.txt', name)), name, { header: false });
    const all = readPairs(sheet, { source: '1', target: '2' }).pairs.map(({ source, target }) => ({
      source: source.toLowerCase(),
      target: target.toLowerCase().replace(/[\u00a0\u202f\u2009]/g, ' '),
    }));
    const short = all.filter(({ source, target }) => [source, target].every((side) => words(side).length <= LONGEST));
    const pairs = quick ? short.slice(0, 1500) : short;
    const { rest: training, drawn } = splitPairs(pairs, quick ? 100 : HELD, seed);
    const { rest: validation, drawn: test } = splitPairs(drawn, 0.5, seed);
    say('data', {
      pairs: pairs.length,
      all: all.length,
      training: training.length,
      validation: validation.length,
      test: test.length,
    });

    heading('modelHeading');
    say('model');
    formula(
      String.raw`e_{t,s} = \mathbf v^\top \tanh(W \mathbf s_t + U \mathbf h_s), \qquad a_{t,s} = \operatorname{softmax}_s(e_{t,s}), \qquad \mathbf c_t = \textstyle\sum_s a_{t,s}\, \mathbf h_s`,
    );
    formula(
      String.raw`P(y_{t+1} \mid y_{\le t}, \mathbf x) = \operatorname{softmax}\big(V \tanh(C\,[\mathbf s_t, \mathbf c_t])\big)`,
    );
    const model = await Translator.fit(training, {
      ...{ ...SETTINGS, ...(quick ? QUICK : {}), seed, signal, validation },
      onProgress: (now) =>
        progress(0.95 * now.progress, `loss ${now.loss.toFixed(3)}, ${Math.round(now.tokensPerSecond)} tokens/s`),
    });
    const unseen = test.filter(({ source }) =>
      model.source.tokens(source).some((token) => !model.source.text.vocabulary.has(token)),
    ).length;
    say('trained', {
      source: model.vocabularySize.source,
      target: model.vocabularySize.target,
      parameters: model.parameterCount(),
    });
    const { history = [], validation: validated = [] } = model.training ?? {};
    plot('learningCaption', (t) => ({
      x: { label: t('pairsRead'), grid: true },
      y: { label: t('lossToken'), type: 'log', grid: true },
      marks: [
        curves([
          {
            name: t('training'),
            x: history.map(({ tokens }) => tokens / 1e6),
            y: history.map(({ loss }) => loss),
            colour: 0,
          },
          {
            name: t('validation'),
            x: validated.map((v) => v.trainedTokens / 1e6),
            y: validated.map(({ loss }) => loss),
            colour: 1,
          },
        ]),
      ],
    }));

    heading('scoresHeading');
    say('scores');
    const greedy = model.evaluate(test, { beamSize: 1 });
    const sources = greedy.hypotheses.map(({ source }) => source);
    const references = greedy.hypotheses.map((one) => one.references);
    const answers = model.translate(sources); // by beam search
    const memorized = new TranslationMemory(training.map(({ source, target }) => ({ source: words(source), target })));
    const rows = {
      memory: sources.map((source) => memorized.translate(words(source))),
      greedy: greedy.hypotheses.map((one) => one.text),
      unreplaced: model.translate(sources, { replaceUnknown: false }).map((one) => one.text),
      beam: answers.map((one) => one.text),
    };
    const scores = Object.entries(rows).map(([key, said]) => ({
      key: key as keyof typeof rows,
      ...scoresOf(said, references),
    }));
    const [memory, bySteps, , best] = scores;
    check('learned', quick ? below(4) : atMost(1.3), greedy.loss);
    if (!quick) {
      check('bleu', atLeast(40), best.bleu);
    }
    const blues = { best: best.bleu.toFixed(1), memory: memory.bleu.toFixed(1), greedy: bySteps.bleu.toFixed(1) };
    table((t) => ({
      columns: [
        { heading: t('translated') },
        ...['BLEU', 'chrF', t('exact')].map((heading) => ({ heading, number: true })),
      ],
      rows: scores.map((one) => [
        t(one.key),
        one.bleu.toFixed(1),
        one.chrf.toFixed(1),
        `${(100 * one.exact).toFixed(1)} %`,
      ]),
      strong: (row) => row === 3,
    }));
    finding('memoryBeaten', above(memory.bleu), best.bleu, blues);
    if (!quick) finding('searchHelps', above(bySteps.bleu), best.bleu, blues);
    say('unknown', { unseen, test: test.length });
    const lengths = sources.map((source) => words(source).length);
    const groups = Array.from({ length: LONGEST }, (_, n) => [...sources.keys()].filter((i) => lengths[i] === n + 1))
      .map((group, n) => ({ group, words: n + 1 }))
      .filter(({ group }) => group.length >= (quick ? 1 : 20));
    const byLength = (said: readonly string[]): number[] =>
      groups.map(({ group }) =>
        chrf(
          group.map((i) => said[i]),
          group.map((i) => references[i]),
        ),
      );
    plot('lengthCaption', (t) => ({
      x: { label: t('wordsOfSource'), ticks: groups.map((one) => one.words) },
      y: { label: 'chrF', grid: true },
      marks: [
        curves([
          { name: t('beamShort'), x: groups.map((one) => one.words), y: byLength(rows.beam) },
          {
            name: t('memoryShort'),
            x: groups.map((one) => one.words),
            y: byLength(rows.memory),
            colour: 4,
            dashed: true,
          },
        ]),
      ],
    }));

    const [ofNetwork, ofMemory] = [rows.beam, rows.memory].map((said) =>
      byLength(said).map((score) => score.toFixed(0)),
    );
    const atEnds = {
      ...{ short: groups[0].words, networkShort: ofNetwork[0], memoryShort: ofMemory[0] },
      ...{ long: groups[groups.length - 1].words, networkLong: ofNetwork[ofNetwork.length - 1] },
      ...{ memoryLong: ofMemory[ofMemory.length - 1] },
    };
    say('byLength', atEnds);

    heading('looksHeading');
    // Of the longer ones that are right, those in which what is looked at goes back most often.
    const turns = answers.map(({ attention }) => {
      const places = attention.map((row) => row.indexOf(Math.max(...row)));
      return places.filter((place, t) => t > 0 && place < places[t - 1]).length;
    });
    const candidates = [...sources.keys()].filter(
      (i) => answers[i].tokens.length >= 6 && references[i].includes(rows.beam[i]),
    );
    const shown3 = candidates.sort((a, b) => turns[b] - turns[a] || a - b).slice(0, 3);
    if (shown3.length > 0) say('looks', { count: shown3.length });
    else say('noneToShow');
    for (const i of shown3) {
      const { tokens, sourceTokens: read, attention } = answers[i];
      const cells = tokens.flatMap((_, t) => read.map((__, s) => ({ t, s, weight: attention[t][s] })));
      plot(
        'looksCaption',
        () => ({
          height: 60 + 30 * tokens.length,
          width: Math.min(760, 160 + 62 * read.length),
          marginLeft: 130,
          marginTop: 70,
          x: {
            axis: 'top',
            label: null,
            domain: read.map((_, s) => s),
            tickFormat: (s: number) => read[s],
            tickRotate: -35,
          },
          y: { label: null, domain: tokens.map((_, t) => t), tickFormat: (t: number) => tokens[t] },
          color: sequential(0, 1),
          marks: [Plot.cell(cells, { x: 's', y: 't', fill: 'weight', inset: 0.5 })],
        }),
        { source: sources[i], said: rows.beam[i] },
      );
    }

    heading('examplesHeading');
    const some = [...sources.keys()].filter((i) => lengths[i] >= 5);
    const spread = (list: number[]) =>
      Array.from({ length: Math.min(5, list.length) }, (_, k) => list[Math.floor((k * list.length) / 5)]);
    const shown = (list: number[]): string =>
      list.map((i) => `${sources[i]}\n  ${rows.beam[i]}\n  (${references[i].slice(0, 2).join(' | ')})`).join('\n\n');
    const [right, wrong] = [true, false].map((same) =>
      spread(some.filter((i) => references[i].includes(rows.beam[i]) === same)),
    );
    if (right.length > 0) lines('rightLines', shown(right));
    if (wrong.length > 0) lines('wrongLines', shown(wrong));
    say('limits');
  },
});

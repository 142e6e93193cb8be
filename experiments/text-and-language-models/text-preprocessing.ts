// Dive into Deep Learning, 9.2: from a file to numbers. Lines, cleaning, tokens, vocabulary, corpus.
import { Corpus, Vocabulary } from 'unrolled/text';
import {
  atLeast,
  between,
  colour,
  curves,
  drawGraph,
  exactly,
  experiment,
  type Graph,
  holds,
  MUTED,
  Plot,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { preprocessing as exercises } from './exercises/text.js';
import text from './text/text-preprocessing.js';

/** Everything that is no letter becomes a space; lower case. */
const clean = (line: string): string =>
  line
    .replace(/[^A-Za-z]+/g, ' ')
    .trim()
    .toLowerCase();

/** How often each token occurs, the most frequent first. Equal ones stay in the order of the text. */
function countTokens(tokens: readonly string[]): [token: string, count: number][] {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** The tokens of a vocabulary: index 0 stands for all that are unknown, then the frequent ones come first. */
function buildVocabulary(tokens: readonly string[], minCount = 1): string[] {
  const kept = countTokens(tokens).filter(([, count]) => count >= minCount);
  return ['<unk>', ...kept.map(([token]) => token)];
}

const percent = (value: number): string => `${value.toFixed(0)} %`;

const TOKENS = ['the', 'time', 'machine'];
const INDICES = [1, 19, 50];
/** A line, its tokens, their indices. */
const WAY: Graph = {
  title: `${TOKENS.join(' ')} → ${TOKENS.join(' | ')} → ${INDICES.join(', ')}`,
  nodes: [
    { name: 'line', label: TOKENS.join(' '), x: 1, y: 2, kind: 'token' },
    ...TOKENS.flatMap((token, x) => [
      { name: token, label: token, x, y: 1, kind: 'token' as const },
      { name: `${x}`, label: `${INDICES[x]}`, x, y: 0, kind: 'value' as const },
    ]),
  ],
  edges: TOKENS.flatMap((token, x) => [
    { from: 'line', to: token },
    { from: token, to: `${x}` },
  ]),
};

export default experiment({
  name: 'text-preprocessing',
  source: d2l('9.2', '8.2'),
  text,
  exercises,
  datasets: ['timemachine'],
  async run({ say, heading, picture, plot, table, lines: show, check, data }) {
    heading('readHeading');
    const file = await data('timemachine');
    const lines = file.replace(/\n$/, '').split('\n').map(clean);
    say('read', { lines: lines.length });
    show('lineZero', `${file.split('\n')[0]}\n${lines[0]}`);
    show('lineTen', `${file.split('\n')[10]}\n${lines[10]}`);
    check('lineCount', exactly(3221), lines.length);
    check('firstLine', exactly('the time machine by h g wells'), lines[0]);
    check('tenthLine', exactly('twinkled and his usually pale face was flushed and animated the'), lines[10]);

    heading('tokenHeading');
    const words = lines.flatMap((line) => line.match(/\S+/g) ?? []);
    const characters = lines.flatMap((line) => [...line]);
    const wordList = buildVocabulary(words);
    const characterList = buildVocabulary(characters);
    const wordIndex = new Map(wordList.map((token, index) => [token, index]));
    const characterIndex = new Map(characterList.map((token, index) => [token, index]));
    const encode = (line: string): number[] => line.split(' ').map((word) => wordIndex.get(word) ?? 0);
    say('tokens');
    picture('wayCaption', drawGraph(WAY));

    // The first line through all stages: what each cell of the picture shows, and from where to where it reaches.
    const [raw, cleaned] = [file.split('\n')[0], lines[0]];
    const cells: { row: number; from: number; to: number; label: string; fill: string; strength: number }[] = [];
    [...raw].forEach((character, i) => {
      const kept = /[A-Za-z]/.test(character);
      cells.push({
        row: 0,
        from: i,
        to: i + 1,
        label: character === ' ' ? '␣' : character,
        fill: colour(kept ? 0 : 1),
        strength: kept ? 0.18 : 0.5,
      });
    });
    [...cleaned].forEach((character, i) => {
      const label = character === ' ' ? '␣' : character;
      cells.push({ row: 1, from: i, to: i + 1, label, fill: colour(0), strength: 0.18 });
      cells.push({
        row: 2,
        from: i,
        to: i + 1,
        label: String(characterIndex.get(character)),
        fill: colour(2),
        strength: 0.3,
      });
    });
    for (const { 0: word, index: from } of cleaned.matchAll(/\S+/g)) {
      cells.push({ row: 3, from, to: from + word.length, label: word, fill: colour(0), strength: 0.18 });
      const label = String(wordIndex.get(word));
      cells.push({ row: 4, from, to: from + word.length, label, fill: colour(3), strength: 0.3 });
    }
    plot('stagesCaption', (t) => ({
      scrolls: true,
      height: 230,
      marginLeft: 108,
      marginTop: 8,
      marginBottom: 8,
      x: { axis: null, domain: [0, raw.length] },
      y: { axis: null, domain: [-0.1, 5], reverse: true },
      marks: [
        Plot.rect(cells, {
          x1: 'from',
          x2: 'to',
          y1: 'row',
          y2: (c: { row: number }) => c.row + 0.76,
          fill: 'fill',
          fillOpacity: 'strength',
          inset: 0.7,
          rx: 2,
        }),
        Plot.text(cells, {
          x: (c: { from: number; to: number }) => (c.from + c.to) / 2,
          y: (c: { row: number }) => c.row + 0.38,
          text: 'label',
          fontSize: 11,
        }),
        Plot.text(['stageRaw', 'stageClean', 'stageCharacters', 'stageWords', 'stageIndices'] as const, {
          x: 0,
          y: (_, i: number) => i + 0.38,
          text: (key: 'stageRaw') => t(key),
          textAnchor: 'end',
          dx: -10,
          fill: MUTED,
        }),
      ],
    }));

    heading('vocabularyHeading');
    say('vocabulary');
    show(
      'firstTen',
      wordList
        .slice(0, 10)
        .map((token, index) => `${index} ${token}`)
        .join('   '),
    );
    check(
      'tenTokens',
      exactly(['<unk>', 'the', 'i', 'and', 'of', 'a', 'to', 'was', 'in', 'that']),
      wordList.slice(0, 10),
    );
    check('lineIndices', exactly([1, 19, 50, 40, 2183, 2184, 400]), encode(lines[0]));
    check('unknown', exactly([1, 19, 0]), encode('the time spaceship'));
    check('wayIndices', exactly(INDICES), encode(TOKENS.join(' ')));

    const shares = countTokens(characters).map(([token, count]) => ({
      token: token === ' ' ? '␣' : token,
      share: (100 * count) / characters.length,
    }));
    plot(
      'charactersCaption',
      (t) => ({
        height: 240,
        x: { label: t('character'), type: 'band', domain: shares.map(({ token }) => token) },
        y: { label: t('shareOfText'), grid: true },
        marks: [
          Plot.barY(shares, { x: 'token', y: 'share', fill: colour(0), inset: 0.5 }),
          Plot.ruleY([0], { stroke: MUTED }),
        ],
      }),
      { four: percent(shares.slice(0, 4).reduce((sum, { share }) => sum + share, 0)) },
    );

    heading('corpusHeading');
    say('corpus');
    check('characterCount', exactly(170580), characters.length);
    check('characterTokens', exactly(28), characterList.length);
    const whole = file.replace(/[^A-Za-z]+/g, ' ').toLowerCase();
    check('newEdition', exactly(173428), whole.length);
    table((t) => ({
      columns: [
        { heading: t('unit') },
        { heading: t('length'), number: true },
        { heading: t('vocabularySize'), number: true },
        { heading: t('once'), number: true },
      ],
      rows: [
        [
          t('characters'),
          characters.length,
          characterList.length,
          countTokens(characters).filter(([, c]) => c === 1).length,
        ],
        [t('words'), words.length, wordList.length, countTokens(words).filter(([, c]) => c === 1).length],
      ],
    }));
    // The library says the same; of words that are equally frequent it orders by letters, not by the text.
    const corpus = Corpus.fromText(file, { lettersOnly: true });
    check('library', holds, corpus.vocabulary.decode(corpus.tokens).join('') === characters.join(''));
    const own = Vocabulary.fromTokens(words);
    check('libraryWords', holds, own.size === wordList.length && wordList.every((token) => own.has(token)));

    heading('sizeHeading');
    say('size');
    const counted = countTokens(words);
    let sum = 0;
    const coverage = counted.map(([, count]) => (100 * (sum += count)) / words.length);
    const marks = [10, 5, 2].map((minCount) => {
      const k = counted.filter(([, count]) => count >= minCount).length;
      return { minCount, k, share: coverage[k - 1] };
    });
    const withoutOnce = marks[2];
    plot(
      'coverageCaption',
      (t) => ({
        x: { label: t('wordsKept'), type: 'log' },
        y: { label: t('coverage'), grid: true, domain: [0, 100] },
        marks: [
          curves([{ x: coverage.map((_, i) => i + 1), y: coverage }]),
          Plot.dot(marks, { x: 'k', y: 'share', fill: colour(0), r: 4 }),
          Plot.text(marks, {
            x: 'k',
            y: 'share',
            text: (m: { minCount: number }) => t('atLeastTimes', { n: m.minCount }),
            textAnchor: 'end',
            dx: -7,
            dy: -7,
          }),
        ],
      }),
      { kept: percent((100 * withoutOnce.k) / counted.length), known: percent(withoutOnce.share) },
    );
    const hundred = coverage[99];
    check('hundredWords', between(50, 65), hundred);
    const once = counted.filter(([, count]) => count === 1).length / counted.length;
    check('onceWords', atLeast(0.4), once);

    const met = new Set<string>();
    const growth = words.map((word) => met.add(word).size);
    plot('growthCaption', (t) => ({
      x: { label: t('wordsRead'), tickFormat: (n: number) => `${n / 1000}k` },
      y: { label: t('wordsMet'), grid: true, zero: true },
      marks: [curves([{ x: growth.map((_, i) => i + 1), y: growth, name: String(growth.at(-1)) }])],
    }));
    const lastTenth = growth[growth.length - 1] - growth[Math.floor(0.9 * growth.length)];
    check('stillNew', atLeast(100), lastTenth);
  },
});

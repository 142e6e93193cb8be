// Dive into Deep Learning, 9.1 and 9.3: the probability of a sentence by the chain rule, from its beginning and from its end.
import { cleanText, Corpus } from 'unrolled/text';
import {
  atLeast,
  atMost,
  colour,
  curves,
  drawGraph,
  experiment,
  type Graph,
  holds,
  INK,
  MUTED,
  near,
  Plot,
  SURFACE,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import exercises from './exercises/joint-probability.js';
import text from './text/joint-probability.js';

const RHYME = 'the cat sat on the mat and the dog sat on the log and the cat saw the dog'.split(' ');
const WORDS = [...new Set(RHYME)];
const N = RHYME.length;
const SENTENCE = ['the', 'cat', 'sat', 'on'];

type Words = readonly string[];

/** How often these words stand one after the other. The rhyme is a ring: after its last word comes its first again. */
function n(words: Words): number {
  return RHYME.filter((_, i) => words.every((word, k) => word === RHYME[(i + k) % N])).length;
}

/** A conditional probability: how often with, of how often without. What cannot be counted counts as 0. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const product = (factors: readonly number[]): number => factors.reduce((p, factor) => p * factor, 1);

/** P(x₁) · P(x₂ | x₁) · P(x₃ | x₁, x₂) · … */
const forward = (x: Words): number => product(x.map((_, t) => share(n(x.slice(0, t + 1)), n(x.slice(0, t)))));
/** P(x₄) · P(x₃ | x₄) · P(x₂ | x₃, x₄) · … */
const backward = (x: Words): number => product(x.map((_, t) => share(n(x.slice(t)), n(x.slice(t + 1)))));
/** P(x₁) · P(x₂ | x₁) · P(x₃ | x₂) · …: each word looks at one neighbour only. */
const bigram = (x: Words): number =>
  product(x.map((_, t) => share(n(x.slice(Math.max(0, t - 1), t + 1)), n(x.slice(Math.max(0, t - 1), t)))));
/** P(x₁) · P(x₂) · P(x₃) · …: no word looks at any other. */
const unigram = (x: Words): number => product(x.map((word) => n([word]) / N));

/** All sequences of `length` words. */
function sequences(length: number): string[][] {
  return length === 0 ? [[]] : sequences(length - 1).flatMap((start) => WORDS.map((word) => [...start, word]));
}

/** A word in the tree of all sentences; the height of its block is how often the sentence up to it occurs. */
interface Block {
  position: number;
  from: number;
  to: number;
  label: string;
  path: boolean;
}

/** Splits the block of a sequence among the words that go on from it, to the right (forward) or to the left. */
function blocks(direction: 'forward' | 'backward', known: Words = [], from = 0): Block[] {
  if (known.length === SENTENCE.length) return [];
  const position = direction === 'forward' ? known.length + 1 : SENTENCE.length - known.length;
  return WORDS.flatMap((word) => {
    const longer = direction === 'forward' ? [...known, word] : [word, ...known];
    const to = from + n(longer);
    if (to === from) return [];
    const same = direction === 'forward' ? SENTENCE.slice(0, longer.length) : SENTENCE.slice(-longer.length);
    const block = {
      position,
      from,
      to,
      label: `${word}  ${n(longer)}/${n(known)}`,
      path: same.join() === longer.join(),
    };
    const inside = blocks(direction, longer, from);
    from = to;
    return [block, ...inside];
  });
}

/** The factors of SENTENCE as a formula with its figures. */
function latex(direction: 'forward' | 'backward'): string {
  const order = direction === 'forward' ? SENTENCE.map((_, t) => t) : SENTENCE.map((_, t) => SENTENCE.length - 1 - t);
  const factors = order.map((t) => {
    const known = direction === 'forward' ? SENTENCE.slice(0, t) : SENTENCE.slice(t + 1);
    const given = known.length > 0 ? String.raw`\mid \text{${known.join(' ')}}` : '';
    const all = direction === 'forward' ? [...known, SENTENCE[t]] : [SENTENCE[t], ...known];
    return String.raw`\underbrace{P(\text{${SENTENCE[t]}}${given})}_{${n(all)}/${n(known)}}`;
  });
  return String.raw`P(\text{${SENTENCE.join(' ')}}) = ${factors.join(String.raw`\,`)} = \tfrac{1}{${N}}`;
}

/** Each word of the sentence, with an arrow from every word before it. */
const CHAIN: Graph = {
  title: SENTENCE.map((word, t) => (t === 0 ? word : `${SENTENCE.slice(0, t).join(' ')} → ${word}`)).join('; '),
  nodes: SENTENCE.map((word, x) => ({ name: `${x}`, label: word, x, y: 0, kind: 'token' })),
  edges: SENTENCE.flatMap((_, to) =>
    SENTENCE.slice(0, to).map((_word, from) => ({ from: `${from}`, to: `${to}`, bend: [0, 30, -30][to - from - 1] })),
  ),
};

export default experiment({
  name: 'joint-probability',
  source: d2l('9.1, 9.3', '8.1、8.3'),
  needs: ['text-preprocessing'],
  text,
  exercises,
  datasets: ['timemachine'],
  async run({ quick, say, heading, formula, picture, plot, table, lines, check, progress, data }) {
    formula(
      String.raw`P(x_1, \ldots, x_T) = \prod_{t=1}^{T} P(x_t \mid x_1, \ldots, x_{t-1}) = \prod_{t=T}^{1} P(x_t \mid x_{t+1}, \ldots, x_T)`,
    );
    say('counting', { count: N, different: WORDS.length });
    picture('chainCaption', drawGraph(CHAIN));
    lines('rhyme', RHYME.join(' '));
    formula(
      String.raw`\hat P(x_t \mid x_1, \ldots, x_{t-1}) = \frac{n(x_1, \ldots, x_{t-1}, x_t)}{n(x_1, \ldots, x_{t-1})}`,
    );

    for (const direction of ['forward', 'backward'] as const) {
      heading(direction);
      formula(latex(direction));
      const tree = blocks(direction);
      plot(`${direction}Caption`, (t) => ({
        height: 440,
        marginLeft: 20,
        x: { axis: null },
        y: { axis: null, reverse: true, domain: [-1.2, N] },
        marks: [
          Plot.rect(tree, {
            x1: (b: Block) => b.position - 0.5,
            x2: (b: Block) => b.position + 0.5,
            y1: 'from',
            y2: 'to',
            fill: (b: Block) => (b.path ? colour(0) : INK),
            fillOpacity: (b: Block) => (b.path ? 1 : 0.07),
            stroke: SURFACE,
            strokeWidth: 1.5,
          }),
          Plot.text(tree, {
            x: 'position',
            y: (b: Block) => (b.from + b.to) / 2,
            text: 'label',
            fill: (b: Block) => (b.path ? SURFACE : INK),
          }),
          Plot.text(SENTENCE, {
            x: (_, i: number) => i + 1,
            y: -0.6,
            text: (_, i: number) => t('position', { t: i + 1 }),
            fill: MUTED,
          }),
        ],
      }));
    }

    say('telescope');
    say('causality');
    const all = sequences(SENTENCE.length);
    const sum = (p: (x: Words) => number): number => all.reduce((total, x) => total + p(x), 0);
    progress(0.1);
    check('agree', atMost(1e-15), Math.max(...all.map((x) => Math.abs(forward(x) - backward(x)))), {
      count: all.length,
    });
    check('sentence', near(1 / N, 1e-15), forward(SENTENCE));
    check('jointSums', near(1, 1e-12), sum(forward));
    const known = [0, 1, 2, 3].flatMap((length) => sequences(length)).filter((words) => n(words) > 0);
    const after = known.map((words) => WORDS.reduce((p, word) => p + share(n([...words, word]), n(words)), 0));
    const before = known.map((words) => WORDS.reduce((p, word) => p + share(n([word, ...words]), n(words)), 0));
    const off = Math.max(...[...after, ...before].map((total) => Math.abs(total - 1)));
    check('conditionalsSum', atMost(1e-12), off, { count: after.length + before.length });

    heading('markovHeading');
    say('markov');
    formula(String.raw`P(x_1, \ldots, x_T) \approx P(x_1) \prod_{t=2}^{T} P(x_t \mid x_{t-1})`);
    const examples = [SENTENCE, ['saw', 'the', 'cat', 'sat'], ['mat', 'sat', 'the', 'on']];
    table((t) => ({
      columns: ['sequence', 'wholeJoint', 'bigramModel', 'unigramModel'].map((key, i) => ({
        heading: t(key as 'sequence'),
        number: i > 0,
      })),
      rows: examples.map((x) => [x.join(' '), ...[forward, bigram, unigram].map((p) => p(x).toFixed(5))]),
    }));
    say('markovTable');
    check('markovSums', near(1, 1e-12), sum(bigram));
    const [, plausible, nonsense] = examples;
    const reach = forward(plausible) === 0 && bigram(plausible) > 0 && bigram(nonsense) === 0 && unigram(nonsense) > 0;
    check('markovReaches', holds, reach);

    heading('neverHeading');
    const book = await data('timemachine');
    const corpus = Corpus.fromText(book, { tokens: 'word', lettersOnly: true });
    const tokens = [...corpus.tokens];
    const V = new Set(tokens).size;
    const orders = quick ? [1, 2, 3, 4] : [1, 2, 3, 4, 5, 6];
    const ngrams = (list: string | readonly number[], order: number): string[] =>
      Array.from({ length: list.length - order + 1 }, (_, i) => String(list.slice(i, i + order)));
    const seen = orders.map((order) => new Set(ngrams(tokens, order)).size);
    say('never', { words: tokens.length, vocabulary: V, pairs: V ** 2, pairsSeen: seen[1] });
    check('pairsUnseen', atLeast(0.999), 1 - seen[1] / V ** 2);
    plot('neverCaption', (t) => ({
      x: { label: t('order'), ticks: orders },
      y: {
        label: t('howMany'),
        type: 'log',
        grid: true,
        ticks: [1e3, 1e6, 1e9, 1e12, 1e15, 1e18, 1e21],
        tickFormat: (v: number) => v.toExponential(0).replace('+', ''),
      },
      marks: [
        curves([
          { name: t('possible'), x: orders, y: orders.map((order) => V ** order), colour: 1 },
          { name: t('distinct'), x: orders, y: seen, colour: 0 },
        ]),
      ],
    }));

    // How much of the last tenth has never occurred before?
    const characters = cleanText(book, { lettersOnly: true, lineSeparator: ' ' });
    const upTo = quick ? [1, 4, 8, 12] : Array.from({ length: 12 }, (_, i) => i + 1);
    const unseen = (list: string | readonly number[], order: number): number => {
      const cut = Math.floor(0.9 * list.length);
      const known = new Set(ngrams(list.slice(0, cut), order));
      const rest = ngrams(list.slice(cut), order);
      return (100 * rest.filter((ngram) => !known.has(ngram)).length) / rest.length;
    };
    const newWords = orders.map((order) => unseen(tokens, order));
    const newCharacters = upTo.map((order, i) => (progress(0.5 + (0.5 * i) / upTo.length), unseen(characters, order)));
    plot('newCaption', (t) => ({
      x: { label: t('order'), ticks: upTo },
      y: { label: t('newShare'), grid: true, domain: [0, 100] },
      marks: [
        curves([
          { name: t('ofCharacters'), x: upTo, y: newCharacters, colour: 2 },
          { name: t('ofWords'), x: orders, y: newWords, colour: 0 },
        ]),
      ],
    }));
    check('newTrigrams', atLeast(70), newWords[2]);
    check(
      'newGrows',
      holds,
      newWords.every((value, i) => i === 0 || value >= newWords[i - 1]),
      { shares: newWords.map((v) => v.toFixed(0)).join(', ') },
    );
    say('end');
  },
});

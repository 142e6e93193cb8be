// Special tokens, padding and packing: sequences of different lengths side by side. Letters: T steps, N sequences.
import { crossEntropy, fromData, GRU, Linear, manualSeed, noGrad, Recurrent, type Tensor } from 'unrolled';
import { Vocabulary } from 'unrolled/text';
import { above, atMost, below, drawGraph, experiment, unrolled } from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import { padding as exercises } from './exercises/text.js';
import text from './text/padding.js';

const SENTENCES = ['i see the time machine', 'he was gone', 'the traveller smiled at us'];
const [PAD, BEGIN, END] = ['<pad>', '<bos>', '<eos>'];
const distance = (a: Tensor, b: Tensor): number => a.sub(b).abs().max().item();

/** The share of a batch’s places that hold padding, when sequences of these lengths are batched in this order. */
function paddingShare(lengths: readonly number[], batchSize: number): number {
  let [places, real] = [0, 0];
  for (let at = 0; at < lengths.length; at += batchSize) {
    const batch = lengths.slice(at, at + batchSize);
    places += Math.max(...batch) * batch.length;
    real += batch.reduce((sum, length) => sum + length, 0);
  }
  return 1 - real / places;
}

/** The shortest of the sentences between its marks, read by a network. */
const MARKED = unrolled(
  { cell: { name: 'h' } },
  { steps: 4, labels: { inputs: [BEGIN, 'he', 'was', 'gone'], outputs: ['he', 'was', 'gone', END] } },
);

export default experiment({
  name: 'padding',
  source: d2l('10.5', '9.5'),
  needs: ['text-preprocessing'],
  text,
  exercises,
  datasets: ['timemachine'],
  async run({ seed, say, heading, formula, picture, table, lines, check, data }) {
    heading('tokensHeading');
    table((t) => ({
      columns: [{ heading: t('token') }, { heading: t('means') }, { heading: t('where') }],
      rows: [
        ['<unk>', t('unk'), t('unkWhere')],
        [PAD, t('pad'), t('padWhere')],
        [BEGIN, t('bos'), t('bosWhere')],
        [END, t('eos'), t('eosWhere')],
      ],
    }));
    const words = SENTENCES.map((sentence) => sentence.split(' '));
    const vocabulary = Vocabulary.fromTokens(words.flat(), { reserved: [PAD, BEGIN, END] });
    const withMarks = words.map((sentence) => [BEGIN, ...sentence, END]);
    say('shifted');
    picture('marksCaption', drawGraph(MARKED));
    lines(
      'shiftedLines',
      withMarks.map((s) => `x  ${s.slice(0, -1).join(' ')}\ny  ${s.slice(1).join(' ')}`).join('\n\n'),
    );

    heading('paddingHeading');
    say('padding');
    const lengths = withMarks.map((sentence) => sentence.length - 1);
    const T = Math.max(...lengths);
    const N = withMarks.length;
    const batch = (shift: number, fill: number): Int32Array =>
      Int32Array.from({ length: T * N }, (_, i) => {
        const [t, n] = [Math.floor(i / N), i % N];
        return t < lengths[n] ? vocabulary.index(withMarks[n][t + shift]) : fill;
      });
    const pad = vocabulary.index(PAD);
    const x = batch(0, pad);
    const rows = Array.from({ length: N }, (_, n) =>
      Array.from({ length: T }, (_, t) => vocabulary.token(x[t * N + n]).padEnd(10))
        .join('')
        .trimEnd(),
    );
    lines('batch', rows.join('\n'));

    heading('stateHeading');
    say('state');
    manualSeed(seed);
    const rnn = new Recurrent(GRU, { inputSize: vocabulary.size, hiddenSize: 8 });
    const output = new Linear(8, vocabulary.size);
    const input = fromData(x, [T, N]);
    const alone = noGrad(() =>
      withMarks.map(
        (s, n) => rnn.forward(fromData(vocabulary.encode(s.slice(0, lengths[n])), [lengths[n], 1])).state[0].h,
      ),
    );
    const read = noGrad(() => ({ padded: rnn.forward(input), packed: rnn.forward(input, { lengths }) }));
    const apart = (of: Tensor): number[] => alone.map((h, n) => distance(of.slice(0, n, n + 1), h));
    const [padded, packed] = [apart(read.padded.state[0].h), apart(read.packed.state[0].h)];
    table((t) => ({
      columns: [
        { heading: t('sentence') },
        { heading: t('readPadded'), number: true },
        { heading: t('readPacked'), number: true },
      ],
      rows: SENTENCES.map((sentence, n) => [sentence, padded[n].toExponential(1), packed[n].toExponential(1)]),
    }));
    check('paddingMoves', above(0.01), Math.max(...padded));
    check('packedSame', atMost(1e-6), Math.max(...packed));
    say('packing');

    heading('lossHeading');
    say('loss');
    formula(String.raw`L = \frac{1}{\sum_n T_n} \sum_{n} \sum_{t=1}^{T_n} -\ln P(y_{n,t})`);
    const scores = noGrad(() => output.forward(read.packed.output));
    const IGNORE = -100;
    const masked = crossEntropy(scores, fromData(batch(1, IGNORE), [T, N]), { ignoreIndex: IGNORE }).item();
    const counted = crossEntropy(scores, fromData(batch(1, pad), [T, N])).item();
    const each = withMarks.map((s, n) => {
      const { output: h } = noGrad(() => rnn.forward(fromData(vocabulary.encode(s.slice(0, -1)), [lengths[n], 1])));
      return crossEntropy(output.forward(h), fromData(vocabulary.encode(s.slice(1)), [lengths[n], 1]), {
        reduction: 'sum',
      }).item();
    });
    const real = each.reduce((sum, loss) => sum + loss, 0) / lengths.reduce((sum, length) => sum + length, 0);
    check('maskedSame', below(1e-5), Math.abs(masked / real - 1));
    check('countedOther', above(1e-4), Math.abs(counted / real - 1));

    heading('costHeading');
    const book = (await data('timemachine')).split(/\n\s*\n/).map((p) => p.trim().split(/\s+/).length);
    const size = 32;
    const [asTheyCome, sorted] = [book, book.toSorted((a, b) => a - b)].map((order) => paddingShare(order, size));
    const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
    say('cost', { paragraphs: book.length, size, asTheyCome: percent(asTheyCome), sorted: percent(sorted) });
    check('sortedHelps', below(asTheyCome / 3), sorted);
  },
});

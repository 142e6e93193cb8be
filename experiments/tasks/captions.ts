// One to many: a picture with one to three digits in, a phrase out. Where the decoder looks while it writes is drawn.
import { Captioner, type CaptionedPicture, Philox } from 'unrolled';
import { readIdx } from 'unrolled/records';
import { above, atLeast, below, curves, experiment, INK, Plot, sequential } from 'unrolled/reproduce';
import { captions as exercises } from './exercises/writing.js';
import text from './text/captions.js';

const SIDE = 28;
const WIDTH = 3 * SIDE;
const NAMES = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/** seven; seven and three; seven, three and one */
const phrase = (digits: readonly number[]): string => {
  const words = digits.map((digit) => NAMES[digit]);
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
};

/** A picture of one to three of the digits `picked`, side by side with gaps by chance, and what it shows. */
function compose(
  images: Uint8Array,
  labels: Uint8Array,
  picked: Int32Array,
  random: Philox,
): CaptionedPicture & { digits: number } {
  const count = 1 + random.integer(3);
  const own = Array.from({ length: count }, () => picked[random.integer(picked.length)]);
  const pixels = new Float32Array(SIDE * WIDTH);
  // What is left of the width is cut at `count` places by chance.
  const cuts = own.map(() => random.integer(WIDTH - count * SIDE + 1)).sort((a, b) => a - b);
  own.forEach((which, i) => {
    const left = cuts[i] + i * SIDE;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) pixels[y * WIDTH + left + x] = images[(which * SIDE + y) * SIDE + x] / 255;
    }
  });
  return { pixels, text: phrase(own.map((which) => labels[which])), digits: count };
}

export default experiment({
  name: 'captions',
  source: 'Vinyals et al. 2015; Xu et al. 2015 (Show, Attend and Tell)',
  needs: ['translation'],
  text,
  exercises,
  datasets: ['mnist-t10k'],
  minutes: 3,
  async run({ quick, seed, signal, say, heading, formula, plot, table, check, finding, progress, files }) {
    const [images, labels] = (await files('mnist-t10k')).map(({ name, bytes }) => readIdx(bytes, name));
    const order = Int32Array.from({ length: 10_000 }, (_, i) => i);
    new Philox(seed).shuffle(order);
    const [held, known] = [order.subarray(0, 2000), order.subarray(2000)]; // no digit of the test is seen in training
    const random = new Philox(seed, 1);
    const draw = (count: number, from: Int32Array) =>
      Array.from({ length: count }, () => compose(images.data, labels.data, from, random));
    const training = draw(quick ? 300 : 12_000, known.subarray(500));
    const validation = draw(quick ? 50 : 500, known.subarray(0, 500));
    const test = draw(quick ? 60 : 1500, held);
    say('data', { training: training.length, test: test.length });

    heading('modelHeading');
    say('model');
    formula(
      String.raw`\mathbf a_{t,s} = \operatorname{softmax}_s\big(\mathbf v^\top \tanh(W \mathbf h_t + U \mathbf x_s)\big), \qquad \mathbf c_t = \textstyle\sum_s a_{t,s}\, \mathbf x_s`,
    );
    const model = await Captioner.fit(training, {
      ...{ height: SIDE, width: WIDTH, seed, signal, validation },
      epochs: quick ? 4 : 12,
      ...(quick ? { batchSize: 16, learningRate: 5e-3 } : {}),
      onProgress: (now) => progress(0.95 * now.progress, `loss ${now.loss.toFixed(3)}`),
    });
    const captions = model.predict(test.map(({ pixels }) => pixels));
    const right = captions.map(({ text: said }, i) => said === test[i].text);
    const share = (some: (i: number) => boolean): number => {
      const rows = right.filter((_, i) => some(i));
      return rows.filter(Boolean).length / rows.length;
    };
    const frequencies = new Map<string, number>();
    for (const { text: own } of training) frequencies.set(own, (frequencies.get(own) ?? 0) + 1);
    const [common] = [...frequencies].sort((a, b) => b[1] - a[1])[0];
    const majority = test.filter(({ text: own }) => own === common).length / test.length;
    const counted =
      captions.filter(({ tokens }, i) => tokens.filter((token) => NAMES.includes(token)).length === test[i].digits)
        .length / test.length;
    check('learned', below(quick ? 1.8 : 0.2), model.evaluate(test.slice(0, 200), { beamSize: 1 }).loss);
    if (!quick) {
      check(
        'exact',
        atLeast(0.9),
        share(() => true),
      );
      check('counted', above(0.95), counted);
    }
    table((t) => ({
      columns: [{ heading: t('digits') }, { heading: t('rightCaptions'), number: true }],
      rows: [
        [t('majority', { common }), `${(100 * majority).toFixed(1)} %`],
        ...[1, 2, 3].map((n) => [String(n), `${(100 * share((i) => test[i].digits === n)).toFixed(1)} %`]),
        [t('all'), `${(100 * share(() => true)).toFixed(1)} %`],
      ],
      strong: (row) => row === 4,
    }));
    const { history = [], validation: validated = [] } = model.training ?? {};
    plot('learningCaption', (t) => ({
      x: { label: t('iteration') },
      y: { label: t('lossNats'), type: 'log', grid: true },
      marks: [
        curves([
          { name: t('training'), x: history.map(({ step }) => step), y: history.map(({ loss }) => loss), colour: 0 },
          {
            name: t('validation'),
            x: validated.map(({ step }) => step),
            y: validated.map(({ loss }) => loss),
            colour: 1,
          },
        ]),
      ],
    }));

    heading('looksHeading');
    say('looks');
    const shown = test.findIndex(({ digits }, i) => digits === 3 && (quick || right[i]));
    const { tokens, attention } = captions[shown];
    const [rows, columns] = model.network.places;
    const frames = tokens.map((token, f) => ({ token, f }));
    const dots = frames.flatMap(({ f }) =>
      Array.from(test[shown].pixels as Float32Array, (ink, i) => ({
        f,
        x: i % WIDTH,
        y: Math.floor(i / WIDTH),
        ink,
      })).filter(({ ink }) => ink > 0.3),
    );
    const places = frames.flatMap(({ f }) =>
      attention[f].flatMap((row, y) =>
        row.map((weight, x) => ({ f, x: (x * WIDTH) / columns, y: (y * SIDE) / rows, weight })),
      ),
    );
    const strongest = places.reduce((most, { weight }) => Math.max(most, weight), 0);
    plot('looksCaption', (t) => ({
      height: 40 + 92 * Math.ceil(frames.length / 2),
      axis: null,
      aspectRatio: 1,
      color: sequential(0, strongest),
      x: { domain: [0, WIDTH] },
      y: { domain: [SIDE, -7] },
      fx: { padding: 0.08 },
      marks: [
        Plot.rect(places, {
          x1: 'x',
          x2: (d: { x: number }) => d.x + WIDTH / columns,
          y1: 'y',
          y2: (d: { y: number }) => d.y + SIDE / rows,
          fill: 'weight',
          fx: (d: { f: number }) => d.f % 2,
          fy: (d: { f: number }) => Math.floor(d.f / 2),
        }),
        Plot.rect(dots, {
          x1: 'x',
          x2: (d: { x: number }) => d.x + 1,
          y1: 'y',
          y2: (d: { y: number }) => d.y + 1,
          fill: INK,
          fillOpacity: 'ink',
          fx: (d: { f: number }) => d.f % 2,
          fy: (d: { f: number }) => Math.floor(d.f / 2),
        }),
        Plot.text(frames, {
          x: 0,
          y: -3.5,
          textAnchor: 'start',
          text: ({ token }: { token: string }) => t('writes', { token }),
          fill: INK,
          fx: ({ f }: { f: number }) => f % 2,
          fy: ({ f }: { f: number }) => Math.floor(f / 2),
        }),
      ],
    }));

    // From one digit word to the next: does the middle of what is looked at move to the right?
    const middle = (grid: readonly (readonly number[])[]): number =>
      grid.reduce((sum, row) => sum + row.reduce((part, weight, x) => part + weight * x, 0), 0);
    const moves = captions.flatMap(({ tokens: words, attention: grids }) => {
      const middles = words.flatMap((word, k) => (NAMES.includes(word) ? [middle(grids[k])] : []));
      return middles.slice(1).map((at, k) => at > middles[k]);
    });
    const rightwards = moves.filter(Boolean).length / Math.max(1, moves.length);
    finding('inOrder', above(0.9), rightwards, { share: `${(100 * rightwards).toFixed(1)} %` });

    heading('wrongHeading');
    const wrong = Array.from(test.keys())
      .filter((i) => !right[i])
      .slice(0, 8);
    table((t) => ({
      columns: [{ heading: t('shows') }, { heading: t('said') }],
      rows: wrong.map((i) => [test[i].text, captions[i].text]),
    }));
  },
});

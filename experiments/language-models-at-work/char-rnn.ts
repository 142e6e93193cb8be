// char-rnn (Karpathy 2015): LSTMs that write Shakespeare a character at a time; what temperature and a prime change; what is copied.
import { fromData, LanguageModel, noGrad, scope, softmax, type Tensor } from 'unrolled';
import { Corpus, NgramModel } from 'unrolled/text';
import {
  atLeast,
  atMost,
  below,
  curves,
  experiment,
  type FigureOptions,
  holds,
  type Translate,
} from 'unrolled/reproduce';
import { d2l } from '../shared/books.js';
import exercises from './exercises/char-rnn.js';
import text from './text/char-rnn.js';

const MODELS = [
  {
    limit: 1.6,
    torch: 1.583,
    numLayers: 2,
    hiddenSize: 128,
    learningRate: 1e-2,
    dropout: 0.1,
    epochs: 8,
  },
  {
    limit: 1.52,
    torch: 1.538,
    numLayers: 1,
    hiddenSize: 512,
    learningRate: 3e-3,
    dropout: 0.35,
    epochs: 5,
  },
];
const TEMPERATURES = [0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5];
const SHOWN = [0.2, 0.5, 1, 1.5];
const PRIMES = ['ROMEO:\n', 'First Citizen:\n', 'To be, or not to be', 'const x = 1;\n'];

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
/** Rows of the last axis. */
const rowsOf = (t: Tensor): Float32Array[] => {
  const size = t.shape[t.shape.length - 1];
  const data = t.data() as Float32Array;
  return Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size));
};
function largestSoFar(values: Int32Array): Int32Array {
  let largest = 0;
  return values.map((value) => (largest = Math.max(largest, value)));
}
const wordsOf = (s: string): string[] => s.toLowerCase().match(/[a-z']+/g) ?? [];

/**
 * For each place of `sample`: how long the longest piece is that ends there and stands somewhere in `source`. The suffix automaton
 * of the sample (Blumer et al. 1985), whose paths from state 0 are all its substrings, reads the source once: O(both lengths).
 */
function copiedLengths(sample: Int32Array, source: Int32Array, V: number): Int32Array {
  const most = 2 * sample.length + 1;
  const next = new Int32Array(most * V).fill(-1); // the state after a character
  const shorter = new Int32Array(most).fill(-1); // the state of the longest suffix that is in another state
  const longest = new Int32Array(most); // of the substrings that end in a state
  let states = 1;
  let last = 0;
  const prefixes = sample.map((c, i) => {
    const state = states++;
    longest[state] = i + 1;
    let p = last;
    for (; p >= 0 && next[p * V + c] < 0; p = shorter[p]) next[p * V + c] = state;
    let target = p < 0 ? 0 : next[p * V + c];
    if (p >= 0 && longest[target] > longest[p] + 1) {
      const old = target; // only some of its substrings occur here too: they get a state of their own
      target = states++;
      longest[target] = longest[p] + 1;
      shorter[target] = shorter[old];
      next.copyWithin(target * V, old * V, (old + 1) * V);
      for (; p >= 0 && next[p * V + c] === old; p = shorter[p]) next[p * V + c] = target;
      shorter[old] = target;
    }
    shorter[state] = target;
    return (last = state);
  });

  const found = new Int32Array(states); // the longest substring of a state that the source has
  let [state, matched] = [0, 0];
  for (const c of source) {
    while (state > 0 && next[state * V + c] < 0) matched = longest[(state = shorter[state])];
    if (next[state * V + c] < 0) continue;
    state = next[state * V + c];
    found[state] = Math.max(found[state], ++matched);
  }
  // With a string its suffixes are found as well.
  const order = Array.from({ length: states - 1 }, (_, i) => i + 1).sort((a, b) => longest[b] - longest[a]);
  for (const s of order) if (found[s] > 0) found[shorter[s]] = Math.max(found[shorter[s]], longest[shorter[s]]);
  return prefixes.map((s) => {
    while (s > 0 && found[s] === 0) s = shorter[s];
    return found[s];
  });
}

export default experiment({
  name: 'char-rnn',
  source: d2l('9.5', '8.5', 'Karpathy 2015'),
  needs: ['lstm'],
  text,
  exercises,
  datasets: ['tinyshakespeare'],
  minutes: 10,
  async run({ quick, seed, signal, data, say, heading, formula, plot, table, lines, check, finding, progress }) {
    const all = await data('tinyshakespeare');
    const corpus = Corpus.fromText(quick ? all.slice(0, 120_000) : all, { validation: 0.05 });
    const { vocabulary, train, validation } = corpus;
    const V = vocabulary.size;
    const training = vocabulary.decode(train).join('');
    // The short version trains networks of an eighth of the width.
    const models = MODELS.map((model) => {
      const hiddenSize = quick ? model.hiddenSize / 8 : model.hiddenSize;
      return { ...model, hiddenSize, name: `${model.numLayers} × ${hiddenSize}` };
    });
    const [smaller, larger] = models;
    const passes = (epochs: number): number => (quick ? 1 : epochs);
    const rows = quick ? 8 : 32; // of a minibatch
    say('data', {
      small: smaller.hiddenSize,
      large: larger.hiddenSize,
      characters: corpus.tokens.length,
      held: validation.length,
      symbols: V - vocabulary.reserved,
      rows,
    });
    formula(String.raw`\min_\theta\; -\frac1T \sum_{t=1}^{T} \ln P_\theta(x_t \mid x_{t-1}, x_{t-2}, \ldots)`);

    const unigram = NgramModel.fit(train, { order: 1, vocabularySize: V }).evaluate(validation).loss;
    const trained: LanguageModel[] = [];
    for (const { limit, torch, name, epochs, hiddenSize, ...options } of models) {
      const model = await LanguageModel.fit(corpus, {
        ...options,
        cell: 'lstm',
        optimizer: 'adamw',
        schedule: 'cosine',
        hiddenSize,
        batchSize: rows,
        embeddingSize: 64,
        numSteps: 64,
        epochs: passes(epochs),
        seed,
        signal,
        onProgress: (now) => progress(0.45 * (trained.length + now.progress), `${name}: ${now.loss.toFixed(3)}`),
      });
      trained.push(model);
      const { loss } = model.evaluate(validation);
      if (quick) check('beatsUnigram', below(unigram - 0.1), loss, { name });
      else check('validationLoss', atMost(limit), loss, { name, torch: torch.toFixed(3) });
    }
    const worst = quick ? 4 : 2.5; // where the plot ends
    plot('lossCaption', (t) => ({
      x: { label: t('epoch') },
      y: { label: t('lossNats'), grid: true },
      marks: [
        curves(
          trained.flatMap(({ training: run }, i) => {
            const { history, validation: validated } = run ?? { history: [], validation: [] };
            const drawn = history.filter(({ loss }) => loss < worst);
            const epochsOf = (tokens: number): number => tokens / train.length;
            const { name } = models[i];
            return [
              {
                name: t('trainingOf', { name }),
                x: drawn.map((h) => epochsOf(h.tokens)),
                y: drawn.map((h) => h.loss),
                colour: i,
                faint: true,
              },
              {
                name: t('validationOf', { name }),
                x: validated.map((v) => epochsOf(v.trainedTokens)),
                y: validated.map((v) => v.loss),
                colour: i,
              },
            ];
          }),
        ),
      ],
    }));

    const [smallLoss, largeLoss] = trained.map((model) => model.evaluate(validation).loss);
    finding('largeLearnsMore', below(smallLoss), largeLoss, {
      epochs: passes(larger.epochs),
      more: passes(smaller.epochs),
      large: largeLoss.toFixed(3),
      small: smallLoss.toFixed(3),
    });

    // Temperature.
    heading('temperatureHeading');
    say('temperature', { name: larger.name });
    formula(
      String.raw`P_T(x) = \frac{e^{o_x / T}}{\sum_{x'} e^{o_{x'} / T}} \;\propto\; P(x)^{1/T} \qquad H = -\sum_x P_T(x) \ln P_T(x)`,
    );
    const model = trained[1];
    const { network } = model;
    const length = quick ? 500 : 6000;
    const known = new Set(wordsOf(training));
    const samples = TEMPERATURES.map((temperature, i) => {
      progress(0.9 + 0.08 * (i / TEMPERATURES.length));
      const written = model.generate({ prime: '\n', length, temperature, seed });
      const tokens = vocabulary.encodeCharacters(written);
      const entropy = scope(() =>
        noGrad(() => {
          const { logits } = network.forward(fromData(tokens, [length, 1]), null);
          return mean(
            rowsOf(softmax(logits.mul(1 / temperature))).map((row) =>
              row.reduce((h, p) => (p > 0 ? h - p * Math.log(p) : h), 0),
            ),
          );
        }),
      );
      const words = wordsOf(written);
      const real = words.filter((word) => known.has(word)).length / words.length;
      return { temperature, written, entropy, real, copied: copiedLengths(tokens, train, V) };
    });
    const at = (temperature: number) => samples[TEMPERATURES.indexOf(temperature)];
    for (const temperature of SHOWN) {
      lines('sampleAt', at(temperature).written.slice(0, 280).trim(), { temperature: temperature.toFixed(1) });
    }
    const heldWords = wordsOf(vocabulary.decode(validation).join(''));
    const heldReal = heldWords.filter((word) => known.has(word)).length / heldWords.length;
    const choices = (temperature: number): string => Math.exp(at(temperature).entropy).toFixed(1);
    const entropies = (t: Translate<'temperatureAxis' | 'entropy'>): FigureOptions => ({
      height: 240,
      x: { label: t('temperatureAxis') },
      y: { label: t('entropy'), grid: true, zero: true },
      marks: [curves([{ x: TEMPERATURES, y: samples.map((s) => s.entropy) }])],
    });
    plot('entropyCaption', entropies, { few: choices(0.2), many: choices(1.5) });
    plot('wordsCaption', (t) => ({
      height: 240,
      x: { label: t('temperatureAxis') },
      y: { label: t('realWords'), grid: true, domain: [0, 1], tickFormat: '.0%' },
      marks: [
        curves([
          { x: TEMPERATURES, y: samples.map((s) => s.real), name: t('samples'), colour: 1 },
          { x: [0.2, 1.5], y: [heldReal, heldReal], name: t('unseenText'), colour: 2, dashed: true },
        ]),
      ],
    }));
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    const known15 = { cold: percent(at(0.5).real), hot: percent(at(1.5).real), held: percent(heldReal) };
    finding('careful', holds, at(0.5).real > heldReal && at(1.5).real < heldReal, known15);
    const rises = samples.every((s, i) => i === 0 || s.entropy > samples[i - 1].entropy);
    check('entropyRises', holds, rises, { values: SHOWN.map((T) => at(T).entropy.toFixed(2)).join(', ') });
    check('coldWords', atLeast(quick ? 0.2 : 0.95), at(0.5).real);
    check('hotWords', below(at(0.5).real), at(1.5).real);

    // A prime.
    heading('primeHeading');
    say('prime');
    for (const prime of PRIMES) {
      lines('primedBy', prime + model.generate({ prime, length: 140, temperature: 0.7, seed }), {
        prime: prime.trim(),
      });
    }
    const nextOf = (prime: string): string =>
      scope(() =>
        noGrad(() => {
          const tokens = vocabulary.encodeCharacters(prime);
          const p = rowsOf(softmax(network.forward(fromData(tokens, [tokens.length, 1]), null).logits)).at(-1) ?? [];
          const likely = Array.from(p, (value, i) => ({ value, i }))
            .sort((a, b) => b.value - a.value)
            .slice(0, 5);
          return likely
            .map(
              ({ value, i }) =>
                `${JSON.stringify(vocabulary.token(i)).slice(1, -1).replace(' ', '␣')} ${value.toFixed(2)}`,
            )
            .join(' · ');
        }),
      );
    table((t) => ({
      columns: [{ heading: t('primeColumn') }, { heading: t('nextColumn') }],
      rows: PRIMES.map((prime) => [prime.trim(), nextOf(prime)]),
    }));
    // Two states, one after a page of text and one empty, read the same lines: how far apart are their predictions?
    const [N, steps, page] = [quick ? 8 : 64, quick ? 100 : 200, quick ? 100 : 400];
    const window = (from: number, count: number): Tensor => {
      const stride = Math.floor((validation.length - page - steps) / N);
      return fromData(
        Int32Array.from({ length: count * N }, (_, i) => validation[(i % N) * stride + from + Math.floor(i / N)]),
        [count, N],
      );
    };
    const kept = trained.map(({ network: net }) =>
      scope(() =>
        noGrad(() => {
          const { state } = net.forward(window(0, page), null);
          const [primed, cold] = [state, null].map((s) => rowsOf(softmax(net.forward(window(page, steps), s).logits)));
          const divergence = primed.map((p, i) =>
            p.reduce((sum, value, x) => (value > 0 ? sum + value * Math.log(value / cold[i][x]) : sum), 0),
          );
          return Array.from({ length: steps }, (_, t) => mean(divergence.slice(t * N, (t + 1) * N)));
        }),
      ),
    );
    say('forgetting', { page });
    formula(
      String.raw`D_t = \sum_x P(x \mid \text{page}, x_1, \ldots, x_t)\, \ln \frac{P(x \mid \text{page}, x_1, \ldots, x_t)}{P(x \mid x_1, \ldots, x_t)}`,
    );
    plot('forgettingCaption', (t) => ({
      x: { label: t('charactersSince') },
      y: { label: t('divergence'), type: 'log', grid: true, domain: [1e-6, 3], ticks: 6, clamp: true },
      marks: [
        curves(
          kept.map((y, i) => ({ name: models[i].name, x: y.map((_, k) => k + 1), y: y.map((d) => Math.max(d, 1e-6)) })),
        ),
      ],
    }));
    const late = kept[1].slice(steps / 2);
    const left = mean(late) / kept[1][0];
    const range = { from: steps / 2 + 1, to: steps };
    finding('littleLeft', atMost(0.1), left, { ...range, share: left < 0.0005 ? '< 0.1 %' : percent(left) });
    check('forgotten', atMost(quick ? 0.5 : 0.1), left, { ...range, name: larger.name });

    // Copies.
    heading('copyHeading');
    say('copy');
    const heldOut = copiedLengths(validation.subarray(0, length), train, V);
    plot('copyCaption', (t) => ({
      x: { label: t('sampleLength'), type: 'log', domain: [10, length] },
      y: { label: t('copiedLength'), grid: true, zero: true },
      marks: [
        curves([
          ...SHOWN.map((T) => ({
            name: `T = ${T}`,
            y: largestSoFar(at(T).copied).slice(9),
            x: at(T)
              .copied.map((_, i) => i + 1)
              .slice(9),
          })),
          {
            name: t('unseenText'),
            y: largestSoFar(heldOut).slice(9),
            x: heldOut.map((_, i) => i + 1).slice(9),
            colour: 4,
            dashed: true,
          },
        ]),
      ],
    }));
    const passage = (temperature: number): string => {
      const { copied, written } = at(temperature);
      const end = copied.indexOf(Math.max(...copied)) + 1;
      return written.slice(end - copied[end - 1], end);
    };
    table((t) => ({
      columns: [
        { heading: t('temperatureAxis'), number: true },
        { heading: t('meanCopied'), number: true },
        { heading: t('longestCopied'), number: true },
        { heading: t('passage') },
      ],
      rows: SHOWN.map((T) => [
        T.toFixed(1),
        mean(at(T).copied).toFixed(1),
        passage(T).length,
        JSON.stringify(passage(T)).slice(1, -1),
      ]),
    }));
    const { written, copied } = at(1);
    const right = Array.from({ length: 50 }, (_, i) => (i + 1) * Math.floor(length / 50)).every((end) => {
      const size = copied[end - 1];
      return (
        training.includes(written.slice(end - size, end)) &&
        (size === end || !training.includes(written.slice(end - size - 1, end)))
      );
    });
    check('automatonRight', holds, right);
    check('fewCopies', atMost(40), Math.max(...copied), { length, held: Math.max(...heldOut) });
    check('coldCopies', below(mean(at(0.5).copied)), mean(at(1.5).copied));
  },
});

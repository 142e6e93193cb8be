// What the experiments on labels share: a part held out, what counting alone achieves, and a text coloured by its tokens.
import { type Classified, type ClassifierOptions, type LabelledText, NaiveBayes } from 'unrolled';
import { stratifiedSplit } from 'unrolled/data';
import type { Attribution } from 'unrolled/inspect';
import { diverging, type FigureOptions, INK, Plot } from 'unrolled/reproduce';

/** A recurrent network alone, whose settings are all said: nothing is chosen from the data. */
export const NETWORK_ALONE: ClassifierOptions = {
  ...{ linear: false, lowercase: false, minCount: 1, hiddenSize: 128, pooling: 'max', dropout: 0.3, wordDropout: 0 },
  ...{ embeddingDeviation: 1, learningRate: 2e-3, batchSize: 64, validations: 5 },
};

/** In the order of their code points. */
export const labelsOf = (rows: readonly LabelledText[]): string[] =>
  [...new Set(rows.map(({ label }) => label))].sort();

/** A share of each label held out. */
export function holdOut(rows: readonly LabelledText[], share: number, seed: number) {
  const labels = labelsOf(rows);
  const { rest, drawn } = stratifiedSplit(
    rows.map(({ label }) => labels.indexOf(label)),
    share,
    seed,
  );
  return { training: Array.from(rest, (i) => rows[i]), held: Array.from(drawn, (i) => rows[i]) };
}

export const accuracyOf = (answers: readonly { label: string }[], rows: readonly LabelledText[]): number =>
  answers.filter(({ label }, i) => label === rows[i].label).length / rows.length;

/** Accuracy of the most frequent label, and of naive Bayes on runs of 1 to `order` tokens. */
export function byCounting(
  training: readonly LabelledText[],
  test: readonly LabelledText[],
  { tokens: split, ...options }: { tokens: (text: string) => string[]; order: number; alpha?: number },
) {
  const labels = labelsOf(training);
  const classes = training.map(({ label }) => labels.indexOf(label));
  const tokens = training.map(({ text }) => split(text));
  const bayes = new NaiveBayes(tokens, classes, labels.length, options);
  const counts = labels.map((label) => training.filter((row) => row.label === label).length);
  const most = labels[counts.indexOf(Math.max(...counts))];
  return {
    most,
    majority: accuracyOf(
      test.map(() => ({ label: most })),
      test,
    ),
    naiveBayes: accuracyOf(
      test.map(({ text }) => ({ label: labels[bayes.predict(split(text))] })),
      test,
    ),
  };
}

/** The mean of what several networks say of the same texts. */
export function together(answers: readonly (readonly Classified[])[]): Classified[] {
  return answers[0].map(({ probabilities }, i) => {
    const mean = Object.keys(probabilities).map(
      (label) =>
        [label, answers.reduce((sum, each) => sum + each[i].probabilities[label], 0) / answers.length] as const,
    );
    const [label, probability] = mean.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
    return { label, probability, probabilities: Object.fromEntries(mean) };
  });
}

/** Of a line: as wide as a phone, for words can neither be shrunk nor moved apart. */
const [LETTERS, WIDTH] = [44, 360];
const MONOSPACE = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";

/** Each token on its colour: orange moved the score up, blue down. Titles stand above their texts. */
export function colouredTexts(
  texts: readonly { title: string; attribution: Attribution; gap: string }[],
): FigureOptions {
  const words: { x: number; x2: number; y: number; token: string; value: number }[] = [];
  const titles: { y: number; title: string }[] = [];
  let y = 0;
  for (const { title, attribution, gap } of texts) {
    titles.push({ y: y++, title });
    const most = Math.max(...attribution.values.map(Math.abs));
    let x = 0;
    attribution.tokens.forEach((token, i) => {
      if (x + token.length > LETTERS) [x, y] = [0, y + 1];
      words.push({ x, x2: x + token.length + gap.length / 2, y, token, value: attribution.values[i] / most });
      x += token.length + gap.length;
    });
    y += 1.6;
  }
  return {
    ...{ width: WIDTH, height: 20 * y + 10 },
    ...{ marginLeft: 4, marginRight: 4, marginTop: 4, marginBottom: 4, axis: null },
    x: { domain: [-0.5, LETTERS + 1] },
    y: { domain: [-0.6, y - 0.4], reverse: true },
    color: diverging(1.5), // the strongest colours would hide the letters
    marks: [
      Plot.rect(words, {
        x1: (d: { x: number }) => d.x - 0.3,
        x2: 'x2',
        y1: (d: { y: number }) => d.y - 0.42,
        y2: (d: { y: number }) => d.y + 0.42,
        fill: 'value',
      }),
      Plot.text(words, {
        x: 'x',
        y: 'y',
        text: 'token',
        textAnchor: 'start',
        fontFamily: MONOSPACE,
        fontSize: 12.5,
        fill: INK,
      }),
      Plot.text(titles, {
        x: 0,
        y: 'y',
        text: 'title',
        textAnchor: 'start',
        fontWeight: 600,
        fontSize: 12.5,
        fill: INK,
      }),
    ],
  };
}

// What gates do while a network reads: values of each unit at each character, drawn as heat maps, and their means.
import { fromData, noGrad, type Recurrent, scope } from 'unrolled';
import type { Vocabulary } from 'unrolled/text';
import { curves, diverging, type FigureOptions, Plot, sequential, type TableOptions } from 'unrolled/reproduce';

/** Values of one layer while it reads: for each name a list over steps of lists over units. */
export type Traced = Record<string, number[][]>;

/** Reads a text and keeps these values of the cell, for each layer. */
export function traceText(rnn: Recurrent, text: string, names: readonly string[], vocabulary: Vocabulary): Traced[] {
  const tokens = vocabulary.encodeCharacters(text);
  return scope(() =>
    noGrad(() => {
      const { trace } = rnn.forward(fromData(tokens, [tokens.length, 1]), { trace: names });
      return trace.map((layer): Traced => {
        const rows = Object.entries(layer).map(([name, t]): [string, number[][]] => {
          const [data, width] = [t.data(), t.shape[2]];
          return [
            name,
            Array.from({ length: t.shape[0] }, (_, s) => Array.from(data.subarray(s * width, (s + 1) * width))),
          ];
        });
        return Object.fromEntries(rows);
      });
    }),
  );
}

/** Each unit's mean over the steps. */
export function unitMeans(values: readonly number[][]): number[] {
  return values[0].map((_, unit) => values.reduce((sum, row) => sum + row[unit], 0) / values.length);
}

/** Units from the lowest mean to the highest, evenly picked. */
export function spreadUnits(values: readonly number[][], count: number): number[] {
  const means = unitMeans(values);
  const order = means.map((_, unit) => unit).sort((a, b) => means[a] - means[b]);
  return Array.from({ length: count }, (_, i) => order[Math.round((i * (order.length - 1)) / (count - 1))]);
}

/** Values over the characters of a text, one heat map under the other, with the same units in the same rows; from 0 to 1 without a limit. */
export function heatMaps(
  traced: Traced,
  names: readonly string[],
  units: readonly number[],
  text: string,
  unitLabel: string,
  limit: number | null,
): FigureOptions {
  const cells = names.flatMap((name) =>
    units.flatMap((unit, row) =>
      Array.from(text, (_, step) => ({ step, row, of: name, value: traced[name][step][unit] })),
    ),
  );
  const height = units.length * 13 + 16;
  return {
    height: names.length * height + 50,
    marginLeft: 40,
    marginRight: 40,
    marginTop: 24,
    padding: 0,
    x: { label: null, tickSize: 0, tickFormat: (step: number) => (text[step] === ' ' ? '␣' : text[step]) },
    y: {
      label: unitLabel,
      labelAnchor: 'top',
      labelArrow: 'none',
      tickSize: 0,
      tickFormat: (row: number) => String(units[row]),
    },
    fy: { label: null, domain: names, padding: 0.08 },
    color: limit === null ? sequential(0, 1) : diverging(limit),
    marks: [Plot.cell(cells, { x: 'step', y: 'row', fy: 'of', fill: 'value', inset: 0.5 })],
  };
}

const average = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** The mean of each gate over all units where the character read is a space, begins a word, or goes on in one. */
export function gateMeans(traced: Traced, names: readonly string[], text: string): Record<string, number[]> {
  const kinds = Array.from(text, (character, i) => (character === ' ' ? 0 : i === 0 || text[i - 1] === ' ' ? 1 : 2));
  const meansOf = (values: readonly number[][]): number[] => {
    const means = values.map(average);
    return [0, 1, 2].map((kind) => average(means.filter((_, step) => kinds[step] === kind)));
  };
  return Object.fromEntries(names.map((name) => [name, meansOf(traced[name])]));
}

export function gateTable(means: Record<string, number[]>, headings: readonly string[]): TableOptions {
  return {
    columns: headings.map((heading, i) => ({ heading, number: i > 0 })),
    rows: Object.entries(means).map(([name, values]) => [name, ...values.map((value) => value.toFixed(3))]),
  };
}

/** What gates leave of a value after k = 0 … most steps, each of which multiplies it: for each unit the mean over all times. */
export function leftAfter(gate: readonly number[][], most: number): number[][] {
  return gate[0].map((_, unit) => {
    const sums = new Array<number>(most + 1).fill(0);
    for (let start = 0; start + most < gate.length; start++) {
      let left = 1;
      for (let k = 0; k <= most; k++) {
        sums[k] += left;
        left *= gate[start + k][unit];
      }
    }
    return sums.map((sum) => sum / (gate.length - most));
  });
}

/** That for all units, and for the tenth of them that keeps most (dashed), in each layer, down to a thousandth. */
export function leftFigure(
  layers: readonly { name: string; gate: readonly number[][] }[],
  x: string,
  y: string,
): FigureOptions {
  const lines = layers.flatMap(({ name, gate }, i) => {
    const units = leftAfter(gate, 20).sort((a, b) => b[5] - a[5]);
    const meanOf = (some: readonly number[][]): number[] =>
      some[0].map((_, k) => average(some.map((unit) => unit[k]))).map((left) => (left < 0.001 ? NaN : left));
    return [
      { name, y: meanOf(units), colour: i },
      { name: `${name}, 10 %`, y: meanOf(units.slice(0, Math.ceil(units.length / 10))), colour: i, dashed: true },
    ];
  });
  return {
    height: 280,
    x: { label: x },
    y: { label: y, type: 'log', grid: true, domain: [0.001, 1] },
    marks: [curves(lines)],
  };
}

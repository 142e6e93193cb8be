// The curve of the loss with the lines of the n-grams, as SVG. Pure: numbers in, text out.
import { coordinate, escapeXml, formatTick } from '../../src/drawing/svg.js';

export interface LossChartData {
  width: number;
  height: number;
  title: string;
  training: readonly { step: number; loss: number }[];
  validation: readonly { step: number; loss: number }[];
  /** Horizontal lines: what simpler models reach. */
  baselines: readonly { label: string; loss: number }[];
  labels: { training: string; validation: string; step: string };
  /** Of other runs, by their numbers. */
  others: readonly { label: string; points: readonly { step: number; loss: number }[] }[];
  /** The step at which the network stands, where it is not the last one. */
  at: number | null;
}

const MARGIN = { left: 34, right: 86, top: 10, bottom: 22 } as const;

export function lossChart({
  width,
  height,
  title,
  training,
  validation,
  baselines,
  labels,
  others,
  at,
}: LossChartData): string {
  const inner = { w: width - MARGIN.left - MARGIN.right, h: height - MARGIN.top - MARGIN.bottom };
  const all = [...training, ...validation, ...baselines, ...others.flatMap(({ points }) => points)]
    .map(({ loss }) => loss)
    .filter(Number.isFinite);
  const lastStep = Math.max(
    10,
    training.at(-1)?.step ?? 0,
    validation.at(-1)?.step ?? 0,
    ...others.map(({ points }) => points.at(-1)?.step ?? 0),
  );
  const highest = all.length > 0 ? Math.max(...all) : 4;
  const lowest = all.length > 0 ? Math.min(...all) : 1;
  const [low, high] = [
    Math.floor(lowest * 2) / 2,
    Math.max(Math.ceil(highest * 2) / 2, Math.floor(lowest * 2) / 2 + 0.5),
  ];
  const x = (step: number): number => MARGIN.left + (inner.w * step) / lastStep;
  const y = (loss: number): number => MARGIN.top + inner.h * (1 - (loss - low) / (high - low));
  const path = (points: readonly { step: number; loss: number }[]): string =>
    points
      .filter(({ loss }) => Number.isFinite(loss))
      .map(({ step, loss }, i) => `${i === 0 ? 'M' : 'L'}${coordinate(x(step))} ${coordinate(y(loss))}`)
      .join('');
  const right = width - MARGIN.right;
  const ends = [
    ...baselines.map(({ label, loss }) => ({ label, y: y(loss), kind: 'base' })),
    ...others.flatMap(({ label, points }) => last(points, label, 'other')),
    ...last(training, labels.training, 'train'),
    ...last(validation, labels.validation, 'valid'),
  ];
  function last(points: readonly { loss: number }[], label: string, kind: string) {
    const end = points.at(-1);
    return end === undefined ? [] : [{ label, y: y(end.loss), kind }];
  }
  return [
    `<svg class="chart" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    ...ticks(low, high, 4).map(
      (value) =>
        `<path class="grid" d="M${MARGIN.left} ${coordinate(y(value))}H${right}"/><text class="tick" x="${MARGIN.left - 6}" y="${coordinate(y(value) + 3.5)}" text-anchor="end">${formatTick(value)}</text>`,
    ),
    ...ticks(0, lastStep, 4).map(
      (value) =>
        `<text class="tick" x="${coordinate(x(value))}" y="${height - 6}" text-anchor="middle">${formatTick(value)}</text>`,
    ),
    ...baselines.map(({ loss }) => `<path class="base" d="M${MARGIN.left} ${coordinate(y(loss))}H${right}"/>`),
    ...others.map(({ points }) => `<path class="other" d="${path(points)}"/>`),
    at === null ? '' : `<path class="mark" d="M${coordinate(x(at))} ${MARGIN.top}V${height - MARGIN.bottom}"/>`,
    `<path class="train" d="${path(training)}"/>`,
    `<path class="valid" d="${path(validation)}"/>`,
    ...spread(ends, height - 8).map(
      ({ label, y, kind }) =>
        `<text class="end ${kind}" x="${right + 6}" y="${coordinate(y + 3.5)}">${escapeXml(label)}</text>`,
    ),
    `</svg>`,
  ].join('');
}

/** Labels that would cover each other move apart, none below the lowest place. */
function spread<L extends { y: number }>(labels: readonly L[], lowest: number): L[] {
  const places = [...labels].sort((a, b) => a.y - b.y).map((label) => ({ ...label }));
  for (let i = 1; i < places.length; i++) places[i].y = Math.max(places[i].y, places[i - 1].y + LABEL);
  for (let i = places.length - 1, most = lowest; i >= 0; i--, most -= LABEL) places[i].y = Math.min(places[i].y, most);
  return places;
}

/** Pixels from one label to the next. */
const LABEL = 12;

/** About n round numbers. */
function ticks(from: number, to: number, n: number): number[] {
  const rough = (to - from) / n;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough) ?? rough;
  const found: number[] = [];
  for (let value = Math.ceil(from / step) * step; value <= to + 1e-9; value += step) found.push(value);
  return found;
}

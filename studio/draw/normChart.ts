// The norm of the gradient by step on a logarithmic scale, with the line at which it is clipped, as SVG. Pure: numbers in, text out.
import { coordinate, escapeXml, formatTick } from '../../src/drawing/svg.js';

export interface NormChartData {
  points: readonly { step: number; gradientNorm: number }[];
  /** Above which norm gradients are made shorter, and after which step; 0 where they are not. At least one, in their order. */
  clips: readonly { from: number; clipNorm: number }[];
  width: number;
  height: number;
  title: string;
  labels: { clip: string };
}

const MARGIN = { left: 42, right: 74, top: 8, bottom: 18 } as const;

export function normChart({ points, clips, width, height, title, labels }: NormChartData): string {
  const seen = points.filter(({ gradientNorm }) => gradientNorm > 0 && Number.isFinite(gradientNorm));
  const norms = [
    ...clips.flatMap(({ clipNorm }) => (clipNorm > 0 ? [clipNorm] : [])),
    ...seen.map((one) => one.gradientNorm),
  ];
  const [low, high] = [
    Math.floor(Math.log10(Math.min(1, ...norms.slice(0, 2000)))),
    Math.ceil(Math.log10(Math.max(1, ...norms.slice(0, 2000))) + 1e-9),
  ];
  const span = Math.max(1, high - low);
  const first = seen.at(0)?.step ?? 0;
  const last = Math.max(first + 1, seen.at(-1)?.step ?? 1);
  const [right, bottom] = [width - MARGIN.right, height - MARGIN.bottom];
  const x = (step: number): string =>
    coordinate(MARGIN.left + ((step - first) / (last - first)) * (right - MARGIN.left));
  const y = (norm: number): number => bottom - ((Math.log10(norm) - low) / span) * (bottom - MARGIN.top);
  const path = seen.map(({ step, gradientNorm }) => `${x(step)} ${coordinate(y(gradientNorm))}`).join('L');
  const stretches = clips.flatMap(({ from, clipNorm }, i) => {
    const to = Math.min(last, clips.at(i + 1)?.from ?? last);
    return clipNorm > 0 && to > first ? [{ from: Math.max(first, from), to, clipNorm }] : [];
  });
  // What stands above the line is what clipping took.
  const cut = stretches.map(({ from, to, clipNorm }) => {
    const within = seen.filter(({ step }) => step >= from && step <= to);
    if (within.length < 2) return '';
    const above = within.map(
      ({ step, gradientNorm }) => `${x(step)} ${coordinate(y(Math.max(gradientNorm, clipNorm)))}`,
    );
    const floor = coordinate(y(clipNorm));
    return `<path class="cut" d="M${x(within[0].step)} ${floor}L${above.join('L')}L${x(within[within.length - 1].step)} ${floor}z"/>`;
  });
  const clip = clips.at(-1)?.clipNorm ?? 0;
  return [
    `<svg class="chart norms" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    ...Array.from({ length: span + 1 }, (_, i) => 10 ** (low + i)).map(
      (norm) =>
        `<path class="grid" d="M${MARGIN.left} ${coordinate(y(norm))}H${right}"/><text x="${MARGIN.left - 6}" y="${coordinate(y(norm) + 3.5)}" text-anchor="end">${formatTick(norm)}</text>`,
    ),
    ...cut,
    seen.length > 1 ? `<path class="train" d="M${path}"/>` : '',
    ...stretches.map(
      ({ from, to, clipNorm }) => `<path class="valid" d="M${x(from)} ${coordinate(y(clipNorm))}H${x(to)}"/>`,
    ),
    clip > 0
      ? `<text class="valid" x="${right + 6}" y="${coordinate(y(clip) + 3.5)}">${escapeXml(labels.clip)}</text>`
      : '',
    `<text x="${MARGIN.left}" y="${height - 4}">${formatTick(first)}</text>`,
    `<text x="${right}" y="${height - 4}" text-anchor="end">${formatTick(last)}</text>`,
    '</svg>',
  ].join('');
}

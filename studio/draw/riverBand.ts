// A gradient river as SVG: how much of a prediction's gradient reaches each token before it, on a logarithmic scale over the tokens; what
// the states let pass there; and beneath, the same by distance over many windows, as a band of quartiles around a median. Pure: numbers in,
// text out.
import { coordinate, escapeXml } from '../../src/drawing/svg.js';

export interface RiverBandData {
  tokens: readonly string[];
  /** The share of the largest norm that each token has. */
  shares: readonly number[];
  /** Factors of 0 to 1, for each token. */
  gates: readonly { label: string; factors: readonly number[] }[];
  lags: readonly { low: number; median: number; high: number }[];
  width: number;
  title: string;
}

/** Decades that are drawn of the band, and of the bars over the tokens. */
const DECADES = { band: 5, bars: 4 } as const;
const BARS = 28;
const GATE = 11;
const BAND = 84;
const RIGHT = 8;
/** Of letters, in pixels (river.css). */
const SIZE = { usual: 12, small: 10 } as const;
/** Characters of a word, at most. */
const LONGEST = 10;

export function riverBand({ tokens, shares, gates, lags, width, title }: RiverBandData): string {
  const left = width < 450 ? 30 : 42;
  const column = (width - left - RIGHT) / Math.max(1, tokens.length);
  const isWords = tokens.some((token) => Array.from(token).length > 1);
  const letters = isWords ? 74 : 18;
  const top = BARS + letters + gates.length * GATE + 4;
  const bottom = top + BAND;
  const x = (t: number): number => left + (t + 0.5) * column;
  const bars = shares.map((share, t) => {
    const height = Math.max(1, BARS * (1 + Math.max(-1, Math.log10(Math.max(share, 1e-30)) / DECADES.bars)));
    const place = `x="${coordinate(left + t * column)}" y="${coordinate(BARS - height)}"`;
    const note = escapeXml(`${tokens[t]} ${share.toPrecision(2)}`);
    return `<rect class="bar" ${place} width="${coordinate(column)}" height="${coordinate(height)}"><title>${note}</title></rect>`;
  });
  const kind = column < 9 ? 'letter small' : 'letter';
  const size = column < 9 ? SIZE.small : SIZE.usual;
  const isWide = tokens.some((token) => (token.codePointAt(0) ?? 0) >= 0x1100);
  // Letters that would cover each other are left out.
  const every = isWords ? 1 : Math.max(1, Math.ceil((isWide ? size : size * 0.6) / column));
  const written = tokens.map((token, t) => {
    if ((tokens.length - 1 - t) % every !== 0) return '';
    const at = coordinate(x(t));
    if (!isWords)
      return `<text class="${kind}" x="${at}" y="${BARS + 13}" text-anchor="middle">${escapeXml(token)}</text>`;
    const signs = Array.from(token);
    const word = signs.length > LONGEST ? `${signs.slice(0, LONGEST - 1).join('')}…` : token;
    const turned = `translate(${coordinate(x(t) + 4)} ${BARS + 4}) rotate(-90)`;
    return `<text class="letter small" transform="${turned}" text-anchor="end">${escapeXml(word)}</text>`;
  });
  const rows = gates.flatMap(({ label, factors }, row) => {
    const y = BARS + letters + row * GATE;
    return [
      `<text x="2" y="${y + 9}">${escapeXml(label)}</text>`,
      ...factors.map((factor, t) => {
        const place = `x="${coordinate(left + t * column)}" y="${y}" width="${coordinate(column)}" height="${GATE - 1}"`;
        const share = coordinate(Math.max(0, Math.min(1, factor)));
        return `<rect class="bar" fill-opacity="${share}" ${place}><title>${escapeXml(`${label} ${factor.toPrecision(2)}`)}</title></rect>`;
      }),
    ];
  });
  const y = (share: number): string =>
    coordinate(
      top + 6 + (Math.min(DECADES.band, Math.max(0, -Math.log10(Math.max(share, 1e-12)))) / DECADES.band) * (BAND - 6),
    );
  const xOfLag = (lag: number): string => coordinate(x(tokens.length - 1 - lag));
  const line = (key: 'low' | 'median' | 'high'): string[] => lags.map((lag, k) => `${xOfLag(k)} ${y(lag[key])}`);
  const ticks = [0, 2, 4].map(
    (d) =>
      `<path class="grid" d="M${left} ${y(10 ** -d)}H${width - RIGHT}"/><text x="2" y="${y(10 ** -d)}" dy="4">${d === 0 ? '1' : `10⁻${'⁰¹²³⁴'[d]}`}</text>`,
  );
  const marks = lags.flatMap((_, k) =>
    k % 10 === 0 ? [`<text x="${xOfLag(k)}" y="${bottom + 13}" text-anchor="middle">${k}</text>`] : [],
  );
  const height = bottom + 16;
  return [
    `<svg class="chart river" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xmlns="http://www.w3.org/2000/svg">`,
    ...bars,
    ...written,
    ...rows,
    ...ticks,
    `<path class="area" fill-opacity="0.3" d="M${line('high').join('L')}L${line('low').reverse().join('L')}z"/>`,
    `<path class="train" d="M${line('median').join('L')}"/>`,
    ...marks,
    '</svg>',
  ].join('');
}

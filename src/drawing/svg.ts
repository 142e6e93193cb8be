// What all plots share: escaping, numbers for people, the estimate of a text's width, colours for light and dark.

/** Text that is safe in HTML and SVG, between tags and in attributes; characters that XML forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A coordinate with at most two decimals: small files, and the same text on every machine. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100 + 0);
}

/** A number for an axis: 1.5k, 20M, 0.004, 1e-5. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  for (const [limit, unit] of [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (size >= limit) return `${Number((value / limit).toPrecision(6))}${unit}`;
  }
  return size < 1e-4 ? Number(value.toPrecision(4)).toExponential() : String(Number(value.toPrecision(6)));
}

/** A number for a table: three to four digits that matter, thousands apart (1,234,567). */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'not a number' : value > 0 ? '∞' : '−∞';
  if (Math.abs(value) >= 1e15) return value.toExponential(2);
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
  const size = Math.abs(value);
  if (size >= 1000) return formatNumber(Math.round(value));
  if (size >= 100) return value.toFixed(1);
  return size >= 0.1 ? value.toFixed(2) : String(Number(value.toPrecision(3)));
}

/** 1 h 02 min, 3 min 05 s, 12.3 s. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** About how wide a text is, in pixels: full-width signs (Chinese, Japanese, Korean) are as wide as high. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const char of text) em += (char.codePointAt(0) ?? 0) >= 0x1100 ? 1 : 0.56;
  return em * fontSize;
}

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";

/** How many colours there are; the series after them begin again, dashed. */
export const COLOURS = 6;

/**
 * The colours as CSS variables, light and dark, so that plots and pages agree: the palette of Okabe and Ito (told apart with
 * any colour vision; https://jfly.uni-koeln.de/color/), made darker on white and lighter on black for contrast.
 */
export const THEME = `
:where(svg.plot, .page) {
  --ink: #1f2430; --muted: #667085; --line: #d5d9e0; --grid: #eceef2; --surface: #ffffff; --faint: #f6f7f9;
  --c0: #0072b2; --c1: #b84e08; --c2: #007a5a; --c3: #a84a84; --c4: #8f6300; --c5: #2b8fc9;
}
@media (prefers-color-scheme: dark) {
  :where(svg.plot, .page) {
    --ink: #e6e8ec; --muted: #9aa3b2; --line: #3c4350; --grid: #272c36; --surface: #14171c; --faint: #1b1f26;
    --c0: #56b4e9; --c1: #f0884a; --c2: #2fc49a; --c3: #e39ac6; --c4: #e6b13c; --c5: #9ad3f5;
  }
}`;

/** The style of what is drawn by hand; each carries it, so that a saved .svg looks as it does in a page. */
const PLOT_STYLE = `${THEME}
svg.plot { font: 12px ${FONT}; color: var(--ink); max-width: 100%; height: auto; }
svg.plot text { fill: var(--muted); }
svg.plot .title { fill: var(--ink); font-size: 14px; font-weight: 600; }
svg.plot .tick { font-variant-numeric: tabular-nums; }`;

/** The frame of a plot; `title` is also what a screen reader says. */
export function svgDocument(width: number, height: number, title: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-label="${escapeXml(title)}" width="${coordinate(width)}" height="${coordinate(height)}" viewBox="0 0 ${coordinate(width)} ${coordinate(height)}">`,
    `<style>${PLOT_STYLE}</style>`,
    ...content,
    '</svg>',
  ].join('\n');
}

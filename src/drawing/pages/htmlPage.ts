// A page that needs nothing else: no script, no font, no picture from elsewhere.
import { FIGURE_STYLE } from '../figure.js';
import { escapeXml, FONT, THEME } from '../svg.js';

export interface Section {
  /** Plain text; a section without one has no heading. */
  heading?: string;
  /** HTML as it is: whoever makes it escapes what it holds. */
  html: string;
}

export interface Page {
  title: string;
  sections: readonly Section[];
  /** Rules beside those that all pages have. */
  style?: string;
  /** Of the text: `en`, `zh-Hans`. */
  language?: string;
  /** Links above the title, as HTML. */
  nav?: string;
}

const STYLE = `${THEME}
* { box-sizing: border-box; }
html { background: #fff; }
@media (prefers-color-scheme: dark) { html { background: #14171c; } }
.page { margin: 0 auto; padding: 3rem 1.5rem 4rem; max-width: 56rem; color: var(--ink); background: var(--surface);
  font: 16px/1.55 ${FONT}; }
h1 { margin: 0 0 0.25rem; font-size: 1.7rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 2.75rem 0 0.9rem; font-size: 1.1rem; }
p { margin: 0.5rem 0; max-width: 44rem; }
.muted, .muted code { color: var(--muted); }
.figures { display: flex; flex-wrap: wrap; gap: 0.9rem 2.6rem; margin: 1.8rem 0 0; padding: 0; }
.figures div { display: flex; flex-direction: column-reverse; }
.figures dt { color: var(--muted); font-size: 0.82rem; }
.figures dd { margin: 0; font-size: 1.45rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.38rem 1.6rem 0.38rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { font-weight: 500; color: var(--muted); }
.together { white-space: nowrap; }
.number { text-align: right; }
td.number { white-space: nowrap; }
tr.strong td { font-weight: 600; }
svg.plot { display: block; margin: 1.4rem 0 1.8rem; }
.drawing > svg[class] { max-width: none; }
blockquote { margin: 0 0 1.1rem; padding: 0.9rem 1.1rem; background: var(--faint); border-left: 3px solid var(--line);
  white-space: pre-wrap; overflow-wrap: anywhere; font: 0.95rem/1.6 Georgia, 'Noto Serif', serif; }
.when { margin: 1.1rem 0 0.3rem; color: var(--muted); font-size: 0.82rem; }
code, pre { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.86rem; }
[tabindex]:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
mtable[columnalign^='right left'] > mtr > mtd:nth-child(odd) { text-align: right; }
mtable[columnalign^='right left'] > mtr > mtd:nth-child(even) { text-align: left; }
pre { padding: 0.8rem 1rem; overflow-x: auto; background: var(--faint); border-radius: 4px; }${FIGURE_STYLE}`;

/** A whole HTML document. Its policy forbids scripts and requests, whatever the sections hold. */
export function htmlPage({ title, sections, style = '', language = 'en', nav = '' }: Page): string {
  const parts = sections.map(({ heading, html }) =>
    heading === undefined ? html : `<section>\n<h2>${escapeXml(heading)}</h2>\n${html}\n</section>`,
  );
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body class="page">
${nav === '' ? '' : `<nav>${nav}</nav>\n`}<main>
<h1>${escapeXml(title)}</h1>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

export interface Column {
  heading: string;
  /** Numbers stand at the right. */
  number?: boolean;
}

/** A table of plain text. @param strong the row to stress */
export function htmlTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  strong?: (row: number) => boolean,
): string {
  const side = (i: number): string => (columns[i]?.number ? ' class="number"' : '');
  // A heading without words would be read out as one.
  const head = columns
    .map(({ heading }, i) => (heading === '' ? '<td></td>' : `<th scope="col"${side(i)}>${escapeXml(heading)}</th>`))
    .join('');
  const body = rows.map(
    (row, r) =>
      `<tr${strong?.(r) ? ' class="strong"' : ''}>${row.map((cell, i) => `<td${side(i)}>${escapeXml(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0"><table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}

/** A table of names and values, without a head. */
export function htmlPairs(pairs: readonly (readonly [string, string])[]): string {
  const rows = pairs.map(
    ([name, value]) => `<tr><th scope="row">${escapeXml(name)}</th><td>${escapeXml(value)}</td></tr>`,
  );
  return `<div class="scroll" tabindex="0"><table><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}

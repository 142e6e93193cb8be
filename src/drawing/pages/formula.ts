// A formula as MathML, which browsers draw by themselves: no font, no style sheet, no script.
import katex from 'katex';
import { escapeXml } from '../svg.js';

/** LaTeX as HTML, in a line of its own or `inline` in a text. What cannot be read is shown as it was written. */
export function formulaHtml(latex: string, { inline = false } = {}): string {
  try {
    const html = katex.renderToString(latex, {
      output: 'mathml',
      displayMode: !inline,
      throwOnError: true,
      strict: 'ignore',
      trust: false,
    });
    // Mathematics has no language: in a Chinese page its signs would come from a Chinese font, ∥ slanted.
    const named = html.replace('<span class="katex">', '<span class="katex" lang="en">');
    // A long line scrolls, with the keys as well.
    return inline ? named : named.replace('<math ', '<math tabindex="0" ');
  } catch {
    return inline ? `<code>${escapeXml(latex)}</code>` : `<pre tabindex="0">${escapeXml(latex)}</pre>`;
  }
}

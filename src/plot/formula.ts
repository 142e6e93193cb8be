// A formula as MathML, which browsers draw by themselves: no font, no style sheet, no script.
import katex from 'katex';
import { escapeXml } from './svg.js';

/** LaTeX as HTML, in a line of its own or `inline` in a text. What cannot be read is shown as it was written. */
export function formulaHtml(latex: string, { inline = false } = {}): string {
  try {
    return katex.renderToString(latex, {
      output: 'mathml',
      displayMode: !inline,
      throwOnError: true,
      strict: 'ignore',
      trust: false,
    });
  } catch {
    return inline ? `<code>${escapeXml(latex)}</code>` : `<pre>${escapeXml(latex)}</pre>`;
  }
}

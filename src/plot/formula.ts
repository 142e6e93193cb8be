// A formula as MathML, which browsers draw by themselves: no font, no style sheet, no script.
import katex from 'katex';
import { escapeXml } from './svg.js';

/** LaTeX as HTML. What cannot be read is shown as it was written. */
export function formulaHtml(latex: string): string {
  try {
    return katex.renderToString(latex, {
      output: 'mathml',
      displayMode: true,
      throwOnError: true,
      strict: 'ignore',
      trust: false,
    });
  } catch {
    return `<pre>${escapeXml(latex)}</pre>`;
  }
}

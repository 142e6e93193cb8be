// Markdown with LaTeX between dollars, as HTML.
import { marked } from 'marked';
import { formulaHtml } from './formula.js';
import { escapeXml } from './svg.js';

/** Text of the project's own: HTML in it stays text. */
export function markdownHtml(markdown: string): string {
  const formulas: string[] = [];
  // Formulas are set aside, so that Markdown does not take their underscores and stars for emphasis.
  const text = markdown.replace(/\$([^$]+)\$/g, (_, latex: string) => `\ue000${formulas.push(latex) - 1}\ue001`);
  const html = marked.parse(escapeXml(text).replaceAll('&#39;', "'").replaceAll('&quot;', '"'), { async: false });
  return html.replace(/\ue000(\d+)\ue001/g, (_, i: string) => formulaHtml(formulas[Number(i)], { inline: true }));
}

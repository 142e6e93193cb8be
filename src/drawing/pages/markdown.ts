// Markdown with LaTeX between dollars, as HTML.
import { Marked } from 'marked';
import { formulaHtml } from './formula.js';

/** HTML in a text stays text: it is not taken for tags, and is escaped as all text is. */
const marked = new Marked({ tokenizer: { html: () => undefined, tag: () => undefined } });

/** Text of the project's own. */
export function markdownHtml(markdown: string): string {
  const formulas: string[] = [];
  // Formulas are set aside, so that Markdown does not take their underscores and stars for emphasis.
  const text = markdown.replace(/\$([^$]+)\$/g, (_, latex: string) => `\ue000${formulas.push(latex) - 1}\ue001`);
  const html = marked.parse(text, { async: false });
  return html.replace(/\ue000(\d+)\ue001/g, (_, i: string) => formulaHtml(formulas[Number(i)], { inline: true }));
}

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
  const inline = (i: string): string => formulaHtml(formulas[Number(i)], { inline: true });
  return html.replace(
    /([（(「“]?)\ue000(\d+)\ue001([，。：；、）」”？！,.:;)?!]*)/g,
    (_, before: string, i: string, after: string) =>
      // No line begins with a comma, or ends with a bracket that opens.
      before + after === '' ? inline(i) : `<span class="together">${before}${inline(i)}${after}</span>`,
  );
}

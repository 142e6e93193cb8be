// Source code in colours.
import { highlight } from 'sugar-high';

/** Colours of code as CSS variables, light and dark, from those of the page. */
export const CODE_STYLE = `
.code { --sh-keyword: var(--c0); --sh-string: var(--c2); --sh-comment: var(--muted); --sh-class: var(--c3); --sh-entity: var(--c3);
  --sh-identifier: var(--ink); --sh-sign: var(--ink); --sh-property: var(--ink); --sh-jsxliterals: var(--ink);
  --sh-break: var(--ink); --sh-space: var(--ink); line-height: 1.5; }
.code .sh__line { display: inline; }`;

export function codeHtml(code: string): string {
  // One style on each word is what colours it: the class says the same once more.
  return `<pre class="code" tabindex="0">${highlight(code).replace(/ class="sh__token--[a-z]+"/g, '')}</pre>`;
}

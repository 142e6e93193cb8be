// Markdown and formulas as plain text, as a terminal shows them: h_(t−1), 0.6²⁰, Ĉ.
import katex from 'katex';

/** Markdown without its marks of stress and with its formulas as text; what is set as code keeps its backticks. */
export function plainText(markdown: string): string {
  return markdown.replace(/\$([^$]+)\$|`[^`]*`|\*([^*\s][^*]*)\*/g, (whole, latex?: string, stressed?: string) =>
    latex === undefined ? (stressed ?? whole) : formulaText(latex),
  );
}

/** LaTeX as a line of text. What cannot be read is given back as it was written. */
export function formulaText(latex: string): string {
  let mathml: string;
  try {
    mathml = katex.renderToString(latex, { output: 'mathml', throwOnError: true, strict: 'ignore', trust: false });
  } catch {
    return latex;
  }
  return textOf(parsed(mathml), false).replaceAll(/\s+/g, ' ').trim();
}

/** An element of MathML. */
interface Element {
  name: string;
  attributes: string;
  children: (Element | string)[];
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&#x27;': '′' };

function parsed(mathml: string): Element {
  const root: Element = { name: 'mrow', attributes: '', children: [] };
  const open = [root];
  for (const [, end, name, attributes, empty, text] of mathml.matchAll(/<(\/)?(\w+)([^>]*?)(\/)?>|([^<]+)/g)) {
    const { children } = open[open.length - 1];
    if (text !== undefined) children.push(text.replaceAll(/&#?\w+;/g, (entity) => ENTITIES[entity] ?? entity));
    else if (end) open.pop();
    else {
      const element: Element = { name, attributes, children: [] };
      children.push(element);
      if (!empty) open.push(element);
    }
  }
  return root;
}

/** Signs between two terms: spaces around them, but where they stand in front of a single one. */
const BINARY = new Set('=≠<>≤≥≈∼∝+−±·⋅×⊙∈∣|→←⇒⟺');
const OPENING = new Set('([{⌊⌈');
/** What ends a group, or stands behind its term. */
const CLOSING = /^[)\]}⌋⌉!′]/;
const ACCENTS: Readonly<Record<string, string>> = { '^': '\u0302', '~': '\u0303', ˉ: '\u0304', '⃗': '\u20d7' };

/** @param tight without spaces, as in an index */
function textOf(node: Element | string, tight: boolean): string {
  if (typeof node === 'string') return node;
  const { name, children } = node;
  const part = (i: number): string => textOf(children[i], tight);
  const index = (i: number): string => textOf(children[i], true);
  switch (name) {
    case 'annotation':
      return '';
    case 'mspace':
      return ' ';
    case 'msub':
    case 'munder':
      return part(0) + lowered(index(1));
    case 'msup':
      return part(0) + raised(index(1));
    case 'msubsup':
    case 'munderover':
      return part(0) + lowered(index(1)) + raised(index(2));
    case 'mover':
      return part(0) + (ACCENTS[index(1)] ?? '');
    case 'mfrac':
      return node.attributes.includes('linethickness="0')
        ? `${part(0)} C ${part(1)}`
        : `${group(part(0))}/${group(part(1))}`;
    case 'msqrt':
      return `√${group(joined(children, tight))}`;
    case 'mtr':
      return children.map((cell) => textOf(cell, tight)).join(', ');
    case 'mtable':
      return children.map((row) => textOf(row, tight)).join('; ');
    default:
      return joined(children, tight);
  }
}

function joined(children: readonly (Element | string)[], tight: boolean): string {
  let text = '';
  let before: 'term' | 'sign' | 'upright' = 'sign';
  for (const child of children) {
    const own = textOf(child, tight);
    const isUpright = typeof child !== 'string' && child.attributes.includes('mathvariant="normal"');
    if (own === '\u2061' || own === '') continue; // a function and its argument are told apart as two terms are
    if (own === ',') [text, before] = [text + (tight ? ',' : ', '), 'sign'];
    else if (own === '/') [text, before] = [`${text}/`, 'sign'];
    else if (OPENING.has(own))
      [text, before] = [text + (before === 'term' && /\/\S+$/.test(text) ? ' ' : '') + own, 'sign'];
    else if (BINARY.has(own)) [text, before] = [text + (tight || before === 'sign' ? own : ` ${own} `), 'sign'];
    else {
      // Upright letters one after the other are a word.
      const isApart = before === 'term' || (before === 'upright' && !isUpright);
      text += (isApart && !tight && !CLOSING.test(own) ? ' ' : '') + own;
      before = isUpright ? 'upright' : 'term';
    }
  }
  return text;
}

/** In parentheses where it is more than a term. */
function group(text: string): string {
  return /[ /+−]/.test(text) ? `(${text})` : text;
}

const LOWERED = { from: '0123456789+−()', to: '₀₁₂₃₄₅₆₇₈₉₊₋₍₎' } as const;
const RAISED = { from: '0123456789+−()⊤′', to: '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀ′' } as const;

const lowered = (text: string): string => set(text, LOWERED) ?? `_${indexed(text)}`;
const raised = (text: string): string => set(text, RAISED) ?? `^${indexed(text)}`;

/** In small signs, where there is one for each. */
function set(text: string, { from, to }: { from: string; to: string }): string | null {
  const places = Array.from(text, (sign) => from.indexOf(sign));
  return places.includes(-1) ? null : places.map((place) => to[place]).join('');
}

/** A word, or a term in parentheses. */
function indexed(text: string): string {
  return /^[\p{L}\d]+$/u.test(text) ? text : `(${text})`;
}

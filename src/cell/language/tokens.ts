// The text of a cell cut into tokens: names, numbers, signs, ends of lines.
import type { Source, TextPlace } from './source.js';

export interface Token {
  /** `end`: of the text. */
  readonly kind: 'name' | 'number' | 'sign' | 'line' | 'end';
  readonly text: string;
  readonly place: TextPlace;
}

/** Far more than a cell has. */
const MOST_CHARACTERS = 50_000;

/** Signs of formulas, as one copies them from a paper. */
const SAME: Readonly<Record<string, string>> = {
  ...{ '·': '*', '⋅': '*', '∙': '*', '×': '*', '⊙': '*', '∘': '*', '÷': '/', '⊘': '/' },
  ...{ '−': '-', '–': '-', '′': "'", '’': "'", '，': ',', '（': '(', '）': ')', '：': ':', '＝': '=' },
};

const SIGNS = "()+-*/=,:'";

/** Signs of other languages, and what is written here. */
const HINTS: Readonly<Record<string, string>> = {
  '^': 'a power is written as a product: a * a',
  '@': 'a product with a weight matrix is linear(x, h)',
  ';': 'an equation ends with its line',
  '.': 'a product element by element is a * b, a number begins with a digit',
  '[': 'several values stand side by side: a, b = layerNorm(…, …)',
  '{': 'an equation is a line: r = sigmoid(linear(x, h))',
  '<': 'in place of conditions use relu, sign, max or min',
  '>': 'in place of conditions use relu, sign, max or min',
  σ: 'write sigmoid(…)',
};

/** Errors: CELL for a sign that is none, and for a text of more than 50,000 characters. */
export function tokensOf(text: string, source: Source): Token[] {
  if (text.length > MOST_CHARACTERS) {
    const place = { line: 1, column: 1, length: 1 };
    source.fail(
      `expected at most ${MOST_CHARACTERS} characters for a cell, received ${text.length}`,
      'a cell is a few lines: is this another file?',
      place,
    );
  }
  const tokens: Token[] = [];
  let depth = 0;
  text.split(/\r\n?|\n/).forEach((content, index) => {
    const line = index + 1;
    const pattern = /[ \t\u00a0\u3000\ufeff]+|#.*|[A-Za-z_]\w*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|./gu;
    for (const match of content.matchAll(pattern)) {
      const [found] = match;
      if (/^[\s#\ufeff]/.test(found)) continue;
      const place = { line, column: match.index + 1, length: found.length };
      if (/^[A-Za-z_]/.test(found)) tokens.push({ kind: 'name', text: found, place });
      else if (/^\d/.test(found)) tokens.push({ kind: 'number', text: found, place });
      else {
        const sign = SAME[found] ?? found;
        if (!SIGNS.includes(sign)) {
          const help = Object.hasOwn(HINTS, found) ? HINTS[found] : 'use names of letters, numbers, + - * / and ( )';
          source.fail(`expected names, numbers and + - * / ( ), received ${JSON.stringify(found)}`, help, place);
        }
        if (sign === '(') depth++;
        if (sign === ')') depth = Math.max(0, depth - 1);
        tokens.push({ kind: 'sign', text: sign, place });
      }
    }
    // Between parentheses an equation goes on.
    if (depth === 0 && tokens.length > 0 && tokens.at(-1)?.kind !== 'line')
      tokens.push({ kind: 'line', text: '', place: { line, column: content.length + 1, length: 1 } });
  });
  const lines = text.split(/\r\n?|\n/);
  const place = { line: lines.length, column: (lines.at(-1) ?? '').length + 1, length: 1 };
  tokens.push({ kind: 'end', text: '', place });
  return tokens;
}

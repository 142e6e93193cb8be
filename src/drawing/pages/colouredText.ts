// A text coloured by one neuron, as in Karpathy, Johnson and Fei-Fei 2015, figure 2: plain HTML.
import { UnrolledError } from '../../errors.js';
import { colourLevel, type ColourScale, levelClass, levelRules } from '../colourScale.js';
import { escapeXml } from '../svg.js';

export interface ColouredTextOptions {
  /** As they are written; words get a space between them where `joiner` is one. */
  tokens: readonly string[];
  /** One for each token. */
  values: ArrayLike<number>;
  scale: ColourScale;
  /** The value of the strongest colour; 1. */
  limit?: number;
  joiner?: '' | ' ';
}

/** What a page needs once for all such texts. */
export const COLOURED_TEXT_STYLE = `<style>${levelRules('background', '.coloured')}
.coloured { margin: 0.3rem 0 1.4rem; max-width: 100ch; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.75;
  font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.82rem; }
.coloured span { padding: 0.13em 0; }</style>`;

/** Errors: SHAPE where there are not as many values as tokens. */
export function colouredText({ tokens, values, scale, limit = 1, joiner = '' }: ColouredTextOptions): string {
  if (values.length !== tokens.length) {
    throw new UnrolledError(
      'SHAPE',
      `expected ${tokens.length} values, received ${values.length}`,
      'give one for each token',
    );
  }
  const spans: string[] = [];
  for (let i = 0; i < tokens.length;) {
    const level = colourLevel(values[i], scale, limit);
    let text = '';
    while (i < tokens.length && colourLevel(values[i], scale, limit) === level) text += visible(tokens[i++]) + joiner;
    spans.push(level === 0 ? escapeXml(text) : `<span class="${levelClass(level, scale)}">${escapeXml(text)}</span>`);
  }
  return `<div class="coloured">${spans.join('')}</div>`;
}

/** A newline keeps a sign, which carries its colour. */
function visible(token: string): string {
  if (token === '<unk>') return '\ufffd';
  return token === '\n' || token === '<0x0A>' ? '↵\n' : token;
}

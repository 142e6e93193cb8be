// Words as tokens from which the very text comes back: `word`, by Unicode's rules, and `whitespace`, what stands between blanks. A
// blank that stands where a reader expects one is no token. One that does not, or that is missing, is: so texts as they are written
// mostly have none of these tokens, and none loses anything.
import { expectText, expectTexts } from '../expect.js';
import { collectTokens, joinAll, type Joiner, type Tokenizer } from './tokenizer.js';
import { isSpace, UNSPACED_SCRIPTS, wordEnd } from './wordBreaks.js';

/** Stands between two tokens where a blank was expected and there is none. No text has it as a token of its own. */
export const JOIN = '<join>';
/** The longest token of blanks: a longer run is several. */
const MOST_BLANKS = 16;

/** Stands close to what is before it. */
const CLOSERS = new Set('.,;:!?)]}%’”»›…');
/** Stands close to what is after it. */
const OPENERS = new Set('([{“‘«‹$£€¥¿¡#@');
/** Stands close to both. */
const TIGHT = new Set('\u200b-‐‑—–/\\·。，、；：！？「」『』《》〈〉（）【】〔〕');
/** The same sign opens and closes; the second of a pair closes. */
const TOGGLES = new Set(['"', "'", '_', '*', '`']);
const RESERVED = /<(?:unk|pad|bos|eos)>/y;
const UNSPACED = new RegExp(`^[${UNSPACED_SCRIPTS.join('')}\\p{Script=Katakana}\u30fc]`, 'u');

const LOOSE = 0;
const LEFT = 1;
const RIGHT = 2;
const BOTH = 3;
const TOGGLE = 4;

/** To which sides a token stands close. */
function sidesOf(token: string): number {
  if (TOGGLES.has(token)) return TOGGLE;
  if (TIGHT.has(token) || UNSPACED.test(token) || isSpace(token, 0)) return BOTH;
  return CLOSERS.has(token) ? LEFT : OPENERS.has(token) ? RIGHT : LOOSE;
}

/** Says where a blank is expected, from the tokens before. */
class WordLayout implements Layout {
  readonly #open = new Set<string>();
  #previous = '\n';
  /** Whether the previous token stands close to the next. */
  #close = true;

  expects(token: string): boolean {
    let sides = sidesOf(token);
    if (sides === TOGGLE) {
      const closes = this.#open.delete(token);
      if (!closes) this.#open.add(token);
      sides = closes ? LEFT : RIGHT;
    } else if (token === '\n' && this.#previous === '\n') {
      // A quotation that was never closed ends with its paragraph.
      this.#open.clear();
    }
    const blank = !this.#close && (sides & LEFT) === 0;
    this.#previous = token;
    this.#close = (sides & RIGHT) !== 0;
    return blank;
  }
}

/** Between what stands between blanks, a blank is expected everywhere. */
class PlainLayout implements Layout {
  #close = true;

  expects(token: string): boolean {
    const isClose = isSpace(token, 0);
    const blank = !this.#close && !isClose;
    this.#close = isClose;
    return blank;
  }
}

/** Where a blank is expected; told each token that is none of layout, in order. */
interface Layout {
  /** Whether a blank is expected before this token, which is the next. */
  expects(token: string): boolean;
}

abstract class ExactTokenizer implements Tokenizer {
  abstract readonly kind: 'word' | 'whitespace';
  /** The end of the token that begins there. */
  protected abstract end(text: string, start: number): number;
  protected abstract layout(): Layout;
  abstract isLayout(token: string): boolean;
  readonly #withLayout: boolean;

  /** @param withLayout whether what only says where blanks stand is among the tokens */
  constructor(withLayout = true) {
    this.#withLayout = withLayout;
  }

  each(text: string, visit: (token: string) => void): void {
    const layout = this.layout();
    for (let at = 0; at < text.length;) {
      const start = at;
      while (text[at] === ' ') at++;
      const blanks = at - start;
      if (at === text.length) return this.#withLayout ? visitBlanks(blanks, visit) : undefined;
      const token = text.slice(at, this.end(text, at));
      at += token.length;
      const expected = layout.expects(token);
      if (this.#withLayout) {
        if (blanks > 1 || (blanks === 1 && !expected)) visitBlanks(blanks, visit);
        else if (blanks === 0 && expected) visit(JOIN);
      }
      visit(token);
    }
  }

  tokenize(text: string): string[] {
    expectText(text, 'a text');
    return collectTokens(this, text);
  }

  join(tokens: readonly string[]): string {
    expectTexts(tokens, 'tokens', 'give those that tokenize(text) gave');
    return joinAll(tokens, this.joiner());
  }

  joiner(): Joiner {
    const layout = this.layout();
    // After a blank that is a token, or the sign that there is none, none is put in.
    let said = false;
    return {
      push: (token) => {
        if (this.isLayout(token)) {
          said = true;
          return token.startsWith(' ') ? token : '';
        }
        const blank = layout.expects(token) && !said;
        said = false;
        return blank ? ` ${token}` : token;
      },
      end: () => '',
    };
  }
}

/** Runs of 16, 8, 4, 2 and 1, so that there are few different ones. */
function visitBlanks(count: number, visit: (token: string) => void): void {
  let left = count;
  for (let size = MOST_BLANKS; size >= 1; size /= 2) for (; left >= size; left -= size) visit(' '.repeat(size));
}

/** Words by Unicode's rules, numbers and marks of punctuation each as a token, newlines too. */
export class WordTokenizer extends ExactTokenizer {
  readonly kind = 'word';

  protected end(text: string, start: number): number {
    if (text[start] === '<') {
      RESERVED.lastIndex = start;
      if (RESERVED.test(text)) return RESERVED.lastIndex;
    }
    return wordEnd(text, start);
  }

  protected layout(): Layout {
    return new WordLayout();
  }

  isLayout(token: string): boolean {
    return token === JOIN || token.startsWith(' ');
  }
}

/** What stands between white space; white space other than single blanks is tokens of its own. */
export class WhitespaceTokenizer extends ExactTokenizer {
  readonly kind = 'whitespace';

  protected end(text: string, start: number): number {
    if (isSpace(text, start)) return text.startsWith('\r\n', start) ? start + 2 : start + 1;
    let at = start + 1;
    while (at < text.length && !isSpace(text, at)) at++;
    return at;
  }

  protected layout(): Layout {
    return new PlainLayout();
  }

  /** No blank is ever missing here, so the sign for it is a word as others are. */
  isLayout(token: string): boolean {
    return token.startsWith(' ');
  }
}

// Words as tokens, blanks forgotten: text comes back by rules that put them where a reader expects them. A newline is a token, so that
// lines and paragraphs are learned too. `split` is for texts that are tokenized already, `word-0.1` for models of that version.
import { expectText, expectTexts } from '../expect.js';
import { collectTokens, joinAll, type Joiner, type Tokenizer } from './tokenizer.js';

/** Scripts without spaces between words: each character is a word. */
const UNSPACED = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
const WORD = `(?:(?![${UNSPACED}])[\\p{L}\\p{M}\\p{N}])+`;

/** In order: newline, reserved token, number, word with inner apostrophes and hyphens, run of hyphens, any other character. */
const TOKEN = new RegExp(`\\n|<(?:unk|pad|bos|eos)>|\\p{N}+(?:[.,:]\\p{N}+)+|${WORD}(?:['’-]${WORD})*|-{2,}|\\S`, 'gu');

/** Stands close to what is before it. */
const CLOSERS = new Set('.,;:!?)]}%’”»›…、。，；：！？）』」》〉】〕”');
/** Stands close to what is after it. */
const OPENERS = new Set('([{“‘«‹$£€¥¿¡#（『「《〈【〔');
/** Stands close to both. */
const TIGHT = new Set(['—', '–', '--', '---', '/', '·', '　', '\n']);
/** The same sign opens and closes; the second of a pair closes. */
const TOGGLES = new Set(['"', "'", '_', '*']);

const ONE_UNSPACED = new RegExp(`^[${UNSPACED}。，、；：！？「」『』《》〈〉（）【】〔〕]$`, 'u');

/** Words, numbers and marks of punctuation each as a token, by the rule of version 0.1. */
export class OldWordTokenizer implements Tokenizer {
  readonly kind = 'word-0.1';

  each(text: string, visit: (token: string) => void): void {
    for (const match of text.matchAll(TOKEN)) visit(match[0]);
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
    return new WordJoiner();
  }

  isLayout(): boolean {
    return false;
  }
}

class WordJoiner implements Joiner {
  #previous = '\n';
  /** Whether the previous token stands close to the next. */
  #close = true;
  readonly #open = new Set<string>();

  push(token: string): string {
    let closeLeft = CLOSERS.has(token) || TIGHT.has(token);
    let closeRight = OPENERS.has(token) || TIGHT.has(token);
    if (TOGGLES.has(token)) {
      const closes = this.#open.delete(token);
      if (!closes) this.#open.add(token);
      closeLeft = closes;
      closeRight = !closes;
    } else if (ONE_UNSPACED.test(token)) {
      closeLeft = true;
      closeRight = true;
    } else if (token === '\n' && this.#previous === '\n') {
      // A quotation that was never closed ends with its paragraph.
      this.#open.clear();
    }
    const space = !this.#close && !closeLeft;
    this.#previous = token;
    this.#close = closeRight;
    return space ? ` ${token}` : token;
  }

  end(): string {
    return '';
  }
}

/** What stands between blanks, and newlines; how many blanks there were is forgotten. */
export class SplitTokenizer implements Tokenizer {
  readonly kind = 'split';

  each(text: string, visit: (token: string) => void): void {
    for (const match of text.matchAll(/\n|\S+/gu)) visit(match[0]);
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
    let start = true;
    return {
      push(token) {
        const space = !start && token !== '\n';
        start = token === '\n';
        return space ? ` ${token}` : token;
      },
      end: () => '',
    };
  }

  isLayout(): boolean {
    return false;
  }
}

// Where words begin and end, by Unicode's rules (UAX #29, section 4). Written here: `Intl.Segmenter` takes quadratic time over a long
// text (five times that of these rules line by line), and cuts otherwise from one version of ICU to the next, so that a model would be
// given other tokens in another browser.

/** What a code point is to the rules. Values are those of a table, one a code point. */
const CLASS = {
  other: 1,
  letter: 2,
  digit: 3,
  /** Goes with what is before it: marks, joiners, variation selectors, colours of skin, format characters. */
  extend: 4,
  /** Joins letters: ' ’ . · */
  middle: 5,
  /** Joins letters and digits: ' ’ . */
  middleBoth: 6,
  /** Joins digits: , ; */
  middleDigits: 7,
  /** _ and its like: between letters or digits a part of the word. */
  connector: 8,
  katakana: 9,
  /** Half of a flag. */
  region: 10,
  pictograph: 11,
  space: 12,
} as const;

/** Scripts that have no blanks between words: Unicode leaves words to dictionaries there, and each character, with its marks, is a token instead. */
export const UNSPACED_SCRIPTS = [
  ...['Han', 'Hiragana'],
  ...['Thai', 'Lao', 'Khmer', 'Myanmar', 'Tai_Le', 'New_Tai_Lue', 'Tai_Tham', 'Tai_Viet', 'Ahom'],
].map((script) => `\\p{Script=${script}}`);

/** In order: the first that a code point fits is its class. */
const RULES: readonly [keyof typeof CLASS, RegExp][] = [
  ['space', /\s/u],
  ['other', /\u200b/u], // a place where a line may break, in scripts without blanks
  ['extend', /[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\p{Cf}]/u],
  ['katakana', /[\p{Script=Katakana}\u3031-\u3035\u309b\u309c\u30a0\u30fc]/u],
  ['other', new RegExp(`[${UNSPACED_SCRIPTS.join('')}]`, 'u')],
  ['digit', /\p{Nd}/u],
  ['letter', /\p{Alphabetic}/u],
  ['region', /\p{Regional_Indicator}/u],
  ['pictograph', /\p{Extended_Pictographic}/u],
  ['middleBoth', /['.\u2018\u2019\u2024\ufe52\uff07\uff0e]/u],
  ['middle', /[\u00b7\u0387\u05f4\u2027]/u],
  ['middleDigits', /[,;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b]/u],
  ['connector', /\p{Pc}/u],
];

const JOINER = 0x200d;
const PAGE = 256;
/** Classes of code points, a page at a time, when one of it is met. */
const pages: (Uint8Array | undefined)[] = [];

function classOf(codePoint: number): number {
  const page = (pages[codePoint >>> 8] ??= classesOf(codePoint >>> 8));
  return page[codePoint & (PAGE - 1)];
}

function classesOf(page: number): Uint8Array {
  return Uint8Array.from({ length: PAGE }, (_, i) => {
    const character = String.fromCodePoint(page * PAGE + i);
    return CLASS[RULES.find(([, rule]) => rule.test(character))?.[0] ?? 'other'];
  });
}

/** The class of the code point at an index; 0 past the end. */
function classAt(text: string, at: number): number {
  const codePoint = text.codePointAt(at);
  return codePoint === undefined ? 0 : classOf(codePoint);
}

/** How many units of UTF-16 the code point at an index takes. */
function sizeAt(text: string, at: number): 1 | 2 {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** Whether a code unit is white space, as `\s` says. */
export function isSpace(text: string, at: number): boolean {
  return classOf(text.charCodeAt(at)) === CLASS.space;
}

/** The end of the token that begins at an index: a word, or a single character with what belongs to it. Linear, without a stack. */
export function wordEnd(text: string, start: number): number {
  const first = classAt(text, start);
  if (first === CLASS.space) return text.startsWith('\r\n', start) ? start + 2 : start + 1;
  const at = afterMarks(text, start + sizeAt(text, start));
  if (first === CLASS.letter || first === CLASS.digit) return afterWord(text, at, first);
  if (first === CLASS.katakana) return afterAll(text, at, CLASS.katakana);
  if (first === CLASS.region && classAt(text, at) === CLASS.region) return afterMarks(text, at + sizeAt(text, at));
  return at;
}

/** Past the marks that belong to a character, and past what a joiner joins to it. */
function afterMarks(text: string, from: number): number {
  let at = from;
  for (let kind = classAt(text, at); ; kind = classAt(text, at)) {
    const isJoined = kind === CLASS.pictograph && at > 0 && text.charCodeAt(at - 1) === JOINER;
    if (kind !== CLASS.extend && !isJoined) return at;
    at += sizeAt(text, at);
  }
}

function afterAll(text: string, from: number, kind: number): number {
  let at = from;
  while (classAt(text, at) === kind) at = afterMarks(text, at + sizeAt(text, at));
  return at;
}

/** The rest of a word of letters and digits, with what joins them. @param last the class before `from` */
function afterWord(text: string, from: number, last: number): number {
  let at = from;
  let before = last;
  for (;;) {
    const kind = classAt(text, at);
    if (kind === CLASS.letter || kind === CLASS.digit) {
      at = afterMarks(text, at + sizeAt(text, at));
      before = kind;
      continue;
    }
    const next = afterMarks(text, at + sizeAt(text, at));
    const after = kind === CLASS.connector ? afterAll(text, at, CLASS.connector) : next;
    const following = classAt(text, after);
    if (!joins(kind, before, following)) return at;
    at = after;
  }
}

function joins(kind: number, before: number, after: number): boolean {
  const letters = before === CLASS.letter && after === CLASS.letter;
  const digits = before === CLASS.digit && after === CLASS.digit;
  if (kind === CLASS.middle) return letters;
  if (kind === CLASS.middleBoth) return letters || digits;
  if (kind === CLASS.middleDigits) return digits;
  return kind === CLASS.connector && (after === CLASS.letter || after === CLASS.digit);
}

// From a text to numbers and back: lines, tokens, a vocabulary, a corpus.
import { readFileSync } from 'node:fs';

const book = readFileSync(new URL('timemachine.txt', import.meta.url), 'utf8');

// Only letters, in lower case, single spaces.
const lines = book.split('\n').map((line) =>
  line
    .replace(/[^A-Za-z]+/g, ' ')
    .trim()
    .toLowerCase(),
);
if (lines.at(-1) === '') lines.pop();
console.log(`${lines.length} lines: "${lines[0]}"`);

// Tokens: words, or characters.
const words = lines.map((line) => line.split(' ').filter((word) => word !== ''));
const characters = lines.map((line) => Array.from(line));
console.log(words[0], characters[0].slice(0, 8));

/** The tokens of a text by how frequent they are; what is not among them is <unk>, the number 0. */
class Vocabulary {
  readonly tokens: string[];
  readonly #index: Map<string, number>;

  constructor(text: readonly string[], minCount = 1) {
    const counts = new Map<string, number>();
    for (const token of text) counts.set(token, (counts.get(token) ?? 0) + 1);
    const kept = [...counts].filter(([, count]) => count >= minCount).sort((a, b) => b[1] - a[1]);
    this.tokens = ['<unk>', ...kept.map(([token]) => token)];
    this.#index = new Map(this.tokens.map((token, i) => [token, i]));
  }

  index(token: string): number {
    return this.#index.get(token) ?? 0;
  }
}

const byWord = new Vocabulary(words.flat());
console.log(byWord.tokens.slice(0, 10));
console.log(
  words[0],
  '→',
  words[0].map((word) => byWord.index(word)),
);

// The whole book as one sequence of numbers, by characters.
const byCharacter = new Vocabulary(characters.flat());
const corpus = Int32Array.from(characters.flat(), (character) => byCharacter.index(character));
console.log(`${corpus.length} characters, ${byCharacter.tokens.length} different tokens`);
console.log(Array.from(corpus.subarray(0, 21), (i) => byCharacter.tokens[i]).join(''));
console.log(`rare words dropped: ${new Vocabulary(words.flat(), 5).tokens.length} of ${byWord.tokens.length} are left`);

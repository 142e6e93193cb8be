// How a word is pronounced: letters in, phonemes out, on a small lexicon with a rule that depends on what follows.
import { Translator } from 'unrolled';

const epochs = Number(process.argv[2] ?? 30); // node lesson.js 2: a shorter training
// A vowel is long where a silent e ends the word: "kit" is K IH T, "kite" is K AY T.
const consonants: Record<string, string> = { b: 'B', d: 'D', k: 'K', m: 'M', n: 'N', p: 'P', t: 'T', s: 'S' };
const short: Record<string, string> = { a: 'AE', i: 'IH', o: 'AA', u: 'AH' };
const long: Record<string, string> = { a: 'EY', i: 'AY', o: 'OW', u: 'UW' };
const pairs = Object.keys(consonants).flatMap((x) =>
  Object.keys(short).flatMap((v) =>
    Object.keys(consonants).flatMap((y) => [
      { source: x + v + y, target: [consonants[x], short[v], consonants[y]].join(' ') },
      { source: `${x}${v}${y}e`, target: [consonants[x], long[v], consonants[y]].join(' ') },
    ]),
  ),
);
const isHeld = ({ source }: { source: string }): boolean => /^(kit|pan|not|tub|mad|bon)e?$/.test(source);
const model = await Translator.fit(
  pairs.filter((pair) => !isHeld(pair)),
  {
    ...{ tokens: 'char', targetTokens: 'whitespace', hiddenSize: 48, embeddingSize: 16, attentionSize: 24 },
    ...{ batchSize: 16, learningRate: 0.005, epochs },
  },
);
for (const { source, target } of pairs.filter(isHeld)) {
  const said = model.translate(source).tokens.join(' ');
  console.log(`${source.padEnd(5)} ${said.padEnd(9)} ${said === target ? '✓' : `✗ ${target}`}`);
}

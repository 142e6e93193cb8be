// The same training outside of the page: the command, and the program.
import type { RunFacts, TextSource } from './messages.js';
import type { RunSettings } from './settings.js';
import { KNOWN_TEXTS } from './texts.js';

export interface Same {
  settings: RunSettings;
  text: TextSource;
  /** Where the training stands: the command ends there. */
  step: number;
  facts: RunFacts | null;
}

/** For a shell: a word as it is, all else in quotes. */
function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function dataOf({ text, facts }: Same): string[] {
  if (text.kind === 'given') return [text.name];
  const known = KNOWN_TEXTS.find(({ name }) => name === text.name);
  if (known === undefined) return [`${text.name}.txt`];
  // Of a text that is the beginning of another one, so many tokens.
  const tokens = (facts?.trainTokens ?? 0) + (facts?.validationTokens ?? 0);
  return known.shell === known.name ? [known.shell] : [known.shell, '--max-tokens', String(tokens)];
}

/**
 * The command that trains the same network to the same numbers: on WebAssembly, as pages do; without `--backend` faster and with other
 * last digits.
 */
export function shellCommand(same: Same): string {
  const { settings: s, step } = same;
  const words = [
    ...['unrolled', 'train', 'lm', ...dataOf(same)],
    ...(s.collapseWhitespace ? ['--collapse-whitespace'] : []),
    ...['--tokens', s.tokens, '--cell', same.facts?.ownCell === true ? './cell.js' : s.cell],
    ...['--hidden', String(s.hiddenSize), '--layers', String(s.numLayers), '--embedding', String(s.embeddingSize)],
    ...['--dropout', String(s.dropout), '--batch', String(s.batchSize), '--steps', String(s.numSteps)],
    ...['--optimizer', s.optimizer, '--lr', String(s.learningRate), '--schedule', 'constant'],
    ...['--clip-norm', String(s.clipNorm), '--seed', String(s.seed), '--tied', 'no'],
    ...['--max-steps', String(step), '--backend', 'wasm'],
  ];
  return words.map(quoted).join(' ');
}

/** The program that does the same. */
export function typescriptProgram(same: Same): string {
  const { settings: s, step } = same;
  const [file] = dataOf(same);
  const name = /\.\w+$/.test(file) ? file : `${file}.txt`;
  const options = {
    ...{ tokens: s.tokens, collapseWhitespace: s.collapseWhitespace, cell: s.cell, hiddenSize: s.hiddenSize },
    ...{ numLayers: s.numLayers, embeddingSize: s.embeddingSize, dropout: s.dropout, batchSize: s.batchSize },
    ...{ numSteps: s.numSteps, optimizer: s.optimizer, learningRate: s.learningRate, schedule: 'constant' },
    ...{ clipNorm: s.clipNorm, seed: s.seed, tied: false, maxSteps: step, restoreBest: false },
  };
  const lines = Object.entries(options).map(([key, value]) => `  ${key}: ${literal(value)},`);
  return [
    `import { readFile } from 'node:fs/promises';`,
    `import { LanguageModel, useBackend } from 'unrolled';`,
    ``,
    `await useBackend('wasm');`,
    `const text = await readFile(${literal(name)}, 'utf8');`,
    `const model = await LanguageModel.fit(text, {`,
    ...lines,
    `});`,
    `console.log(model.generate({ length: 200 }));`,
  ].join('\n');
}

function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}

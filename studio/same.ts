// The same training outside of the page: the command, and the program.
import type { RateChange, RunFacts, TextSource } from './messages.js';
import type { RunSettings } from './settings.js';
import { KNOWN_TEXTS } from './texts.js';

export interface Same {
  settings: RunSettings;
  text: TextSource;
  /** Where the training stands: the command ends there. */
  step: number;
  facts: RunFacts | null;
  /** Learning rates from the first step on; empty where none was changed. */
  rates: readonly RateChange[];
}

/** For a shell: a word as it is, all else in quotes. */
function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a text is called as a file. */
export function fileNameOf(name: string): string {
  return /\.\w+$/.test(name) ? name : `${name}.txt`;
}

function dataOf({ text, facts }: Same): string[] {
  if (text.kind === 'given') return [fileNameOf(text.name)];
  const known = KNOWN_TEXTS.find(({ name }) => name === text.name);
  if (known === undefined) return [fileNameOf(text.name)];
  // Of a text that is the beginning of another one, so many tokens.
  const tokens = (facts?.trainTokens ?? 0) + (facts?.validationTokens ?? 0);
  return known.shell === known.name ? [known.shell] : [known.shell, '--max-tokens', String(tokens)];
}

/**
 * The command that trains the same network to the same numbers: on WebAssembly, as pages do; without `--backend` faster and with other
 * last digits.
 */
export function shellCommand(same: Same): string {
  const { settings: s, step, rates } = same;
  const words = [
    ...['unrolled', 'train', 'lm', ...dataOf(same)],
    ...(s.collapseWhitespace ? ['--collapse-whitespace'] : []),
    ...['--tokens', s.tokens, '--cell', same.facts?.ownCell === true ? './cell.js' : s.cell],
    ...['--hidden', String(s.hiddenSize), '--layers', String(s.numLayers), '--embedding', String(s.embeddingSize)],
    ...['--dropout', String(s.dropout), '--batch', String(s.batchSize), '--steps', String(s.numSteps)],
    ...[
      '--optimizer',
      s.optimizer,
      '--lr',
      String(rates.at(0)?.learningRate ?? s.learningRate),
      '--schedule',
      'constant',
    ],
    ...['--clip-norm', String(s.clipNorm), '--seed', String(s.seed), '--tied', 'no'],
    ...['--max-steps', String(step), '--backend', 'wasm'],
  ];
  const changes = rates.slice(1).map(({ from, learningRate }) => `${learningRate} after step ${from}`);
  const note = `# the learning rate was changed on the way: ${changes.join(', ')}; the program in TypeScript does that, too`;
  return `${words.map(quoted).join(' ')}${changes.length > 0 ? `\n${note}` : ''}`;
}

/** The program that does the same. */
export function typescriptProgram(same: Same): string {
  const { settings: s, step, rates } = same;
  const [file] = dataOf(same);
  const name = fileNameOf(file);
  const options = {
    ...{ tokens: s.tokens, collapseWhitespace: s.collapseWhitespace, cell: s.cell, hiddenSize: s.hiddenSize },
    ...{ numLayers: s.numLayers, embeddingSize: s.embeddingSize, dropout: s.dropout, batchSize: s.batchSize },
    ...{
      numSteps: s.numSteps,
      optimizer: s.optimizer,
      learningRate: rates.at(0)?.learningRate ?? s.learningRate,
      schedule: 'constant',
    },
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
    ...(rates.length > 1 ? onStepOf(rates.slice(1)) : []),
    `});`,
    `console.log(model.generate({ length: 200 }));`,
  ].join('\n');
}

/** Learning rates that were changed on the way. */
function onStepOf(changes: readonly RateChange[]): string[] {
  const lines = changes.map(
    ({ from, learningRate }) => `    if (step === ${from}) training.learningRate = ${learningRate};`,
  );
  return [`  onStep({ step }, training) {`, ...lines, `  },`];
}

function literal(value: string | number | boolean): string {
  return typeof value === 'string' ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(value);
}

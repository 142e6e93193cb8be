// The same training outside of the page: the command, and the program. What a command cannot do it says in a remark.
import { begunWith } from './changes.js';
import type { RunFacts, SettingChange, TextSource } from './messages.js';
import type { RunSettings } from './settings.js';
import { KNOWN_TEXTS } from './texts.js';

export interface Same {
  settings: RunSettings;
  text: TextSource;
  /** Where the training stands: the command ends there. */
  step: number;
  facts: RunFacts | null;
  /** From the beginning on; empty before there is any. */
  changes: readonly SettingChange[];
  /** Of a cell that has no name in the library; else null. */
  equations: string | null;
}

/** For a shell: a word as it is, all else in quotes. */
function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a text is called as a file. */
export function fileNameOf(name: string): string {
  return /\.\w+$/.test(name) ? name : `${name}.txt`;
}

/** The settings of the first step; of a short text with the batches that it has room for. */
function begun({ settings, changes, facts }: Same): RunSettings {
  const { batchSize, numSteps } = facts ?? settings;
  return { ...begunWith(settings, changes), batchSize, numSteps };
}

function dataOf({ text, facts }: Same): string[] {
  if (text.kind === 'given') {
    const { encoding = null } = facts ?? {};
    return [fileNameOf(text.name), ...(encoding === null ? [] : ['--encoding', encoding])];
  }
  const known = KNOWN_TEXTS.find(({ name }) => name === text.name);
  if (known === undefined) return [fileNameOf(text.name)];
  // Of a text that is the beginning of another one, so many tokens.
  const tokens = (facts?.trainTokens ?? 0) + (facts?.validationTokens ?? 0);
  return known.shell === known.name ? [known.shell] : [known.shell, '--max-tokens', String(tokens)];
}

/** `learning rate 0.002, dropout 0.3, clipping at 1 after step 120`. */
function said({ from, learningRate, line }: SettingChange): string {
  const more = line === null ? '' : `, dropout ${line.dropout}, clipping at ${line.clipNorm}`;
  return `learning rate ${learningRate}${more} after step ${from}`;
}

/**
 * The command that trains the same network to the same numbers: on WebAssembly, as pages do; without `--backend` faster and with other
 * last digits.
 */
export function shellCommand(same: Same): string {
  const { step, facts, changes, equations } = same;
  const s = begun(same);
  const words = [
    ...['unrolled', 'train', 'lm', ...dataOf(same)],
    ...(s.collapseWhitespace ? ['--collapse-whitespace'] : []),
    ...['--tokens', s.tokens, '--cell', equations === null ? s.cell : './mine.cell'],
    ...['--hidden', String(s.hiddenSize), '--layers', String(s.numLayers), '--embedding', String(s.embeddingSize)],
    ...['--dropout', String(s.dropout), '--batch', String(s.batchSize), '--steps', String(s.numSteps)],
    ...['--optimizer', s.optimizer, '--lr', String(s.learningRate), '--schedule', 'constant'],
    ...['--clip-norm', String(s.clipNorm), '--seed', String(s.seed), '--tied', 'no'],
    ...['--max-steps', String(step), '--backend', 'wasm'],
  ];
  const command = words.map(quoted).join(' ');
  if (facts !== null && facts.opened !== null) {
    const write = `unrolled generate ${quoted(facts.opened)}`;
    return `# no command trains a model of a file on; the program in TypeScript does. What it writes as it came:\n${write}`;
  }
  const later = changes.slice(1);
  const remark =
    later.length === 0
      ? []
      : [
          `# another network: on the way it was changed to ${later.map(said).join('; ')}.`,
          '# A command cannot do that; the program in TypeScript does.',
        ];
  const cell = equations === null ? [] : [`cat > mine.cell <<'END'`, equations.trimEnd(), 'END'];
  return [...cell, command, ...remark].join('\n');
}

/** The program that does the same. */
export function typescriptProgram(same: Same): string {
  const { step, facts, text, changes, equations } = same;
  const s = begun(same);
  const opened = facts?.opened ?? null;
  const learning = {
    ...{ batchSize: s.batchSize, numSteps: s.numSteps, optimizer: literal(s.optimizer) },
    ...{ learningRate: s.learningRate, schedule: literal('constant'), clipNorm: s.clipNorm, seed: s.seed },
    ...{ maxSteps: step, restoreBest: false },
  };
  const cell = equations === null ? literal(s.cell) : `parseCell(\`${equations.replace(/[\\`$]/g, '\\$&')}\`)`;
  const network = {
    ...{ tokens: literal(s.tokens), collapseWhitespace: s.collapseWhitespace, cell, hiddenSize: s.hiddenSize },
    ...{ numLayers: s.numLayers, embeddingSize: s.embeddingSize, dropout: s.dropout, tied: false },
  };
  const names = ['LanguageModel', 'useBackend', ...(equations === null ? [] : ['parseCell'])];
  const file = fileNameOf(text.name);
  return [
    `import { readFile } from 'node:fs/promises';`,
    `import { ${names.join(', ')} } from 'unrolled';`,
    ``,
    `await useBackend('wasm');`,
    ...(text.kind === 'known' ? [`// Of the button “Save the text”.`] : []),
    readingOf(file, facts?.encoding ?? null),
    ...(opened === null ? [] : initialOf(opened)),
    ...legsOf({ ...(opened === null ? network : { initial: 'initial' }), ...learning }, changes.slice(1), step),
    `console.log(model.generate({ length: 200 }));`,
  ].join('\n');
}

function readingOf(file: string, encoding: string | null): string {
  const read = `await readFile(${literal(file)}`;
  return encoding === null
    ? `const text = ${read}, 'utf8');`
    : `const text = new TextDecoder(${literal(encoding)}).decode(${read}));`;
}

function initialOf(name: string): string[] {
  const isOurs = /\.safetensors$/i.test(name);
  const remark = isOurs ? [] : [`// By: unrolled convert ${name} ${name}.safetensors`];
  const file = isOurs ? name : `${name}.safetensors`;
  return [...remark, `const initial = LanguageModel.fromBytes(await readFile(${literal(file)}), ${literal(file)});`];
}

/** The training, a call of `fit` for each line: another one begins at a checkpoint of the one before. */
function legsOf(options: Record<string, string | number | boolean>, changes: readonly SettingChange[], step: number) {
  const forks = changes.filter(({ line }) => line !== null);
  const ends = [...forks.map(({ from }) => from), step];
  return ends.flatMap((end, leg) => {
    const fork = forks.at(leg - 1);
    const from = leg === 0 || fork === undefined ? null : fork;
    const isLast = leg === ends.length - 1;
    const given = from === null ? { ...options, maxSteps: end } : forkOf(from, end);
    const rates = changes.filter((one) => one.line === null && one.from >= (from?.from ?? 0) && one.from < end);
    const onStep = [
      ...rates.map((one) => `    if (step === ${one.from}) training.learningRate = ${one.learningRate};`),
      ...(isLast ? [] : [`    if (step === ${end}) kept = training.checkpoint();`]),
    ];
    return [
      ...(leg === 0 && !isLast ? ['let kept: Uint8Array | undefined;'] : []),
      `${isLast ? 'const model = ' : ''}await LanguageModel.fit(text, {`,
      ...Object.entries(given).map(([key, value]) => `  ${key}: ${value},`),
      ...(onStep.length === 0 ? [] : [`  onStep({ step }, training) {`, ...onStep, `  },`]),
      `});`,
    ];
  });
}

function forkOf({ learningRate, line }: SettingChange, maxSteps: number): Record<string, string | number> {
  const { dropout, clipNorm } = line ?? { dropout: 0, clipNorm: 0 };
  return {
    resume: 'kept',
    fork: `{ learningRate: ${learningRate}, dropout: ${dropout}, clipNorm: ${clipNorm} }`,
    maxSteps,
  };
}

function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

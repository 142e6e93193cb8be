// Against sacreBLEU, seqeval and conlleval (test/golden/make_metrics.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bleu, type BleuOptions, type BleuScore } from './bleu.js';
import { chrf, type ChrfOptions } from './chrf.js';
import { chunkMetrics, type ChunkScore } from './chunks.js';

type Score = Omit<ChunkScore, 'found' | 'right'>;
interface TextCase {
  kind: 'text';
  name: string;
  hypotheses: string[];
  references: string[][];
  bleu: (BleuScore & { options: BleuOptions })[];
  chrf: { options: ChrfOptions; score: number }[];
}
interface TagCase {
  kind: 'tags';
  name: string;
  truth: string[][];
  predicted: string[][];
  types: Record<string, Score>;
  all: Score;
  conlleval: { there: number; found: number; right: number; accuracy: number };
}

const CASES = readFileSync('test/golden/metrics.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as TextCase | TagCase);
const TEXTS = CASES.filter((one): one is TextCase => one.kind === 'text');
const TAGS = CASES.filter((one): one is TagCase => one.kind === 'tags');

const close = (wanted: object): object =>
  Object.fromEntries(Object.entries(wanted).map(([key, value]) => [key, expect.closeTo(value as number, 9)]));

describe.each(TEXTS)('$name', ({ hypotheses, references, bleu: scores, chrf: figures }) => {
  it.each(scores)('BLEU $options', ({ options, precisions, ...wanted }) => {
    const score = bleu(hypotheses, references, options);
    expect(score).toMatchObject(close(wanted));
    expect(score.precisions).toEqual(precisions.map((one) => expect.closeTo(one, 9) as unknown));
  });

  it.each(figures)('chrF $options', ({ options, score }) => {
    expect(chrf(hypotheses, references, options)).toBeCloseTo(score, 9);
  });
});

it.each(TAGS)('chunks: $name', ({ truth, predicted, types, all, conlleval }) => {
  const metrics = chunkMetrics(truth, predicted);
  expect(metrics).toMatchObject(close(all));
  expect(metrics).toMatchObject(close(conlleval));
  expect(Object.keys(metrics.types)).toEqual(Object.keys(types).sort());
  for (const [type, wanted] of Object.entries(types)) expect(metrics.types[type]).toMatchObject(close(wanted));
});

it('has the usual settings as defaults, and takes a text as the one reference', () => {
  const [{ hypotheses, references, bleu: scores, chrf: figures }] = TEXTS;
  const single = references.map(([one]) => one);
  expect(bleu(hypotheses, single).score).toBeCloseTo(scores[0].score, 9);
  expect(chrf(hypotheses, single)).toBeCloseTo(figures[0].score, 9);
});

it('refuses what cannot be measured', () => {
  expect(() => bleu(['a'], [])).toThrow(/each of 1 hypotheses, received 0/);
  expect(() => chrf([], [])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
  expect(() => bleu(['a', 'b'], ['a', []])).toThrow(/for hypothesis 1, received none/);
  expect(() => bleu(['a'], ['a'], { tokenize: 'toString' as 'none' })).toThrow(
    expect.objectContaining({ code: 'OPTION' }),
  );
  expect(() => chrf(['a'], ['a'], { order: 0 })).toThrow(expect.objectContaining({ code: 'RANGE' }));
  expect(() => chunkMetrics([['O']], [['O', 'O']])).toThrow(/1 tags for sentence 0, received 2/);
  expect(() => chunkMetrics([[]], [[]])).toThrow(expect.objectContaining({ code: 'EMPTY' }));
});

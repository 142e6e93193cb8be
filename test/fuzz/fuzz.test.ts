// The fuzzer itself: it sees what must not be, and draws the same inputs again.
import { describe, expect, it } from 'vitest';
import { UnrolledError, useBackend } from '../../src/node.js';

interface Seen {
  error: unknown;
  opened: boolean;
  seconds: number;
  asked: number;
  grown: number;
  reached: string | null;
}
type Judged = (seen: Seen & Record<string, unknown>) => { outcome: string; detail: string };
type Generate = (draw: unknown) => Uint8Array | Promise<Uint8Array>;

const load = (name: string): Promise<Record<string, unknown>> => import(new URL(`./${name}`, import.meta.url).href);
const judged = (await load('property.mjs')).judged as Judged;
const READERS = (await load('readers.mjs')).READERS as Record<string, { codes: string[]; generate: Generate }>;
const Draw = (await load('draw.mjs')).Draw as new (key: string) => object;

const NAME = 'stranger.bin';
const outcome = (over: Partial<Seen>): string => {
  const error = new UnrolledError('FORMAT', `expected a header in ${NAME}, received none`, 'copy it again');
  const plain = { error, opened: false, seconds: 0.1, asked: 0, grown: 0, reached: null };
  return judged({ ...plain, ...over, reader: { codes: [] }, name: NAME, size: 1000, UnrolledError }).outcome;
};

describe('the property', () => {
  it('holds of a model and of a refusal', () => {
    expect(outcome({})).toBe('refused');
    expect(outcome({ opened: true, error: null })).toBe('model');
  });

  it.each<[string, Partial<Seen>]>([
    ['raw', { error: new TypeError(`of ${NAME}`) }],
    ['code', { error: new UnrolledError('INTERNAL', NAME, '') }],
    ['name', { error: new UnrolledError('FORMAT', 'damaged', '') }],
    ['slow', { seconds: 2.1 }],
    ['memory', { asked: 1e8 }],
    ['memory', { grown: 1e8, opened: true }],
    ['reached', { reached: 'fs.open(/etc/passwd)', opened: true }],
  ])('tells what is %s', (expected, over) => {
    expect(outcome(over)).toBe(expected);
  });
});

it.each(Object.keys(READERS))('%s: a seed gives the same inputs, another one others', async (name) => {
  await useBackend('reference');
  const made = async (seed: number): Promise<string> => {
    const list: string[] = [];
    for (let i = 0; i < 12; i++) {
      const bytes = await READERS[name].generate(new Draw(`${seed}/${name}/${i}`));
      list.push(Buffer.from(bytes).toString('base64'));
    }
    return list.join();
  };
  const first = await made(1);
  expect((await made(1)) === first).toBe(true);
  expect((await made(2)) === first).toBe(false);
});

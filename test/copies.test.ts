// Two copies of the library in one program: what one made, the other does not take, and says so by version and place.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VERSION } from '../src/copy.js';
import type * as Unrolled from '../src/node.js';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
let folder = '';
let [ours, theirs] = [] as unknown as [typeof Unrolled, typeof Unrolled];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'unrolled-copies-'));
  const places = ['a', 'b'].map((name) => join(folder, name, 'dist'));
  for (const place of places) cpSync(DIST, place, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const copy = join(places[1], 'copy.js');
  writeFileSync(copy, readFileSync(copy, 'utf8').replace(`'${VERSION}'`, "'0.0.9'"));
  const load = (place: string): Promise<typeof Unrolled> => import(pathToFileURL(join(place, 'node.js')).href);
  [ours, theirs] = [await load(places[0]), await load(places[1])];
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(VERSION).toBe(version);
});

it.each<[string, () => unknown]>([
  ['a tensor', () => new ours.Linear(2, 3).forward(theirs.tensor([1, 2]))],
  ['an operand', () => ours.add(ours.tensor([1]), theirs.tensor([1]))],
  ['a state', () => gru(ours).forward([[[1, 2]]], { state: gru(theirs).forward([[[1, 2]]]).state })],
  ['a cell', () => new ours.Recurrent(theirs.LSTM, { inputSize: 2, hiddenSize: 3 })],
  ['a part', () => new ours.Sequential(new theirs.Linear(2, 3))],
  ['a formula', () => ours.toLatex(theirs.LSTM)],
])('%s of another copy is refused', (_, run) => {
  const place = (name: string): string => `at file://.*/${name}/dist/copy\\.js`;
  const message = `^expected a \\w+ of this copy of unrolled \\(${VERSION} ${place('a')}\\), received one of another copy \\(0\\.0\\.9 ${place('b')}\\)$`;
  expect(run).toThrow(
    expect.objectContaining({
      code: 'STATE',
      message: expect.stringMatching(message),
      help: expect.stringMatching('npm ls'),
    }),
  );
});

it('a backend of another copy is refused', async () => {
  const backend = theirs.backendOf(theirs.tensor([1]));
  await expect(ours.useBackend(backend)).rejects.toMatchObject({ code: 'STATE' });
});

function gru(copy: typeof Unrolled): Unrolled.Recurrent {
  return new copy.Recurrent('gru', { inputSize: 2, hiddenSize: 3 });
}

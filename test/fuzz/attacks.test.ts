// Every attack of the tables (pickleAttacks.ts, formatAttacks.ts): refused as FORMAT with file and place, within 2 s, and nothing reached beside the file.
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteSource, ImportedModel } from '../../src/convert/index.js';
import type { Attack } from './attackFiles.js';

const load = async <T>(name: string): Promise<T> => (await import(new URL(`./${name}`, import.meta.url).href)) as T;
// What watches comes before what is watched.
const { watch, unwatch } = await load<{
  watch(): void;
  unwatch(): { asked: number; grown: number; reached: string | null };
}>('watch.mjs');
const { importModel } = await import('../../src/convert/index.js');
const { UnrolledError, useBackend } = await import('../../src/node.js');
const { ReferenceBackend } = await import('../../src/backend/reference/reference.js');
const files = await import('./attackFiles.js');
const { PYTORCH, ZIP } = await import('./pickleAttacks.js');
const { KERAS, ONNX, OTHERS, SAFETENSORS } = await import('./formatAttacks.js');

const NAME = 'stranger.bin';
const MOST_SECONDS = 2;

interface Seen {
  model: ImportedModel | null;
  error: unknown;
  seconds: number;
  asked: number;
  reached: string | null;
}

/** Reads a file of which nothing lies on a disk; whoever asks for another one is remembered. */
async function seen(bytes: Uint8Array, options: { partial?: boolean } = {}): Promise<Seen> {
  const source: ByteSource = {
    name: NAME,
    size: bytes.length,
    read: async (offset, length) => bytes.slice(offset, offset + length),
  };
  let elsewhere: string | null = null;
  const open = (name: string): Uint8Array => {
    elsewhere ??= name;
    return new Uint8Array(0);
  };
  const start = process.cpuUsage();
  let [model, error]: [ImportedModel | null, unknown] = [null, null];
  watch();
  try {
    model = await importModel(source, { open, ...options });
  } catch (cause) {
    error = cause;
  }
  const { asked, reached } = unwatch();
  const { user, system } = process.cpuUsage(start);
  return { model, error, seconds: (user + system) / 1e6, asked, reached: reached ?? elsewhere };
}

beforeAll(async () => {
  await useBackend(new ReferenceBackend());
});

describe('without an attack', () => {
  it.each<[string, () => Uint8Array]>([
    ['a state dict of PyTorch', () => files.torchFile(files.stateDict(files.pickledTensor()))],
    [
      'the same with sizes behind the data',
      () => {
        const size = files.stateDict(files.pickledTensor()).length;
        return files.torchZip({ both: { flags: 8 }, local: { packedSize: 0, size: 0 }, descriptor: size });
      },
    ],
    ['a model of Keras', () => files.kerasFile(files.sequential())],
    ['a graph of ONNX', () => files.onnxFile()],
    ['safetensors', () => files.safetensors()],
  ])('%s opens', async (_, make) => {
    const { model, error, reached } = await seen(make());
    expect(error).toBeNull();
    expect(model?.layers.length).toBeGreaterThan(0);
    expect(reached).toBeNull();
  });
});

describe.each<[string, Attack[]]>([
  ['PyTorch', PYTORCH],
  ['zip', ZIP],
  ['Keras', KERAS],
  ['ONNX', ONNX],
  ['safetensors', SAFETENSORS],
  ['other files', OTHERS],
])('%s', (_, attacks) => {
  it.each(attacks)('$name ($source)', async ({ make, place }) => {
    const bytes = await make();
    await seen(bytes); // What is loaded on first use is loaded.
    const { error, seconds, asked, reached } = await seen(bytes);
    expect(error).toBeInstanceOf(UnrolledError);
    const { code, message } = error as InstanceType<typeof UnrolledError>;
    expect(code, message).toBe('FORMAT');
    expect(message).toContain(NAME);
    expect(message).toMatch(place);
    expect(message.length).toBeLessThan(1000);
    expect(seconds).toBeLessThan(MOST_SECONDS);
    expect(asked).toBeLessThan(4 * bytes.length + 2 ** 26);
    expect(reached).toBeNull();
    // What fits may be taken; what does not is never run.
    const part = await seen(bytes, { partial: true });
    if (part.model === null) expect(part.error).toBeInstanceOf(UnrolledError);
    else expect(part.model.unmapped.length).toBeGreaterThan(0);
    expect(part.seconds).toBeLessThan(MOST_SECONDS);
    expect(part.reached).toBeNull();
  });
});

describe('a folder with links', () => {
  const root = mkdtempSync(join(tmpdir(), 'unrolled-attacks-'));
  const [model, outside] = [join(root, 'model'), join(root, 'outside')];
  for (const folder of [model, outside]) mkdirSync(folder);
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  const shard = files.safetensors();
  const put = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(model, name), bytes);
    return join(model, name);
  };
  const index = (name: string): Uint8Array => files.utf8(JSON.stringify({ weight_map: { 'out.weight': name } }));
  writeFileSync(join(outside, 'secret'), shard);
  symlinkSync(join(outside, 'secret'), join(model, 'link.bin'));
  symlinkSync(outside, join(model, 'folder'));

  it('a shard beside its index opens', async () => {
    put('shard.safetensors', shard);
    const own = await importModel(put('plain.json', index('shard.safetensors')));
    expect(own.layers).toHaveLength(1);
  });

  it.each([
    ['an index of safetensors', 'index.json', index('link.bin')],
    ['a manifest of TensorFlow.js', 'model.json', files.tfjsModel('link.bin')],
  ])('%s that names a link to elsewhere is refused (CVE-2026-34447)', async (_, name, bytes) => {
    const error = await importModel(put(name, bytes)).then(null, (cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'FORMAT' });
    expect(String(error)).toMatch(new RegExp(`expected link\\.bin in the folder of .*${name}, received a link`));
  });

  it('links of both into one folder, as in the caches of hubs, open', async () => {
    writeFileSync(join(outside, 'blob'), index('link.bin'));
    symlinkSync(join(outside, 'blob'), join(model, 'cached.json'));
    expect((await importModel(join(model, 'cached.json'))).layers).toHaveLength(1);
  });

  it('whoever trusts the link opens it himself', async () => {
    const path = put('trusted.json', index('link.bin'));
    const own = await importModel(path, { open: (name) => join(model, name) });
    expect(own.layers).toHaveLength(1);
  });

  it('external data of ONNX is not looked for, be it a link, a hard link, or through a folder that is one (CVE-2026-27489)', async () => {
    linkSync(join(outside, 'secret'), join(model, 'hard.bin'));
    for (const location of ['link.bin', 'hard.bin', 'folder/secret']) {
      const path = put(
        'model.onnx',
        files.onnxFile((own) => files.moveOut(files.graphOf(own).initializer[0], location)),
      );
      await expect(importModel(path)).rejects.toThrow(/the numbers of "W" in the file itself/);
    }
  });
});

// Which addon is taken, and what is said where there is none: over packages made up for the test.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findAddon, type FoundAddon, type Machine, platformName, thisMachine } from './addon.js';

const LINUX: Machine = { platform: 'linux', arch: 'x64', libc: 'musl' };
const PACKAGE = '@unrolled/native-linux-x64-musl';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'unrolled-addon-'));
  write('node_modules/unrolled/package.json', JSON.stringify({ name: 'unrolled', version: '1.2.3' }));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(join(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
}

function install(
  version: string,
  script = 'module.exports = { callsVersion: 5, open() {}, invoke() {}, close() {} };',
) {
  write(`node_modules/${PACKAGE}/package.json`, JSON.stringify({ name: PACKAGE, version, main: 'addon.js' }));
  write(`node_modules/${PACKAGE}/addon.js`, script);
}

function find(machine = LINUX): FoundAddon {
  const dist = join(root, 'node_modules/unrolled/dist');
  return findAddon(join(dist, 'kernels'), join(dist, 'platform/node/node.js'), 5, machine);
}

const reason = (machine?: Machine): string => {
  const found = find(machine);
  return 'reason' in found ? found.reason : 'none: there is an addon';
};

describe('the addon', () => {
  it('comes from the package of the platform', () => {
    install('1.2.3');
    expect(find()).toMatchObject({ addon: { callsVersion: 5 } });
  });

  it('that is not installed is named, with what to do', () => {
    expect(reason()).toBe(
      `${PACKAGE} is not installed: npm install --include=optional, on the machine that it is for, or npm install ${PACKAGE}@1.2.3`,
    );
  });

  it('of another version is not taken', () => {
    install('1.2.2');
    expect(reason()).toBe(`${PACKAGE} is of version 1.2.2, the library of 1.2.3: npm install ${PACKAGE}@1.2.3`);
  });

  it('with other calls is not taken, whatever its version says', () => {
    install('1.2.3', 'module.exports = { callsVersion: 4, open() {}, invoke() {}, close() {} };');
    expect(reason()).toMatch(/was built from other sources: npm install @unrolled/);
    install('1.2.3', 'module.exports = {};');
    expect(reason()).toMatch(/was built from other sources/);
  });

  it('that does not load says what the system said', () => {
    install('1.2.3', 'throw new Error("GLIBC_2.17 not found\\nand more");');
    expect(reason()).toMatch(/^the addon does not load: GLIBC_2.17 not found \(/);
  });

  it('is not to be had for every platform', () => {
    expect(reason({ platform: 'freebsd', arch: 'x64', libc: null })).toMatch(
      /^there is no prebuilt addon for freebsd-x64/,
    );
    expect(reason({ platform: 'linux', arch: 'riscv64', libc: 'gnu' })).toMatch(/for linux-riscv64-gnu/);
  });

  it('that a checkout could not build is one reason beside the other', () => {
    write(
      'node_modules/unrolled/dist/kernels/native.json',
      JSON.stringify({ available: false, reason: 'no C++ compiler' }),
    );
    expect(reason()).toMatch(/^no C\+\+ compiler; @unrolled\/native-linux-x64-musl is not installed/);
  });

  it('of a checkout that does not load is one reason beside the other', () => {
    write('node_modules/unrolled/dist/kernels/unrolled.node', 'not a library');
    expect(reason()).toMatch(/^the addon does not load: .*; @unrolled\/native-linux-x64-musl is not installed/);
  });

  it('of a checkout that was not built, or does not load, gives way to the package', () => {
    const kernels = 'node_modules/unrolled/dist/kernels';
    write(`${kernels}/native.json`, JSON.stringify({ available: false, reason: 'no C++ compiler' }));
    write(`${kernels}/unrolled.node`, 'not a library');
    install('1.2.3');
    expect(find()).toMatchObject({ addon: { callsVersion: 5 } });
  });
});

it('packages are named after platform, processor and C library, and all that are looked for are made', async () => {
  expect(platformName({ platform: 'darwin', arch: 'arm64', libc: null })).toBe('darwin-arm64');
  expect(platformName(LINUX)).toBe('linux-x64-musl');
  const script = '../../../scripts/prebuild.mjs';
  const { TARGETS } = (await import(script)) as { TARGETS: Record<string, { os: string; cpu: string; libc?: string }> };
  for (const [target, { os, cpu, libc }] of Object.entries(TARGETS)) {
    const machine: Machine = {
      platform: os,
      arch: cpu,
      libc: libc === 'glibc' ? 'gnu' : libc === 'musl' ? 'musl' : null,
    };
    expect(platformName(machine)).toBe(target);
    expect(reason(machine), target).not.toMatch(/no prebuilt/);
  }
});

it('this machine knows its C library', () => {
  const { platform, arch, libc } = thisMachine();
  expect([platform, arch]).toEqual([process.platform, process.arch]);
  expect(libc === null).toBe(process.platform !== 'linux');
});

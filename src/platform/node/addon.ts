// The native addon on Node: the checkout's own, else the package of this platform, else why there is none.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Addon } from '../platform.js';

/** The addon, or why there is none. */
export type FoundAddon = { addon: Addon } | { reason: string };

/** Platforms that have a package; scripts/prebuild.mjs makes them. */
const PREBUILT = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'linux-x64-gnu',
  'linux-x64-musl',
  'win32-x64',
];

/** What decides which package is looked for. */
export interface Machine {
  platform: string;
  arch: string;
  /** The C library that this process runs on, where the platform has more than one. */
  libc: 'gnu' | 'musl' | null;
}

/** As in the names of packages: `linux-x64-gnu`, `darwin-arm64`. */
export function platformName({ platform, arch, libc }: Machine): string {
  return [platform, arch, ...(libc === null ? [] : [libc])].join('-');
}

export function thisMachine(): Machine {
  const { platform, arch } = process;
  return { platform, arch, libc: platform === 'linux' ? libcOfProcess() : null };
}

/** From the files that this process has in memory, which is quick; else from Node's report. */
function libcOfProcess(): 'gnu' | 'musl' {
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8');
    if (/\/ld-musl-|\/libc\.musl-|-linux-musl\/libc\.so/.test(maps)) return 'musl';
    if (/\/libc(?:\.so\.6|-2\.\d+\.so)/.test(maps)) return 'gnu';
  } catch {
    // Not every container has /proc.
  }
  const report: unknown = process.report?.getReport();
  const header = isObject(report) && isObject(report.header) ? report.header : {};
  return 'glibcVersionRuntime' in header ? 'gnu' : 'musl';
}

/**
 * Looks for an addon whose calls are of `callsVersion`.
 * @param kernels the folder of the checkout's own
 * @param from the file from which packages are looked for
 */
export function findAddon(kernels: string, from: string, callsVersion: number, machine = thisMachine()): FoundAddon {
  const require = createRequire(from);
  const own = join(kernels, 'unrolled.node');
  let ownReason = reasonOfBuild(kernels);
  if (existsSync(own)) {
    const found = load(own, require, callsVersion, 'build again: `npm run build`');
    if ('addon' in found) return found;
    ownReason = found.reason;
  }
  const packaged = findPackage(kernels, require, callsVersion, machine);
  // Whoever builds from sources wants to know why that failed.
  return 'reason' in packaged && ownReason !== null ? { reason: `${ownReason}; ${packaged.reason}` } : packaged;
}

function findPackage(kernels: string, require: NodeJS.Require, callsVersion: number, machine: Machine): FoundAddon {
  const platform = platformName(machine);
  if (!PREBUILT.includes(platform)) {
    return { reason: `there is no prebuilt addon for ${platform} (there is one for ${PREBUILT.join(', ')})` };
  }
  const name = `@unrolled/native-${platform}`;
  const version = versionIn(join(kernels, '..', '..', 'package.json'));
  const wanted = version === null ? name : `${name}@${version}`;
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    return {
      reason: `${name} is not installed: npm install --include=optional, on the machine that it is for, or npm install ${wanted}`,
    };
  }
  const found = versionIn(join(dirname(path), 'package.json'));
  if (version !== null && found !== null && version !== found) {
    return { reason: `${name} is of version ${found}, the library of ${version}: npm install ${wanted}` };
  }
  return load(path, require, callsVersion, `npm install ${wanted}`);
}

function load(path: string, require: NodeJS.Require, callsVersion: number, help: string): FoundAddon {
  let addon: unknown;
  try {
    addon = require(path);
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { reason: `the addon does not load: ${message} (${path})` };
  }
  if (isAddon(addon) && addon.callsVersion === callsVersion) return { addon };
  return { reason: `the addon ${path} was built from other sources: ${help}` };
}

function isAddon(value: unknown): value is Addon {
  return isObject(value) && 'callsVersion' in value && 'open' in value && 'invoke' in value && 'close' in value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function versionIn(file: string): string | null {
  const content = readJson(file);
  return isObject(content) && typeof content.version === 'string' ? content.version : null;
}

/** What the build of a checkout wrote down where it made no addon; null where it made one, and in a package. */
function reasonOfBuild(kernels: string): string | null {
  const status = readJson(join(kernels, 'native.json'));
  return isObject(status) && typeof status.reason === 'string' ? status.reason : null;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

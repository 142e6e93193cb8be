// What the command line loads before it knows what to do: `--help` is read often, and has to be there at once.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('..', import.meta.url));

/** Every module that is imported at the start, types aside, and the packages among them. */
function loaded(file: string): string[] {
  const found = new Set([file]);
  for (const module of found) {
    if (!existsSync(module)) continue;
    for (const [, type, names, from] of readFileSync(module, 'utf8').matchAll(
      /^(?:import|export) (type )?(?:([^;']*?) from )?'([^']+)';/gm,
    )) {
      const onlyTypes = /^\{(\s*type [^,}]+,?)+\s*\}$/.test(names ?? '');
      if (type !== undefined || onlyTypes) continue;
      found.add(from.startsWith('.') ? join(dirname(module), from.replace(/\.js$/, '.ts')) : from);
    }
  }
  return [...found].map((module) => (module.startsWith(SOURCE) ? relative(SOURCE, module) : module));
}

it('no model, cell, reader or chart is loaded for --help', () => {
  const modules = loaded(join(SOURCE, 'cli', 'main.ts'));
  expect(modules).toContain('cli/tasks/forecast/train.ts');
  expect(modules).toContain('commander');
  const heavy = /^(cell|nn|autograd|optim|backend|drawing\/charts|inspect)\/|^(@observablehq\/plot|linkedom)$/;
  expect(modules.filter((module) => heavy.test(module))).toEqual([]);
});

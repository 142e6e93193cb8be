// The lint rule that finds circles among imports: those of types count, and those made on use.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

// By a path that is computed, since the rule has no declarations.
const { default: circles } = (await import(['..', 'scripts', 'circles.mjs'].join('/'))) as { default: ESLint.Plugin };

const FILES = {
  'a.ts': "import { b } from './b.js';\nexport const a = b;",
  'b.ts': "import type { C } from './c.js';\nexport const b: C = 1;",
  'c.ts': "export type C = number;\nexport const load = () => import('./a.js');",
  'd.ts': "import { a } from './a.js';\nimport 'node:fs';\nexport { a };",
  'e.ts': "export type F = import('./f.js').F;",
  'f.ts': "export * from './e.js';\nexport type F = 1;",
};

it('says where a circle is closed, and nothing where there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unrolled-'));
  try {
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    const linter = new Linter({ cwd: folder });
    const told = Object.entries(FILES).map(([name, text]) => {
      const config: Linter.Config = {
        files: ['**/*.ts'],
        plugins: { circles },
        rules: { 'circles/no-circle': 'error' },
        languageOptions: { parser: tseslint.parser as Linter.Parser },
      };
      return linter.verify(text, [config], join(folder, name)).map(({ line, message }) => `${line} ${message}`);
    });
    const says = (way: string): string => `this import closes a circle: ${way}`;
    expect(told).toEqual([
      [`1 ${says('a.ts → b.ts → c.ts → a.ts')}`],
      [`1 ${says('b.ts → c.ts → a.ts → b.ts')}`],
      [`2 ${says('c.ts → a.ts → b.ts → c.ts')}`],
      [],
      [`1 ${says('e.ts → f.ts → e.ts')}`],
      [`1 ${says('f.ts → e.ts → f.ts')}`],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // What the build bundles; it stands in dist/ alone.
      { find: /^\.\/runtimeText\.js$/, replacement: path('dist/models/esModule/runtimeText.js') },
      { find: /^unrolled$/, replacement: path('src/node.ts') },
      { find: /^unrolled\/experiments$/, replacement: path('experiments/index.ts') },
      {
        find: /^unrolled\/(convert|data|formats|inspect|metrics|records|reproduce|text)$/,
        replacement: path('src/$1/index.ts'),
      },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});

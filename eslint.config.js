import tseslint from 'typescript-eslint';
import importX, { createNodeResolver } from 'eslint-plugin-import-x';
import circles from './scripts/circles.mjs';

/** The house from top to bottom: each folder knows only those above it (and src/errors.ts). */
const HOUSE = [
  'platform',
  'tensor',
  'backend',
  'program',
  'autograd',
  'cell',
  'weights',
  'formats',
  'nn',
  'optim',
  'text',
  'data',
  'records',
  'metrics',
  'parallel',
  'train',
  'models',
  'sources',
  'convert',
  'onNode',
  'inspect',
  'drawing',
  'bench',
  'reproduce',
  'cli',
];

/** Folders and files within a folder of the house, in the same way. */
const ROOMS = {
  cell: ['define', 'plan', 'run', 'cell.ts', 'defineCell.ts', 'cells', 'alter.ts', 'language'],
};

/** Files that may use Node: what reads files or starts processes, and the command line. All else runs in a browser as it is. */
const NODE_FILES = [
  'src/platform/node/**',
  'src/sources/**',
  'src/bench/**',
  'src/cli/**',
  'src/node.ts',
  '**/*.test.ts',
];

export default tseslint.config(
  { ignores: ['dist/**', 'build/**', 'node_modules/**', 'runs/**', 'site/.astro/**', 'site/dist/**'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { 'import-x': importX, circles },
    settings: {
      // Sources name each other as `.js`, which is what they become.
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.tsx', '.js'], extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } }),
      ],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts', '.tsx'] },
      'import-x/extensions': ['.ts', '.tsx', '.js'],
    },
    rules: {
      'import-x/no-restricted-paths': [
        'error',
        {
          basePath: import.meta.dirname,
          zones: [
            ...HOUSE.map((folder, i) => ({
              target: `./src/${folder}`,
              // The bench and the command line stand below the package's entries and use them as anybody would.
              from: [
                ...HOUSE.slice(i + 1).map((below) => `./src/${below}`),
                ...(['bench', 'cli'].includes(folder) ? [] : ['./src/index.ts', './src/node.ts']),
              ],
              message: `${folder}/ knows only the folders above it: ${HOUSE.slice(0, i).join(', ') || 'none'}`,
            })),
            ...Object.entries(ROOMS).flatMap(([folder, rooms]) =>
              rooms.map((room, i) => ({
                target: `./src/${folder}/${room}`,
                from: rooms.slice(i + 1).map((below) => `./src/${folder}/${below}`),
                message: `${folder}/${room} knows only what is above it there: ${rooms.slice(0, i).join(', ') || 'none'}`,
              })),
            ),
          ].filter((zone) => zone.from.length > 0),
        },
      ],
      'circles/no-circle': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['experiments/**/*.ts'],
    ignores: ['experiments/*/lessons/*.ts'], // programs for Node, which read their text from a file
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*', '**/src/**'], message: 'experiments use the public library, also in a browser' },
          ],
        },
      ],
    },
  },
  {
    files: ['studio/**/*.ts', 'studio/**/*.tsx'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^node:|/src/(?!drawing/)',
              message: 'the studio uses the public library, in a page; of src/ what draws alone',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: NODE_FILES,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'the core runs in a browser' }] }],
    },
  },
);

// The program in each runtime, by import and by require, on WebAssembly and on the native addon.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkFigures, run, Skipped } from './project.mjs';

const BACKENDS = ['wasm', 'native'];
const LOADERS = { import: 'program.mjs', require: 'program.cjs' };

/** A runtime: a name, its program, the arguments before a file. */
const runtimes = (tools) => [
  { name: `node ${process.versions.node}`, command: process.execPath, args: [] },
  ...(tools === null
    ? []
    : [
        ...['20.0', '20', '22', '24', 'latest'].map((version) => ({
          name: `node ${version}`,
          command: join(tools, `node-${version}`, 'bin', 'node'),
          args: [],
        })),
        { name: 'deno', command: join(tools, '@deno', 'linux-x64-glibc', 'deno'), args: ['run', '--allow-all'] },
        { name: 'bun', command: join(tools, '@oven', 'bun-linux-x64', 'bin', 'bun'), args: [] },
      ]),
];

export const runtimeRows = ({ project, tools }) => [
  ...runtimes(tools).flatMap(({ name, command, args }) =>
    Object.entries(LOADERS).flatMap(([loader, file]) =>
      BACKENDS.map((backend) => ({
        name: `${name}, ${loader}, ${backend}`,
        async run() {
          if (!existsSync(command)) throw new Skipped(`there is no ${command} for this machine`);
          if (backend === 'native' && !project.native) throw new Skipped('there is no compiler for an addon');
          const output = await run(command, [...args, file, backend], { cwd: project.folder });
          checkFigures(JSON.parse(output.trim().split('\n').at(-1)), backend);
        },
      })),
    ),
  ),
  ...(tools === null ? [] : [jest(project, tools)]),
];

/** Jest as it comes: it knows CommonJS alone. */
const jest = (project, tools) => ({
  name: 'jest without settings',
  async run() {
    const arguments_ = [join(tools, 'jest', 'bin', 'jest.js'), '--rootDir', project.folder, '--testRegex', 'jest.cjs'];
    await run(process.execPath, arguments_, { cwd: project.folder });
  },
});

// The declarations under each TypeScript and way of resolving, without DOM and without skipLibCheck.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run, Skipped } from './project.mjs';

/** Ways of resolving; a file that `require`s in the sense of TypeScript is a .cts. */
const WAYS = {
  nodenext: { module: 'NodeNext', moduleResolution: 'NodeNext', files: ['types.mts', 'types.cts'] },
  node16: { module: 'Node16', moduleResolution: 'Node16', files: ['types.mts', 'types.cts'] },
  bundler: { module: 'ESNext', moduleResolution: 'Bundler', files: ['types.mts'] },
  node10: { module: 'CommonJS', moduleResolution: 'Node', files: ['types.ts'] },
};

const versions = (tools) =>
  tools === null
    ? [{ version: 'here', folder: join(ROOT, 'node_modules', 'typescript') }]
    : ['5.0', '5.4', '5.7', '5.9', '6.0', 'latest'].map((version) => ({
        version,
        folder: join(tools, `typescript-${version}`),
      }));

export function typeRows({ project, tools }) {
  return versions(tools).flatMap(({ version, folder }) =>
    Object.entries(WAYS).map(([way, { files, ...options }]) => ({
      name: `typescript ${version}, ${way}`,
      async run() {
        if (!existsSync(folder)) throw new Skipped(`there is no ${folder}`);
        if (way === 'node10' && version === 'latest') throw new Skipped('TypeScript 7 has no such way any more');
        const place = join(project.folder, `types-${version}-${way}`);
        mkdirSync(place);
        for (const file of files) cpSync(join(ROOT, 'test', 'package', 'types', 'types.ts'), join(place, file));
        const compilerOptions = {
          ...{ ...options, target: 'ES2022', lib: ['ES2022'], types: [], strict: true },
          ...{ skipLibCheck: false, noEmit: true, esModuleInterop: true },
          ...(way === 'node10' && version >= '6' ? { ignoreDeprecations: '6.0' } : {}),
          ...(way === 'node10' && version === 'here' ? { ignoreDeprecations: '6.0' } : {}),
        };
        writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
        await run(process.execPath, [join(folder, 'bin', 'tsc'), '-p', place], { cwd: project.folder });
      },
    })),
  );
}

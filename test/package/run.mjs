// `npm run test:package`: packs the packages, installs them into fresh projects, and uses them as their users would. Without
// arguments what is quick, with this machine's Node; with `--all` every runtime, bundler and type checker of tools/, which are
// installed into build/package-tools/ first. `--only TEXT` runs the rows whose name has the text.
import { parseArgs } from 'node:util';
import { setup } from '../../scripts/setup.mjs';

// What follows uses what is built.
await setup();
const { closeBrowser } = await import('./suite/browser.mjs');
const { bundlerRows } = await import('./suite/bundlers.mjs');
const { commandLineRows } = await import('./suite/commandLine.mjs');
const { contentRows } = await import('./suite/content.mjs');
const { installTools, makeProject, Skipped } = await import('./suite/project.mjs');
const { runtimeRows } = await import('./suite/runtimes.mjs');
const { sizeRows } = await import('./suite/sizes.mjs');
const { typeRows } = await import('./suite/types.mjs');

const { values } = parseArgs({
  options: {
    all: { type: 'boolean' },
    only: { type: 'string' },
    update: { type: 'boolean' },
    keep: { type: 'boolean' },
  },
});

const start = Date.now();
const project = await makeProject({ api: values.all === true });
const tools = values.all ? installTools() : null;
const context = { project, tools, update: values.update ?? false };
const rows = [contentRows, runtimeRows, commandLineRows, typeRows, sizeRows, bundlerRows]
  .flatMap((make) => make(context))
  .filter(({ name }) => values.only === undefined || name.includes(values.only));

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const { name, run } of rows) {
  const began = Date.now();
  try {
    const said = await run();
    counts.passed++;
    console.log(`✓ ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)${said ? `: ${said}` : ''}`);
  } catch (error) {
    if (error instanceof Skipped) {
      counts.skipped++;
      console.log(`- ${name}: skipped, ${error.message}`);
    } else {
      counts.failed++;
      console.log(`✗ ${name}\n${String(error.stack ?? error).replace(/^/gm, '    ')}`);
    }
  }
}
await closeBrowser();
if (!values.keep) project.remove();
const seconds = ((Date.now() - start) / 1000).toFixed(0);
console.log(`package: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s`);
process.exitCode = counts.failed > 0 ? 1 : 0;

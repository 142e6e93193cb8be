// `npm run site`: the course, the documentation, the reference and the studio as static files in build/site/. It installs what the
// site alone needs (site/package-lock.json) and builds the rest; with those packages there, nothing is asked for elsewhere.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

const site = join(root, 'site');
const out = join(root, 'build', 'site');

function run(what, command, args, cwd, env = {}) {
  const { status } = spawnSync(command, args, {
    ...{ cwd, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  });
  if (status === 0) return;
  console.error(`error[SITE]: expected ${what}, it failed`);
  console.error('help: see the message above');
  process.exit(1);
}

function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(site, 'package-lock.json')))
    .digest('hex');
  const stamp = join(site, 'node_modules', '.unrolled-install');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  run('`npm ci` to install the packages of site/', process.platform === 'win32' ? 'npm.cmd' : 'npm', args, site);
  writeFileSync(stamp, wanted);
}

/** Docstrings as Markdown; left as it is where no source has changed. */
function reference() {
  const sources = readdirSync(join(root, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .sort();
  const hash = createHash('sha256').update(readFileSync(join(root, 'typedoc.json')));
  for (const name of sources) hash.update(name).update(readFileSync(join(root, 'src', name)));
  const wanted = hash.digest('hex');
  const stamp = join(root, 'build', 'site-api.hash');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const typedoc = join(root, 'node_modules', 'typedoc', 'bin', 'typedoc');
  run(
    'TypeDoc to write the reference',
    process.execPath,
    [typedoc, '--out', join('build', 'site-api'), '--logLevel', 'Warn'],
    root,
  );
  writeFileSync(stamp, wanted);
}

/** Live figures, each a script of its own with what it needs of the library. */
async function bundleLive() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: readdirSync(join(site, 'live'))
      .filter((name) => name.endsWith('.mjs'))
      .map((name) => join(site, 'live', name)),
    ...{ outdir: join(out, 'live'), bundle: true, splitting: true, format: 'esm', target: 'es2022', minify: true },
    ...{ charset: 'utf8', chunkNames: 'parts/[name]-[hash]', logLevel: 'error', legalComments: 'none' },
    alias: { unrolled: join(root, 'dist', 'index.js') },
  });
}

/** The studio is one page for both languages: its Chinese address leads there. */
function putStudioInChinese() {
  const folder = join(out, 'zh', 'studio');
  mkdirSync(folder, { recursive: true });
  const to = '../../studio/#language=zh';
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>工作室</title><meta http-equiv="refresh" content="0; url=${to}"><a href="${to}">工作室</a></html>\n`,
  );
}

await setup();
install();
reference();
const { lessonStyle, olderThanText } = await import('../site/content/lessons.mjs');
mkdirSync(join(site, 'src', 'generated'), { recursive: true });
writeFileSync(join(site, 'src', 'generated', 'lesson.css'), lessonStyle());
const older = olderThanText();
if (older.length > 0) console.error(`results older than the text of their lesson: ${older.join(', ')}`);
for (const folder of [join(site, 'node_modules', '.astro'), join(site, '.astro'), join(site, 'dist'), out]) {
  rmSync(folder, { recursive: true, force: true });
}
const astro = join(site, 'node_modules', 'astro', 'astro.js');
run('Astro to build the site', process.execPath, [astro, 'build', '--silent'], site, { ASTRO_TELEMETRY_DISABLED: '1' });
renameSync(join(site, 'dist'), out);
await bundleLive();
putStudioInChinese();
cpSync(join(root, 'docs', 'pictures'), join(out, 'pictures'), { recursive: true });
cpSync(join(root, 'dist', 'studio'), join(out, 'studio'), { recursive: true });
const { deadLinks } = await import('../site/check/links.mjs');
// Where only some pages were asked for, links to the others lead nowhere.
const dead = process.env.SITE_ONLY === undefined ? deadLinks(out) : [];
for (const { page, href } of dead) console.error(`dead link in ${page}: ${href}`);
if (dead.length > 0) process.exit(1);
console.log(out);

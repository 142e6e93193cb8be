// `npm run test:site`: opens the built site in Chromium. English pages in light at 1280 px, Chinese ones in dark at 390 px: no finding
// of axe, no request elsewhere, no error, nothing wider than the screen; live figures run, their sliders at both ends. Search finds words in both languages; a page in dark prints
// light; without scripts a lesson has its pictures. `-- --sample` opens one page or two of each kind, `-- REGEXP` those alone.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { BASE, ROOT } from '../content/place.mjs';

const OUT = join(ROOT, 'build', 'site');
const TYPES = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.html': 'text/html',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
};
const VIEWS = {
  en: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  zh: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
};
/** What is looked for, and a page that must be among the first five. */
const SEARCHES = [
  ['en', 'forget gate', 'lstm'],
  ['en', 'zoneout', 'recurrent'],
  ['zh', '遗忘门', 'lstm'],
  ['zh', '梯度裁剪', 'clip|scalar|scratch|exploding|bptt|glossary'],
  ['zh', '困惑度', 'perplexity|ngrams|glossary'],
];

/** Pages of each kind: with a figure that runs, with a cell's diagram, with drawings, long ones. */
const SAMPLE =
  /^\/(zh\/)?($|glossary|docs\/(cells|onnx)\/|api\/(metrics\/functions|unrolled\/tensor)\/|lessons\/($|(gru|count-ones-scalar|five-shapes)\/))/;

const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
if (chromiumPath === undefined) {
  console.log('skipped, for no Chromium is installed: axe, requests, widths, search and print of the site');
  process.exit(0);
}
if (!existsSync(join(OUT, 'index.html'))) {
  console.error('error[NOT_FOUND]: expected the site in build/site/, received none\nhelp: run npm run site first');
  process.exit(1);
}

const require = createRequire(join(ROOT, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const server = createServer((request, response) => {
  const path = decodeURIComponent(request.url.split('?')[0]);
  const file = join(OUT, path.slice(BASE.length - 1), path.endsWith('/') ? 'index.html' : '');
  if (!existsSync(file)) return response.writeHead(404).end();
  response
    .writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' })
    .end(readFileSync(file));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] });

let findings = 0;
/** At once, for a whole check takes minutes. */
function tell(finding) {
  findings++;
  console.log(finding);
}
const [asked] = process.argv.slice(2);
const isSample = asked === '--sample';
const only = isSample ? SAMPLE : new RegExp(asked ?? '');
const pages = readdirSync(OUT, { recursive: true })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('index.html') && !/^(zh\/)?studio/.test(name))
  .map((name) => `${BASE}${name.replace(/index\.html$/, '')}`)
  .filter((path) => only.test(path.replace(BASE, '/')))
  .sort();
/** Scrolls to everything that the table of contents watches, as a reader would in time. */
async function scrollThrough(page) {
  await page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (const element of document.querySelectorAll('main :is(h2, h3)[id] ~ *')) {
      element.scrollIntoView();
      await frame();
      await frame();
    }
  });
}

/** A live figure is there when it says what it shows. @returns what is wrong with it, or null */
async function runLive(page) {
  const live = page.locator('[data-live]');
  if ((await live.count()) === 0) return null;
  await live.scrollIntoViewIfNeeded();
  const says = () => document.querySelector('[data-live] [role=status]')?.textContent;
  const runs = await page.waitForFunction(says, null, { timeout: 90_000 }).catch(() => null);
  if (runs === null) return 'the live figure does not run';
  await live.evaluate((figure) => {
    for (const slider of figure.querySelectorAll('input[type=range]')) {
      for (const end of [slider.max, slider.min]) {
        slider.value = end;
        slider.dispatchEvent(new Event('input'));
      }
    }
  });
  return null;
}

for (const [language, view] of Object.entries(VIEWS)) {
  const context = await browser.newContext(view);
  const page = await context.newPage();
  let at = '';
  const found = (what) => tell(`${at}: ${what}`);
  page.on('pageerror', (error) => found(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) found(`asks for ${request.url()}`);
  });
  page.on('response', (response) => response.status() >= 400 && found(`${response.status()} for ${response.url()}`));
  for (const path of pages.filter((one) => one.startsWith(`${BASE}zh/`) === (language === 'zh'))) {
    at = path;
    await page.goto(origin + path);
    await scrollThrough(page);
    const wrong = await runLive(page);
    if (wrong) found(wrong);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wider > 0) found(`${wider} px wider than the screen`);
    // A picture is looked at as a whole: its parts are thousands.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run({ exclude: ['svg > *'] }));
    for (const { id, nodes } of violations) found(`${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 140)}`);
  }
  await context.close();
}

for (const [language, words, expected] of asked === undefined || isSample ? SEARCHES : []) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(origin + BASE + (language === 'zh' ? 'zh/' : ''));
  await page.click('button[data-open-modal]');
  await page.fill('dialog input[type="text"], dialog input[type="search"], .pagefind-ui__search-input', words);
  await page.waitForSelector('.pagefind-ui__result-link', { timeout: 10_000 }).catch(() => undefined);
  const links = await page.$$eval('.pagefind-ui__result-link', (all) =>
    all.slice(0, 5).map((a) => a.getAttribute('href')),
  );
  if (!links.some((href) => new RegExp(expected).test(href)))
    tell(`search for ${words}: ${links.join(', ') || 'nothing'}`);
  await page.close();
}

const dark = await browser.newPage({ colorScheme: 'dark' });
await dark.goto(origin + BASE);
const themes = await dark.evaluateHandle(() => {
  const { dataset } = document.documentElement;
  const seen = [dataset.theme];
  for (const event of ['beforeprint', 'afterprint']) addEventListener(event, () => seen.push(dataset.theme));
  return seen;
});
await dark.pdf();
const seen = (await themes.jsonValue()).join(', ');
if (seen !== 'dark, light, dark') tell(`themes before, in and after print: ${seen}`);

const bare = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
await bare.goto(`${origin}${pages.find((path) => path.includes('lessons/')) ?? BASE}`);
if ((await bare.locator('main').count()) !== 1) tell('without scripts: no main');

await browser.close();
server.close();
console.log(`${pages.length} pages, ${findings} findings`);
process.exit(findings > 0 ? 1 : 0);

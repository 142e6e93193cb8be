// The lessons: each is the page that `unrolled reproduce --report` writes of a stored result, in the frame of the site.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { withLinks } from './books.mjs';
import { plain, withAnchors } from './headings.mjs';
import { LIVE } from './live.mjs';
import { address, built, LANGUAGES, ROOT, SITE } from './place.mjs';
import { studioLink } from './studio.mjs';
import { WORDS } from './words.mjs';

const { experimentReport } = await built('reproduce/report.js');
const { textHash } = await built('cli/reproduce/results.js');
const { readLesson } = await built('cli/reproduce/lessons.js');
const { plainText } = await built('drawing/pages/plainText.js');
const { lessonMap } = await built('drawing/networks/lessonMap.js');
export const { CHAPTERS } = await built('experiments/index.js');

/** Results of the last runs, as `unrolled reproduce --results site/results` leaves them. */
const RESULTS = join(SITE, 'results');

/** All lessons in the order of the course; those without a result are left out. */
export const LESSONS = CHAPTERS.flatMap((chapter) =>
  chapter.experiments.flatMap((experiment) => {
    const stored = readResult(experiment.name);
    return stored === null ? [] : [{ chapter, experiment, stored, path: `lessons/${experiment.name}` }];
  }),
);

function readResult(name) {
  const file = join(RESULTS, `${name}.json.gz`);
  return existsSync(file) ? JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) : null;
}

/** Names of lessons whose text has changed since they ran. */
export function olderThanText() {
  return LESSONS.filter(({ experiment, stored }) => stored.text !== textHash(experiment)).map((l) => l.experiment.name);
}

function codeOf({ chapter, experiment }) {
  const sources = join(ROOT, 'experiments');
  return experiment.code.map((file) => {
    const path = resolve(sources, chapter.folder, file);
    return { name: relative(sources, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') };
  });
}

/** The program of each lesson in each language, and what it prints. */
const PROGRAMS = Object.fromEntries(
  await Promise.all(
    LANGUAGES.map(async (language) => {
      const own = LESSONS.map(async ({ experiment: { name } }) => [name, await readLesson(name, CHAPTERS, language)]);
      return [language, new Map(await Promise.all(own))];
    }),
  ),
);

const TITLES = Object.fromEntries(LESSONS.map(({ experiment }) => [experiment.name, experiment.text.title]));

/** What results that were stored before lessons had these parts do not say. */
const WITHOUT = { set: {}, picture: null, codeAt: 0, findings: [] };

/** The figure that runs in the page, and where the lesson goes on. */
function closing(name, language) {
  const live = name in LIVE ? `<section class="live" data-live="${LIVE[name]}" hidden></section>` : '';
  return live + studioLink(name, language);
}

function report(lesson, language) {
  const { experiment, stored } = lesson;
  return experimentReport(
    { ...WITHOUT, ...stored, experiment },
    {
      language,
      backend: stored.backend,
      code: codeOf(lesson),
      lesson: PROGRAMS[language].get(experiment.name),
      command: `unrolled reproduce ${experiment.name}${stored.quick ? ' --quick' : ''} --report pages`,
      index: 'index.html',
      titles: TITLES,
      // Before the code: Starlight's contents look for the heading of what is scrolled to by going back through every element, one
      // call deep for each, and the thousands of a long listing overflow the stack.
      closing: closing(experiment.name, language),
      others: [],
    },
  );
}

/** The rules of the reports, for what is inside a lesson; dark where the reader chose the dark theme. */
export function lessonStyle() {
  const [, style] = /<style>([\s\S]*?)<\/style>\n<\/head>/.exec(report(LESSONS[0], 'en'));
  return `.lesson {\n${style.replaceAll('@media (prefers-color-scheme: dark)', ":root[data-theme='dark'] &")}\n}\n`;
}

/** What stands in a report, with addresses and themes of the site. */
function inSite(html, language) {
  return html
    .replace(/href="([\w-]+)\.html"/g, (whole, name) =>
      name in TITLES ? `href="${address(`lessons/${name}`, language)}"` : whole,
    )
    .replaceAll('@media (prefers-color-scheme: dark)', ":root[data-theme='dark']");
}

function lessonPage(lesson, language) {
  const { experiment, stored, path } = lesson;
  const html = report(lesson, language);
  const [, body] = /<main>\s*<h1>[\s\S]*?<\/h1>([\s\S]*)<\/main>/.exec(html);
  const { html: anchored, headings } = withAnchors(inSite(body, language));
  // The first paragraph has the source, when, how long and where.
  const withSources = anchored.replace(/<p class="muted">([\s\S]*?)<\/p>/, (_, facts) => {
    const [source, ...rest] = facts.split(' · ');
    return `<p class="muted">${[withLinks(source), ...rest].join(' · ')}</p>`;
  });
  return {
    path,
    language,
    title: experiment.text.title[language],
    description: plain(plainText(experiment.text.idea[language]).replaceAll('`', '')).slice(0, 160),
    html: `<div class="lesson not-content"><div class="page">${withSources}</div></div>`,
    headings,
    short: stored.quick,
  };
}

const card = (href, title, text) => `<li class="card"><a href="${href}">${title}</a>${text}</li>`;
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The course as cards, chapter by chapter, and as a map of what needs what. */
function coursePage(language) {
  const t = (key) => WORDS[key][language];
  const sections = CHAPTERS.flatMap((chapter, i) => {
    const own = LESSONS.filter((lesson) => lesson.chapter === chapter);
    if (own.length === 0) return [];
    const cards = own.map(({ experiment, path }) => {
      const idea = escape(firstSentence(experiment.text.idea[language], language));
      return card(address(path, language), escape(experiment.text.title[language]), `<p>${idea}</p>`);
    });
    return `<h2>${escape(chapter.title[language])}</h2>\n<ul class="cards" style="--chapter: var(--c${i % 6})">${cards.join('\n')}</ul>`;
  });
  const map = lessonMap(
    LESSONS.map(({ chapter, experiment, path }) => ({
      name: experiment.name,
      title: experiment.text.title[language],
      href: address(path, language),
      needs: experiment.needs ?? [],
      colour: CHAPTERS.indexOf(chapter),
    })),
    t('map'),
  );
  const intro = `<p>${t('courseIntro')}</p>`;
  const drawn = `<h2>${t('map')}</h2><p>${t('mapIntro')}</p><div class="scroll" tabindex="0" role="region" aria-label="${t('map')}">${map}</div>`;
  const { html, headings } = withAnchors([intro, ...sections, drawn].join('\n'));
  return {
    path: 'lessons',
    language,
    title: t('course'),
    description: t('courseIntro'),
    html: `<div class="lesson not-content"><div class="page">${html}</div></div>`,
    headings,
  };
}

/** Without marks of Markdown. */
function firstSentence(markdown, language) {
  const text = plainText(markdown).replaceAll('`', '');
  const end = language === 'zh' ? text.indexOf('。') : text.search(/[.:](\s|$)/);
  return end < 0 ? text : text.slice(0, end + 1).replace(/:$/, '.');
}

export function lessonPages() {
  return LANGUAGES.flatMap((language) => [
    coursePage(language),
    ...LESSONS.map((lesson) => lessonPage(lesson, language)),
  ]);
}

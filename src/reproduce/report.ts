// The page of an experiment and the index of all: results in, HTML out.
import { CODE_STYLE, codeHtml } from '../drawing/pages/code.js';
import { levelVariables } from '../drawing/colourScale.js';
import { lessonMap, MAP_STYLE } from '../drawing/networks/lessonMap.js';
import { htmlPage, type Section } from '../drawing/pages/htmlPage.js';
import { markdownHtml } from '../drawing/pages/markdown.js';
import { escapeXml, formatSeconds } from '../drawing/svg.js';
import type { Chapter, Experiment } from './experiment.js';
import { inLanguage, type Language, type Message } from './messages.js';
import { checkTable, exercisesHtml, translator } from './parts.js';
import { type ExperimentResult, passed } from './run.js';
import { WORDS } from './words.js';

const HTML_LANGUAGE = { en: 'en', zh: 'zh-Hans' } as const satisfies Record<Language, string>;

const STYLE = `${CODE_STYLE}${levelVariables('.page')}${MAP_STYLE}
.page:lang(zh), :lang(zh) :is(blockquote, figure text) { font-family: system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif; }
:lang(zh) em { font-style: normal; font-weight: 600; }
a { color: var(--c0); }
nav { display: flex; gap: 1.5rem; margin-bottom: 1.2rem; font-size: 0.9rem; }
math[display='block'] { margin: 0.9rem 0; overflow-x: auto; overflow-y: hidden; }
.short { white-space: nowrap; }
.index { table-layout: fixed; width: 100%; }
.index th:nth-child(1) { width: 42%; }
.index th:nth-child(3) { width: 6.5rem; }
.index th:nth-child(4) { width: 7rem; }
.index .number { white-space: nowrap; }
.finding { margin: 0.9rem 0 1.3rem; padding-left: 0.9rem; border-left: 3px solid var(--c2); }
.cell { display: grid; grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); gap: 0.8rem 1.6rem; align-items: center; }
.cell > div { min-width: 0; }
.cell > div:last-child { grid-column: 1 / -1; }
.cell pre { white-space: pre-wrap; font-size: 0.8rem; }
@media (max-width: 760px) { .cell { grid-template-columns: minmax(0, 1fr); } }
.question { margin: 1.4rem 0; font-size: 1.15rem; line-height: 1.5; }
details { margin: 0.4rem 0 0.9rem; }
summary { cursor: pointer; font-size: 0.9rem; }
details.checks { margin: 0.2rem 0 1.2rem; }
details .scroll { margin-top: 0.4rem; }
.exercise { margin: 1.4rem 0 2rem; }
.exercise h3 { margin: 0 0 0.4rem; font-size: 0.95rem; }
.notations { margin: 0.4rem 0 1.4rem; }
@media (max-width: 640px) { .notations :is(th, td) { padding-right: 0.8rem; } .notations td:last-child { min-width: 12rem; } }
.verdict { font-weight: 600; }
.ok { color: var(--c2); }
.bad, tr.bad td { color: #c62828; font-weight: 600; }
@media (prefers-color-scheme: dark) { .bad, tr.bad td { color: #ff7b72; } }`;

export interface ReportOptions {
  language: Language;
  /** Which one computed, for people. */
  backend: string;
  /** The text of each file that made it up. */
  code: readonly { name: string; text: string }[];
  /** The program of the lesson in TypeScript, and what it prints; null where it has none. */
  lesson?: { text: string; prints: string } | null;
  command: string;
  /** HTML that ends the lesson, before its command and the code of the experiment. */
  closing?: string;
  /** The address of the index, where there is one. */
  index: string | null;
  /** The titles of other experiments, by name. */
  titles?: Readonly<Record<string, Message>>;
  /** The lesson of the studio that it is about. */
  studioLesson?: string;
  /** The address of the studio, where it lies beside the page; it ends with a slash. */
  studio?: string | null;
  /** The same page in other languages. */
  others: readonly { language: Language; href: string }[];
}

const NAMES = { en: 'English', zh: '中文' } as const satisfies Record<Language, string>;

/** One lesson: question, picture, idea, formulas, code, what the experiment said and drew with its checks, what was seen, exercises. */
export function experimentReport(result: ExperimentResult, options: ReportOptions): string {
  const { experiment, checks, blocks, codeAt, error, quick } = result;
  const { language } = options;
  // The frame's words alone: an experiment may have keys of the same names.
  const t = translator(experiment.name, WORDS, language);
  const { title, question, idea } = experiment.text;
  const facts = [
    inLanguage(experiment.source, language),
    formatSeconds(result.seconds),
    t('seedIs', { seed: String(result.seed) }),
    backendIn(options.backend, language),
  ];
  const changed = Object.entries(result.set)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  const said = (from: number, to?: number): string =>
    blocks
      .slice(from, to)
      .map((block) => block[language])
      .join('\n');
  const sections: Section[] = [
    {
      html: [
        `<p class="muted">${escapeXml(facts.join(' · '))}</p>`,
        ...(quick ? [markdownHtml(t('quickRun'))] : []),
        ...(changed === '' ? [] : [markdownHtml(t('settingsChanged', { settings: changed }))]),
        ...readBefore(experiment, options),
        ...toTry(options),
        ...(question ? [`<div class="question">${markdownHtml(question[language])}</div>`] : []),
        ...(result.picture ? [result.picture[language]] : []),
        markdownHtml(idea[language]),
        said(0, codeAt),
      ].join('\n'),
    },
    ...lessonSection(experiment, options),
    { html: said(codeAt) },
  ];
  if (error) {
    const lines = escapeXml(`error[${error.code}]: ${error.message}\nhelp: ${error.help}`);
    sections.push({ heading: t('broke'), html: `<pre class="bad" tabindex="0">${lines}</pre>` });
  }
  const found = result.findings.map((finding) => `<li>${finding[language]}</li>`);
  sections.push({
    heading: t(found.length > 0 ? 'saw' : 'checks'),
    html: [
      ...(found.length > 0 ? [`<ul>${found.join('\n')}</ul>`] : []),
      verdict(result, language),
      folded(t('allChecks'), checkTable(checks, language)),
    ].join('\n'),
  });
  const { exercises = [] } = experiment;
  if (exercises.length > 0) {
    sections.push({
      heading: t('exercises'),
      html: `${markdownHtml(t('exercisesNote'))}\n${exercisesHtml(exercises, language)}`,
    });
  }
  const files = options.code.map(({ name, text }) => `<p class="when">${escapeXml(name)}</p>\n${codeHtml(text)}`);
  sections.push({
    html: [
      ...(options.closing ? [options.closing] : []),
      `<p class="muted">${escapeXml(t('again'))}</p>\n<pre tabindex="0">${escapeXml(options.command)}</pre>`,
      folded(t('experimentCode'), `${markdownHtml(t('codeNote'))}\n${files.join('\n')}`),
    ].join('\n'),
  });
  return page(
    title[language],
    sections,
    language,
    options.index === null ? [] : [{ href: options.index, text: t('allExperiments') }],
    options.others,
  );
}

export interface IndexOptions extends Pick<ReportOptions, 'language' | 'backend' | 'others'> {
  /** The page of an experiment. */
  href(name: string): string;
}

/** All chapters; experiments that did not run are not named. */
export function indexReport(
  chapters: readonly Chapter[],
  results: readonly ExperimentResult[],
  options: IndexOptions,
): string {
  const { language } = options;
  const t = translator('index', WORDS, language);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const bad = results.filter((result) => !passed(result)).length;
  const count = results.reduce((sum, { checks }) => sum + checks.length, 0);
  const state = bad === 0 ? t('allPassed') : t('failed', { count: bad });
  const sections: Section[] = [
    {
      html: [
        markdownHtml(t('indexIdea')),
        ...(results.some(({ quick }) => quick) ? [markdownHtml(t('quickRun'))] : []),
        `<p><span class="verdict ${bad === 0 ? 'ok' : 'bad'}">${escapeXml(state)}</span> <span class="muted">· ${escapeXml(
          [t('checkCount', { count }), formatSeconds(seconds), backendIn(options.backend, language)].join(' · '),
        )}</span></p>`,
      ].join('\n'),
    },
  ];
  const lessons = chapters.flatMap((chapter, colour) =>
    chapter.experiments
      .filter((experiment) => results.some((result) => result.experiment.name === experiment.name))
      .map(({ name, text, needs = [] }) => ({
        name,
        title: text.title[language],
        href: options.href(name),
        needs,
        colour,
      })),
  );
  if (lessons.length > 2) {
    sections.push({
      heading: t('map'),
      html: `${markdownHtml(t('mapIdea'))}\n<div class="scroll" tabindex="0">${lessonMap(lessons, t('map'))}</div>`,
    });
  }
  const known = new Set(chapters.flatMap(({ experiments }) => experiments));
  const own = results.map(({ experiment }) => experiment).filter((experiment) => !known.has(experiment));
  for (const chapter of [...chapters, { title: WORDS.own, experiments: own }]) {
    const ran = results.filter(({ experiment }) => chapter.experiments.includes(experiment));
    if (ran.length === 0) continue;
    const rows = ran.map((result) => {
      const { experiment, checks } = result;
      const ok = passed(result);
      const good = checks.filter((check) => check.ok).length;
      return `<tr><td><a href="${escapeXml(options.href(experiment.name))}">${escapeXml(experiment.text.title[language])}</a><br><code class="muted">${escapeXml(experiment.name)}</code></td><td class="muted">${escapeXml(inLanguage(experiment.source, language))}</td><td class="number ${ok ? 'ok' : 'bad'}">${ok ? '✓' : '✗'} ${good} / ${checks.length}</td><td class="number">${escapeXml(formatSeconds(result.seconds))}</td></tr>`;
    });
    const heads = [t('experiment'), t('source'), t('checks'), t('time')];
    const head = heads.map((text, i) => `<th scope="col"${i > 1 ? ' class="number"' : ''}>${escapeXml(text)}</th>`);
    sections.push({
      heading: chapter.title[language],
      html: `<div class="scroll" tabindex="0"><table class="index"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`,
    });
  }
  return page(t('indexTitle'), sections, language, [], options.others);
}

function folded(label: string, html: string): string {
  return `<details class="more"><summary>${escapeXml(label)}</summary>\n${html}</details>`;
}

/** The program of the lesson and what it prints, where there is one. */
function lessonSection({ name }: Experiment, { language, lesson }: ReportOptions): Section[] {
  if (!lesson) return [];
  const t = translator(name, WORDS, language);
  const prints = lesson.prints.trimEnd();
  return [
    {
      heading: t('lessonCode'),
      html: [
        markdownHtml(t('lessonNote', { name })),
        codeHtml(lesson.text.trimEnd()),
        ...(prints === ''
          ? []
          : [`<p class="when">${escapeXml(t('prints'))}</p>\n<pre tabindex="0">${escapeXml(prints)}</pre>`]),
      ].join('\n'),
    },
  ];
}

/** Links to what should have been read, where there are such pages. */
function readBefore({ name, needs = [] }: Experiment, { language, titles, index }: ReportOptions): string[] {
  const known = needs.flatMap((other) => {
    const title = titles?.[other]?.[language];
    if (title === undefined) return [];
    // Without an index the page stands alone, and its neighbours may not exist.
    return index === null ? escapeXml(title) : `<a href="${escapeXml(other)}.html">${escapeXml(title)}</a>`;
  });
  const t = translator(name, WORDS, language);
  return known.length === 0 ? [] : [`<p class="muted">${escapeXml(t('readBefore'))} ${known.join(' · ')}</p>`];
}

/** The lesson of the studio: a link where the studio lies beside, else the command that opens it. */
function toTry({ language, studioLesson, studio }: ReportOptions): string[] {
  if (studioLesson === undefined) return [];
  const t = translator('studio', WORDS, language);
  const hash = `#lesson=${studioLesson}.0${language === 'en' ? '' : `&language=${language}`}`;
  const way =
    studio == null
      ? `<code>unrolled studio</code>, <code>${escapeXml(hash)}</code>`
      : `<a href="${escapeXml(studio + hash)}">${escapeXml(studioLesson)}</a>`;
  return [`<p class="muted">${escapeXml(t('inTheStudio'))} ${way}</p>`];
}

/** `native (avx512, 2 threads)`, in the page's language. */
function backendIn(backend: string, language: Language): string {
  if (language === 'en') return backend;
  const names: Record<string, string> = { native: '原生后端', wasm: 'WebAssembly 后端', reference: '参考后端' };
  return backend
    .replace(
      /^(\w+) \((.*)\)$/,
      (_, name: string, rest: string) => `${names[name] ?? name}（${rest.replaceAll(', ', '，')}）`,
    )
    .replace(/(\d+) threads?/, '$1 线程');
}

function verdict(result: ExperimentResult, language: Language): string {
  const t = translator('checks', WORDS, language);
  const bad = result.checks.filter(({ ok }) => !ok).length;
  const text = bad > 0 ? t('failed', { count: bad }) : result.error ? t('broke') : t('allPassed');
  return `<p class="verdict ${passed(result) ? 'ok' : 'bad'}">${escapeXml(text)}</p>`;
}

function page(
  title: string,
  sections: Section[],
  language: Language,
  links: readonly { href: string; text: string }[],
  others: ReportOptions['others'],
): string {
  const all = [
    ...links.map(({ href, text }) => `<a href="${escapeXml(href)}">${escapeXml(text)}</a>`),
    ...others.map(
      (o) => `<a href="${escapeXml(o.href)}" hreflang="${HTML_LANGUAGE[o.language]}">${NAMES[o.language]}</a>`,
    ),
  ];
  return htmlPage({ title, sections, nav: all.join(''), style: STYLE, language: HTML_LANGUAGE[language] });
}

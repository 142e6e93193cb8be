// The lessons: which there are, and the page of the one that is open.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CellData } from 'unrolled';
import type { Lesson } from '../lessons.js';
import { LESSON_TITLES } from '../lessonTitles.js';
import type { TextSource } from '../messages.js';
import type { RunSettings } from '../settings.js';
import { cellData, changeText, changeView, notice, settings, text, view } from '../state.js';
import { language, say } from '../words.js';

/** null until one is opened. */
const loaded = signal<readonly Lesson[] | null>(null);

/** Whether the page lies beside the reports of the course, as a folder among them. */
const IS_BESIDE = /\/studio\/(?:index\.html)?$/.test(location.pathname);

async function load(): Promise<void> {
  try {
    loaded.value ??= (await import('../lessons.js')).LESSONS;
  } catch {
    notice(say('notLoaded', { what: say('lessons') }));
  }
}

/** The lesson of `state.2`, and its page from 0. */
function openLesson() {
  const [id, at = '0'] = view.value.lesson.split('.');
  const lesson = loaded.value?.find((one) => one.id === id);
  const known = LESSON_TITLES.find((one) => one.id === id);
  if (lesson === undefined || known === undefined) return null;
  return { ...known, lesson, page: Math.max(0, Math.min(lesson.pages.length - 1, Number.parseInt(at, 10) || 0)) };
}

/** A text of the user's own, which lessons put others in place of: it comes back after them. */
let own: { text: TextSource; settings: RunSettings; cell: CellData | null } | null = null;

function keepOwn(): void {
  if (view.value.lesson !== '' || text.value.kind !== 'given') return;
  own = { text: text.value, settings: settings.value, cell: cellData.value };
}

function endLesson(): void {
  changeView({ lesson: '' });
  if (own === null) return;
  cellData.value = own.cell;
  changeText(own.text, own.settings);
  own = null;
}

async function go(id: string, page: number): Promise<void> {
  await load();
  keepOwn();
  changeView({ lesson: `${id}.${page}` });
  const reached = loaded.value?.find((lesson) => lesson.id === id)?.pages[page];
  reached?.act?.();
  // After the panel was drawn anew.
  if (reached !== undefined) requestAnimationFrame(() => document.getElementById(reached.panel)?.scrollIntoView());
}

export function LessonsPanel() {
  const lang = language();
  const open = openLesson();
  const isWanted = view.value.lesson !== '';
  useEffect(() => {
    if (isWanted) void load();
  }, [isWanted]);
  if (open === null) {
    return (
      <div class="lessons">
        <h2>{say('lessons')}</h2>
        {LESSON_TITLES.map(({ id, title, short }) => (
          <button
            type="button"
            key={id}
            title={title[lang]}
            onClick={() => {
              void go(id, 0);
            }}
          >
            {short[lang]}
          </button>
        ))}
      </div>
    );
  }
  const { lesson, title, page, experiment } = open;
  const { pages } = lesson;
  return (
    <div class="lesson">
      <div class="heading">
        <h2>{title[lang]}</h2>
        <span class="facts">{say('pageOf', { n: page + 1, all: pages.length })}</span>
        <button type="button" class="quiet" onClick={endLesson}>
          {say('end')}
        </button>
      </div>
      <p aria-live="polite">{pages[page].text[lang]}</p>
      <div class="buttons">
        <button
          type="button"
          disabled={page === 0}
          onClick={() => {
            void go(lesson.id, page - 1);
          }}
        >
          {say('back')}
        </button>
        <button
          type="button"
          class="main-button"
          disabled={page === pages.length - 1}
          onClick={() => {
            void go(lesson.id, page + 1);
          }}
        >
          {say('next')}
        </button>
        {page === pages.length - 1 && (
          <span class="facts">
            {say('inTheCourse')}{' '}
            {IS_BESIDE ? (
              <a href={`../${experiment}.html`}>{experiment}</a>
            ) : (
              <code>unrolled reproduce {experiment}</code>
            )}
          </span>
        )}
      </div>
    </div>
  );
}

// The lessons: which there are, and the page of the one that is open.
import { LESSONS } from '../lessons.js';
import { changeView, view } from '../state.js';
import { language, say } from '../words.js';

/** The lesson of `state.2`, and its page from 0. */
function openLesson() {
  const [id, at = '0'] = view.value.lesson.split('.');
  const lesson = LESSONS.find((one) => one.id === id);
  const page = Math.max(0, Math.min((lesson?.pages.length ?? 1) - 1, Number.parseInt(at, 10) || 0));
  return lesson === undefined ? null : { lesson, page };
}

function go(id: string, page: number): void {
  changeView({ lesson: `${id}.${page}` });
  LESSONS.find((lesson) => lesson.id === id)?.pages[page]?.act?.();
}

export function LessonsPanel() {
  const lang = language();
  const open = openLesson();
  if (open === null) {
    return (
      <div class="lessons">
        <h2>{say('lessons')}</h2>
        {LESSONS.map(({ id, title }) => (
          <button
            type="button"
            key={id}
            onClick={() => {
              go(id, 0);
            }}
          >
            {title[lang]}
          </button>
        ))}
      </div>
    );
  }
  const { lesson, page } = open;
  const { pages } = lesson;
  return (
    <div class="lesson">
      <div class="heading">
        <h2>{lesson.title[lang]}</h2>
        <span class="facts">{say('pageOf', { n: page + 1, all: pages.length })}</span>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            changeView({ lesson: '' });
          }}
        >
          {say('end')}
        </button>
      </div>
      <p aria-live="polite">{pages[page].text[lang]}</p>
      <div class="buttons">
        <button
          type="button"
          disabled={page === 0}
          onClick={() => {
            go(lesson.id, page - 1);
          }}
        >
          {say('back')}
        </button>
        <button
          type="button"
          class="main-button"
          disabled={page === pages.length - 1}
          onClick={() => {
            go(lesson.id, page + 1);
          }}
        >
          {say('next')}
        </button>
      </div>
    </div>
  );
}

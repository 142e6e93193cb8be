// The frame of the page: the bar at the top, and the panels in their places.
import { useEffect } from 'preact/hooks';
import { copyLink } from './address.js';
import { takeFiles } from './files.js';
import { LatePanel } from './latePanel.js';
import { type Panel, PANELS } from './panels.js';
import { changeView, failure, notice, notices, run, view } from './state.js';
import { theme, toggleTheme } from './theme.js';
import { language, say } from './words.js';

export function App() {
  const lang = language();
  useEffect(() => {
    document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en';
    document.title = say('title');
  }, [lang]);
  useEffect(() => {
    const over = (event: DragEvent): void => {
      event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      void takeFiles(event.dataTransfer?.files ?? null);
    };
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, []);
  const at = (place: Panel['place']) => PANELS.filter((panel) => panel.place === place);
  return (
    <>
      <a class="skip" href="#training" onClick={skipTo}>
        {say('skip')}
      </a>
      <Bar />
      <div class="frame">
        <aside class="side">
          {at('side').map((panel) => (
            <Shown key={panel.id} panel={panel} />
          ))}
        </aside>
        <main class="main">
          <Messages />
          {at('top').map((panel) => (
            <Shown key={panel.id} panel={panel} />
          ))}
          <div class="halves">
            {at('half').map((panel) => (
              <Shown key={panel.id} panel={panel} />
            ))}
          </div>
          {at('whole').map((panel) => (
            <Shown key={panel.id} panel={panel} />
          ))}
        </main>
      </div>
    </>
  );
}

/** The address is the page's own: a link within it would overwrite it. */
function skipTo(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#training button')?.focus();
}

/** On a phone the settings stand below all else. */
function toSettings(event: Event): void {
  event.preventDefault();
  document.getElementById('setup')?.scrollIntoView();
  document.getElementById('text-name')?.focus({ preventScroll: true });
}

function Shown({ panel }: { panel: Panel }) {
  const { id, view: View, isThere } = panel;
  if (isThere?.() === false) return null;
  return (
    <section id={id} class={`panel at-${panel.place}`} aria-label={say(panel.title)}>
      {typeof View === 'function' ? (
        <View />
      ) : (
        <LatePanel late={View} title={say(panel.title)} atOnce={isThere !== undefined} />
      )}
    </section>
  );
}

function Bar() {
  const dark = theme.value === 'dark';
  return (
    <header class="bar">
      <h1>
        Unrolled <span>{say('title').replace('Unrolled ', '')}</span>
      </h1>
      <div class="actions">
        <a class="to-settings" href="#setup" onClick={toSettings}>
          {say('settings')}
        </a>
        <button type="button" onClick={() => void copyLink().then(notice)}>
          {say('share')}
        </button>
        <button
          type="button"
          lang={view.value.language === 'en' ? 'zh-Hans' : 'en'}
          onClick={() => {
            changeView({ language: view.value.language === 'en' ? 'zh' : 'en' });
          }}
        >
          {say('language')}
        </button>
        <button type="button" aria-pressed={dark} onClick={toggleTheme}>
          {say('dark')}
        </button>
      </div>
    </header>
  );
}

/** Errors and notices, where a screen reader hears them. */
function Messages() {
  const { value: failed } = failure;
  return (
    <div class="messages" role="status">
      {failed !== null && (
        <p class="failure" lang="en">
          <strong>{failed.code}</strong> {failed.message}
          {failed.help !== '' && <span class="help">{failed.help}</span>}
        </p>
      )}
      {notices.value.map((text, i) => (
        <p key={i} class="notice">
          {text}
        </p>
      ))}
      {(failed !== null || notices.value.length > 0) && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            notices.value = [];
            run.value = { ...run.value, failure: null };
          }}
        >
          {say('close')}
        </button>
      )}
    </div>
  );
}

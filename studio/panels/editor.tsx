// The equations of a cell in an editor, compiled as one types, with formula, diagram and cost beside it.
import { useEffect, useRef } from 'preact/hooks';
import type { CellEditor } from './cellEditor.js';
import { PictureButtons } from './pictureButtons.js';
import { say } from '../lateWords.js';
import { changeCell, changeView, compiled, draft, equations, run, send, view } from '../state.js';
import { count, language } from '../words.js';

export function EditorPanel() {
  const { editor: open } = view.value;
  // The equations are those of a network; once there was one, what is typed stays.
  const began = useRef(false);
  began.current ||= run.value.facts !== null;
  return (
    <>
      <div class="heading">
        <h2>{say('editor')}</h2>
        <button
          type="button"
          aria-expanded={open}
          disabled={run.value.facts === null}
          onClick={() => changeView({ editor: !open })}
        >
          {open ? say('close') : say('editorOpen')}
        </button>
      </div>
      {open && began.current && <Editor />}
    </>
  );
}

/** Milliseconds after a letter. */
const WAIT = 120;

/** What a stage does, as the library says it, in Chinese. */
function inChinese(what: string): string {
  return what
    .replace(/(\d+) instructions to /, '$1 条指令，得到 ')
    .replace(/(\S+) before/g, '前一步的 $1')
    .replace(/^gradient of (\S+) by (\S+)/, '由 $2 得 $1 的梯度')
    .replace(/^gradient of (\S+)/, '$1 的梯度')
    .replace(/^gradient · /, '梯度 · ')
    .replace(/^rows of (\S+)/, '$1 的行')
    .replace(/\(operand of (.*?)\)/, '（$1 的操作数）')
    .replace(/(\d+) heads/, '$1 个头')
    .replace(/(\d+) more/, '另外 $1 个')
    .replaceAll('an operand', '一个操作数')
    .replaceAll('a sum', '一个和')
    .replaceAll('a value for later', '留待后用的值');
}

function Editor() {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<HTMLDivElement>(null);
  const editor = useRef<CellEditor | null>(null);
  const found = compiled.value;
  /** Whether what was compiled is not known to be the network's. */
  const isDraft = useRef(draft.value !== null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    compiled.value = null;
    void import('./cellEditor.js').then(({ makeEditor }) => {
      if (gone || box.current === null) return;
      editor.current = makeEditor(box.current, say('equations'), (source) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          send({ type: 'compile', source });
        }, WAIT);
      });
      // That of a link comes once.
      send({ type: 'compile', source: draft.value });
      draft.value = null;
    });
    return () => {
      gone = true;
      clearTimeout(timer);
      editor.current?.destroy();
      editor.current = null;
    };
  }, []);
  useEffect(() => {
    if (found === null || editor.current === null) return;
    if (editor.current.text() === '') editor.current.setText(found.text);
    if (!isDraft.current) equations.value ??= found.text;
    isDraft.current = true;
    if (editor.current.text() === found.text) editor.current.mark(found.kind === 'error' ? found.place : null);
  }, [found]);
  return (
    <div class="unit-parts cell-editor">
      <div>
        <div ref={box} />
        <p class="cell-error" role="status" lang="en">
          {found?.kind === 'error' && (
            <>
              {found.message} <span class="help">{found.help}</span>
            </>
          )}
        </p>
        <button
          type="button"
          class="main-button"
          disabled={found?.kind !== 'cell'}
          onClick={() => {
            if (found?.kind === 'cell') changeCell(found.data.name, found.data);
          }}
        >
          {say('useCell')}
        </button>
      </div>
      {found?.kind === 'cell' && (
        <div>
          {found.diagram !== '' && (
            <>
              <div ref={drawn} class="cell-diagram" dangerouslySetInnerHTML={{ __html: found.diagram }} />
              <PictureButtons name="diagram" title={say('editor')} of={drawn} />
            </>
          )}
          <div class="cell-formula" tabIndex={0} dangerouslySetInnerHTML={{ __html: found.formula }} />
          <details>
            <summary>LaTeX</summary>
            <pre tabIndex={0}>{found.latex}</pre>
          </details>
          <h3>{say('stages')}</h3>
          <p class="facts">
            {say('costs', {
              parameters: count(found.parameters),
              flops: count(found.flops),
              bytes: count(Math.round(found.bytes)),
            })}
          </p>
          <table class="list stages">
            <tbody>
              {found.stages.map(({ when, kind, what, flops }, i) => (
                <tr key={i}>
                  <th scope="row">{say(`stage.${when}`)}</th>
                  <td>{say(`stage.${kind}`)}</td>
                  <td>{language() === 'zh' ? inChinese(what) : what}</td>
                  <td>{count(flops)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

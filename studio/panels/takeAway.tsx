// What one takes away: the model as a file, the command and the program that do the same.
import { useEffect } from 'preact/hooks';
import { changesOf } from '../changes.js';
import { giveFile } from '../files.js';
import { changeView, equations, onMessage, run, send, settings, text, view } from '../state.js';
import { shellCommand, typescriptProgram } from '../same.js';
import { say } from '../words.js';

onMessage((message) => {
  if (message.type === 'saved') giveFile(message.name, message.bytes as BlobPart, 'application/octet-stream');
});

export function TakeAway() {
  const { code: shown } = view.value;
  const { facts, progress, machine } = run.value;
  const isOwn = facts?.ownCell === true;
  useEffect(() => {
    if (shown !== 'none' && isOwn && equations.value === null) send({ type: 'equations' });
  }, [shown, isOwn, run.value.id]);
  const same = {
    ...{ settings: settings.value, text: text.value, step: progress?.step ?? 1, facts, changes: changesOf(machine) },
    equations: isOwn ? (equations.value ?? '') : null,
  };
  const isKnown = !isOwn || equations.value !== null;
  const code = !isKnown
    ? '…'
    : shown === 'shell'
      ? shellCommand(same)
      : shown === 'typescript'
        ? typescriptProgram(same)
        : '';
  const toggle = (what: 'shell' | 'typescript') => (): void => {
    changeView({ code: shown === what ? 'none' : what });
  };
  return (
    <fieldset>
      <legend>{say('takeAway')}</legend>
      <div class="buttons column">
        <button
          type="button"
          disabled={facts === null}
          onClick={() => {
            send({ type: 'save', what: 'model' });
          }}
        >
          {say('save')}
        </button>
        <button
          type="button"
          disabled={facts === null}
          onClick={() => {
            send({ type: 'save', what: 'text' });
          }}
        >
          {say('saveText')}
        </button>
        <button type="button" aria-expanded={shown === 'shell'} onClick={toggle('shell')}>
          {say('shell')}
        </button>
        {shown === 'shell' && <pre tabIndex={0}>{code}</pre>}
        <button type="button" aria-expanded={shown === 'typescript'} onClick={toggle('typescript')}>
          {say('typescript')}
        </button>
        {shown === 'typescript' && <pre tabIndex={0}>{code}</pre>}
      </div>
    </fieldset>
  );
}

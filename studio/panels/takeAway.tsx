// What one takes away: the model as a file, the command and the program that do the same.
import { useState } from 'preact/hooks';
import { giveFile } from '../files.js';
import { onMessage, run, send, settings, text } from '../state.js';
import { shellCommand, typescriptProgram } from '../same.js';
import { say } from '../words.js';

onMessage((message) => {
  if (message.type === 'saved') giveFile(message.name, message.bytes as BlobPart, 'application/octet-stream');
});

export function TakeAway() {
  const [shown, setShown] = useState<'shell' | 'typescript' | null>(null);
  const { facts, progress } = run.value;
  const same = { settings: settings.value, text: text.value, step: progress?.step ?? 1, facts };
  const code = shown === 'shell' ? shellCommand(same) : shown === 'typescript' ? typescriptProgram(same) : '';
  const toggle = (what: 'shell' | 'typescript') => (): void => {
    setShown(shown === what ? null : what);
  };
  return (
    <fieldset>
      <legend>{say('takeAway')}</legend>
      <div class="buttons column">
        <button
          type="button"
          disabled={facts === null}
          onClick={() => {
            send({ type: 'save' });
          }}
        >
          {say('save')}
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

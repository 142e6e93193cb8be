// What one takes away: the model as a file, the command and the program that do the same.
import { useEffect } from 'preact/hooks';
import { changesOf } from '../changes.js';
import { giveFile } from '../files.js';
import { changeView, equations, look, onMessage, run, send, settings, text, view } from '../state.js';
import { shellCommand, typescriptProgram } from '../same.js';
import { count, say } from '../words.js';
import { valueOf } from './strip.js';

onMessage((message) => {
  if (message.type === 'saved') giveFile(message.name, message.bytes as BlobPart, 'application/octet-stream');
});

/** The strip as it is, as a file. */
async function givePicture(kind: 'svg' | 'png'): Promise<void> {
  const shown = look.value;
  const value = shown === null ? null : valueOf(shown, view.value.layer, view.value.value);
  if (shown === null || value === null) return;
  const { pictureOf } = await import('../draw/picture.js');
  const { facts } = run.value;
  const title = `${facts?.cell ?? ''} ${value.name}, ${say('atStep', { n: count(shown.step) })}, ${facts?.textName ?? ''}`;
  const svg = pictureOf(shown, value, title);
  const name = `${facts?.cell ?? 'strip'}-${value.name}-${shown.step}`;
  if (kind === 'svg') giveFile(`${name}.svg`, svg, 'image/svg+xml');
  else giveFile(`${name}.png`, await asPng(svg), 'image/png');
}

/** Pixels for one of the page's. */
const DENSITY = 2;

async function asPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = DENSITY * image.width;
  canvas.height = DENSITY * image.height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('expected a canvas, received none');
  context.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error('expected a picture, received none'));
      else resolve(blob);
    });
  });
}

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
        <div class="buttons">
          {(['svg', 'png'] as const).map((kind) => (
            <button
              type="button"
              key={kind}
              disabled={look.value === null}
              onClick={() => {
                void givePicture(kind);
              }}
            >
              {say('picture')} {kind.toUpperCase()}
            </button>
          ))}
        </div>
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

// Asks what the tokens of a model file are that does not say it.
import { useState } from 'preact/hooks';
import { say } from '../lateWords.js';
import { asked, openModel, restart } from '../state.js';
import { count } from '../words.js';

/** A list in JSON, or characters one after the other. */
function readVocabulary(written: string): string[] {
  if (written.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(written);
      if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
    } catch {
      // Characters, the first of which is a bracket.
    }
  }
  return Array.from(written);
}

export function AsksPanel() {
  const [written, setWritten] = useState<string | null>(null);
  const file = asked.value;
  if (file === null) return null;
  const { name, size, guess, bytes } = file;
  const tokens = readVocabulary(written ?? guess);
  return (
    <form
      class="asks"
      onSubmit={(event) => {
        event.preventDefault();
        openModel(name, bytes, tokens);
      }}
    >
      <h2 id="asks-title">{say('asksTitle', { name, n: count(size) })}</h2>
      <textarea
        aria-labelledby="asks-title"
        rows={3}
        spellcheck={false}
        value={written ?? guess}
        onInput={(event) => setWritten(event.currentTarget.value)}
      />
      <p class="facts">{say('asksHelp', { n: count(size), m: count(tokens.length) })}</p>
      <div class="buttons">
        <button type="submit" class="main-button" disabled={tokens.length !== size}>
          {say('openIt')}
        </button>
        <button
          type="button"
          onClick={() => {
            asked.value = null;
            restart(true);
          }}
        >
          {say('cancel')}
        </button>
      </div>
    </form>
  );
}

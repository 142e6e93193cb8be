// Places of the text in their context, one in a line; a click goes there.
import { say } from '../lateWords.js';
import { changeView } from '../state.js';
import { count } from '../words.js';
import { shownToken } from './strip.js';

/** Tokens of the strip before the place that it goes to. */
const BEFORE = 24;

export interface ShownPlace {
  at: number;
  before: string;
  token: string;
  after: string;
  /** Before it; empty for none. */
  number: string;
}

const onOneLine = (text: string): string => text.replace(/\r?\n/g, '↵').replaceAll('\t', '→');

export function goTo(token: number): void {
  changeView({ cursor: Math.max(0, token - BEFORE) });
}

export function Places({ places }: { places: readonly ShownPlace[] }) {
  return (
    <ol class="places">
      {places.map(({ at, number, before, token, after }) => (
        <li key={at}>
          <button
            type="button"
            class="place"
            title={say('place', { n: count(at) })}
            onClick={() => {
              goTo(at);
            }}
          >
            <span class="number">{number}</span>
            <span class="before">{onOneLine(before)}</span>
            <b class="token">{token.length > 1 ? onOneLine(token) : shownToken(token)}</b>
            <span class="after">{onOneLine(after)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

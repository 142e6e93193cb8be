// Search by pattern: a regular expression, or the letters that are marked in the strip; which units follow it, and where else.
import { useState } from 'preact/hooks';
import { askSearch } from '../asking.js';
import { say } from '../lateWords.js';
import type { SearchResult } from '../messages.js';
import { readMark } from '../mark.js';
import { changeView, run, searched, view } from '../state.js';
import { count } from '../words.js';
import { Places } from './places.js';

export function SearchPanel() {
  const { pattern, mark } = view.value;
  const marked = readMark(mark);
  const [isBusy, setBusy] = useState<SearchResult | null | false>(false);
  const found = searched.value;
  const seek = (what: 'pattern' | 'mark'): void => {
    setBusy(found);
    askSearch(what);
  };
  return (
    <>
      <div class="heading">
        <h2>{say('search')}</h2>
        <span class="facts">{say('searchHelp')}</span>
      </div>
      <form
        class="buttons"
        onSubmit={(event) => {
          event.preventDefault();
          if (pattern !== '') seek('pattern');
        }}
      >
        <label>
          {say('pattern')}{' '}
          <input
            type="text"
            size={22}
            value={pattern}
            spellcheck={false}
            placeholder="\bthe\b"
            onInput={(event) => changeView({ pattern: event.currentTarget.value.slice(0, 200) })}
          />
        </label>
        <button type="submit" disabled={run.value.facts === null || pattern === ''}>
          {say('seek')}
        </button>
        <button
          type="button"
          disabled={run.value.facts === null || marked === null}
          onClick={() => {
            seek('mark');
          }}
        >
          {marked === null ? say('noMark') : say('seekMark', { from: count(marked.from), to: count(marked.to - 1) })}
        </button>
        <span class="facts" role="status">
          {isBusy === found && run.value.failure === null ? say('seeking') : found === null ? '' : foundFacts(found)}
        </span>
      </form>
      {found !== null && (
        <div class="unit-parts">
          <div>
            <h3>{'mark' in found.asked ? say('elsewhere') : say('matches')}</h3>
            <Places
              places={found.places.map((one) => ({ ...one, number: one.score === null ? '' : one.score.toFixed(1) }))}
            />
          </div>
          <div>
            <h3>{say('unitsFollow')}</h3>
            <Units units={found.units} />
          </div>
        </div>
      )}
    </>
  );
}

function foundFacts({ asked, matches, tokens }: SearchResult): string {
  return 'mark' in asked
    ? say('markFacts', { n: count(tokens) })
    : say('matchFacts', { n: count(matches), m: count(tokens) });
}

function Units({ units }: { units: SearchResult['units'] }) {
  const layers = run.value.facts?.numLayers ?? 1;
  return (
    <table class="list units">
      <tbody>
        {units.map(({ layer, value, unit, correlation }) => {
          const name = layers > 1 ? `${say('layerN', { n: layer + 1 })}, ${value} ${unit}` : `${value} ${unit}`;
          return (
            <tr key={`${layer}${value}${unit}`}>
              <th scope="row">
                <button
                  type="button"
                  aria-pressed={view.value.unit === unit && view.value.value === value && view.value.layer === layer}
                  onClick={() => changeView({ layer, value, unit })}
                >
                  {name}
                </button>
              </th>
              <td class="meter">
                <i class={correlation < 0 ? 'below' : ''} style={{ width: `${Math.abs(correlation) * 100}%` }} />
              </td>
              <td>{correlation.toFixed(2)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

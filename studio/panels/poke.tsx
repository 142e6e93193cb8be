// Poke: hold units of a value, or read another token, and see what follows beside what follows otherwise, here and at many places.
import { useRef, useState } from 'preact/hooks';
import { effectBars } from '../draw/effectBars.js';
import { look, poked, run, send, view } from '../state.js';
import { readUnits } from '../units.js';
import { useWidth } from '../useWidth.js';
import { count, say } from '../words.js';
import { shownToken } from './strip.js';

export function PokePanel() {
  const shown = look.value;
  const { layer, value, unit, pattern } = view.value;
  const names = shown === null ? [] : [...new Set(shown.values.map(({ name }) => name))];
  const [held, setHeld] = useState('');
  const [to, setTo] = useState('1');
  const [group, setGroup] = useState<string | null>(null);
  const [always, setAlways] = useState(false);
  const [token, setToken] = useState('');
  const [matched, setMatched] = useState(false);
  const chosen = names.includes(held) ? held : value;
  const written = group ?? String(Math.max(0, unit));
  const units = written.trim() === '' ? [] : readUnits(written);
  const number = to.trim() === '' ? NaN : Number(to);
  const ask = (event: Event): void => {
    event.preventDefault();
    if (!Number.isFinite(number) || units === null) return;
    send({
      type: 'poke',
      poke: {
        ...{ at: view.value.cursor, layer, value: chosen, to: number, units: units.length === 0 ? null : units },
        ...{ steps: always ? null : 1, token: token === '' ? null : token, pattern: matched ? pattern : '' },
      },
    });
  };
  return (
    <>
      <div class="heading">
        <h2>{say('poke')}</h2>
        <span class="facts">{say('pokeHelp')}</span>
      </div>
      <form class="buttons" onSubmit={ask}>
        <label>
          {say('hold')}{' '}
          <select value={chosen} onChange={(event) => setHeld(event.currentTarget.value)}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label title={say('unitsHelp')}>
          {say('units')}{' '}
          <input
            type="text"
            size={8}
            value={written}
            placeholder={say('allUnits')}
            aria-invalid={units === null}
            onInput={(event) => setGroup(event.currentTarget.value)}
          />
        </label>
        <label>
          {say('heldAt')}{' '}
          <input
            type="text"
            size={5}
            inputMode="decimal"
            value={to}
            aria-invalid={!Number.isFinite(number)}
            onInput={(event) => setTo(event.currentTarget.value)}
          />
        </label>
        <label>
          {say('howLong')}{' '}
          <select value={always ? 'all' : 'one'} onChange={(event) => setAlways(event.currentTarget.value === 'all')}>
            <option value="one">{say('oneToken')}</option>
            <option value="all">{say('always')}</option>
          </select>
        </label>
        <label>
          {say('orRead')}{' '}
          <input type="text" size={4} value={token} onInput={(event) => setToken(event.currentTarget.value)} />
        </label>
        <label>
          {say('measuredAt')}{' '}
          <select
            value={matched ? 'pattern' : 'all'}
            onChange={(event) => setMatched(event.currentTarget.value === 'pattern')}
          >
            <option value="all">{say('everywhere')}</option>
            <option value="pattern" disabled={pattern === ''}>
              {pattern === '' ? say('aPattern') : say('afterPattern', { pattern })}
            </option>
          </select>
        </label>
        <button type="submit" disabled={run.value.facts === null}>
          {say('doIt')}
        </button>
      </form>
      <Result />
    </>
  );
}

const percent = (p: number): string => `${(100 * p).toFixed(1)} %`;

function Result() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 380);
  const result = poked.value;
  if (result === null) return null;
  const { rows, places, follow, divergence, asked } = result;
  const title = say('overPlaces', { n: count(places) });
  const bars = rows.map(({ token, without, with: changed, effect }) => ({
    ...{ label: shownToken(token), here: changed - without, mean: effect.mean, deviation: effect.deviation },
  }));
  return (
    <div class="unit-parts poke-result">
      <div>
        <h3>{say('without')}</h3>
        <p class="written">
          <b>{shownToken(result.token)}</b>
          {result.without}
        </p>
        <h3>{say('withIt')}</h3>
        <p class="written poked-text">
          <b>{shownToken(asked.token ?? result.token)}</b>
          {result.with}
        </p>
        <p class="facts">
          {say('divergence', { n: divergence.toFixed(3), m: count(places) })}{' '}
          {follow.map(({ mean, deviation }) => `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`).join(', ')}
        </p>
      </div>
      <div>
        <div ref={box}>
          <h3>{say('rises', { n: count(places) })}</h3>
          <div dangerouslySetInnerHTML={{ __html: effectBars({ rows: bars, width, title }) }} />
        </div>
        <table class="list">
          <thead>
            <tr>
              <th scope="col">{say('nextToken')}</th>
              <th scope="col">{say('without')}</th>
              <th scope="col">{say('withIt')}</th>
              <th scope="col" title={say('meanSpread')}>
                {title}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ token, without, with: changed, effect }) => (
              <tr key={token}>
                <th scope="row">{shownToken(token)}</th>
                <td>{percent(without)}</td>
                <td>{percent(changed)}</td>
                <td>
                  {effect.mean >= 0 ? '+' : '−'}
                  {percent(Math.abs(effect.mean))} ± {percent(effect.deviation)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

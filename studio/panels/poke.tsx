// Poke: hold a value, or read another token, and see what follows beside what follows otherwise.
import { useState } from 'preact/hooks';
import { look, poked, run, send, view } from '../state.js';
import { count, say } from '../words.js';
import { shownToken } from './strip.js';

export function PokePanel() {
  const shown = look.value;
  const { layer, value, unit } = view.value;
  const names = shown === null ? [] : [...new Set(shown.values.map(({ name }) => name))];
  const [held, setHeld] = useState('');
  const [to, setTo] = useState('1');
  const [all, setAll] = useState(false);
  const [always, setAlways] = useState(false);
  const [token, setToken] = useState('');
  const chosen = names.includes(held) ? held : value;
  const ask = (event: Event): void => {
    event.preventDefault();
    const number = Number(to);
    if (!Number.isFinite(number)) return;
    const own = all ? null : Math.max(0, unit);
    send({
      type: 'poke',
      poke: {
        ...{ at: view.value.cursor, layer, value: chosen, unit: own, to: number },
        ...{ steps: always ? null : 1, token: token === '' ? null : token },
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
        <label>
          {say('oneUnit')}{' '}
          <select value={all ? 'all' : 'one'} onChange={(event) => setAll(event.currentTarget.value === 'all')}>
            <option value="one">{Math.max(0, unit)}</option>
            <option value="all">{say('allUnits')}</option>
          </select>
        </label>
        <label>
          {say('heldAt')}{' '}
          <input
            type="text"
            size={5}
            inputMode="decimal"
            value={to}
            aria-invalid={!Number.isFinite(Number(to))}
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
  const result = poked.value;
  if (result === null) return null;
  const { rows, places, follow, divergence } = result;
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
          <b>{shownToken(result.asked.token ?? result.token)}</b>
          {result.with}
        </p>
        <p class="facts">
          {say('divergence', { n: divergence.toFixed(3), m: count(places) })}{' '}
          {follow.map(({ mean, deviation }) => `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`).join(', ')}
        </p>
      </div>
      <table class="list">
        <thead>
          <tr>
            <th scope="col">{say('nextToken')}</th>
            <th scope="col">{say('without')}</th>
            <th scope="col">{say('withIt')}</th>
            <th scope="col" title={say('meanSpread')}>
              {say('overPlaces', { n: count(places) })}
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
  );
}

// Poke: hold values at numbers, read another token, and see what follows beside what follows otherwise, here and at many places.
import { useRef, useState } from 'preact/hooks';
import { askPoke, place } from '../asking.js';
import { effectBars } from '../draw/effectBars.js';
import { addRow, changeRow, dropUnwritten, holdOf, type HoldRow, holdRows, removeRow } from '../holdRows.js';
import { MOST_HOLDS } from '../holds.js';
import { say } from '../lateWords.js';
import { look, poked, run, view } from '../state.js';
import { useWidth } from '../useWidth.js';
import { count } from '../words.js';
import { PictureButtons } from './pictureButtons.js';
import { shownToken } from './strip.js';

export function PokePanel() {
  const { pattern, read, afterPattern } = view.value;
  const [written, setWritten] = useState<string | null>(null);
  const [isAfter, setAfter] = useState(afterPattern);
  const rows = holdRows();
  const token = written ?? read;
  const holds = rows.map(holdOf);
  const good = holds.filter((hold) => hold !== null);
  const isWhole = good.length === holds.length && (good.length > 0 || token !== '');
  return (
    <>
      <div class="heading">
        <h2>{say('poke')}</h2>
        <Place />
        <span class="facts">{say('pokeHelp')}</span>
      </div>
      <form
        class="poke-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole) askPoke(good, token, isAfter && pattern !== '');
        }}
      >
        {rows.map((row, i) => (
          <HoldLine key={i} row={row} at={i} isGood={holds[i] !== null} />
        ))}
        <div class="buttons">
          <button
            type="button"
            disabled={rows.length >= MOST_HOLDS}
            onClick={() => addRow({ ...view.value, units: '', to: '1', isLasting: false })}
          >
            {rows.length === 0 ? say('holdOne') : say('holdAnother')}
          </button>
          <label>
            {say('read')}{' '}
            <input
              type="text"
              size={4}
              value={token}
              placeholder={say('asItIs')}
              onInput={(event) => {
                dropUnwritten();
                setWritten(event.currentTarget.value);
              }}
            />
          </label>
          <label>
            {say('measuredAt')}{' '}
            <select
              value={isAfter ? 'pattern' : 'all'}
              onChange={(event) => setAfter(event.currentTarget.value === 'pattern')}
            >
              <option value="all">{say('everywhere')}</option>
              <option value="pattern" disabled={pattern === ''}>
                {pattern === '' ? say('aPattern') : say('afterPattern', { pattern })}
              </option>
            </select>
          </label>
          <button type="submit" class="main-button" disabled={run.value.facts === null || !isWhole}>
            {say('doIt')}
          </button>
        </div>
      </form>
      <Result />
    </>
  );
}

/** Letters before the place. */
const BEFORE = 16;

/** Where it will be done. */
function Place() {
  const shown = look.value;
  const at = place();
  const inside = shown === null ? -1 : at - shown.from;
  const text = shown?.tokens[inside];
  return (
    <span class="place-now">
      {say('place', { n: count(at) })}
      {text !== undefined && shown !== null && (
        <>
          {': '}
          <span class="context">
            {shown.tokens
              .slice(Math.max(0, inside - BEFORE), inside)
              .map(shownToken)
              .join('')}
          </span>
          <b class="token">{shownToken(text)}</b>
        </>
      )}
    </span>
  );
}

function HoldLine({ row, at, isGood }: { row: HoldRow; at: number; isGood: boolean }) {
  const values = look.value?.values ?? [];
  const layers = run.value.facts?.numLayers ?? 1;
  const { layer, value, units, to, isLasting } = row;
  const isNumber = to.trim() !== '' && Number.isFinite(Number(to));
  return (
    <div class="buttons hold">
      <label>
        {say('hold')}{' '}
        <select
          value={`${layer}/${value}`}
          onChange={(event) => {
            const [l, name] = event.currentTarget.value.split('/');
            changeRow(at, { layer: Number(l), value: name });
          }}
        >
          {values.map(({ layer: l, name }) => (
            <option key={`${l}/${name}`} value={`${l}/${name}`}>
              {layers > 1 ? `${name} (${say('layerN', { n: l + 1 })})` : name}
            </option>
          ))}
        </select>
      </label>
      <label title={say('unitsHelp')}>
        {say('units')}{' '}
        <input
          type="text"
          size={8}
          value={units}
          placeholder={say('allUnits')}
          aria-invalid={!isGood && isNumber}
          onInput={(event) => changeRow(at, { units: event.currentTarget.value })}
        />
      </label>
      <label>
        {say('heldAt')}{' '}
        <input
          type="text"
          size={5}
          inputMode="decimal"
          value={to}
          aria-invalid={!isNumber}
          onInput={(event) => changeRow(at, { to: event.currentTarget.value })}
        />
      </label>
      <label>
        {say('howLong')}{' '}
        <select
          value={isLasting ? 'all' : 'one'}
          onChange={(event) => changeRow(at, { isLasting: event.currentTarget.value === 'all' })}
        >
          <option value="one">{say('oneToken')}</option>
          <option value="all">{say('always')}</option>
        </select>
      </label>
      <button type="button" class="quiet" aria-label={say('removeHold', { n: at + 1 })} onClick={() => removeRow(at)}>
        ×
      </button>
    </div>
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
          <h3>
            {say('rises', { n: count(places) })} <PictureButtons name="poke" title={say('poke')} of={box} />
          </h3>
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

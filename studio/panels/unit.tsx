// One unit over the whole text: where it is strongest, what it follows, which units do alike.
import { useMemo, useRef, useState } from 'preact/hooks';
import { unitTrace } from '../draw/unitTrace.js';
import { say } from '../lateWords.js';
import type { UnitView } from '../messages.js';
import { changeView, facts, settings, unit, view } from '../state.js';
import { readThreshold, stretchesOf, type Threshold, tokensAt } from '../threshold.js';
import { useWidth } from '../useWidth.js';
import { count, language } from '../words.js';
import { PictureButtons } from './pictureButtons.js';
import { goTo, Places } from './places.js';
import { shownToken } from './strip.js';

const PROPERTIES: Record<string, string> = {
  'inside quotes': '引号内',
  'inside parentheses': '括号内',
  space: '空格',
  'before a space': '空格之前',
  newline: '换行',
  digit: '数字',
  'upper case': '大写',
  vowel: '元音',
  punctuation: '标点',
  'position in the word': '词内位置',
  'position in the sentence': '句内位置',
  'position in the line': '行内位置',
  'position in the paragraph': '段内位置',
};

function propertyName(property: string): string {
  return language() === 'zh' ? (PROPERTIES[property] ?? property) : property;
}

export function UnitPanel() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 900);
  const shown = unit.value;
  if (shown === null || view.value.unit < 0) return <div ref={box} />;
  const { ref, values, places, follows, alike, totalTokens } = shown;
  const layer = (facts.value?.numLayers ?? 1) > 1 ? `, ${say('layerN', { n: ref.layer + 1 })}` : '';
  const title = `${say('unit', { n: ref.unit })}, ${ref.value}${layer}`;
  const limit = readThreshold(view.value.threshold);
  const line = limit?.at ?? null;
  const svg = unitTrace({ values, width, height: 64, title, mark: view.value.cursor, line });
  return (
    <>
      <div class="heading">
        <h2>{title}</h2>
        <span class="facts">{say('unitOver', { n: count(values.length), m: count(totalTokens) })}</span>
        <PictureButtons name={`unit-${ref.unit}-${ref.value}`} title={title} of={box} />
        <button
          type="button"
          class="quiet"
          onClick={() => {
            changeView({ unit: -1 });
          }}
        >
          {say('close')}
        </button>
      </div>
      <div
        ref={box}
        class="trace"
        onClick={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect();
          goTo(Math.round(((event.clientX - left) / width) * values.length));
        }}
        dangerouslySetInnerHTML={{ __html: svg }}
      />
      <div class="unit-parts">
        <div>
          <ThresholdForm />
          {limit === null ? (
            <>
              <h3>{say('farthest', { mean: meanOf(values).toFixed(2) })}</h3>
              <Places places={places.map((one) => ({ ...one, number: one.value.toFixed(2) }))} />
            </>
          ) : (
            <Passing shown={shown} limit={limit} />
          )}
        </div>
        <div>
          <h3>{say('follows')}</h3>
          <table class="list">
            <tbody>
              {follows.map(({ property, correlation }) => (
                <tr key={property}>
                  <th scope="row">{propertyName(property)}</th>
                  <td>{correlation.toFixed(2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <h3>{say('alike')}</h3>
          <div class="buttons">
            {alike.map(({ unit: other, correlation }) => (
              <button
                type="button"
                key={other}
                onClick={() => {
                  changeView({ unit: other });
                }}
              >
                {other} <small>{correlation.toFixed(2)}</small>
              </button>
            ))}
          </div>
        </div>
      </div>
    </>
  );
}

const meanOf = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

/** Where the unit is above a number, or below it. */
function ThresholdForm() {
  const { threshold } = view.value;
  const limit = readThreshold(threshold);
  const [draft, setDraft] = useState<string | null>(null);
  /** Chosen before there is a number. */
  const [side, setSide] = useState(true);
  const isAbove = limit?.isAbove ?? side;
  const written = draft ?? (limit === null ? '' : String(limit.at));
  const take = (number: string, above = isAbove): void => {
    const said = number.trim() === '' ? '' : `${above ? '>' : '<'}${number.trim()}`;
    const isGood = said === '' || readThreshold(said) !== null;
    setDraft(isGood ? null : number);
    if (isGood) changeView({ threshold: said });
  };
  return (
    <div class="buttons threshold">
      <label for="threshold">{say('threshold')}</label>
      <select
        aria-label={say('threshold')}
        value={isAbove ? 'above' : 'below'}
        onChange={(event) => {
          const above = event.currentTarget.value === 'above';
          setSide(above);
          take(written, above);
        }}
      >
        <option value="above">{say('isAbove')}</option>
        <option value="below">{say('isBelow')}</option>
      </select>
      <input
        id="threshold"
        type="text"
        size={5}
        inputMode="decimal"
        placeholder="0.5"
        value={written}
        aria-invalid={draft !== null}
        onInput={(event) => take(event.currentTarget.value)}
      />
      {limit !== null && (
        <button type="button" class="quiet" onClick={() => take('')}>
          {say('close')}
        </button>
      )}
    </div>
  );
}

/** Places in the list. */
const LISTED = 12;
const CONTEXT = { before: 28, after: 12 };
/** Tokens of a stretch that are shown, at most. */
const LONGEST = 24;

function Passing({ shown, limit }: { shown: UnitView; limit: Threshold }) {
  const { values, tokens } = shown;
  const { isAbove, at: number } = limit;
  const { all, often, passed } = useMemo(() => {
    const stretches = stretchesOf(limit, values);
    const count = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
    return { all: stretches, often: tokensAt(limit, values, tokens), passed: count };
  }, [values, isAbove, number]);
  const m = count(values.length);
  if (all.length === 0) return <p class="facts">{say('nowhere', { m })}</p>;
  const share = ((100 * passed) / values.length).toFixed(1);
  // From the strip on, and after the end from the beginning.
  const next = Math.max(
    0,
    all.findIndex(({ to }) => to > view.value.cursor),
  );
  const listed = [...all.slice(next), ...all.slice(0, next)].slice(0, LISTED);
  const between = settings.value.tokens === 'word' ? ' ' : '';
  const places = listed.map(({ from, to }) => ({
    at: from,
    number: values[from].toFixed(2),
    before: tokens.slice(Math.max(0, from - CONTEXT.before), from).join(between),
    token: tokens.slice(from, Math.min(to, from + LONGEST)).join(between) + (to > from + LONGEST ? ' …' : ''),
    after: tokens.slice(to, to + CONTEXT.after).join(between),
  }));
  return (
    <>
      <p class="facts">{say('thresholdFacts', { n: count(passed), m, share, k: count(all.length) })}</p>
      <p class="facts">
        {say('oftenAt')}{' '}
        {often.map(({ token, share: part }) => (
          <span key={token} class="guess">
            <b class="token">{shownToken(token)}</b> {(100 * part).toFixed(0)}%{' '}
          </span>
        ))}
      </p>
      <h3>{say('fromHere')}</h3>
      <Places places={places} />
    </>
  );
}

// The strip: the text under a cursor, how surprising each token was, what was expected next, and a value of the cell for all units.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { heatPixels } from '../draw/heatPixels.js';
import { holdUnit } from '../holdRows.js';
import { readMark, writeMark } from '../mark.js';
import type { Look, LookValue } from '../messages.js';
import { changeView, facts, look, settings, stripLength, view } from '../state.js';
import { theme } from '../theme.js';
import { passes, readThreshold, writeThreshold } from '../threshold.js';
import { useWidth } from '../useWidth.js';
import { count, say } from '../words.js';
import { ChoiceRow } from './controls.js';
import { PictureButtons } from './pictureButtons.js';

/** Pixels of a column. */
export const COLUMN = { char: 15, byte: 15, word: 74 } as const;
/** At the left, for labels. */
const LEFT = 0;
const HEAT_HEIGHT = 288;
const GUESS_ROWS = 3;

/** Signs for what has no shape. */
export function shownToken(token: string): string {
  const signs: Record<string, string> = { '\n': '↵', '\t': '→', '\r': '↵', ' ': '·', '<unk>': '�' };
  return signs[token] ?? token.replace(/^<0x([0-9A-F]{2})>$/, '$1');
}

/** Bits of surprise to a level from 0 to 8, as of the colours. */
export function surpriseLevel(probability: number): number {
  return Number.isNaN(probability) ? 0 : Math.min(8, Math.round(-Math.log2(Math.max(probability, 1e-9))));
}

export function StripPanel() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 900);
  const column = COLUMN[settings.value.tokens];
  const columns = Math.max(8, Math.floor((width - LEFT) / column));
  useEffect(() => {
    stripLength.value = columns;
  }, [columns]);
  const [place, setPlace] = useState<Place | null>(null);
  const shown = look.value;
  const value = shown === null ? null : valueOf(shown, view.value.layer, view.value.value);
  return (
    <>
      <StripHeading shown={shown} value={value} />
      <div ref={box} class="strip-box">
        {shown !== null && value !== null && (
          <Strip shown={shown} value={value} column={column} place={place} setPlace={setPlace} />
        )}
      </div>
      <Readout shown={shown} value={value} place={place} />
      <Position shown={shown} columns={columns} />
    </>
  );
}

interface Place {
  column: number;
  unit: number;
}

/** The value that is asked for, or the first state. */
export function valueOf(shown: Look, layer: number, name: string): LookValue | null {
  const own = shown.values.filter((value) => value.layer === Math.min(layer, shown.orders.length - 1));
  return own.find((value) => value.name === name) ?? own.find((value) => value.name === 'h') ?? own[0] ?? null;
}

function StripHeading({ shown, value }: { shown: Look | null; value: LookValue | null }) {
  const names = shown === null ? [] : [...new Set(shown.values.map(({ name }) => name))];
  const layers = facts.value?.numLayers ?? 1;
  return (
    <div class="heading">
      <h2>{say('strip')}</h2>
      <div class="paces" role="group" aria-label={say('value')}>
        {names.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={value?.name === name}
            onClick={() => {
              changeView({ value: name });
            }}
          >
            {name}
          </button>
        ))}
      </div>
      {layers > 1 && (
        <ChoiceRow
          label={say('layer')}
          name="layer"
          value={String(Math.min(view.value.layer, layers - 1))}
          options={Array.from({ length: layers }, (_, l) => ({ value: String(l), label: String(l + 1) }))}
          onChange={(layer) => {
            changeView({ layer: Number(layer) });
          }}
        />
      )}
      {shown !== null && value !== null && (
        <PictureButtons name={value.name} title={say('strip')} of={() => stripPicture(shown, value)} />
      )}
    </div>
  );
}

async function stripPicture(shown: Look, value: LookValue): Promise<string> {
  const { pictureOf } = await import('../draw/picture.js');
  const { cell = '', textName = '' } = facts.value ?? {};
  return pictureOf(shown, value, `${cell} ${value.name}, ${say('atStep', { n: count(shown.step) })}, ${textName}`);
}

interface StripProps {
  shown: Look;
  value: LookValue;
  column: number;
  place: Place | null;
  setPlace: (place: Place | null) => void;
}

function Strip({ shown, value, column, place, setPlace }: StripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Where a mark begins. */
  const from = useRef<number | null>(null);
  const marked = readMark(view.value.mark);
  const isMarked = (t: number): boolean =>
    marked !== null && shown.from + t >= marked.from && shown.from + t < marked.to;
  const isPast = passesAt(value);
  const columns = shown.tokens.length;
  const order = shown.orders[value.layer] ?? new Int32Array(0);
  const rows = value.width;
  const rowHeight = HEAT_HEIGHT / rows;
  const dark = theme.value;
  useLayoutEffect(() => {
    const target = canvas.current;
    const context = target?.getContext('2d') ?? null;
    if (target === null || context === null) return;
    target.width = columns;
    target.height = rows;
    context.putImageData(new ImageData(heatPixels(value, order, columns, dark), columns, rows), 0, 0);
  }, [shown, value, dark]);
  const placeAt = (event: MouseEvent): Place => {
    const target = event.currentTarget as HTMLElement;
    const { left, top, width, height } = target.getBoundingClientRect();
    const at = Math.min(columns - 1, Math.max(0, Math.floor(((event.clientX - left) / width) * columns)));
    const row = Math.min(rows - 1, Math.max(0, Math.floor(((event.clientY - top) / height) * rows)));
    return { column: at, unit: unitOf(order, row) };
  };
  const move = (event: KeyboardEvent): void => {
    const by: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -columns, PageDown: columns };
    const along = by[event.key];
    const across = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (along !== undefined) {
      const inside = (place?.column ?? 0) + along;
      if (Math.abs(along) === 1 && inside >= 0 && inside < columns) {
        if (event.shiftKey) {
          from.current ??= shown.from + (place?.column ?? 0);
          changeView({ mark: writeMark(from.current, shown.from + inside) });
        } else from.current = null;
        setPlace({ column: inside, unit: place?.unit ?? unitOf(order, 0) });
      } else changeView({ cursor: clampedCursor(shown, shown.from + along) });
    } else if (across !== 0) {
      const row = Math.min(rows - 1, Math.max(0, rowOf(order, place?.unit ?? 0) + across));
      setPlace({ column: place?.column ?? 0, unit: unitOf(order, row) });
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && ACTIONS.includes(event.key.toLowerCase())) {
      act(event.key.toLowerCase(), place ?? { column: 0, unit: unitOf(order, 0) });
    } else return;
    event.preventDefault();
  };
  /** What a key does with a unit at a token. */
  const act = (key: string, { column: t, unit }: Place): void => {
    const chosen = { unit, layer: value.layer, value: value.name, at: shown.from + t };
    if (key === 'h') holdUnit(value.layer, value.name, unit);
    if (key === 't') changeView({ ...chosen, threshold: thresholdAt(value.data[t * value.width + unit]) });
    else changeView(chosen);
  };
  const chosen = view.value.unit >= 0 && view.value.unit < rows ? rowOf(order, view.value.unit) : -1;
  return (
    <div class="strip" style={{ width: `${columns * column}px` }}>
      <div class="tokens" style={{ gridTemplateColumns: `repeat(${columns}, ${column}px)` }} lang="">
        {shown.tokens.map((token, t) => (
          <span
            key={t}
            class={[
              `token s${surpriseLevel(shown.probabilities[t])}`,
              place?.column === t ? 'here' : '',
              isMarked(t) ? 'marked' : '',
              isPast(t) ? 'past' : '',
              view.value.at === shown.from + t ? 'at' : '',
            ].join(' ')}
            onMouseEnter={(event) => {
              setPlace({ column: t, unit: place?.unit ?? unitOf(order, 0) });
              if ((event.buttons & 1) === 1 && from.current !== null)
                changeView({ mark: writeMark(from.current, shown.from + t) });
            }}
            onMouseDown={(event) => {
              event.preventDefault();
              from.current = shown.from + t;
              changeView({ mark: '', at: shown.from + t });
            }}
          >
            {shownToken(token)}
          </span>
        ))}
      </div>
      <div
        class="guesses"
        aria-hidden="true"
        style={{ gridTemplateColumns: `repeat(${columns}, ${column}px)` }}
        title={say('expected')}
      >
        {Array.from({ length: GUESS_ROWS }, (_, rank) =>
          shown.guesses.map((guesses, t) => {
            const guess = guesses[rank];
            return (
              <span key={`${rank}-${t}`} style={{ opacity: guess === undefined ? 0 : strength(guess.probability) }}>
                {guess === undefined ? '' : shownToken(guess.token)}
              </span>
            );
          }),
        )}
      </div>
      <div
        class="heat"
        tabIndex={0}
        role="application"
        aria-label={`${say('strip')}: ${value.name}. ${say('stripHelp')}`}
        style={{ height: `${HEAT_HEIGHT}px` }}
        onMouseMove={(event) => {
          setPlace(placeAt(event));
        }}
        onClick={(event) => {
          act('enter', placeAt(event));
        }}
        onKeyDown={move}
      >
        <canvas ref={canvas} />
        {view.value.at >= shown.from && view.value.at < shown.from + columns && (
          <div class="at-column" style={{ left: `${(view.value.at - shown.from) * column}px`, width: `${column}px` }} />
        )}
        {chosen >= 0 && <div class="chosen" style={{ top: `${chosen * rowHeight}px`, height: `${rowHeight}px` }} />}
        {place !== null && (
          <div
            class="crosshair"
            style={{
              left: `${place.column * column}px`,
              width: `${column}px`,
              top: `${rowOf(order, place.unit) * rowHeight}px`,
              height: `${rowHeight}px`,
            }}
          />
        )}
      </div>
    </div>
  );
}

/** Keys that do something with the unit under the crosshair. */
const ACTIONS: readonly string[] = ['enter', ' ', 't', 'h'];

/** Where else it is as high, or as low: on the side of 0 that it is on. */
function thresholdAt(value: number): string {
  const at = Math.trunc(value * 100) / 100;
  return writeThreshold({ isAbove: value >= 0, at: Object.is(at, -0) ? 0 : at });
}

/** The tokens at which the unit that is chosen passes its threshold. */
function passesAt(value: LookValue): (t: number) => boolean {
  const { unit, threshold } = view.value;
  const limit = readThreshold(threshold);
  if (limit === null || unit < 0 || unit >= value.width) return () => false;
  return (t) => passes(limit, value.data[t * value.width + unit]);
}

const unitOf = (order: Int32Array, row: number): number => order[row] ?? row;
const rowOf = (order: Int32Array, unit: number): number => Math.max(0, order.indexOf(unit));

/** Legible where it is likely at all. */
const strength = (probability: number): number => 0.25 + 0.75 * Math.min(1, probability * 1.4);

function clampedCursor(shown: Look, cursor: number): number {
  return Math.max(0, Math.min(cursor, shown.totalTokens - 8));
}

/** What stands under the pointer, in numbers. */
function Readout({ shown, value, place }: { shown: Look | null; value: LookValue | null; place: Place | null }) {
  if (shown === null || value === null) return <p class="readout">{say('starting')}</p>;
  if (place === null || place.column >= shown.tokens.length) return <p class="readout">{say('unitHelp')}</p>;
  const { column, unit } = place;
  const number = value.data[column * value.width + unit];
  const probability = shown.probabilities[column];
  const bits = -Math.log2(probability);
  return (
    <p class="readout">
      <b class="token">{shownToken(shown.tokens[column])}</b> {say('place', { n: count(shown.from + column) })} ·{' '}
      {say('surprise')} {Number.isNaN(bits) ? '–' : `${bits.toFixed(1)} bit`} · {say('expected')}{' '}
      {shown.guesses[column].map(({ token, probability: p }, i) => (
        <span key={i} class="guess">
          <b class="token">{shownToken(token)}</b> {(100 * p).toFixed(0)}%
        </span>
      ))}
      · {say('unit', { n: unit })}: {value.name} = <b>{number === undefined ? '–' : number.toFixed(3)}</b>
    </p>
  );
}

function Position({ shown, columns }: { shown: Look | null; columns: number }) {
  const total = shown?.totalTokens ?? 1;
  const { cursor } = view.value;
  const go = (to: number) => (): void => {
    changeView({ cursor: Math.max(0, Math.min(to, total - 8)) });
  };
  return (
    <div class="position">
      <button type="button" disabled={cursor === 0} onClick={go(cursor - columns)}>
        {say('before')}
      </button>
      <input
        type="range"
        aria-label={say('position')}
        min={0}
        max={Math.max(1, total - 8)}
        value={cursor}
        onInput={(event) => {
          changeView({ cursor: Number(event.currentTarget.value) });
        }}
      />
      <button type="button" disabled={cursor >= total - 8} onClick={go(cursor + columns)}>
        {say('after')}
      </button>
    </div>
  );
}

// The time machine: letters in one direction, training steps in the other; back to a step, and on from there with other settings.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { mapPixels } from '../draw/mapPixels.js';
import { say } from '../lateWords.js';
import type { LineFacts, LineSettings, StepMap } from '../messages.js';
import { lineName } from '../lineName.js';
import { RUN_FIELDS } from '../settings.js';
import { changeView, fork, run, send, settings, stepMap, stripLength, travel, view } from '../state.js';
import { theme } from '../theme.js';
import { useWidth } from '../useWidth.js';
import { count } from '../words.js';
import { NumberRow } from './controls.js';
import { PictureButtons } from './pictureButtons.js';
import { shownToken } from './strip.js';

/** Pixels of the map, by how many rows it has. */
const heightOf = (rows: number): number => Math.max(96, Math.min(280, rows * 12));
/** Milliseconds before the map is asked for while the network learns. */
const EVERY = 1500;
/** Pixels of a column, at least: a Chinese character has room. */
const COLUMN = 13;
/** Of the column of steps. */
const LABELS = 52;
/** Between two labels of steps. */
const LABEL = 22;

export function TimePanel() {
  const { machine, progress, playing } = run.value;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 600);
  useMap(Math.max(8, Math.floor((width - LABELS) / COLUMN)));
  const line = machine?.lines.find(({ id }) => id === machine.line);
  const step = progress?.step ?? 0;
  const last = Math.max(line?.last ?? 1, step, 1);
  const [sought, setSought] = useState<number | null>(null);
  const go = (to: number): void => {
    setSought(null);
    if (machine !== null && to !== step) travel(Math.min(to, last));
  };
  return (
    <>
      <div class="heading">
        <h2>{say('time')}</h2>
        <span class="facts">{say('timeHelp')}</span>
      </div>
      <div class="position">
        <label for="time-step">{say('atStep', { n: count(sought ?? step) })}</label>
        <input
          id="time-step"
          type="range"
          min={1}
          max={last}
          value={sought ?? step}
          disabled={machine === null}
          onInput={(event) => setSought(Number(event.currentTarget.value))}
          onChange={(event) => go(Number(event.currentTarget.value))}
        />
        <span class="facts">{machine === null ? say('noneKept') : keptFacts(machine)}</span>
      </div>
      <div class="unit-parts time-parts">
        <div ref={box}>
          <StepRows map={stepMap.value} step={step} onStep={go} />
        </div>
        <div>
          <h3>{say('forkHere', { n: count(step) })}</h3>
          <Fork key={`${machine?.line ?? 0}-${step}`} disabled={machine === null || playing} />
          {machine !== null && machine.lines.length > 1 && <Lines {...machine} step={step} />}
        </div>
      </div>
    </>
  );
}

function keptFacts({
  kept,
  bytes,
  inMemoryOnly,
}: {
  kept: readonly number[];
  bytes: number;
  inMemoryOnly: boolean;
}): string {
  const blanks = { n: count(kept.length), m: (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0) };
  return say(inMemoryOnly ? 'keptInMemory' : 'keptFacts', blanks);
}

/** Asks for the map while it is in sight: when the place changes, another network is kept, or another unit is chosen. */
function useMap(columns: number): void {
  const { machine, id, playing } = run.value;
  const { cursor, unit, value, layer, mapUnit } = view.value;
  const length = Math.min(columns, stripLength.value);
  const kept = machine?.kept.join() ?? '';
  useEffect(() => {
    if (kept === '') return undefined;
    const ask = (): void =>
      send({ type: 'map', from: cursor, length, unit: mapUnit && unit >= 0 ? { layer, value, unit } : null });
    // While it trains, the training comes first.
    if (!playing) {
      ask();
      return undefined;
    }
    const timer = setTimeout(ask, EVERY);
    return () => {
      clearTimeout(timer);
    };
  }, [playing, id, kept, cursor, length, mapUnit, mapUnit && [unit, value, layer].join()]);
}

interface RowsProps {
  map: StepMap | null;
  step: number;
  onStep: (step: number) => void;
}

function StepRows({ map, step, onStep }: RowsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = theme.value;
  const [place, setPlace] = useState<{ row: number; column: number } | null>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (canvas.current === null || context === null || map === null || map.rows.length === 0) return;
    const [columns, rows] = [map.tokens.length, map.rows.length];
    canvas.current.width = columns;
    canvas.current.height = rows;
    context.putImageData(new ImageData(mapPixels(map, dark), columns, rows), 0, 0);
  }, [map, dark]);
  if (map === null || map.rows.length === 0) return null;
  const { rows, tokens, unit } = map;
  const height = heightOf(rows.length);
  const every = Math.max(1, Math.ceil((LABEL * rows.length) / height));
  const placeAt = (event: MouseEvent): { row: number; column: number } => {
    const { left, top, width, height: h } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const at = (share: number, n: number): number => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    return {
      row: at((event.clientY - top) / h, rows.length),
      column: at((event.clientX - left) / width, tokens.length),
    };
  };
  const now = rows.findLastIndex((row) => row.step <= step);
  const under = place === null ? null : rows[place.row];
  const value = under === null || place === null ? NaN : under.values[place.column];
  return (
    <div class="step-map">
      <MapKind map={map} />
      <div class="step-letters" aria-hidden="true" lang="">
        {tokens.map((token, t) => (
          <span key={t} class={place?.column === t ? 'here' : ''}>
            {shownToken(token)}
          </span>
        ))}
      </div>
      <div class="step-labels" aria-hidden="true" style={{ height: `${height}px` }}>
        {rows.map(({ step: own }, row) =>
          row % every === 0 ? (
            <span key={own} style={{ top: `${((row + 0.5) / rows.length) * 100}%` }}>
              {count(own)}
            </span>
          ) : null,
        )}
      </div>
      <div
        class="steps"
        role="img"
        aria-label={say('mapLabel', { n: count(rows.length), m: count(tokens.length) })}
        style={{ height: `${height}px` }}
        onMouseMove={(event) => setPlace(placeAt(event))}
        onMouseLeave={() => setPlace(null)}
        onClick={(event) => onStep(rows[placeAt(event).row].step)}
      >
        <canvas ref={canvas} />
        {now >= 0 && (
          <div
            class="chosen"
            style={{ top: `${(now / rows.length) * height}px`, height: `${Math.max(2, height / rows.length)}px` }}
          />
        )}
      </div>
      <p class="facts step-readout">
        {under === null || place === null ? (
          say('mapHelp')
        ) : (
          <>
            {say('atStep', { n: count(under.step) })} · <b class="token">{shownToken(tokens[place.column])}</b>{' '}
            {Number.isNaN(value)
              ? '–'
              : unit === null
                ? `${say('surprise')} ${value.toFixed(1)} bit`
                : `${say('unit', { n: unit.unit })}: ${unit.value} = ${value.toFixed(3)}`}
          </>
        )}
      </p>
    </div>
  );
}

/** What the map shows: how surprising each letter was, or the unit that is chosen in the strip. */
function MapKind({ map }: { map: StepMap }) {
  const { unit, value, mapUnit } = view.value;
  return (
    <div class="paces" role="group" aria-label={say('value')}>
      <button type="button" aria-pressed={!mapUnit || unit < 0} onClick={() => changeView({ mapUnit: false })}>
        {say('surprise')}
      </button>
      <button
        type="button"
        aria-pressed={mapUnit && unit >= 0}
        disabled={unit < 0}
        title={unit < 0 ? say('unitHelp') : undefined}
        onClick={() => changeView({ mapUnit: true })}
      >
        {unit < 0 ? say('oneUnit') : `${say('unit', { n: unit })}, ${value}`}
      </button>
      <PictureButtons name="steps" title={say('time')} of={() => mapPicture(map)} />
    </div>
  );
}

async function mapPicture(map: StepMap): Promise<string> {
  const { pictureOfSteps } = await import('../draw/picture.js');
  const { unit } = map;
  const what = unit === null ? say('surprise') : `${say('unit', { n: unit.unit })}, ${unit.value}`;
  return pictureOfSteps(map, `${what}, ${run.value.facts?.textName ?? ''}`);
}

const FORKED = ['learningRate', 'dropout', 'clipNorm'] as const satisfies readonly (keyof LineSettings)[];

function Fork({ disabled }: { disabled: boolean }) {
  const { learningRate, dropout, clipNorm } = settings.value;
  const [wanted, setWanted] = useState<LineSettings>({ learningRate, dropout, clipNorm });
  return (
    <form
      class="fork"
      onSubmit={(event) => {
        event.preventDefault();
        fork(wanted);
      }}
    >
      {FORKED.map((name) => (
        <NumberRow
          key={name}
          label={say(name)}
          name={`fork-${name}`}
          value={wanted[name]}
          field={RUN_FIELDS[name]}
          onChange={(value) => setWanted({ ...wanted, [name]: value })}
        />
      ))}
      <button type="submit" disabled={disabled}>
        {say('fork')}
      </button>
    </form>
  );
}

function Lines({ lines, line: now, step }: { lines: readonly LineFacts[]; line: number; step: number }) {
  const { measured, curves } = run.value;
  return (
    <table class="list lines">
      <thead>
        <tr>
          <th scope="col">{say('line')}</th>
          <th scope="col">{say('steps')}</th>
          <th scope="col">{say('learningRate')}</th>
          <th scope="col">{say('perplexity')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ id, from, last, learningRate, dropout, clipNorm }) => {
          const to = id === now ? Math.max(last, step) : last;
          const seen = (id === now ? measured : (curves[id]?.measured ?? [])).findLast((one) => one.step <= to);
          return (
            <tr key={id} class={id === now ? 'own' : ''}>
              <th scope="row">
                <button
                  type="button"
                  aria-pressed={id === now}
                  title={say('lineFacts', { dropout, clip: clipNorm })}
                  onClick={() => travel(to, id)}
                >
                  {lineName(id)}
                </button>
              </th>
              <td>
                {count(from)} – {count(to)}
              </td>
              <td>{learningRate}</td>
              <td>{seen === undefined ? '–' : seen.perplexity.toFixed(2)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

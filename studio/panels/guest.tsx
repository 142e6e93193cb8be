// A model of another task that was dropped: what its gates and states do while it reads what one types, and its answer.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { heatPixels } from '../draw/heatPixels.js';
import type { FromGuest, GuestFacts, GuestReading, GuestValue, ToGuest } from '../guestMessages.js';
import { say } from '../lateWords.js';
import { type Failure, guest } from '../state.js';
import { theme } from '../theme.js';
import { count } from '../words.js';
import { shownToken } from './strip.js';

export function GuestPanel() {
  const file = guest.value;
  return file === null ? null : <Guest key={file.name} {...file} />;
}

interface Told {
  facts: GuestFacts | null;
  reading: GuestReading | null;
  failure: Failure | null;
}

function Guest({ name, bytes }: { name: string; bytes: Uint8Array }) {
  const worker = useRef<Worker | null>(null);
  const [{ facts, reading, failure }, setTold] = useState<Told>({ facts: null, reading: null, failure: null });
  const [input, setInput] = useState('');
  const send = (message: ToGuest): void => worker.current?.postMessage(message);
  useEffect(() => {
    const made = new Worker(new URL('./guest.js', document.baseURI), { type: 'module', name: 'guest' });
    worker.current = made;
    made.onmessage = ({ data }: MessageEvent<FromGuest>) => {
      if (data.type === 'failed') setTold((before) => ({ ...before, failure: data }));
      else if (data.type === 'read') setTold((before) => ({ ...before, reading: data.reading, failure: null }));
      else {
        setTold({ facts: data.facts, reading: null, failure: null });
        setInput(data.facts.example);
        send({ type: 'read', input: data.facts.example });
      }
    };
    send({ type: 'open', name, bytes });
    return () => made.terminate();
  }, [bytes]);
  return (
    <form
      class="guest"
      onSubmit={(event) => {
        event.preventDefault();
        send({ type: 'read', input });
      }}
    >
      <div class="heading">
        <h2>{name}</h2>
        <span class="facts">{facts === null ? (failure === null ? say('starting') : '') : guestFacts(facts)}</span>
        <button type="button" class="quiet" onClick={() => (guest.value = null)}>
          {say('close')}
        </button>
      </div>
      {failure !== null && (
        <p class="failure" role="status" lang="en">
          <strong>{failure.code}</strong> {failure.message} <span class="help">{failure.help}</span>
        </p>
      )}
      {facts !== null && (
        <div class="buttons">
          <input
            class="wide"
            type="text"
            aria-label={say('guestReads')}
            value={input}
            onInput={(event) => setInput(event.currentTarget.value)}
          />
          <button type="submit" class="main-button" disabled={input.trim() === ''}>
            {say('guestRead')}
          </button>
        </div>
      )}
      {reading !== null && <Reading reading={reading} />}
    </form>
  );
}

function guestFacts({ task, cell, numLayers, hiddenSize, bidirectional, parameters }: GuestFacts): string {
  const blanks = {
    task: say(`task.${task}`),
    cell,
    layers: numLayers,
    hidden: hiddenSize,
    parameters: count(parameters),
  };
  return `${say('guestFacts', blanks)}${bidirectional ? `, ${say('bothDirections')}` : ''}`;
}

const keyOf = ({ layer, direction }: GuestValue): string => `${layer}/${direction}`;

function Reading({ reading }: { reading: GuestReading }) {
  const { tokens, values, answer } = reading;
  const [where, setWhere] = useState('');
  const [name, setName] = useState('h');
  const places = [...new Map(values.map((value) => [keyOf(value), value])).values()];
  const own = values.filter((value) => keyOf(value) === (where === '' ? keyOf(places[0]) : where));
  const value = own.find((one) => one.name === name) ?? own.at(0);
  return (
    <>
      <p>
        {say('guestAnswers')} <b class="written">{answer}</b>
      </p>
      <div class="buttons">
        {own.map((one) => (
          <button type="button" key={one.name} aria-pressed={one === value} onClick={() => setName(one.name)}>
            {one.name}
          </button>
        ))}
        {places.length > 1 && (
          <select aria-label={say('layer')} onChange={(event) => setWhere(event.currentTarget.value)}>
            {places.map((place) => (
              <option key={keyOf(place)} value={keyOf(place)}>
                {say('layerN', { n: place.layer + 1 })}, {say(place.direction)}
              </option>
            ))}
          </select>
        )}
      </div>
      {value !== undefined && <HeatMap tokens={tokens} value={value} />}
    </>
  );
}

/** Pixels of a column, of letters and of words; and of a row, in a map of some height. */
const COLUMN = { letter: 15, word: 74 } as const;
const HEIGHT = 240;

function HeatMap({ tokens, value }: { tokens: readonly string[]; value: GuestValue }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [place, setPlace] = useState({ column: 0, row: 0 });
  const { width: rows, data, order } = value;
  const columns = tokens.length;
  const dark = theme.value;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d') ?? null;
    if (canvas.current === null || context === null) return;
    canvas.current.width = columns;
    canvas.current.height = rows;
    context.putImageData(new ImageData(heatPixels(value, order, columns, dark), columns, rows), 0, 0);
  }, [value, dark]);
  const column = tokens.some((token) => Array.from(token).length > 1) ? COLUMN.word : COLUMN.letter;
  const height = Math.min(HEIGHT, rows * 16);
  const within = (n: number, most: number): number => Math.max(0, Math.min(most - 1, n));
  const move = (event: KeyboardEvent): void => {
    const by: Record<string, [number, number]> = {
      ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
    };
    if (by[event.key] === undefined) return;
    const [across, down] = by[event.key];
    setPlace({ column: within(place.column + across, columns), row: within(place.row + down, rows) });
    event.preventDefault();
  };
  const at = { column: within(place.column, columns), row: within(place.row, rows) };
  const unit = order[at.row] ?? at.row;
  const number = data[at.column * rows + unit];
  return (
    <>
      <div class="guest-map">
        <div style={{ width: `${columns * column}px` }}>
          <div class="tokens" lang="" style={{ gridTemplateColumns: `repeat(${columns}, ${column}px)` }}>
            {tokens.map((token, t) => (
              <span key={t} class={at.column === t ? 'token here' : 'token'}>
                {shownToken(token)}
              </span>
            ))}
          </div>
          <div
            class="heat"
            tabIndex={0}
            role="application"
            aria-label={`${value.name}. ${say('guestMapHelp')}`}
            style={{ height: `${height}px` }}
            onMouseMove={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              const share = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
              setPlace({ column: Math.floor(share.x * columns), row: Math.floor(share.y * rows) });
            }}
            onKeyDown={move}
          >
            <canvas ref={canvas} />
          </div>
        </div>
      </div>
      <p class="readout">
        <b class="token">{shownToken(tokens[at.column] ?? '')}</b> · {say('unit', { n: unit })}: {value.name} ={' '}
        <b>{number === undefined ? '–' : number.toFixed(3)}</b>
      </p>
    </>
  );
}

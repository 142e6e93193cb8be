// Runs that were kept beside the one that is shown: how well each predicts at the same step, how it reads the letters of the strip, and
// what it writes.
import { useEffect, useState } from 'preact/hooks';
import { say } from '../lateWords.js';
import type { Guess } from '../messages.js';
import { compared, forgetCurve, kept, type KeptRun, look, returnTo, run, send, settings, view } from '../state.js';
import { count } from '../words.js';
import { COLUMN, shownToken, surpriseLevel } from './strip.js';

/** One of the runs, as it is shown. */
interface Reader {
  /** `1`; that of the page has none. */
  number: string;
  label: string;
  step: number;
  history: KeptRun['measured'];
  samples: KeptRun['samples'];
  /** Whether its tokens are others than those of the text. */
  isOther: boolean;
  /** null before it has read them, and where they are others. */
  reading: { probabilities: Float32Array; guesses: Guess[][] } | null;
  kept: KeptRun | null;
}

export function ComparePanel() {
  const { id } = run.value;
  const shown = look.value;
  const runs = kept.value;
  const names = runs.map((one) => one.id).join();
  useEffect(() => {
    if (shown !== null) send({ type: 'compare', from: shown.from, length: shown.tokens.length });
  }, [id, shown?.from, shown?.tokens.length, names]);
  const [pointed, setColumn] = useState<number | null>(null);
  // By keyboard: the letter that was chosen in the strip.
  const chosen = view.value.at - (shown?.from ?? 0);
  const column = pointed ?? (chosen >= 0 ? chosen : null);
  const readers = readersOf();
  return (
    <>
      <div class="heading">
        <h2>{say('compare')}</h2>
        <span class="facts">{say(readers.length > 1 ? 'compareHelp' : 'compareNone')}</span>
      </div>
      {readers.length > 1 && <Readers readers={readers} column={column} setColumn={setColumn} />}
    </>
  );
}

interface ReadersProps {
  readers: readonly Reader[];
  column: number | null;
  setColumn: (column: number) => void;
}

function Readers({ readers, column, setColumn }: ReadersProps) {
  // Steps of a model from a file do not count from the same beginning: each is shown as it is.
  const isOpened = (run.value.facts?.opened ?? null) !== null;
  const step = isOpened ? Infinity : Math.min(...readers.map((one) => one.step));
  return (
    <>
      {readers.map((one) => (
        <Row key={one.kept?.id ?? 'own'} reader={one} step={step} column={column} setColumn={setColumn} />
      ))}
      <p class="readout">
        <Under readers={readers} column={column} />
      </p>
      <div class="writings">
        {readers.map(({ number, label, samples, kept: own }) => {
          const sample = samples.findLast((one) => one.step <= step);
          return (
            <div key={own?.id ?? 'own'}>
              <h3>
                <b>{number}</b> {label} · {say('atStep', { n: count(sample?.step ?? 0) })}
              </h3>
              <p class="written">{sample?.text}</p>
            </div>
          );
        })}
      </div>
    </>
  );
}

function readersOf(): Reader[] {
  const { facts, progress, measured, samples, id } = run.value;
  const shown = look.value;
  const answer = compared.value;
  const others = kept.value
    .filter((one) => one.id !== id)
    .map((one): Reader => {
      const found = answer?.networks.find((network) => network.id === one.id);
      const isHere = found !== undefined && answer?.from === shown?.from;
      return {
        ...{ number: numberOf(one), label: one.label, step: one.step, history: one.measured, samples: one.samples },
        ...{ reading: isHere ? found : null, isOther: answer !== null && found === undefined, kept: one },
      };
    });
  const { hiddenSize, numLayers } = settings.value;
  const label = `${facts?.cell ?? ''} ${hiddenSize}${numLayers > 1 ? ` × ${numLayers}` : ''} (${say('shownRun')})`;
  const step = Math.max(1, progress?.step ?? 1);
  return [
    ...others,
    { number: '', label, step, history: measured, samples, reading: shown, isOther: false, kept: null },
  ];
}

const numberOf = (one: KeptRun): string => String(kept.value.indexOf(one) + 1);

interface RowProps {
  reader: Reader;
  /** That all of them have reached. */
  step: number;
  column: number | null;
  setColumn: (column: number) => void;
}

function Row({ reader, step, column, setColumn }: RowProps) {
  const { number, label, history, reading, isOther, kept: own } = reader;
  const shown = look.value;
  const size = COLUMN[settings.value.tokens];
  const perplexity = history.findLast((one) => one.step <= step)?.perplexity;
  return (
    <div class="compared">
      <div class="heading">
        <h3>
          <b>{number}</b> {label}
        </h3>
        <span class="facts">
          {say('atStep', { n: count(Math.min(step, reader.step)) })}: {say('perplexity')}{' '}
          {perplexity === undefined ? '–' : perplexity.toFixed(2)}
          {isOther && ` · ${say('otherTokens')}`}
          {reading !== null && ` · ${say('bitsHere', { n: meanBits(reading.probabilities).toFixed(2) })}`}
        </span>
        {own !== null && (
          <span class="buttons">
            {own.again !== null && (
              <button type="button" class="quiet" onClick={() => returnTo(own)}>
                {say('backToIt', { n: count(own.step) })}
              </button>
            )}
            <button
              type="button"
              class="quiet"
              aria-label={`${say('forget')} ${number}, ${label}`}
              onClick={() => forgetCurve(own.id)}
            >
              ×
            </button>
          </span>
        )}
      </div>
      {shown !== null && reading !== null && (
        <div
          class="tokens"
          lang=""
          style={{ gridTemplateColumns: `repeat(${shown.tokens.length}, ${size}px)` }}
          aria-hidden="true"
        >
          {shown.tokens.map((token, t) => (
            <span
              key={t}
              class={`token s${surpriseLevel(reading.probabilities[t])} ${column === t ? 'here' : ''}`}
              onMouseEnter={() => setColumn(t)}
              onClick={() => setColumn(t)}
            >
              {shownToken(token)}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

/** How probable each held the token under the pointer, and what it expected there. */
function Under({ readers, column }: { readers: readonly Reader[]; column: number | null }) {
  const token = column === null ? undefined : look.value?.tokens[column];
  if (column === null || token === undefined) return <>{say('compareUnder')}</>;
  return (
    <>
      <b class="token">{shownToken(token)}</b>{' '}
      {readers.map(({ number, label, reading, kept: own }) => {
        const p = reading?.probabilities[column];
        const expected = column === 0 ? undefined : reading?.guesses[column - 1]?.[0];
        return (
          <span key={own?.id ?? 'own'} class="guess">
            {number} {label}: <b>{p === undefined || Number.isNaN(p) ? '–' : `${(100 * p).toFixed(1)} %`}</b>
            {expected !== undefined && (
              <>
                {' '}
                ({say('expectedInstead')} <b class="token">{shownToken(expected.token)}</b>)
              </>
            )}
          </span>
        );
      })}
    </>
  );
}

/** Of the tokens whose probability is known. */
function meanBits(probabilities: Float32Array): number {
  const known = Array.from(probabilities).filter((p) => !Number.isNaN(p));
  return known.reduce((sum, p) => sum - Math.log2(Math.max(p, 1e-9)), 0) / Math.max(1, known.length);
}

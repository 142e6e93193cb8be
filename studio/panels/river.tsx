// The gradient river: how much of one prediction's gradient reaches each letter before it, for this network, those kept, and an RNN, a
// GRU and an LSTM at the same loss; and the norm of the gradient by step, with the line at which it is clipped.
import { signal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { askRiver, place } from '../asking.js';
import { changesOf } from '../changes.js';
import { normChart } from '../draw/normChart.js';
import { riverBand } from '../draw/riverBand.js';
import { say } from '../lateWords.js';
import type { River } from '../messages.js';
import { rivals, river, run, send, settings } from '../state.js';
import { useWidth } from '../useWidth.js';
import { count } from '../words.js';
import { PictureButtons } from './pictureButtons.js';
import { shownToken } from './strip.js';

const kept = signal<readonly River[]>([]);
const MOST_KEPT = 4;

export function RiverPanel() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 900);
  const own = river.value;
  const all = [
    ...(own === null ? [] : [own]),
    ...kept.value.filter((other) => other !== own),
    ...(rivals.value?.rivers ?? []),
  ];
  return (
    <>
      <div class="heading">
        <h2>{say('river')}</h2>
        <button
          type="button"
          disabled={run.value.facts === null}
          onClick={() => {
            askRiver();
          }}
        >
          {say('flow')}
        </button>
        <button
          type="button"
          disabled={own === null || kept.value.includes(own)}
          onClick={() => {
            if (own !== null) kept.value = [...kept.value, own].slice(-MOST_KEPT);
          }}
        >
          {say('keepRiver')}
        </button>
        <span class="facts">{say('riverHelp')}</span>
      </div>
      <SameLoss />
      <div ref={box}>
        {all.map((one, i) => (
          <Band key={i} river={one} isLast={i === all.length - 1} />
        ))}
      </div>
      <Norms width={width} />
    </>
  );
}

/** A loss that a network of the page's size reaches soon: a little above what this one has. */
function easyLoss(): number {
  const last = run.value.measured.at(-1)?.loss ?? run.value.progress?.loss ?? 2.5;
  return Math.ceil(last * 10 + 0.5) / 10;
}

function SameLoss() {
  const [wanted, setWanted] = useState<string | null>(null);
  const now = rivals.value;
  const text = wanted ?? easyLoss().toFixed(1);
  const loss = Number(text);
  const isGood = text.trim() !== '' && loss > 0 && loss < 20;
  const isBusy = now !== null && !now.isOver;
  return (
    <form
      class="buttons same-loss"
      onSubmit={(event) => {
        event.preventDefault();
        if (isBusy) {
          send({ type: 'rivers', at: 0, loss: null });
          rivals.value = { ...now, rival: null, isOver: true };
        } else if (isGood) {
          setWanted(text);
          rivals.value = { rivers: [], rival: null, isOver: false };
          send({ type: 'rivers', at: place(), loss });
        }
      }}
    >
      <label>
        {say('sameLoss')}{' '}
        <input
          type="text"
          size={4}
          inputMode="decimal"
          value={text}
          aria-invalid={!isGood}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={run.value.facts === null}>
        {isBusy ? say('stop') : say('doIt')}
      </button>
      <span class="facts" role="status">
        {isBusy && now.rival !== null ? rivalFacts(now.rival) : say('sameLossHelp')}
      </span>
    </form>
  );
}

function rivalFacts({ cell, step, loss }: { cell: string; step: number; loss: number }): string {
  return say('rivalAt', { cell, step: count(step), loss: loss.toFixed(3) });
}

function Band({ river: shown, isLast }: { river: River; isLast: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 700);
  const { cell, step, loss, reached, windows, carried, lags } = shown;
  const facts = say('riverFacts', { cell, step: count(step), loss: (reached ?? loss).toFixed(3), n: count(windows) });
  const title = `${facts}: ${say('distance')}`;
  const tenth = lags.findIndex(({ median }) => median < 0.1);
  return (
    <div class="river-band">
      <div>
        <h3>
          <b>{cell}</b> {say('atStep', { n: count(step) })}{' '}
          <PictureButtons name={`river-${cell}`} title={`${say('river')}, ${cell}`} of={box} />
        </h3>
        <p class="facts">
          {say('loss')} {(reached ?? loss).toFixed(3)}
          <br />
          {tenth < 0 ? say('tenthBeyond', { n: lags.length }) : say('tenth', { n: tenth })}
          {carried.map(({ layer, state, product }) => (
            <span key={`${layer}${state}`}>
              <br />
              {say('passes', { state, layer: layer + 1, n: product.toFixed(2) })}
            </span>
          ))}
        </p>
      </div>
      <div>
        <div
          ref={box}
          lang=""
          dangerouslySetInnerHTML={{ __html: riverBand({ ...bandOf(shown), width: Math.max(120, width), title }) }}
        />
        {isLast && <p class="facts">{say('distance')}</p>}
      </div>
    </div>
  );
}

function bandOf({ tokens, norms, carried, lags }: River) {
  const most = Math.max(...norms, 1e-30);
  const layers = new Set(carried.map(({ layer }) => layer)).size;
  return {
    ...{ tokens: tokens.map(shownToken), lags, shares: norms.map((norm) => norm / most) },
    gates: carried.map(({ layer, state, factors }) => {
      return { label: layers > 1 ? `${state}${layer + 1}` : state, factors };
    }),
  };
}

/** Clipping and exploding in view. */
function Norms({ width }: { width: number }) {
  const box = useRef<HTMLDivElement>(null);
  const { history, machine } = run.value;
  const { clipNorm } = settings.value;
  // Another line may be clipped at another norm.
  const clips = changesOf(machine).flatMap(({ from, line }) =>
    line === null ? [] : [{ from, clipNorm: line.clipNorm }],
  );
  if (clips.length === 0) clips.push({ from: 0, clipNorm });
  const clipAt = (step: number): number => clips.findLast(({ from }) => from < step)?.clipNorm ?? clipNorm;
  const clipped = history.filter(({ step, gradientNorm }) => clipAt(step) > 0 && gradientNorm > clipAt(step)).length;
  const most = history.reduce((a, { gradientNorm }) => Math.max(a, gradientNorm), 0).toPrecision(3);
  const svg = normChart({
    ...{ points: history, clips, width, height: 110, title: say('norms') },
    labels: { clip: say('clipsAt', { n: clipNorm }) },
  });
  return (
    <div class="norms">
      <h3>
        {say('norms')}{' '}
        <span class="facts">
          {clips.some((one) => one.clipNorm > 0)
            ? say('clippedShare', { n: count(clipped), m: count(history.length), most })
            : say('notClipped', { most })}
        </span>{' '}
        <PictureButtons name="norms" title={say('norms')} of={box} />
      </h3>
      <div ref={box} dangerouslySetInnerHTML={{ __html: svg }} />
    </div>
  );
}

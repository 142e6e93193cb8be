// The gradient river: how much of one prediction's gradient reaches each letter before it, for this network, those kept, and an RNN, a
// GRU and an LSTM at the same loss; and the norm of the gradient by step, with the line at which it is clipped.
import { signal } from '@preact/signals';
import { useRef, useState } from 'preact/hooks';
import { askRiver, place } from '../asking.js';
import { normChart } from '../draw/normChart.js';
import { riverBand } from '../draw/riverBand.js';
import type { River } from '../messages.js';
import { rivals, river, run, send, settings } from '../state.js';
import { useWidth } from '../useWidth.js';
import { count, say } from '../words.js';
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
  const { cell, step, loss, reached, windows, norms, tokens, carried, lags } = shown;
  const most = Math.max(...norms, 1e-30);
  const title = say('riverFacts', { cell, step: count(step), loss: (reached ?? loss).toFixed(3), n: count(windows) });
  const tenth = lags.findIndex(({ median }) => median < 0.1);
  return (
    <div class="river-band">
      <div>
        <h3>
          <b>{cell}</b> {say('atStep', { n: count(step) })}
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
      <div ref={box}>
        <div class="river-letters" aria-hidden="true" lang="">
          {tokens.map((token, t) => (
            <span key={t} title={(norms[t] / most).toPrecision(2)}>
              <i
                style={{
                  height: `${Math.max(1, 28 * (1 + Math.max(-1, Math.log10(Math.max(norms[t] / most, 1e-30)) / 4)))}px`,
                }}
              />
              {shownToken(token)}
            </span>
          ))}
        </div>
        <div
          dangerouslySetInnerHTML={{
            __html: riverBand({ lags, width: Math.max(120, width), height: 84, title: `${title}: ${say('distance')}` }),
          }}
        />
        {isLast && <p class="facts">{say('distance')}</p>}
      </div>
    </div>
  );
}

/** Clipping and exploding in view. */
function Norms({ width }: { width: number }) {
  const { history } = run.value;
  const { clipNorm } = settings.value;
  const clipped = clipNorm > 0 ? history.filter(({ gradientNorm }) => gradientNorm > clipNorm).length : 0;
  const most = history.reduce((a, { gradientNorm }) => Math.max(a, gradientNorm), 0).toPrecision(3);
  const svg = normChart({
    ...{ points: history, clipNorm, width, height: 110, title: say('norms') },
    labels: { clip: say('clipsAt', { n: clipNorm }) },
  });
  return (
    <div class="norms">
      <h3>
        {say('norms')}{' '}
        <span class="facts">
          {clipNorm > 0
            ? say('clippedShare', { n: count(clipped), m: count(history.length), most })
            : say('notClipped', { most })}
        </span>
      </h3>
      <div dangerouslySetInnerHTML={{ __html: svg }} />
    </div>
  );
}

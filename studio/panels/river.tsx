// The gradient river: how much of one prediction's gradient reaches each letter before it, for this network and those kept.
import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { riverBand } from '../draw/riverBand.js';
import type { River } from '../messages.js';
import { river, run, send, view } from '../state.js';
import { useWidth } from '../useWidth.js';
import { count, say } from '../words.js';
import { shownToken } from './strip.js';

const kept = signal<readonly River[]>([]);
const MOST_KEPT = 4;

export function RiverPanel() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 900);
  const own = river.value;
  const all = own === null ? kept.value : [own, ...kept.value.filter((other) => other !== own)];
  return (
    <>
      <div class="heading">
        <h2>{say('river')}</h2>
        <button
          type="button"
          disabled={run.value.facts === null}
          onClick={() => {
            send({ type: 'river', at: view.value.cursor });
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
      <div ref={box}>
        {all.map((one, i) => (
          <Band key={i} river={one} width={width} />
        ))}
      </div>
    </>
  );
}

function Band({ river: shown, width }: { river: River; width: number }) {
  const { cell, step, loss, windows, norms, tokens, carried, lags } = shown;
  const most = Math.max(...norms, 1e-30);
  const title = say('riverFacts', { cell, step: count(step), loss: loss.toFixed(3), n: count(windows) });
  return (
    <div class="river-band">
      <h3>{title}</h3>
      <div class="river-letters" aria-hidden="true">
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
          __html: riverBand({ lags, width, height: 110, title: `${title}: ${say('distance')}` }),
        }}
      />
      <p class="facts">
        {say('distance')}
        {carried.map(
          ({ layer, state, product }) => ` · ${say('passes', { state, layer: layer + 1, n: product.toFixed(2) })}`,
        )}
      </p>
    </div>
  );
}

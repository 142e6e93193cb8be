// What the network writes, as it gets better: the newest first.
import { VIEW_FIELDS } from '../settings.js';
import { changeView, run, view } from '../state.js';
import { count, say } from '../words.js';

export function SamplesPanel() {
  const { samples } = run.value;
  const { temperature } = view.value;
  return (
    <>
      <div class="heading">
        <h2>{say('writes')}</h2>
        <label for="temperature">{say('temperature')}</label>
        <input
          id="temperature"
          type="range"
          min={0}
          max={2}
          step={0.1}
          value={Math.min(2, temperature)}
          onInput={(event) => {
            changeView({ temperature: Math.min(VIEW_FIELDS.temperature.max, Number(event.currentTarget.value)) });
          }}
        />
        <output for="temperature">{temperature.toFixed(1)}</output>
      </div>
      <ol class="samples" reversed tabIndex={0} aria-label={say('writes')}>
        {[...samples].reverse().map(({ step, text }, i) => (
          <li key={`${step}-${samples.length - i}`} class={i === 0 ? 'newest' : ''}>
            <span class="step">{say('atStep', { n: count(step) })}</span>
            <span class="written">{text}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

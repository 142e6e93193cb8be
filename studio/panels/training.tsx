// The training: how it is driven, its numbers, its curve beside the n-grams.
import { useRef } from 'preact/hooks';
import { lossChart } from '../draw/lossChart.js';
import { pace, pause, play, restart, run, setPace, step } from '../state.js';
import { useWidth } from '../useWidth.js';
import { count, say } from '../words.js';

/** Steps in a second; null for as many as there are. */
const PACES: readonly (number | null)[] = [1, 4, 16, null];

export function TrainingPanel() {
  return (
    <>
      <Transport />
      <Numbers />
      <Curve />
      <Facts />
    </>
  );
}

function Transport() {
  const { playing, phase, facts } = run.value;
  const opened = facts?.opened === true;
  return (
    <div class="transport">
      <button type="button" class="main-button" disabled={phase !== 'ready' || opened} onClick={playing ? pause : play}>
        {playing ? say('pause') : say('play')}
      </button>
      <button type="button" disabled={phase !== 'ready' || opened} onClick={step}>
        {say('step')}
      </button>
      <button
        type="button"
        onClick={() => {
          restart();
        }}
      >
        {say('again')}
      </button>
      <div class="paces" role="group" aria-label={say('pace')}>
        {PACES.map((value) => (
          <button
            type="button"
            key={String(value)}
            aria-pressed={pace.value === value}
            title={value === null ? say('fullPace') : say('perSecond', { n: value })}
            onClick={() => {
              setPace(value);
            }}
          >
            {value === null ? say('fullPace') : `${value}/s`}
          </button>
        ))}
      </div>
    </div>
  );
}

function Numbers() {
  const { progress, measured } = run.value;
  const last = measured.at(-1);
  const figures: [word: string, value: string, note?: string][] = [
    [say('steps'), progress === null ? '–' : count(progress.step)],
    [say('epoch'), progress === null ? '–' : progress.epoch.toFixed(2)],
    [say('loss'), progress === null ? '–' : progress.loss.toFixed(3)],
    [say('perplexity'), last === undefined ? '–' : last.perplexity.toFixed(2), say('held')],
    [say('tokensPerSecond'), progress === null ? '–' : count(Math.round(progress.tokensPerSecond))],
  ];
  return (
    <dl class="figures">
      {figures.map(([word, value, note]) => (
        <div key={word} title={note}>
          <dt>{word}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Curve() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 460);
  const { history, measured, baselines } = run.value;
  const named = baselines.map(({ order, loss }) => ({
    label: order === 0 ? say('uniform') : order === 1 ? say('unigram') : say('ngram', { n: order }),
    loss,
  }));
  const svg = lossChart({
    ...{ width, height: 190, title: `${say('lossCurve')}, ${say('nats')}`, training: history, validation: measured },
    baselines: named,
    labels: { training: say('trainLoss'), validation: say('validationLoss'), step: say('steps') },
  });
  // Made of numbers and of words that are escaped.
  return <div ref={box} class="curve" dangerouslySetInnerHTML={{ __html: svg }} />;
}

function Facts() {
  const { facts, phase } = run.value;
  if (facts === null) return <p class="facts">{phase === 'failed' ? '' : say('starting')}</p>;
  const missing = facts.missing.length > 0 ? say('missing', { what: facts.missing.join(', ') }) : '';
  const blanks = {
    ...{ cell: facts.cell, parameters: count(facts.parameters), vocabulary: count(facts.vocabularySize) },
    ...{ train: count(facts.trainTokens), validation: count(facts.validationTokens), tokens: say('tokens') },
  };
  return (
    <p class="facts">
      {say('facts', blanks)} · {facts.backend}, {facts.threads}
      {facts.opened && ` · ${say('opened')}`}
      {facts.cutTo !== null && ` · ${say('cut', { n: count(facts.cutTo) })}`}
      {missing !== '' && ` · ${missing}`}
    </p>
  );
}

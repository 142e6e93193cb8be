// The training: how it is driven, its numbers, its curve beside the n-grams.
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { lossChart } from '../draw/lossChart.js';
import { changeView, forgetCurve, keepCurve, kept, pause, play, restart, run, settings, step, view } from '../state.js';
import { lineName } from '../lineName.js';
import { useWidth } from '../useWidth.js';
import { count, say } from '../words.js';
import { PictureButtons } from './pictureButtons.js';

/** Steps in a second; 0 for as many as there are. */
const PACES = [1, 4, 16, 0];

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
  const { playing, phase } = run.value;
  return (
    <div class="transport">
      <button type="button" class="main-button" disabled={phase !== 'ready'} onClick={playing ? pause : play}>
        {playing ? say('pause') : say('play')}
      </button>
      <button type="button" disabled={phase !== 'ready'} onClick={step}>
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
            key={value}
            aria-pressed={view.value.pace === value}
            title={value === 0 ? say('fullPace') : say('perSecond', { n: value })}
            onClick={() => {
              changeView({ pace: value });
            }}
          >
            {value === 0 ? say('fullPace') : `${value}/s`}
          </button>
        ))}
      </div>
    </div>
  );
}

function Numbers() {
  const { progress, measured } = run.value;
  const last = measured.findLast(({ step }) => step <= (progress?.step ?? 0));
  const figures: Figure[] = [
    { id: 'step', word: say('steps'), value: progress?.step, shown: count },
    { id: 'epoch', word: say('epoch'), value: progress?.epoch, shown: (n) => n.toFixed(2) },
    { id: 'loss', word: say('loss'), value: progress?.loss, shown: (n) => n.toFixed(3) },
    {
      id: 'perplexity',
      word: say('perplexity'),
      value: last?.perplexity,
      shown: (n) => n.toFixed(2),
      note: say('held'),
    },
    { id: 'speed', word: say('tokensPerSecond'), value: progress?.tokensPerSecond, shown: (n) => count(Math.round(n)) },
  ];
  return (
    <dl class="figures">
      {figures.map(({ id, word, value, shown, note }) => (
        <div key={id} title={note}>
          <dt>{word}</dt>
          <dd>
            <data id={`figure-${id}`} value={value ?? ''}>
              {value === undefined ? '–' : shown(value)}
            </data>
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface Figure {
  id: string;
  word: string;
  value: number | undefined;
  shown: (value: number) => string;
  note?: string;
}

function Curve() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 460);
  const { history, measured, baselines, curves, progress } = run.value;
  const step = progress?.step ?? 0;
  const named = baselines.map(({ order, loss }) => ({
    label: order === 0 ? say('uniform') : order === 1 ? say('unigram') : say('ngram', { n: order }),
    loss,
  }));
  const svg = lossChart({
    ...{ width, height: 190, title: `${say('lossCurve')}, ${say('nats')}`, training: history, validation: measured },
    baselines: named,
    others: [
      ...kept.value.map((one, i) => ({ label: String(i + 1), points: one.history })),
      ...Object.entries(curves).map(([id, curve]) => ({ label: lineName(Number(id)), points: curve.history })),
    ],
    at: step < (history.at(-1)?.step ?? 0) ? step : null,
    labels: { training: say('trainLoss'), validation: say('validationLoss'), step: say('steps') },
  });
  // Made of numbers and of words that are escaped.
  return (
    <>
      <div ref={box} class="curve" dangerouslySetInnerHTML={{ __html: svg }} />
      <Kept>
        <PictureButtons name="loss" title={say('lossCurve')} of={box} />
      </Kept>
    </>
  );
}

/** The runs that were kept, by the numbers of their curves. */
function Kept({ children }: { children: ComponentChildren }) {
  const { value: runs } = kept;
  const now = run.value;
  const own = runs.find(({ id }) => id === now.id);
  return (
    <div class="kept">
      <div class="buttons">
        <button type="button" disabled={now.history.length === 0} onClick={keepCurve}>
          {say('keep')}
        </button>
        {children}
      </div>
      {runs.length > 0 && (
        <table class="list">
          <thead>
            <tr>
              <td />
              <th scope="col">{say('steps')}</th>
              <th scope="col">{say('perplexity')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {runs.map((one, i) => (
              <tr key={one.id} class={one === own ? 'own' : ''}>
                <th scope="row">
                  {i + 1} {one.label}
                </th>
                <td>{count(one.history.at(-1)?.step ?? 0)}</td>
                <td>{(one.measured.at(-1)?.perplexity ?? NaN).toFixed(2)}</td>
                <td>
                  <button
                    type="button"
                    class="quiet"
                    aria-label={`${say('forget')} ${i + 1}`}
                    onClick={() => {
                      forgetCurve(one.id);
                    }}
                  >
                    ×
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

function Facts() {
  const { facts, phase } = run.value;
  if (facts === null) return <p class="facts">{phase === 'failed' ? '' : say('starting')}</p>;
  const { batchSize, numSteps } = settings.value;
  const isSmaller = facts.batchSize < batchSize || facts.numSteps < numSteps;
  const lacks = [...(facts.backend === 'wasm' ? [] : [say('noSimd')]), ...facts.missing];
  const missing = lacks.length > 0 ? say('missing', { what: lacks.join(', ') }) : '';
  const blanks = {
    ...{ cell: facts.cell, parameters: count(facts.parameters), vocabulary: count(facts.vocabularySize) },
    ...{
      train: count(facts.trainTokens),
      validation: count(facts.validationTokens),
      tokens: say(`tokens.${settings.value.tokens}`),
    },
  };
  return (
    <p class="facts">
      {say('facts', blanks)} · {facts.threads === 1 ? say('thread') : say('threads', { n: facts.threads })}
      {facts.opened !== null && ` · ${say('opened')}`}
      {isSmaller && ` · ${say('smallerBatch', { batch: facts.batchSize, steps: facts.numSteps })}`}
      {facts.encoding !== null && ` · ${say('readAs', { encoding: facts.encoding.toUpperCase() })}`}
      {facts.leftOut > 0 && ` · ${say('leftOut', { n: count(facts.leftOut) })}`}
      {facts.cutTo !== null && ` · ${say('cut', { n: count(facts.cutTo) })}`}
      {missing !== '' && ` · ${missing}`}
    </p>
  );
}

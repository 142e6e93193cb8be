// The column of settings: the text, the network, how it learns, and what can be taken away.
import { useRef, useState } from 'preact/hooks';
import { CELL_NAMES } from '../cellNames.js';
import { takeFiles } from '../files.js';
import { RUN_FIELDS, type RunSettings } from '../settings.js';
import { cellData, change, changeCell, changeText, changeView, settings, text, view } from '../state.js';
import { KNOWN_TEXTS, TOYS } from '../texts.js';
import { language, say } from '../words.js';
import { ChoiceRow, FlagRow, NumberRow, type Option } from './controls.js';
import { TakeAway } from './takeAway.js';

/** A value of the list that is no text of the page. */
const OWN = '-own-';

const TOY_TITLES: Record<(typeof TOYS)[number], { en: string; zh: string }> = {
  copying: { en: 'Copying', zh: '复制' },
  adding: { en: 'Adding', zh: '加法' },
  parity: { en: 'Parity', zh: '奇偶' },
  counting: { en: 'Counting ones', zh: '数一' },
  dyck: { en: 'Brackets (Dyck words)', zh: '括号（戴克词）' },
  order: { en: 'Temporal order', zh: '时间顺序' },
  sine: { en: 'Sine', zh: '正弦' },
};

export function SetupPanel() {
  return (
    <form
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <TextSettings />
      <NetworkSettings />
      <LearningSettings />
      <TakeAway />
    </form>
  );
}

function TextSettings() {
  const lang = language();
  const source = text.value;
  const file = useRef<HTMLInputElement>(null);
  const [pasted, setPasted] = useState<string | null>(null);
  const known: Option[] = KNOWN_TEXTS.map(({ name, title }) => ({ value: name, label: title[lang] }));
  const toys: Option[] = TOYS.map((toy) => ({ value: toy, label: TOY_TITLES[toy][lang] }));
  const own: Option[] = source.kind === 'given' ? [{ value: OWN, label: source.name }] : [];
  return (
    <fieldset>
      <legend>{say('text')}</legend>
      <ChoiceRow
        label={say('text')}
        name="text-name"
        value={source.kind === 'given' ? OWN : source.name}
        options={[...own, { group: say('texts'), options: known }, { group: say('toys'), options: toys }]}
        onChange={(name) => {
          changeText({ kind: 'known', name });
        }}
      />
      <div class="buttons">
        <button type="button" onClick={() => file.current?.click()}>
          {say('openFile')}
        </button>
        <button
          type="button"
          aria-expanded={pasted !== null}
          onClick={() => {
            setPasted(pasted === null ? '' : null);
          }}
        >
          {say('paste')}
        </button>
        <input
          ref={file}
          type="file"
          hidden
          aria-label={say('openFile')}
          onChange={(event) => {
            void takeFiles(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
      </div>
      {pasted !== null && (
        <div class="paste">
          <textarea
            aria-label={say('paste')}
            rows={6}
            value={pasted}
            onInput={(event) => {
              setPasted(event.currentTarget.value);
            }}
          />
          <button
            type="button"
            disabled={pasted.trim() === ''}
            onClick={() => {
              changeText({ kind: 'given', name: say('own'), content: pasted });
              setPasted(null);
            }}
          >
            {say('useText')}
          </button>
        </div>
      )}
      <p class="hint">{say('dropHint')}</p>
      <ChoiceRow
        label={say('tokens')}
        name="tokens"
        value={settings.value.tokens}
        options={(['char', 'byte', 'word'] as const).map((value) => ({ value, label: say(`tokens.${value}`) }))}
        onChange={(tokens) => {
          change({ tokens: tokens as RunSettings['tokens'] });
        }}
      />
      <FlagRow
        label={say('collapseWhitespace')}
        name="collapse"
        value={settings.value.collapseWhitespace}
        onChange={(collapseWhitespace) => {
          change({ collapseWhitespace });
        }}
      />
    </fieldset>
  );
}

function NetworkSettings() {
  const { cell } = settings.value;
  const names = CELL_NAMES.map((value) => ({ value, label: value }));
  const own = cellData.value === null ? [] : [{ value: OWN, label: `${cellData.value.name} (${say('ownCell')})` }];
  return (
    <fieldset>
      <legend>{say('network')}</legend>
      <ChoiceRow
        label={say('cell')}
        name="cell"
        value={cellData.value === null ? cell : OWN}
        options={[...own, ...names]}
        onChange={(name) => {
          if (name !== OWN) changeCell(name);
        }}
      />
      <Numbers names={['hiddenSize', 'numLayers', 'embeddingSize', 'dropout']} />
    </fieldset>
  );
}

function LearningSettings() {
  return (
    <fieldset>
      <legend>{say('training')}</legend>
      <Numbers names={['learningRate']} />
      <ChoiceRow
        label={say('optimizer')}
        name="optimizer"
        value={settings.value.optimizer}
        options={(['adam', 'adamw', 'sgd', 'rmsprop', 'adagrad'] as const).map((value) => ({ value, label: value }))}
        onChange={(optimizer) => {
          change({ optimizer: optimizer as RunSettings['optimizer'] });
        }}
      />
      <Numbers names={['clipNorm', 'batchSize', 'numSteps', 'seed']} />
      <p class="hint">{say('onTheWay')}</p>
      <FlagRow
        label={say('pauseHidden')}
        name="pause-hidden"
        value={view.value.pauseHidden}
        onChange={(pauseHidden) => {
          changeView({ pauseHidden });
        }}
      />
    </fieldset>
  );
}

type NumberName =
  | 'hiddenSize'
  | 'numLayers'
  | 'embeddingSize'
  | 'dropout'
  | 'learningRate'
  | 'batchSize'
  | 'numSteps'
  | 'clipNorm'
  | 'seed';

function Numbers({ names }: { names: readonly NumberName[] }) {
  return (
    <>
      {names.map((name) => (
        <NumberRow
          key={name}
          label={say(name)}
          name={name}
          value={settings.value[name]}
          field={RUN_FIELDS[name]}
          onChange={(value) => {
            change({ [name]: value });
          }}
        />
      ))}
    </>
  );
}

// One unit over the whole text: where it is strongest, what it follows, which units do alike.
import { useRef } from 'preact/hooks';
import { unitTrace } from '../draw/unitTrace.js';
import { changeView, unit, view } from '../state.js';
import { useWidth } from '../useWidth.js';
import { count, language, say } from '../words.js';
import { goTo, Places } from './places.js';

const PROPERTIES: Record<string, string> = {
  'inside quotes': '引号内',
  'inside parentheses': '括号内',
  space: '空格',
  'before a space': '空格之前',
  newline: '换行',
  digit: '数字',
  'upper case': '大写',
  vowel: '元音',
  punctuation: '标点',
  'position in the word': '词内位置',
  'position in the sentence': '句内位置',
  'position in the line': '行内位置',
  'position in the paragraph': '段内位置',
};

function propertyName(property: string): string {
  return language() === 'zh' ? (PROPERTIES[property] ?? property) : property;
}

export function UnitPanel() {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, 900);
  const shown = unit.value;
  if (shown === null || view.value.unit < 0) return <div ref={box} />;
  const { ref, values, places, follows, alike } = shown;
  const title = `${say('unit', { n: ref.unit })}, ${ref.value}`;
  const svg = unitTrace({ values, width, height: 64, title, mark: view.value.cursor });
  return (
    <>
      <div class="heading">
        <h2>{title}</h2>
        <span class="facts">{say('unitOver', { n: count(values.length) })}</span>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            changeView({ unit: -1 });
          }}
        >
          {say('close')}
        </button>
      </div>
      <div
        ref={box}
        class="trace"
        onClick={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect();
          goTo(Math.round(((event.clientX - left) / width) * values.length));
        }}
        dangerouslySetInnerHTML={{ __html: svg }}
      />
      <div class="unit-parts">
        <div>
          <h3>{say('places')}</h3>
          <Places places={places.map((one) => ({ ...one, number: one.value.toFixed(2) }))} />
        </div>
        <div>
          <h3>{say('follows')}</h3>
          <table class="list">
            <tbody>
              {follows.map(({ property, correlation }) => (
                <tr key={property}>
                  <th scope="row">{propertyName(property)}</th>
                  <td>{correlation.toFixed(2)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <h3>{say('alike')}</h3>
          <div class="buttons">
            {alike.map(({ unit: other, correlation }) => (
              <button
                type="button"
                key={other}
                onClick={() => {
                  changeView({ unit: other });
                }}
              >
                {other} <small>{correlation.toFixed(2)}</small>
              </button>
            ))}
          </div>
        </div>
      </div>
    </>
  );
}

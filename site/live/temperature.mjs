// The temperature of sampling: a small LSTM learns a scene in the page; then the slider bends what it expects, and what it writes.
import { configure, LSTM, Philox, useBackend } from 'unrolled';
import { chartIn } from './shared/chart.mjs';
import { characterModel, probabilities, write } from './shared/characters.mjs';
import { button, control, filled, numbersOf, remember, slices } from './shared/controls.mjs';
import { ROMEO } from './shared/texts.mjs';

const WORDS = {
  title: { en: 'Try it: the temperature of what is drawn', zh: '动手试试：采样的温度' },
  idea: {
    en: 'An LSTM of 96 units learns a scene of Romeo and Juliet, here in the page. Then move the temperature: the bars are what it expects after “ROMEO:” and the letters drawn so far.',
    zh: '一个 96 个单元的 LSTM 在本页中学习《罗密欧与朱丽叶》的一场。学完之后移动温度：条形是它在“ROMEO:”和已写出的开头之后对下一个字符的预期。',
  },
  temperature: { en: 'Temperature', zh: '温度' },
  prefix: { en: 'After “ROMEO:” and', zh: '“ROMEO:”之后再加' },
  again: { en: 'Draw again', zh: '重新采样' },
  probability: { en: 'probability', zh: '概率' },
  character: { en: 'characters, most probable first', zh: '字符，从最可能的开始' },
  learning: {
    en: 'It learns: {done} of {steps} steps, loss {loss}.',
    zh: '正在学习：{steps} 步中的第 {done} 步，损失 {loss}。',
  },
  state: {
    en: 'The most probable next character, {first}, has {share}; the number it hesitates between is {choices}.',
    zh: '最可能的下一个字符是 {first}，概率 {share}；相当于在 {choices} 个字符之间犹豫。',
  },
};
const STEPS = 400;
const RANGES = {
  temperature: { min: 0, max: 2, step: 0.05 },
  prefix: { min: 0, max: 30, step: 1 },
  seed: { min: 0, max: 99, step: 1 },
};
const FIELDS = { temperature: 0.8, prefix: 1, seed: 1 };
const PRIME = 'ROMEO:\n';
const START = 'Alas, that love, whose view is'; // of the scene: the slider shows more of it
const visible = (character) => ({ '\n': '⏎', ' ': '␣' })[character] ?? character;

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p><div class="live-chart"></div>
    <div class="live-controls"></div><p role="status"></p><pre class="live-text" tabindex="0"></pre>`;
  const draw = chartIn(element.querySelector('.live-chart'), 200);
  const controls = element.querySelector('.live-controls');
  const sliders = {
    temperature: control(controls, t('temperature'), RANGES.temperature, (temperature) => show({ temperature })),
    prefix: control(
      controls,
      t('prefix'),
      RANGES.prefix,
      (prefix) => show({ prefix }),
      (n) => `“${START.slice(0, n)}”`,
    ),
  };
  button(controls, t('again'), () => show({ seed: (values.seed + 1) % 100 }));
  const status = element.querySelector('[role=status]');
  const model = characterModel(ROMEO, LSTM, { hiddenSize: 96 });
  let loss = NaN;
  let learned = false;
  for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
  const shown = (done) => (status.textContent = filled(t('learning'), { done, steps: STEPS, loss }, language));
  await slices()(STEPS, (i) => (loss = model.step(i)), shown);
  learned = true;
  show({});

  function show(changed) {
    Object.assign(values, changed);
    for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
    remember(values, FIELDS);
    if (!learned) return;
    const prime = PRIME + START.slice(0, values.prefix);
    const p = probabilities(model.after(prime).scores, values.temperature);
    const order = p
      .map((_, i) => i)
      .sort((a, b) => p[b] - p[a])
      .slice(0, 12);
    const entropy = -p.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);
    const first = `“${visible(model.characters[order[0]])}”`;
    const says = filled(t('state'), { first, share: p[order[0]], choices: Math.exp(entropy) }, language);
    draw({
      ...{ x: [0.5, 12.5], y: [0, 1], xLabel: t('character'), yLabel: t('probability'), label: says },
      xTick: (place) => visible(model.characters[order[place - 1]] ?? ''),
      series: [{ points: order.map((i, place) => [place + 1, p[i]]), colour: 0, as: 'bars' }],
    });
    element.querySelector('.live-text').textContent =
      prime + write(model, prime, 160, values.temperature, new Philox(values.seed));
    status.textContent = says;
  }
}

// The number of hidden units: each choice is trained anew in the page, and its curve stays beside the others.
import { configure, RNN, Philox, useBackend } from 'unrolled';
import { chartIn, legend } from './shared/chart.mjs';
import { characterModel, write } from './shared/characters.mjs';
import { button, control, filled, numbersOf, remember, slices } from './shared/controls.mjs';
import { TIME_MACHINE } from './shared/texts.mjs';

const WORDS = {
  title: { en: 'Try it: how many hidden units', zh: '动手试试：隐藏单元的个数' },
  idea: {
    en: 'The first 2,400 letters of The Time Machine, learned by an RNN in this page. Choose the hidden units and train; the curves stay, so that sizes can be compared.',
    zh: '用本页中的循环神经网络学习《时间机器》开头的 2,400 个字母。选好隐藏单元数再训练；曲线会保留下来，便于比较。',
  },
  size: { en: 'Hidden units', zh: '隐藏单元数' },
  train: { en: 'Train', zh: '训练' },
  clear: { en: 'Remove the curves', zh: '清除曲线' },
  perplexity: { en: 'perplexity', zh: '困惑度' },
  epoch: { en: 'epoch', zh: '轮' },
  units: { en: '{size} units', zh: '{size} 个单元' },
  ready: { en: '{size} units, {parameters} parameters.', zh: '{size} 个单元，{parameters} 个参数。' },
  state: {
    en: '{size} units, {parameters} parameters: perplexity {perplexity} after {epochs} epochs. It goes on from “the time”:',
    zh: '{size} 个单元，{parameters} 个参数：{epochs} 轮之后困惑度 {perplexity}。从“the time”接着写：',
  },
};
const EPOCHS = 40;
const RANGES = { size: { min: 2, max: 128, step: 2 } };
const FIELDS = { size: 32 };

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  const curves = [];
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p><p class="live-legend"></p><div class="live-chart"></div>
    <div class="live-controls"></div><p role="status"></p><pre class="live-text" tabindex="0" hidden></pre>`;
  const draw = chartIn(element.querySelector('.live-chart'), 230);
  const controls = element.querySelector('.live-controls');
  const status = element.querySelector('[role=status]');
  const text = element.querySelector('.live-text');
  const slider = control(controls, t('size'), RANGES.size, (size) => {
    values.size = size;
    slider.show(size);
    remember(values, FIELDS);
    const { parameters } = characterModel(TIME_MACHINE, RNN, { hiddenSize: size });
    status.textContent = filled(t('ready'), { size, parameters }, language);
  });
  button(controls, t('train'), () => train());
  button(controls, t('clear'), () => {
    curves.length = 0;
    show();
  });
  const inSlices = slices();

  async function train() {
    const { size } = values;
    const model = characterModel(TIME_MACHINE, RNN, { hiddenSize: size });
    const curve = { size, points: [] };
    const place = curves.findIndex((one) => one.size === size);
    curves.splice(place < 0 ? curves.length : place, place < 0 ? 0 : 1, curve);
    if (curves.length > 5) curves.shift();
    let sum = 0;
    const step = (i) => {
      sum += model.step(i);
      if ((i + 1) % model.windows > 0) return;
      curve.points.push([(i + 1) / model.windows, Math.exp(sum / model.windows)]);
      sum = 0;
    };
    const done = await inSlices(EPOCHS * model.windows, step, show);
    if (!done) return;
    const perplexity = curve.points.at(-1)[1];
    status.textContent = filled(
      t('state'),
      { size, parameters: model.parameters, perplexity, epochs: EPOCHS },
      language,
    );
    text.hidden = false;
    text.textContent = `the time${write(model, 'the time', 110, 0, new Philox(0))}`;
  }

  function show() {
    legend(
      element.querySelector('.live-legend'),
      curves.map(({ size }, k) => ({ colour: k, name: filled(t('units'), { size }, language) })),
    );
    const label = curves.map(({ size, points }) => `${size}: ${points.at(-1)?.[1].toFixed(2) ?? ''}`).join(', ');
    draw({
      ...{
        x: [0, EPOCHS],
        y: [0, 20],
        xLabel: t('epoch'),
        yLabel: t('perplexity'),
        label: `${t('perplexity')} ${label}`,
      },
      series: curves.map(({ points }, colour) => ({ points, colour })),
    });
  }
  slider.show(values.size);
  show();
  train();
}

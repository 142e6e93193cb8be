// The bias of the forget gate: an LSTM must say at the end which sign stood at the beginning. Each bias is trained anew.
import {
  Adam,
  clipGradNorm,
  configure,
  fromData,
  Linear,
  LSTM,
  manualSeed,
  mse,
  Philox,
  Recurrent,
  scope,
  useBackend,
} from 'unrolled';
import { chartIn, legend } from './shared/chart.mjs';
import { button, control, filled, numbersOf, remember, slices } from './shared/controls.mjs';

const WORDS = {
  title: { en: 'Try it: the bias of the forget gate', zh: '动手试试：遗忘门的偏置' },
  idea: {
    en: 'A sequence begins with +1 or −1, then comes noise. An LSTM of 8 units must say at the end which it was. Choose the bias that its forget gate begins with and the distance, and train, here in the page.',
    zh: '序列以 +1 或 −1 开头，后面全是噪声。一个 8 个单元的 LSTM 要在结尾说出开头是哪一个。选择遗忘门偏置的初始值和距离，然后在本页中训练。',
  },
  bias: { en: 'Bias of the forget gate at the beginning', zh: '遗忘门偏置的初始值' },
  distance: { en: 'Steps of noise between', zh: '中间的噪声步数' },
  train: { en: 'Train', zh: '训练' },
  clear: { en: 'Remove the curves', zh: '清除曲线' },
  loss: { en: 'squared error', zh: '平方误差' },
  step: { en: 'step of training', zh: '训练步数' },
  curve: { en: 'bias {bias}, {distance} steps', zh: '偏置 {bias}，{distance} 步' },
  keeps: {
    en: 'At first the gate stands near {gate}: after {distance} steps {left} of a memory is left.',
    zh: '开始时门约为 {gate}：{distance} 步之后，记忆还剩 {left}。',
  },
  state: {
    en: '{keeps} After {steps} steps of training the error is {loss} (always saying 0 gives 1).',
    zh: '{keeps}训练 {steps} 步之后误差为 {loss}（总是回答 0 的误差是 1）。',
  },
};
const [STEPS, ROWS, UNITS] = [300, 32, 8];
const RANGES = { bias: { min: -2, max: 6, step: 0.5 }, distance: { min: 5, max: 100, step: 5 } };
const FIELDS = { bias: 0, distance: 40 };

/** @returns `step()`, which trains once and returns the loss */
function learner({ bias, distance }) {
  manualSeed(0);
  const random = new Philox(1);
  const lstm = new Recurrent(LSTM, { inputSize: 1, hiddenSize: UNITS, initialBias: { f: bias } });
  const output = new Linear(UNITS, 1);
  const parameters = [...lstm.parameters(), ...output.parameters()];
  const optimizer = new Adam(parameters, 0.01);
  return () =>
    scope(() => {
      const first = Float32Array.from({ length: ROWS }, () => (random.uniform() < 0.5 ? -1 : 1));
      const x = Float32Array.from({ length: (distance + 1) * ROWS }, (_, i) =>
        i < ROWS ? first[i] : 0.2 * random.normal(),
      );
      const said = output.forward(lstm.forward(fromData(x, [distance + 1, ROWS, 1])).state[0].h);
      const loss = mse(said, fromData(first, [ROWS, 1]));
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(parameters, 1);
      optimizer.step();
      return loss.item();
    });
}

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  const curves = [];
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p><p class="live-legend"></p><div class="live-chart"></div>
    <div class="live-controls"></div><p role="status"></p>`;
  const draw = chartIn(element.querySelector('.live-chart'), 230);
  const controls = element.querySelector('.live-controls');
  const status = element.querySelector('[role=status]');
  const sliders = {
    bias: control(controls, t('bias'), RANGES.bias, (bias) => set({ bias })),
    distance: control(controls, t('distance'), RANGES.distance, (distance) => set({ distance })),
  };
  button(controls, t('train'), () => train());
  button(controls, t('clear'), () => {
    curves.length = 0;
    show();
  });
  const inSlices = slices();

  const keeps = ({ bias, distance }) => {
    const gate = 1 / (1 + Math.exp(-bias));
    return filled(t('keeps'), { gate, distance, left: gate ** distance }, language);
  };

  function set(changed) {
    Object.assign(values, changed);
    for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
    remember(values, FIELDS);
    status.textContent = keeps(values);
  }

  async function train() {
    const own = { ...values };
    const curve = { ...own, points: [] };
    curves.push(curve);
    if (curves.length > 5) curves.shift();
    const step = learner(own);
    let smooth = 1;
    const work = (i) => {
      smooth += 0.1 * (step() - smooth);
      curve.points.push([i + 1, smooth]);
    };
    if (!(await inSlices(STEPS, work, show))) return;
    status.textContent = filled(t('state'), { keeps: keeps(own), steps: STEPS, loss: smooth }, language);
  }

  function show() {
    const names = curves.map((one) => filled(t('curve'), { bias: one.bias, distance: one.distance }, language));
    legend(
      element.querySelector('.live-legend'),
      names.map((name, colour) => ({ colour, name })),
    );
    const label = curves.map(({ points }, k) => `${names[k]}: ${points.at(-1)?.[1].toFixed(2) ?? ''}`).join('; ');
    draw({
      ...{ x: [0, STEPS], y: [0, 1.4], xLabel: t('step'), yLabel: t('loss'), label: `${t('loss')}. ${label}` },
      series: curves.map(({ points }, colour) => ({ points, colour })),
    });
  }
  set({});
  show();
  train();
}

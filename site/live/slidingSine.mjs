// The noisy sine: a Markov model that sees τ values is fitted anew whenever τ or the noise changes, and predicts k steps ahead.
import {
  Adam,
  configure,
  fromData,
  Linear,
  manualSeed,
  mse,
  noGrad,
  Philox,
  relu,
  scope,
  useBackend,
  xavierUniform,
} from 'unrolled';
import { chartIn, legend } from './shared/chart.mjs';
import { button, control, filled, numbersOf, remember, slices } from './shared/controls.mjs';

const WORDS = {
  title: { en: 'Try it: how many values back, and how far ahead', zh: '动手试试：往回看几个值，往前预测几步' },
  idea: {
    en: 'A network with ten hidden units sees the last τ values and learns the next one on the left of the line; here, in this page, each time τ or the noise is changed. Right of it, what it predicts k steps ahead from its own predictions.',
    zh: '一个含十个隐藏单元的网络看最近 τ 个值，在竖线左边学习预测下一个值；每次改动 τ 或噪声，它就在本页中重新训练。竖线右边是它用自己的预测往前推 k 步的结果。',
  },
  tau: { en: 'Values that it sees, τ', zh: '看到的值的个数 τ' },
  ahead: { en: 'Steps ahead, k', zh: '往前预测的步数 k' },
  noise: { en: 'Standard deviation of the noise', zh: '噪声的标准差' },
  again: { en: 'Other random numbers', zh: '换一组随机数' },
  series: { en: 'the series', zh: '序列' },
  predicted: { en: 'predicted k steps ahead', zh: '往前 k 步的预测' },
  split: { en: 'end of what it learns from', zh: '训练部分的结尾' },
  time: { en: 'time', zh: '时间' },
  state: {
    en: 'Root mean square error against the sine without noise, right of the line: {one} one step ahead, {many} at k = {k}.',
    zh: '竖线右边，与无噪声正弦相比的均方根误差：前推一步 {one}，k = {k} 时 {many}。',
  },
};
const [T, TRAIN, EPOCHS, BATCH] = [1000, 600, 10, 16];
const RANGES = {
  tau: { min: 1, max: 32, step: 1 },
  k: { min: 1, max: 64, step: 1 },
  noise: { min: 0, max: 0.5, step: 0.05 },
  seed: { min: 0, max: 99, step: 1 },
};
const FIELDS = { tau: 4, k: 16, noise: 0.2, seed: 0 };
const sine = (t) => Math.sin(0.01 * t);

function seriesOf({ noise, seed }) {
  const random = new Philox(seed);
  return Float32Array.from({ length: T }, (_, i) => sine(i + 1) + noise * random.normal());
}

/** @returns the network, and `step(i)`, which trains it on its i-th batch */
function learner(series, { tau, seed }) {
  manualSeed(seed);
  const hidden = new Linear(tau, 10, { init: xavierUniform });
  const output = new Linear(10, 1, { init: xavierUniform });
  const net = (x) => output.forward(relu(hidden.forward(x)));
  const optimizer = new Adam([...hidden.parameters(), ...output.parameters()], 0.01);
  const random = new Philox(seed);
  const order = Int32Array.from({ length: TRAIN - tau }, (_, i) => i);
  const batches = Math.ceil(order.length / BATCH);
  return {
    net,
    steps: EPOCHS * batches,
    step(i) {
      if (i % batches === 0) random.shuffle(order);
      const rows = order.subarray((i % batches) * BATCH, (i % batches) * BATCH + BATCH);
      const x = Float32Array.from(
        { length: rows.length * tau },
        (_, j) => series[rows[Math.floor(j / tau)] + (j % tau)],
      );
      const y = Float32Array.from(rows, (row) => series[row + tau]);
      scope(() => {
        optimizer.zeroGrad();
        mse(net(fromData(x, [rows.length, tau])), fromData(y, [rows.length, 1])).backward();
        optimizer.step();
      });
    },
  };
}

/** For each window its prediction k steps ahead: a prediction becomes the last value of the next window. */
function ahead(net, series, tau, k) {
  const count = T - tau - k + 1;
  let windows = Float32Array.from({ length: count * tau }, (_, j) => series[Math.floor(j / tau) + (j % tau)]);
  let last = new Float32Array(count);
  for (let step = 0; step < k; step++) {
    last = scope(() =>
      noGrad(() =>
        net(fromData(windows, [count, tau]))
          .data()
          .slice(),
      ),
    );
    const before = windows;
    windows = Float32Array.from(before, (_, j) => ((j + 1) % tau === 0 ? last[Math.floor(j / tau)] : before[j + 1]));
  }
  return Array.from(last, (value, i) => [i + tau + k, value]);
}

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p><p class="live-legend"></p><div class="live-chart"></div>
    <div class="live-controls"></div><p role="status"></p>`;
  const draw = chartIn(element.querySelector('.live-chart'));
  legend(element.querySelector('.live-legend'), [
    { colour: 'muted', name: t('series') },
    { colour: 1, name: t('predicted') },
    { colour: 2, name: t('split') },
  ]);
  const controls = element.querySelector('.live-controls');
  const sliders = {
    tau: control(controls, t('tau'), RANGES.tau, (tau) => refit({ tau })),
    k: control(controls, t('ahead'), RANGES.k, (k) => show({ k })),
    noise: control(controls, t('noise'), RANGES.noise, (noise) => refit({ noise })),
  };
  button(controls, t('again'), () => refit({ seed: (values.seed + 1) % 100 }));
  const inSlices = slices();
  /** The series, the network and its τ: another τ may be chosen while it is fitted. */
  let fitted;

  async function refit(changed) {
    Object.assign(values, changed);
    const { tau } = values;
    const own = seriesOf(values);
    const learning = learner(own, values);
    for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
    const done = await inSlices(learning.steps, learning.step, () => undefined);
    if (!done) return; // another one has begun
    fitted = { series: own, net: learning.net, tau };
    show({});
  }

  function show(changed) {
    Object.assign(values, changed);
    for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
    remember(values, FIELDS);
    if (fitted === undefined) return;
    const { k } = values;
    const { series, net, tau } = fitted;
    const error = (points) => {
      const test = points.filter(([at]) => at > TRAIN + tau);
      return Math.sqrt(test.reduce((sum, [at, value]) => sum + (value - sine(at)) ** 2, 0) / test.length);
    };
    const far = ahead(net, series, tau, k);
    const says = filled(t('state'), { one: error(ahead(net, series, tau, 1)), many: error(far), k }, language);
    draw({
      ...{ x: [0, T], y: [-1.6, 1.6], xLabel: t('time'), yLabel: 'x', label: says },
      series: [
        {
          points: Array.from(series, (value, i) => [i + 1, value]).filter((_, i) => i % 4 === 0),
          colour: 'muted',
          as: 'dots',
        },
        {
          points: [
            [TRAIN, -1.6],
            [TRAIN, 1.6],
          ],
          colour: 2,
          as: 'dashed',
        },
        { points: far.filter(([at]) => at > TRAIN), colour: 1 },
      ],
    });
    element.querySelector('[role=status]').textContent = says;
  }
  refit({});
}

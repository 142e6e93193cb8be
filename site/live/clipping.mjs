// Gradients through time and their clipping: how much reaches each step back, and what θ leaves of the whole gradient.
import { clipGradNorm, configure, fromData, manualSeed, Philox, randn, Recurrent, RNN, useBackend } from 'unrolled';
import { chartIn } from './shared/chart.mjs';
import { control, filled, numbersOf, remember } from './shared/controls.mjs';

const WORDS = {
  title: { en: 'Try it: make the gradient explode, and cut it', zh: '动手试试：让梯度爆炸，再裁剪它' },
  idea: {
    en: 'An RNN of 32 units, its recurrent weights drawn at random and multiplied. Below: the length of the gradient at each step, on a scale of powers of ten. Beside it the gradient of all weights as an arrow; what is longer than θ is cut at the arc.',
    zh: '一个 32 个单元的循环网络，循环权重随机取值，再乘以一个倍数。下图是各步梯度的长度，按 10 的幂标度；另一幅图把全部权重的梯度画成箭头，超过 θ 的部分在圆弧处剪掉。',
  },
  scale: { en: 'Multiple of the recurrent weights', zh: '循环权重的倍数' },
  steps: { en: 'Steps', zh: '步数' },
  theta: { en: 'Clipping limit θ', zh: '裁剪阈值 θ' },
  back: { en: 'step', zh: '时间步' },
  norm: { en: 'length of the gradient', zh: '梯度的长度' },
  dX: { en: 'of W_xh', zh: 'W_xh 的梯度' },
  dH: { en: 'of W_hh', zh: 'W_hh 的梯度' },
  state: {
    en: 'Gradient at the first step: {first}, at the last: {last}. All weights together: {norm}, after clipping {clipped}.',
    zh: '第一步的梯度长度 {first}，最后一步 {last}。全部权重合起来是 {norm}，裁剪之后是 {clipped}。',
  },
};
const [H, D] = [32, 4];
const RANGES = {
  scale: { min: 0.4, max: 3, step: 0.1 },
  steps: { min: 5, max: 80, step: 5 },
  theta: { min: 0.5, max: 9.5, step: 0.5 },
};
const FIELDS = { scale: 2.5, steps: 40, theta: 5 };
/** The arrow's picture shows lengths up to this. */
const MOST = 10;

const length = (values) => Math.hypot(...values);

/** The loss is the mean of the last state. */
function measure({ scale, steps, theta }) {
  manualSeed(0);
  const random = new Philox(1);
  const rnn = new Recurrent(RNN, { inputSize: D, hiddenSize: H, bias: false });
  const [weight_x, weight_h] = rnn.parameters();
  weight_h.set(
    randn([H, H], random)
      .mul(scale / Math.sqrt(H))
      .data(),
  );
  weight_x.set(randn([D, H], random).mul(0.05).data());
  const x = fromData(randn([steps, 1, D], random).data(), [steps, 1, D]);
  x.requiresGrad = true;
  rnn.forward(x).state[0].h.mean().backward();
  const at = x.grad.data();
  const reaching = Array.from({ length: steps }, (_, t) => length(at.slice(t * D, (t + 1) * D)));
  const arrow = () => [length(weight_x.grad.data()), length(weight_h.grad.data())];
  const before = arrow();
  const norm = clipGradNorm(rnn.parameters(), theta);
  return { reaching, norm, before, after: arrow(), clipped: Math.min(norm, theta) };
}

/** The gradient as an arrow in a quarter of the plane; cut off at the picture's edge where it is longer. */
function arrowPicture({ before, after }, theta, t, says) {
  const size = 220;
  const [left, bottom] = [34, size - 34];
  const at = (value) => (value / MOST) * (size - 48);
  const point = ([a, b]) => `${(left + at(a)).toFixed(1)} ${(bottom - at(b)).toFixed(1)}`;
  const shorter = before.map((value) => value * Math.min(1, (MOST * 1.03) / Math.max(...before, 1e-30)));
  const ray = at(Math.min(theta, MOST));
  return `<svg role="img" aria-label="${says}" viewBox="0 0 ${size} ${size}" width="${size}" height="${size}">
    <path class="grid" d="M${left} ${bottom}H${size - 8}M${left} ${bottom}V8"/>
    <path d="M${left + ray} ${bottom}A${ray} ${ray} 0 0 0 ${left} ${bottom - ray}" style="fill:none;stroke:var(--c1);stroke-width:2"/>
    <text x="${left + ray}" y="${bottom + 14}" text-anchor="middle">θ</text>
    <path d="M${left} ${bottom}L${point(shorter)}" style="stroke:var(--c0);stroke-width:2;stroke-dasharray:4 4"/>
    <path d="M${left} ${bottom}L${point(after)}" style="stroke:var(--c0);stroke-width:4"/>
    <circle r="4.5" cx="${point(after).split(' ')[0]}" cy="${point(after).split(' ')[1]}" style="fill:var(--c0)"/>
    <text x="${size - 8}" y="${bottom + 28}" text-anchor="end">${t('dX')}</text>
    <text transform="translate(14 ${size / 2 - 10}) rotate(-90)" text-anchor="middle">${t('dH')}</text></svg>`;
}

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p><div class="live-chart"></div>
    <div class="live-row"><div class="live-arrow"></div><div class="live-controls"></div></div><p role="status"></p>`;
  const draw = chartIn(element.querySelector('.live-chart'), 220);
  const controls = element.querySelector('.live-controls');
  const sliders = {
    scale: control(controls, t('scale'), RANGES.scale, (scale) => change({ scale })),
    steps: control(controls, t('steps'), RANGES.steps, (steps) => change({ steps })),
    theta: control(controls, t('theta'), RANGES.theta, (theta) => change({ theta })),
  };

  function change(changed) {
    Object.assign(values, changed);
    const got = measure(values);
    const { reaching, norm, clipped } = got;
    const says = filled(t('state'), { first: reaching[0], last: reaching.at(-1), norm, clipped }, language);
    const logs = reaching.map((value, k) => [k + 1, Math.log10(value)]);
    const [least, most] = [Math.min(...logs.map(([, v]) => v)), Math.max(...logs.map(([, v]) => v))];
    draw({
      x: [1, values.steps],
      y: [Math.floor(least), Math.max(Math.ceil(most), Math.floor(least) + 1)],
      ...{ xLabel: t('back'), yLabel: t('norm'), label: says, series: [{ points: logs, colour: 0 }] },
      yTick: (power) => (Number.isInteger(power) ? `1e${power}` : ''),
    });
    element.querySelector('.live-arrow').innerHTML = arrowPicture(got, values.theta, t, says);
    for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
    element.querySelector('[role=status]').textContent = says;
    remember(values, FIELDS);
  }
  change({});
}

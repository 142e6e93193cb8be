// The LSTM that stores numbers: each gate of each step is opened and closed by hand. The library's cell computes memory and output.
import { configure, defineCell, fromData, noGrad, Recurrent, useBackend } from 'unrolled';
import { chartIn, legend } from './shared/chart.mjs';
import { button, control, filled, numbersOf, remember } from './shared/controls.mjs';

const WORDS = {
  title: { en: 'Try it: open and close the gates', zh: '动手试试：打开和关闭门' },
  idea: {
    en: 'Seven numbers come in. Tick where each gate is open. Can you store the 3, add the 4, and show the 7 in the last step alone?',
    zh: '依次输入七个数。在门打开的地方打勾。试试存入 3，再加上 4，只在最后一步输出 7。',
  },
  number: { en: 'number', zh: '输入' },
  i: { en: 'input gate', zh: '输入门' },
  f: { en: 'forget gate', zh: '遗忘门' },
  o: { en: 'output gate', zh: '输出门' },
  memory: { en: 'memory', zh: '记忆元' },
  output: { en: 'output', zh: '输出' },
  step: { en: 'step', zh: '时间步' },
  open: { en: '{gate} open at step {t}', zh: '第 {t} 步{gate}打开' },
  size: { en: 'Size of the weights: how hard the gates switch', zh: '权重的大小：门开关得有多干脆' },
  lesson: { en: 'Gates of the lesson', zh: '本课的门' },
  closed: { en: 'Close all', zh: '全部关闭' },
  state: {
    en: 'An open gate is {open}, a closed one {shut}. At the end the memory holds {memory}, and {output} comes out.',
    zh: '打开的门是 {open}，关闭的门是 {shut}。最后记忆元中是 {memory}，输出 {output}。',
  },
};
const NUMBERS = [3, 2, 5, 1, 4, 2, 6];
const GATES = ['i', 'f', 'o'];
// Each gate's steps as bits, the first step lowest.
const LESSON = { i: 0b0010001, f: 0b1111110, o: 0b1001000 };
const BITS = { min: 0, max: 0b1111111, step: 1 };
const RANGES = { i: BITS, f: BITS, o: BITS, size: { min: 2, max: 40, step: 1 } };
const FIELDS = { ...LESSON, size: 40 };

/** The LSTM of the library without its two tanh, so that 3 is 3. */
const LinearLSTM = defineCell({
  name: 'LSTM-linear',
  state: ['h', 'c'],
  step({ x, h, c, linear, sigmoid }) {
    const i = sigmoid(linear('i', x, h));
    const f = sigmoid(linear('f', x, h));
    const o = sigmoid(linear('o', x, h));
    const next = f.mul(c).add(i.mul(linear('g', x, h)));
    return { h: o.mul(next), c: next };
  },
});

const isOpen = (bits, t) => (bits >> t) & 1;

/** Inputs are a number and what each gate should be; its weights are ±size / 2 around the middle. */
function run({ size, ...bits }) {
  const rnn = new Recurrent(LinearLSTM, { inputSize: 4, hiddenSize: 1 });
  for (const [k, gate] of ['g', ...GATES].entries()) {
    const { weight_x, weight_h, bias } = rnn.gate(gate);
    weight_x.set([0, 1, 2, 3].map((place) => (place === k ? (k === 0 ? 1 : size) : 0)));
    weight_h.set(0);
    bias.set(k === 0 ? 0 : -size / 2);
  }
  const x = NUMBERS.flatMap((number, t) => [number, ...GATES.map((gate) => isOpen(bits[gate], t))]);
  const { trace } = noGrad(() => rnn.forward(fromData(x, [NUMBERS.length, 1, 4]), { trace: ['c', 'h'] }));
  return { memory: Array.from(trace[0].c.data()), output: Array.from(trace[0].h.data()) };
}

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  const cells = (of) => NUMBERS.map((_, step) => `<td>${of(step)}</td>`).join('');
  const row = (key, of) => `<tr><th scope="row">${t(key)}</th>${cells(of)}</tr>`;
  const tick = (gate) => (step) =>
    `<input type="checkbox" data-gate="${gate}" data-step="${step}" aria-label="${filled(t('open'), { gate: t(gate), t: String(step + 1) }, language)}">`;
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p>
    <div class="live-scroll" tabindex="0" role="region" aria-label="${t('title')}"><table class="live-gates">
    <thead><tr><th scope="row">${t('step')}</th>${NUMBERS.map((_, step) => `<th scope="col">${step + 1}</th>`).join('')}</tr></thead>
    <tbody>${row('number', (step) => NUMBERS[step])}${GATES.map((gate) => row(gate, tick(gate))).join('')}
    ${row('memory', () => '<output></output>')}${row('output', () => '<output></output>')}</tbody></table></div>
    <p class="live-legend"></p><div class="live-chart"></div><div class="live-controls"></div><p role="status"></p>`;
  const boxes = [...element.querySelectorAll('input')];
  const outputs = [...element.querySelectorAll('output')];
  const controls = element.querySelector('.live-controls');
  const draw = chartIn(element.querySelector('.live-chart'), 200);
  legend(element.querySelector('.live-legend'), [
    { colour: 0, name: t('memory') },
    { colour: 1, name: t('output') },
  ]);
  const slider = control(controls, t('size'), RANGES.size, (size) => change({ size }));
  button(controls, t('lesson'), () => change(LESSON));
  button(controls, t('closed'), () => change({ i: 0, f: 0, o: 0 }));
  for (const box of boxes) {
    const { gate, step } = box.dataset;
    box.addEventListener('change', () => change({ [gate]: values[gate] ^ (1 << step) }));
  }

  function change(changed) {
    Object.assign(values, changed);
    const { memory, output } = run(values);
    for (const box of boxes) box.checked = isOpen(values[box.dataset.gate], Number(box.dataset.step)) === 1;
    [...memory, ...output].forEach((value, k) => (outputs[k].textContent = Number(value.toFixed(1))));
    slider.show(values.size);
    const points = (list) => list.map((value, step) => [step + 1, value]);
    const most = Math.max(8, ...memory);
    const sigmoid = 1 / (1 + Math.exp(-values.size / 2));
    const last = { memory: memory.at(-1), output: output.at(-1), open: sigmoid, shut: 1 - sigmoid };
    const says = filled(
      t('state'),
      Object.fromEntries(Object.entries(last).map(([k, v]) => [k, Number(v.toFixed(3))])),
      language,
    );
    draw({
      ...{ x: [0.5, 7.5], y: [0, most], xLabel: t('step'), yLabel: t('memory'), label: says },
      series: [
        { points: points(memory), colour: 0 },
        { points: points(output), colour: 1, as: 'bars' },
      ],
    });
    element.querySelector('[role=status]').textContent = says;
    remember(values, FIELDS);
  }
  change({});
}

// The network of two numbers, s_t = U·x_t + W·s_(t−1), on its error surface: drag the point, take steps, move the clipping limit θ.
// Outputs and gradients are those of the library's layer; the surface behind is the same formula.
import { configure, fromData, Recurrent, RNNIdentity, useBackend } from 'unrolled';
import { button, control, filled, numbersOf, remember } from './shared/controls.mjs';

const WORDS = {
  title: { en: 'Try it: two weights on the error surface', zh: '动手试试：误差曲面上的两个权重' },
  idea: {
    en: 'Drag the point, or move the sliders. The line is the step that gradient descent takes next; θ shortens gradients that are longer.',
    zh: '拖动圆点，或移动滑块。线段是梯度下降的下一步；比 θ 长的梯度会被缩短。',
  },
  length: { en: 'Length of the sequence', zh: '序列长度' },
  clip: { en: 'Clipping limit θ (0: none)', zh: '裁剪阈值 θ（0 为不裁剪）' },
  step: { en: 'One step', zh: '走一步' },
  many: { en: '50 steps', zh: '走 50 步' },
  state: {
    en: 'output {output}, target {target}, loss {loss}; gradient U {dU}, W {dW}, of length {norm}',
    zh: '输出 {output}，目标 {target}，损失 {loss}；U 的梯度 {dU}，W 的梯度 {dW}，长度 {norm}',
  },
  picture: { en: 'The loss over W (across) and U (up)', zh: '损失随 W（横轴）与 U（纵轴）的变化' },
};
const PATTERN = [0, 0, 0, 0, 1, 0, 1, 0, 1, 0];
const RATE = 0.0005;
const [W_MOST, U_MOST] = [1.6, 3];
const RANGES = {
  U: { min: -U_MOST, max: U_MOST },
  W: { min: -W_MOST, max: W_MOST },
  theta: { min: 0, max: 200 },
  length: { min: 10, max: 40, step: 10 },
};
const FIELDS = { U: -2, W: 0, theta: 0, length: 10 };

const sequence = (length) => Array.from({ length }, (_, t) => PATTERN[t % PATTERN.length]);

/** The library's layer at this place: output, and the gradient of the squared error. */
function measure({ U, W, length }) {
  const x = sequence(length);
  const target = x.reduce((sum, value) => sum + value, 0);
  const rnn = new Recurrent(RNNIdentity, { inputSize: 1, hiddenSize: 1, bias: false });
  rnn.loadStateDict({ '0.weight_x': { shape: [1, 1], data: [U] }, '0.weight_h': { shape: [1, 1], data: [W] } });
  const last = rnn.forward(fromData(x, [length, 1, 1])).state[0].h;
  const loss = last.sub(target).square().sum();
  loss.backward();
  const [dU, dW] = rnn.parameters().map((parameter) => parameter.grad.item());
  return { output: last.item(), target, loss: loss.item(), dU, dW };
}

function stepOf({ theta }, { dU, dW }) {
  const norm = Math.hypot(dU, dW);
  const scale = theta > 0 && norm > theta ? theta / norm : 1;
  return { norm, U: RATE * scale * dU, W: RATE * scale * dW };
}

/** log10 of the loss, by the formula itself: it is asked for at every pixel. */
function surface(length) {
  const x = sequence(length);
  const target = x.reduce((sum, value) => sum + value, 0);
  return (U, W) => {
    const s = x.reduce((state, value) => U * value + W * state, 0);
    return Math.log10((s - target) ** 2 + 0.03);
  };
}

export async function mount(element, { language, kernels }) {
  configure({ kernels });
  await useBackend();
  const t = (key) => WORDS[key][language];
  const values = numbersOf(FIELDS, RANGES);
  const path = [];
  element.innerHTML = `<h2>${t('title')}</h2><p>${t('idea')}</p>
    <div class="live-row"><canvas width="320" height="320" role="img" aria-label="${t('picture')}"></canvas><div class="live-controls"></div></div>
    <p role="status"></p>`;
  const canvas = element.querySelector('canvas');
  const context = canvas.getContext('2d');
  const controls = element.querySelector('.live-controls');
  const sliders = {
    U: control(controls, 'U', { min: -U_MOST, max: U_MOST, step: 0.01 }, (value) => change({ U: value })),
    W: control(controls, 'W', { min: -W_MOST, max: W_MOST, step: 0.01 }, (value) => change({ W: value })),
    theta: control(controls, t('clip'), { min: 0, max: 200, step: 1 }, (value) => change({ theta: value })),
    length: control(controls, t('length'), { min: 10, max: 40, step: 10 }, (value) => change({ length: value })),
  };
  for (const [key, count] of [
    ['step', 1],
    ['many', 50],
  ]) {
    button(controls, t(key), () => descend(count));
  }

  const across = (W) => ((W + W_MOST) / (2 * W_MOST)) * canvas.width;
  const up = (U) => ((U_MOST - U) / (2 * U_MOST)) * canvas.height;
  let drawnFor = 0;
  let picture;
  const drag = (event) => {
    const box = canvas.getBoundingClientRect();
    const share = (at, from, size) => Math.max(0, Math.min(1, (at - from) / size));
    change({
      W: W_MOST * (2 * share(event.clientX, box.left, box.width) - 1),
      U: U_MOST * (1 - 2 * share(event.clientY, box.top, box.height)),
    });
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    drag(event);
  });
  canvas.addEventListener('pointermove', (event) => event.buttons > 0 && drag(event));

  function change(changed) {
    path.length = 0;
    Object.assign(values, changed);
    show();
  }

  function descend(count) {
    for (let i = 0; i < count; i++) {
      path.push([values.U, values.W]);
      const step = stepOf(values, measure(values));
      if (!Number.isFinite(step.U) || !Number.isFinite(step.W)) break;
      values.U -= step.U;
      values.W -= step.W;
    }
    show();
  }

  function paint() {
    const at = surface(values.length);
    const image = context.createImageData(canvas.width, canvas.height);
    for (let y = 0; y < canvas.height; y++) {
      for (let x = 0; x < canvas.width; x++) {
        const loss = at(U_MOST * (1 - (2 * y) / canvas.height), W_MOST * ((2 * x) / canvas.width - 1));
        const share = Math.max(0, Math.min(1, (Math.floor(loss * 2) / 2 + 1.5) / 8));
        image.data.set([255 - 225 * share, 255 - 160 * share, 255 - 90 * share, 255], 4 * (y * canvas.width + x));
      }
    }
    picture = image;
    drawnFor = values.length;
  }

  function show() {
    if (drawnFor !== values.length) paint();
    const got = measure(values);
    const step = stepOf(values, got);
    context.putImageData(picture, 0, 0);
    context.lineWidth = 2;
    context.strokeStyle = '#7a3000';
    context.beginPath();
    for (const [U, W] of [...path, [values.U, values.W]]) context.lineTo(across(W), up(U));
    context.stroke();
    // The next step, forty times as long so that it is seen.
    context.strokeStyle = '#1f2430';
    context.beginPath();
    context.moveTo(across(values.W), up(values.U));
    context.lineTo(across(values.W - 40 * step.W), up(values.U - 40 * step.U));
    context.stroke();
    context.fillStyle = '#b84e08';
    context.beginPath();
    context.arc(across(values.W), up(values.U), 7, 0, 2 * Math.PI);
    context.fill();
    for (const [name, slider] of Object.entries(sliders)) slider.show(values[name]);
    const shown = { ...got, norm: step.norm };
    element.querySelector('[role=status]').textContent = filled(t('state'), shown, language);
    remember(values, FIELDS);
  }
  show();
}

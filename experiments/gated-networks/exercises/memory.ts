import { fromData, LSTM, noGrad, Recurrent, useBackend } from 'unrolled';
import { build, predict } from 'unrolled/reproduce';

/** Comes in at each step; the memory must end as 3 + 4, and only the last step puts it out. */
const NUMBERS = [3, 5, 4, 2];

/** The forget gate of the library's LSTM for each number that comes in. */
async function forgetGates(w: number, b: number, x: readonly number[]): Promise<number[]> {
  await useBackend();
  const lstm = new Recurrent(LSTM, { inputSize: 1, hiddenSize: 1 });
  const { weight_x, weight_h, bias } = lstm.gate('f');
  weight_x.set(w);
  weight_h.set(0);
  bias.set(b);
  const { trace } = noGrad(() => lstm.forward(fromData(x, [x.length, 1, 1]), { trace: ['f'] }));
  return Array.from(trace[0].f.data());
}

export const memory = [
  build({
    name: 'memory-gates',
    question: {
      en: `The numbers ${NUMBERS.join(', ')} come in. Set the gates \`i\`, \`f\` and \`o\` of each step, 0 or 1, so that $c = f c + i x$ starts from 9, ends as 3 + 4 = 7, and $o\\,c$ is zero until the last step, where it is 7.`,
      zh: `依次输入 ${NUMBERS.join('、')}。设定每一步的门 \`i\`、\`f\`、\`o\`（取 0 或 1），使 $c = f c + i x$ 从 9 开始、最后为 3 + 4 = 7，而 $o\\,c$ 在最后一步之前都是零，最后一步是 7。`,
    },
    hints: [
      {
        en: 'At the first step the 9 must go and the 3 must come in.',
        zh: '第一步要丢掉 9，写入 3。',
      },
      {
        en: 'Where the number does not matter, the input gate is closed and the forget gate open.',
        zh: '数不相干时，输入门关闭，遗忘门打开。',
      },
    ],
    answer: {
      en: 'Forgetting and storing are decided apart, and what is stored need not be shown: three gates.',
      zh: '忘记与写入分别决定，存着的也不必显示出来：所以是三个门。',
    },
    start: `export default {
  i: [1, 1, 1, 1],
  f: [1, 1, 1, 1],
  o: [1, 1, 1, 1],
};
`,
    solution: `export default {
  i: [1, 0, 1, 0],
  f: [0, 1, 1, 1],
  o: [0, 0, 0, 1],
};
`,
    fault(given) {
      const gates = (given ?? {}) as Record<string, unknown>;
      const isGate = (gate: unknown): gate is number[] =>
        Array.isArray(gate) && gate.length === NUMBERS.length && gate.every((value) => value === 0 || value === 1);
      const { i, f, o } = gates;
      if (!isGate(i) || !isGate(f) || !isGate(o)) {
        return {
          en: `expected { i, f, o }, each a list of ${NUMBERS.length} zeros and ones`,
          zh: `应当是 { i, f, o }，各为 ${NUMBERS.length} 个 0 或 1 的列表`,
        };
      }
      let c = 9;
      for (const [t, x] of NUMBERS.entries()) {
        c = f[t] * c + i[t] * x;
        const [step, out] = [t + 1, o[t] * c];
        if (t + 1 < NUMBERS.length && out !== 0) {
          return { en: `step ${step} puts out ${out}`, zh: `第 ${step} 步就输出了 ${out}` };
        }
      }
      if (c !== 7) return { en: `the memory ends as ${c}, not as 7`, zh: `记忆元最后是 ${c}，而不是 7` };
      return o[3] === 1 ? null : { en: 'the last step puts out nothing', zh: '最后一步没有输出' };
    },
  }),
  build({
    name: 'forget-weights',
    question: {
      en: 'A forget gate reads one number $x$: it should keep (above 0.99) where $x$ is 0 or 1, and forget (below 0.01) where $x$ is −1. Give its weight and bias as `{ w, b }`; the gate is $\\sigma(w x + b)$.',
      zh: '遗忘门读入一个数 $x$：$x$ 为 0 或 1 时要保留（大于 0.99），$x$ 为 −1 时要忘记（小于 0.01）。以 `{ w, b }` 给出权重与偏置；门为 $\\sigma(w x + b)$。',
    },
    hints: [
      {
        en: 'σ is ½ where its input is 0: that should lie between −1 and 0.',
        zh: '输入为 0 时 σ 等于 ½：这一点应当落在 −1 与 0 之间。',
      },
      { en: '$b = w / 2$. How large must $w$ be?', zh: '$b = w / 2$。$w$ 要多大？' },
    ],
    answer: {
      en: 'With $b = w / 2$ the gate is $\\sigma(\\pm w / 2)$ at 0 and −1: 0.99 needs $w$ of about 9.2 or more. Large weights make gates hard; training finds them slowly, since σ is flat there.',
      zh: '取 $b = w / 2$，门在 0 与 −1 处是 $\\sigma(\\pm w / 2)$：要到 0.99，$w$ 至少约为 9.2。权重大，门才果断；而那里 σ 很平，训练走得慢。',
    },
    start: 'export default { w: 1, b: 0 };\n',
    solution: 'export default { w: 20, b: 10 };\n',
    async fault(given) {
      const { w, b } = (given ?? {}) as { w?: unknown; b?: unknown };
      if (typeof w !== 'number' || typeof b !== 'number' || !Number.isFinite(w + b)) {
        return { en: 'expected { w, b } with two numbers', zh: '应当是含两个数的 { w, b }' };
      }
      const wanted = [-1, 0, 1];
      const gates = await forgetGates(w, b, wanted);
      const wrong = wanted.findIndex((x, t) => (x < 0 ? gates[t] > 0.01 : gates[t] < 0.99));
      if (wrong < 0) return null;
      const shown = gates[wrong].toFixed(4);
      return {
        en: `for x = ${wanted[wrong]} the gate is ${shown}`,
        zh: `x = ${wanted[wrong]} 时，门的值是 ${shown}`,
      };
    },
  }),
  predict({
    name: 'memory-leak',
    question: {
      en: 'A forget gate stands at 0.99 in place of 1. A stored 3 is read after 100 steps. What is read?',
      zh: '遗忘门停在 0.99 而不是 1。存入 3，100 步之后读出，读到的是多少？',
    },
    hints: [{ en: 'Each step keeps 0.99 of what there was.', zh: '每一步保留原来的 0.99。' }],
    answer: {
      en: '$3 \\cdot 0.99^{100} \\approx 1.1$. What looks like an open gate loses two thirds.',
      zh: '$3 \\cdot 0.99^{100} \\approx 1.1$。看上去是开着的门，也丢掉了三分之二。',
    },
    right: () => Array.from({ length: 100 }).reduce<number>((c) => 0.99 * c, 3),
    solution: 'export default 3 * 0.99 ** 100;\n',
    tolerance: 0.05,
    mistakes: [
      { given: 0, says: { en: 'it loses a share of what is left, never all', zh: '每次只丢掉剩下的一部分，不会丢光' } },
      { given: 0.99 ** 100, says: { en: 'that is the share; a 3 was stored', zh: '那是剩下的比例；存入的是 3' } },
      { given: 2.97, says: { en: 'that is one step', zh: '那是一步' } },
    ],
  }),
];

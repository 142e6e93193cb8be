// The letters of Dive into Deep Learning beside the names that the code has for the same things.
import type { Notation } from 'unrolled/reproduce';

const bold = (letter: string): string => String.raw`\mathbf ${letter}`;

/** N batch, D width of the input, H hidden units, V tokens, T steps, L layers. */
export const LETTERS = {
  X: {
    book: String.raw`${bold('X')}_t`,
    code: 'x',
    shape: '[N, D]',
    meaning: { en: 'the input of step t', zh: '时间步 t 的输入' },
  },
  H: {
    book: String.raw`${bold('H')}_t`,
    code: 'h',
    shape: '[N, H]',
    meaning: { en: 'the hidden state after step t', zh: '时间步 t 之后的隐状态' },
  },
  Wxh: {
    book: String.raw`${bold('W')}_{xh},\ ${bold('W')}_{hh},\ ${bold('b')}_h`,
    code: 'Wxh, Whh, bh',
    shape: '[D, H], [H, H], [H]',
    meaning: { en: 'weights of input and state, bias', zh: '输入与隐状态的权重、偏置' },
  },
  O: {
    book: String.raw`${bold('O')}_t = ${bold('H')}_t ${bold('W')}_{hq} + ${bold('b')}_q`,
    code: 'scores',
    shape: '[N, V]',
    meaning: { en: 'a score for each token (the logits)', zh: '每个词元的输出（未规范化的预测）' },
  },
  R: {
    book: String.raw`${bold('R')}_t`,
    code: 'r',
    shape: '[N, H]',
    meaning: {
      en: 'the reset gate: how much of the old state the candidate sees',
      zh: '重置门：候选隐状态能看到多少旧的隐状态',
    },
  },
  Z: {
    book: String.raw`${bold('Z')}_t`,
    code: 'z',
    shape: '[N, H]',
    meaning: { en: 'the update gate: how much of the old state stays', zh: '更新门：旧的隐状态保留多少' },
  },
  Hcandidate: {
    book: String.raw`\tilde{${bold('H')}}_t`,
    code: 'n',
    shape: '[N, H]',
    meaning: { en: 'the candidate for the new state', zh: '候选隐状态' },
  },
  I: {
    book: String.raw`${bold('I')}_t`,
    code: 'i',
    shape: '[N, H]',
    meaning: { en: 'the input gate: how much of the candidate is stored', zh: '输入门：写入多少候选记忆元' },
  },
  F: {
    book: String.raw`${bold('F')}_t`,
    code: 'f',
    shape: '[N, H]',
    meaning: { en: 'the forget gate: how much of the memory stays', zh: '遗忘门：旧的记忆元保留多少' },
  },
  Ogate: {
    book: String.raw`${bold('O')}_t`,
    code: 'o',
    shape: '[N, H]',
    meaning: { en: 'the output gate: how much of the memory is shown', zh: '输出门：把多少记忆元显示为隐状态' },
  },
  Ccandidate: {
    book: String.raw`\tilde{${bold('C')}}_t`,
    code: 'g',
    shape: '[N, H]',
    meaning: { en: 'the candidate for the memory', zh: '候选记忆元' },
  },
  C: {
    book: String.raw`${bold('C')}_t`,
    code: 'c',
    shape: '[N, H]',
    meaning: { en: 'the memory cell', zh: '记忆元' },
  },
  gate: {
    book: String.raw`${bold('X')}_t ${bold('W')}_{x\cdot} + ${bold('H')}_{t-1} ${bold('W')}_{h\cdot} + ${bold('b')}_\cdot`,
    code: "linear('·', x, h)",
    shape: '[N, H]',
    meaning: {
      en: 'what goes into a gate: one weight for each argument, and a bias',
      zh: '门的输入：每个参数各有一个权重，再加偏置',
    },
  },
  sigma: {
    book: String.raw`\sigma,\ \odot`,
    code: 'sigmoid, mul',
    meaning: { en: 'the sigmoid, from 0 to 1; the product number by number', zh: 'sigmoid，取值 0 到 1；按元素相乘' },
  },
  layer: {
    book: String.raw`${bold('H')}_t^{(l)}`,
    code: 'state[l].h',
    shape: '[N, H]',
    meaning: { en: 'the state of layer l; the input of layer l + 1', zh: '第 l 层的隐状态，也是第 l + 1 层的输入' },
  },
  forward: {
    book: String.raw`\overrightarrow{${bold('H')}}_t,\ \overleftarrow{${bold('H')}}_t`,
    code: 'output[…, 0:H], output[…, H:2H]',
    shape: '[N, H]',
    meaning: { en: 'the states of the direction forward and of that backward', zh: '前向与反向的隐状态' },
  },
  tau: {
    book: String.raw`\tau`,
    code: 'tau',
    meaning: { en: 'how many past values a Markov model sees', zh: '马尔可夫模型能看到的过去值的个数' },
  },
  prediction: {
    book: String.raw`\hat x_t`,
    code: 'predicted',
    meaning: { en: 'what the model expects at time t', zh: '模型对时刻 t 的预测' },
  },
  theta: {
    book: String.raw`\mathbf g,\ \theta`,
    code: 'grad, theta',
    meaning: {
      en: 'all gradients as one vector, and the longest that it may be',
      zh: '全部梯度合成的向量，以及它的最大长度',
    },
  },
} as const satisfies Record<string, Notation>;

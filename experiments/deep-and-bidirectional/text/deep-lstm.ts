import { messages } from 'unrolled/reproduce';
import shared from '../../shared/text/characters.js';

export default messages({
  ...shared,
  title: { en: 'Deep recurrent networks', zh: '深度循环神经网络' },
  question: {
    en: 'What does it mean to put a second recurrent network on top of the first, and how long does each of the two remember?',
    zh: '在一个循环神经网络上面再叠一个是什么意思？上下两层各能记多久？',
  },
  idea: {
    en: 'A recurrent network is deep in time, but between the input and the output of one step stands a single layer. Layers can be stacked: the states of the first are the inputs of the second, step by step, and each layer has its own state that goes on in time. Here are two layers of LSTMs on the same task. The second has more weights, since its input is a whole hidden state instead of one of 28 characters.',
    zh: '循环神经网络在时间上很深，但在同一时间步的输入与输出之间只有一层。层可以堆叠起来：第一层的隐状态逐步成为第二层的输入，每一层各有自己的、沿时间延续的隐状态。这里在同样的任务上使用两层 LSTM；第二层的权重更多，因为它的输入是整个隐状态，而不是 28 个字符之一。',
  },
  layers: {
    en: 'Whatever the cell $\\phi$ is, the only thing new is the layer below in the place of the input. The learning rate is 2, as in the book.',
    zh: '无论用哪种单元 $\\phi$，新的只有一点：输入的位置换成了下面一层。与书中一样，学习率为 2。',
  },
  stackCaption: {
    en: 'Two layers, unrolled in time: each has its own state (to the right), and the upper reads the states of the lower (upwards).',
    zh: '两层网络按时间步展开：每层各有自己的隐状态（向右），上层读取下层的隐状态（向上）。',
  },
  trainHeading: { en: 'Training', zh: '训练' },
  stackHeading: { en: 'Nothing but a stack', zh: '只是堆叠' },
  stack: {
    en: '`numLayers: 2` is the same as two networks of one layer, the second of which reads the output of the first.',
    zh: '`numLayers: 2` 与两个单层网络完全相同，其中第二个读取第一个的输出。',
  },
  sameStack: {
    en: 'Two networks of one layer with the same weights: largest difference of the output',
    zh: '使用同样权重的两个单层网络：输出的最大差别',
  },
  gatesCaption: {
    en: 'Forget gate of the first layer while it reads the book from “time traveller” on (the stronger the blue, the nearer to 1): 14 units, from those that forget most (top) to those that keep most.',
    zh: '第一层在从“time traveller”开始阅读原文时的遗忘门（蓝色越浓，越接近 1）：14 个单元，从遗忘最多的（上）到保留最多的（下）。',
  },
  gatesUpperCaption: {
    en: 'Forget gate of the second layer at the same characters.',
    zh: '第二层在同样的字符处的遗忘门。',
  },
  leftAfterTen: {
    en: 'After ten characters the forget gates leave {lower} of a memory in the first layer and {upper} in the second, by the mean over all units; in the tenth of the units that keeps most it is {lowerBest} and {upperBest}.',
    zh: '十个字符之后，遗忘门让记忆剩下的比例，按全部单元平均，第一层为 {lower}，第二层为 {upper}；在保留最多的十分之一单元中，分别为 {lowerBest} 和 {upperBest}。',
  },
  leftCaption: {
    en: 'What the forget gates of each layer leave of a memory after so many characters: the product of their values, averaged over 1,000 characters; all units of the layer, and the tenth that keeps most (dashed). The axis is logarithmic: a constant gate would give a straight line.',
    zh: '经过若干字符之后，各层的遗忘门让记忆剩下多少：取其各步数值的乘积，在 1,000 个字符上平均；实线是该层的全部单元，虚线是保留最多的十分之一（纵轴为对数刻度，恒定的门对应一条直线）。',
  },
});

import { messages } from 'unrolled/reproduce';
import shared from '../../shared/text/characters.js';

export default messages({
  ...shared,
  title: { en: 'Long short-term memory', zh: '长短期记忆网络（LSTM）' },
  question: {
    en: 'When does a trained LSTM keep what it knows, and when does it let go?',
    zh: '训练好的 LSTM 什么时候保留所知道的，什么时候放手？',
  },
  idea: {
    en: 'The LSTM came almost two decades before the GRU and separates what is *kept* from what is *shown*. Its memory $c$ runs from step to step through one product and one sum only: the *forget gate* $f$ says how much of it stays, the *input gate* $i$ how much of the *candidate* $g$ goes in. The *output gate* $o$ then says how much of the memory is seen as the hidden state $h$, by the output and by the gates of the next step. A unit may hold something for a long time without showing it.',
    zh: 'LSTM 比 GRU 早了近二十年，它把“*记住*什么”和“*输出*什么”分开。记忆元 $c$ 在时间步之间只经过一次乘法和一次加法：*遗忘门* $f$ 决定旧的记忆保留多少，*输入门* $i$ 决定*候选记忆元* $g$ 写入多少；*输出门* $o$ 再决定记忆中有多少作为隐状态 $h$ 展示给输出和下一步的各个门。一个单元可以长时间保存某个内容而不展示它。',
  },
  sameCell: {
    en: 'These equations give the library’s LSTM: the graph of its step',
    zh: '这些方程就是库中的 LSTM：一步的计算图',
  },
  notations: {
    en: "Letters of the book beside those here: $\\mathbf I, \\mathbf F, \\mathbf O$ are $i, f, o$, the candidate memory $\\tilde{\\mathbf C}$ is $g$, $\\mathbf C$ and $\\mathbf H$ are $c$ and $h$; `linear('i', x, h)` is $\\mathbf X \\mathbf W_{xi} + \\mathbf H \\mathbf W_{hi} + \\mathbf b_i$. The four products of a step are computed as one.",
    zh: "书中的字母与这里的对应：$\\mathbf I, \\mathbf F, \\mathbf O$ 即 $i, f, o$，候选记忆元 $\\tilde{\\mathbf C}$ 即 $g$，$\\mathbf C$、$\\mathbf H$ 即 $c$、$h$；`linear('i', x, h)` 即 $\\mathbf X \\mathbf W_{xi} + \\mathbf H \\mathbf W_{hi} + \\mathbf b_i$。一步中的四个乘积合成一次计算。",
  },
  diagram: {
    en: 'One step of the LSTM: three gates, the candidate g, the memory c and the hidden state h.',
    zh: 'LSTM 的一个时间步：三个门、候选记忆元 g、记忆元 c 和隐状态 h。',
  },
  keepHeading: { en: 'A memory that can be closed', zh: '可以关闭的记忆' },
  keep: {
    en: 'With $f = 1$ and $i = 0$ the memory is closed: nothing goes in, nothing is lost. Large biases (50 and −50) hold the gates there; a hundred steps of random input then change nothing. The gradient of the memory passes in the same way: multiplied by $f$ at each step, and by no matrix.',
    zh: '当 $f = 1$ 且 $i = 0$ 时，记忆是关闭的：什么也写不进去，什么也不会丢失。用很大的偏置（50 与 −50）把门固定在那里，一百步随机输入也不会改变它。记忆元的梯度也同样传递：每一步只乘以 $f$，不经过任何矩阵。',
  },
  kept: {
    en: 'f = 1, i = 0: how far the memory has moved after 100 steps of random input',
    zh: 'f = 1、i = 0：随机输入 100 步之后记忆元的变化',
  },
  trainHeading: { en: 'Training', zh: '训练' },
  size: {
    en: 'Parameters over those of the simple RNN (three gates and the candidate)',
    zh: '参数个数与普通循环神经网络之比（三个门加候选记忆元）',
  },
  gatesCaption: {
    en: 'Input gate i, forget gate f and output gate o while the trained network reads the book from “time traveller” on (the stronger the blue, the nearer to 1): 12 units, from those that forget most (top) to those that keep most. Where f is pale and i strong, the memory is rewritten.',
    zh: '训练好的网络从“time traveller”开始阅读原文时的输入门 i、遗忘门 f 与输出门 o（蓝色越浓，越接近 1）：12 个单元，从遗忘最多的（上）到保留最多的（下）。f 浅而 i 浓的地方，记忆被改写。',
  },
  memoryCaption: {
    en: 'Memory c and hidden state h of the same units (blue −2 and below, no colour 0, orange 2 and above). The memory of the lower rows stays over several characters, while h shows less of it, and not all the time: the output gate keeps it back.',
    zh: '同一些单元的记忆元 c 与隐状态 h（蓝色为 −2 及以下，无色为 0，橙色为 2 及以上）。下面几行的记忆会保持好几个字符，而 h 展示得更少，也并非时刻展示：其余的被输出门挡住了。',
  },
  means: {
    en: 'The same gates over 1,000 characters: the mean of all units where a space is read, where a word begins, and inside a word.',
    zh: '同样的门在 1,000 个字符上的情况：读到空格时、单词开头处和单词内部，全部单元的平均值。',
  },
  leastAtStart: {
    en: 'At the start of a word this network keeps least of the previous one: its forget gate has a mean of {start} there, {space} at a space and {inside} inside a word. It is one network; with another seed the order may be another.',
    zh: '在单词开头，这个网络对上一个单词保留得最少：遗忘门在此处的平均值为 {start}，读到空格时为 {space}，单词内部为 {inside}。这只是一个网络，换一个种子，次序可能不同。',
  },
  leftCaption: {
    en: 'What the forget gate leaves of a memory after so many characters: the product of its values, averaged over 1,000 characters; all units, and the tenth that keeps most (dashed). The axis is logarithmic: a constant gate would give a straight line.',
    zh: '经过若干字符之后，遗忘门让记忆剩下多少：取其各步数值的乘积，在 1,000 个字符上平均；实线是全部单元，虚线是保留最多的十分之一（纵轴为对数刻度，恒定的门对应一条直线）。',
  },
});

import { messages } from 'unrolled/reproduce';
import shared from '../../shared/text/characters.js';

export default messages({
  ...shared,
  title: { en: 'Gated recurrent units', zh: '门控循环单元（GRU）' },
  question: {
    en: 'A simple RNN overwrites everything at each step. What if each unit could decide for itself?',
    zh: '普通的循环神经网络每一步都改写一切。如果每个单元可以自己决定，会怎样？',
  },
  idea: {
    en: 'Not every character is worth remembering, and some end what went before. A simple RNN overwrites its whole state at every step; a GRU decides, for each unit, how much. The *update gate* $z$ says how much of the old state stays; the *reset gate* $r$ says how much of the old state may be seen when the new *candidate* is computed. Both are sigmoids of the input and the state, between 0 and 1, and learned like everything else. Where $z$ is near 1, values and gradients pass through many steps unharmed.',
    zh: '并非每个字符都值得记住，有的字符还意味着前文的结束。简单的循环神经网络每一步都改写整个隐状态；GRU 则让每个单元自己决定改写多少。*更新门* $z$ 决定旧的隐状态保留多少；*重置门* $r$ 决定在计算新的*候选隐状态*时，旧的隐状态可以被看到多少。两者都是输入与隐状态的 sigmoid，取值在 0 与 1 之间，与其他参数一起学习。当 $z$ 接近 1 时，数值和梯度可以毫无损失地穿过许多时间步。',
  },
  sameCell: {
    en: 'These equations give the library’s GRU: the graph of its step',
    zh: '这些方程就是库中的 GRU：一步的计算图',
  },
  notations: {
    en: "Letters of the book beside those here: $\\mathbf R$ is $r$, $\\mathbf Z$ is $z$, $\\tilde{\\mathbf H}$ is the candidate $n$; `linear('r', x, h)` is $\\mathbf X \\mathbf W_{xr} + \\mathbf H \\mathbf W_{hr} + \\mathbf b_r$. The last line, $n + z \\odot (h - n)$, is $z \\odot h + (1 - z) \\odot n$ with one product less.",
    zh: "书中的字母与这里的对应：$\\mathbf R$ 即 $r$，$\\mathbf Z$ 即 $z$，$\\tilde{\\mathbf H}$ 即候选隐状态 $n$；`linear('r', x, h)` 即 $\\mathbf X \\mathbf W_{xr} + \\mathbf H \\mathbf W_{hr} + \\mathbf b_r$。最后一行 $n + z \\odot (h - n)$ 就是 $z \\odot h + (1 - z) \\odot n$，少一次乘法。",
  },
  diagram: {
    en: 'One step of the GRU: two gates, the candidate n, and the mixture of old state and candidate.',
    zh: 'GRU 的一个时间步：两个门、候选隐状态 n，以及旧的隐状态与候选隐状态的混合。',
  },
  resetBefore: {
    en: 'This form resets *after* the product with the state, as PyTorch computes it: all products with $h$ are one product. The paper and the book reset *before* it, which takes two products one after the other:',
    zh: '上式在与隐状态做矩阵乘法*之后*才重置，与 PyTorch 一致：所有与 $h$ 的乘法可以合成一次。论文和书中则在乘法*之前*重置，需要先后两次乘法：',
  },
  limitsHeading: { en: 'Three limits', zh: '三种极限情形' },
  limits: {
    en: 'With a bias of 50 a gate is 1, with −50 it is 0, whatever comes in. So the ends can be tried: with $z = 1$ the state is copied through any number of steps; with $r = 1$ and $z = 0$ the GRU is the simple RNN; with $r = 0$ and $z = 0$ it sees the present input alone, and is a multilayer perceptron at each step.',
    zh: '偏置取 50，门就恒为 1；取 −50，门就恒为 0，与输入无关。因此可以直接试验各个极端：$z = 1$ 时，隐状态原样复制，经过多少步都不变；$r = 1$ 且 $z = 0$ 时，GRU 就是普通的循环神经网络；$r = 0$ 且 $z = 0$ 时，它只看当前输入，每一步都是一个多层感知机。',
  },
  copies: {
    en: 'z = 1: how far the state has moved after 100 steps of random input',
    zh: 'z = 1：随机输入 100 步之后隐状态的变化',
  },
  isRnn: {
    en: 'r = 1, z = 0: largest difference from a simple RNN with the candidate’s weights',
    zh: 'r = 1、z = 0：与使用候选隐状态权重的普通循环神经网络的最大差别',
  },
  isMlp: {
    en: 'r = 0, z = 0: largest difference from tanh(x W + b), which knows no past',
    zh: 'r = 0、z = 0：与不知道过去的 tanh(x W + b) 的最大差别',
  },
  trainHeading: { en: 'Training', zh: '训练' },
  size: {
    en: 'Three products where the simple RNN has one: {ratio} times its parameters, and as many more multiplications in each step.',
    zh: '普通循环神经网络做一组乘法，GRU 做三组：参数是它的 {ratio} 倍，每一步的乘法也多到同样的倍数。',
  },
  gatesCaption: {
    en: 'Reset gate r and update gate z while the trained network reads the book from “time traveller” on (the stronger the blue, the nearer to 1): 14 units, from those that keep least (top) to those that keep most. The upper rows are rewritten at nearly every character; the lower ones hold on over a few characters here and there.',
    zh: '训练好的网络从“time traveller”开始阅读原文时的重置门 r 与更新门 z（蓝色越浓，越接近 1）：14 个单元，从保留最少的（上）到保留最多的（下）。上面的单元几乎在每个字符处都被改写；下面的单元会在某些地方连续保持几个字符。',
  },
  stateCaption: {
    en: 'The hidden state of the same units. Blue is −1, no colour 0, orange 1. Rows whose update gate is strong keep their colour over several characters.',
    zh: '同一些单元的隐状态，蓝色为 −1，无色为 0，橙色为 1。更新门颜色浓的行，隐状态的颜色会持续好几个字符。',
  },
  means: {
    en: 'The same gates over 1,000 characters: the mean of all units where a space is read, where a word begins, and inside a word.',
    zh: '同样的门在 1,000 个字符上的情况：读到空格时、单词开头处和单词内部，全部单元的平均值。',
  },
  leastAtStart: {
    en: 'At the start of a word this network keeps least of the previous one: its update gate has a mean of {start} there, {space} at a space and {inside} inside a word. It is one network; with another seed the order may be another.',
    zh: '在单词开头，这个网络对上一个单词保留得最少：更新门在此处的平均值为 {start}，读到空格时为 {space}，单词内部为 {inside}。这只是一个网络，换一个种子，次序可能不同。',
  },
  leftCaption: {
    en: 'What the update gate leaves of a state after so many characters: the product of its values, averaged over 1,000 characters; all units, and the tenth that keeps most (dashed). The axis is logarithmic: a constant gate would give a straight line. This is the direct way; a GRU also carries its state on through the candidate, as a simple RNN does.',
    zh: '经过若干字符之后，更新门让隐状态剩下多少：取其各步数值的乘积，在 1,000 个字符上平均；实线是全部单元，虚线是保留最多的十分之一（纵轴为对数刻度，恒定的门对应一条直线）。这只是直接的通路；GRU 还像普通循环神经网络一样，经由候选隐状态传递信息。',
  },
});

// What the experiments on characters say alike.
import { messages } from 'unrolled/reproduce';

const shared = messages({
  task: {
    en: 'The task is that of [rnn-from-scratch](rnn-from-scratch.html): the first 10,000 characters of The Time Machine, in batches of 32 × 35 in order, the state carried from batch to batch, gradients clipped to a norm of 1, SGD. Here: {layers} × {hidden} hidden units ({parameters} parameters in the recurrent part), learning rate {rate}, {epochs} epochs; weights start uniform in $\\pm 1/\\sqrt{H}$.',
    zh: '任务与 [rnn-from-scratch](rnn-from-scratch.html) 相同：《时间机器》的前 10,000 个字符，顺序分区，小批量为 32 × 35，隐状态在小批量之间延续，梯度裁剪到范数 1，使用 SGD。这里有 {layers} × {hidden} 个隐藏单元（循环部分共 {parameters} 个参数），学习率 {rate}，训练 {epochs} 轮；权重的初始值在 $\\pm 1/\\sqrt{H}$ 之间均匀分布。',
  },
  perplexityCheck: {
    en: 'Perplexity, median of the last {last} of {epochs} epochs (PyTorch after 500, 256 hidden units: {pytorch})',
    zh: '训练 {epochs} 轮，最后 {last} 轮困惑度的中位数（PyTorch，256 个隐藏单元，500 轮：{pytorch}）',
  },
  curveCaption: {
    en: 'Perplexity in each epoch of the training ({epochs} epochs, {hidden} hidden units in each layer). Dotted: guessing evenly, and PyTorch after 500 epochs with 256 units. A peak is a step that went too far: the learning rate is large.',
    zh: '训练中每一轮的困惑度（{epochs} 轮，每层 {hidden} 个隐藏单元）。点线：均匀地猜，以及 PyTorch 用 256 个单元训练 500 轮的结果。尖峰是走得过远的一步：学习率很大。',
  },
  inStages: {
    en: 'It falls in stages: first the frequencies of characters, then the most common words, in the end this very text, letter by letter. It ends at {end}.',
    zh: '困惑度分阶段下降：先是字符的频率，再是常见的单词，最后是这段文字本身，一个字符接一个字符；最终为 {end}。',
  },
  uniform: { en: 'uniform', zh: '均匀分布' },
  saidLabel: {
    en: 'Epoch, perplexity, and what it says after “time traveller” and “traveller”',
    zh: '轮数、困惑度，以及在前缀“time traveller”和“traveller”之后的输出',
  },
  cold: {
    en: 'The short prefixes are an unusual start: in training the state was nearly always carried on from earlier text, and here it begins at zero. For the lines below it reads 100 characters of the book first, and then goes on as far as it knows the text by heart. The number says how many of 50 characters are right before the first mistake.',
    zh: '上面的短前缀其实是一个不寻常的开头：训练时隐状态几乎总是从更早的文本延续而来，而这里从零开始。下面让网络先读 100 个字符的原文，再接着往下说，能背多少就背多少。数字表示 50 个字符中第一个错误之前有多少个是对的。',
  },
  recitedLabel: {
    en: 'Right characters, the end of what it read, and what it says',
    zh: '正确的字符数、所读内容的结尾，以及网络接着说的话',
  },
  recitedMean: {
    en: 'The mean over 20 places is {right} of 50. This number depends on luck: a single wrong character ends it, and another seed or another order of additions puts the mistake elsewhere. What does not depend on luck is how often the next character is right while the network reads what really stands there:',
    zh: '20 处平均为 50 个中的 {right} 个。这个数字带有运气：一个字符出错就结束了，换一个种子、换一种求和次序，错误就会落在别处。不靠运气的是：让网络始终读到真正的原文时，它猜中下一个字符的比例：',
  },
  byHeart: {
    en: 'After 100 characters of the book: share of the next 50 characters that are right while it reads the book on, over 20 places',
    zh: '读完 100 个字符的原文之后，继续读原文时，接下来 50 个字符的猜中比例（20 处合计）',
  },
  unseen: {
    en: 'Perplexity on the next 2,000 characters of the book, which it has not seen',
    zh: '在原书接下来的、没有见过的 2,000 个字符上的困惑度',
  },
  overfitting: {
    en: 'A perplexity near 1 on text that was learned for {epochs} epochs is memory, not knowledge of English: on the next page of the book the same network is lost. It shows that the cell *can* keep what it has read and use it, which is what this task measures; a model meant for new text needs more text, and a validation part ([char-rnn](char-rnn.html)).',
    zh: '在反复学习了 {epochs} 轮的文本上困惑度接近 1，这是记忆，而不是懂得英语：翻到书的下一页，同一个网络就不知所措了。它说明这种单元*能够*保存并利用读过的上文，这正是本任务要衡量的；要用于新文本，模型需要更多的语料和验证集（见 [char-rnn](char-rnn.html)）。',
  },
  gatesHeading: { en: 'What the gates do', zh: '门在做什么' },
  unit: { en: 'unit', zh: '单元' },
  later: { en: 'characters later', zh: '经过的字符数' },
  left: { en: 'share that is left', zh: '剩余的比例' },
  gate: { en: 'mean over all units', zh: '全部单元的平均值' },
  atSpace: { en: 'at a space', zh: '读到空格' },
  atStart: { en: 'first letter of a word', zh: '单词首字母' },
  inside: { en: 'other letters', zh: '其余字母' },
});

export default shared;
export type SharedKey = keyof typeof shared;

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Reading from both ends', zh: '双向循环神经网络' },
  question: {
    en: 'Some words are understood only by what follows. When may a network read on, and when is that cheating?',
    zh: '有些词要看后文才能懂。网络什么时候可以往后读，什么时候这就是作弊？',
  },
  idea: {
    en: '“The ___ was closed, so we swam in the sea.” “The ___ was closed, so we paid in cash.” What belongs in the gap depends on what comes after it as much as on what came before. A *bidirectional* network is two recurrent networks that share an input. One reads from the first step to the last, the other from the last to the first, and at every step the two hidden states are put side by side, or added.\n\nSo each output knows the whole sequence. That is a gift where the sequence is complete (tagging, filling a gap, encoding a sentence), and a trap where it is not: a language model has no future to read.',
    zh: '“___关门了，我们只好去海里游泳。”“___关门了，我们只好明天再来取钱。”空格里该填什么，既取决于前文，也取决于后文。*双向循环神经网络*由两个共享输入的循环神经网络组成，一个从头读到尾，另一个从尾读到头；每个时间步上，把两个隐状态拼接或相加。\n\n于是每个输出都了解整个序列。如果序列是完整的（词性标注、填空、编码句子），这是一件好事；如果不完整，这就成了陷阱：语言模型没有未来可读。',
  },
  drawn: {
    en: 'Both directions, unrolled: one passes its state to the right, the other to the left; each output has both.',
    zh: '两个方向按时间步展开：一个把隐状态向右传，另一个向左传；每个输出同时用到两者。',
  },
  merging: {
    en: 'Two merges of the same weights over the same windows, and the two directions by themselves. Concatenation doubles the width and keeps apart who said what; the sum keeps the width, and whatever follows can no longer tell the directions apart.',
    zh: '用相同的权重和相同的窗口比较两种合并方式，并与单独运行的两个方向对照。拼接使宽度加倍，并保留“谁说了什么”；相加保持宽度不变，但后面的层无法再区分两个方向。',
  },
  shapes: {
    en: 'Shapes: x [T, N], outputs [T, N, H] or [T, N, 2H]',
    zh: '形状：x 为 [T, N]，输出为 [T, N, H] 或 [T, N, 2H]',
  },
  concatIs: {
    en: 'Concatenation is a forward and a reverse LSTM side by side: largest difference',
    zh: '拼接就是一个正向与一个反向 LSTM 并排：最大差',
  },
  sumIs: {
    en: 'The sum is the two added: largest difference',
    zh: '相加就是两者之和：最大差',
  },
  costHeading: { en: 'What it costs', zh: '代价' },
  cost: {
    en: 'Two directions are two networks: twice the weights, twice the states that the gradient needs on its way back, and twice the arithmetic. The table counts them for 32 windows of 35 characters; the numbers kept are $h$ and $c$ of all steps.',
    zh: '两个方向就是两个网络：权重加倍，反向传播时要用到的隐状态加倍，运算量也加倍。表中按 32 个长 35 的窗口计数；保留的数是所有时间步的 $h$ 与 $c$。',
  },
  lstmOf: { en: 'LSTM, {hidden} units in each direction', zh: 'LSTM，每个方向 {hidden} 个单元' },
  keptNumbers: { en: 'numbers kept for the way back', zh: '为反向传播保留的数' },
  ratio: { en: 'ratio', zh: '比值' },
  twiceParameters: { en: 'Parameters of two directions over those of one', zh: '双向与单向的参数个数之比' },
  twiceKept: {
    en: 'Numbers of the states that are kept for the way back, two directions over one',
    zh: '为反向传播保留的状态的个数，双向与单向之比',
  },
  costWait: {
    en: 'The worst cost is in neither column: waiting. One direction answers while it reads. The backward direction begins at the end, so nothing can be said before the last token is there, and each new token changes *all* states from the end on: to add one step to $T$ costs one step in one direction, and $T + 1$ in two. And the gradient has two long chains to come back through.',
    zh: '最大的代价不在表里，而是等待。单向网络边读边答；反向的一支从末尾开始，最后一个词元到来之前什么也说不了，而且每来一个新词元，反向的*全部*隐状态都要重算：在 $T$ 步之后再加一步，单向只算一步，双向要算 $T + 1$ 步。反向传播也要穿过两条长链。',
  },
  cheatHeading: { en: 'A language model that cheats', zh: '作弊的语言模型' },
  cheat: {
    en: 'Take the language model of the earlier sections (10,000 characters of The Time Machine, windows of 35), and set `bidirectional: true`. The target at place $t$ is $x_{t+1}$, and the backward direction has just read it. Copying needs no knowledge of English, and works on text it has never read as well. Only at the last place of a window is there nothing to copy from.\n\nThat last place is what generation asks for at every single step.',
    zh: '沿用前面章节的语言模型（《时间机器》的 10,000 个字符，窗口长 35），只加上 `bidirectional: true`。位置 $t$ 的标签是 $x_{t+1}$，而反向网络刚刚读过它。抄写不需要懂英语，在从未读过的文本上也行得通。只有窗口的最后一个位置无处可抄。\n\n而生成文本时，每一步所需要的恰恰就是最后这个位置。',
  },
  triumph: {
    en: 'Training looks like a triumph: after {epochs} epochs the perplexity is {read}, and {unread} on text that it has never read.',
    zh: '训练看起来大获成功：{epochs} 轮之后困惑度为 {read}，在从未读过的文本上为 {unread}。',
  },
  cheats: {
    en: 'Bidirectional, training text, where the next character is in the input: perplexity (largest of the seeds; d2l publishes 1.1 for its misuse)',
    zh: '双向，训练文本，下一个字符就在输入里：困惑度（各种子中的最大值；d2l 中误用的结果为 1.1）',
  },
  cheatsUnread: {
    en: 'The same on text it has never read: it copies, it does not predict',
    zh: '同上，但在从未读过的文本上：它在抄写，而不是预测',
  },
  noPrediction: {
    en: 'Bidirectional, the same training text, where the next character must be predicted: perplexity (smallest of the seeds)',
    zh: '双向，同样的训练文本，必须真正预测下一个字符：困惑度（各种子中的最小值）',
  },
  worse: {
    en: 'Against a model of one direction, trained in the same way, at that same place: ratio of the perplexities (smallest of the seeds)',
    zh: '在同一位置，与同样训练的单向模型相比：困惑度之比（各种子中的最小值）',
  },
  readInside: { en: 'training text: places 1–34', zh: '训练文本：位置 1–34' },
  readLast: { en: 'its last place', zh: '其最后位置' },
  unreadInside: { en: 'unread text: places 1–34', zh: '未读文本：位置 1–34' },
  unreadLast: { en: 'its last place', zh: '其最后位置' },
  oneDirection: { en: 'one direction', zh: '单向' },
  twoDirections: { en: 'two directions', zh: '双向' },
  place: { en: 'place in the window', zh: '窗口中的位置' },
  placesCaption: {
    en: 'Perplexity of the next character by its place in a window, on text that neither model has read. In one direction every place is a prediction. In two directions all places but the last are copied; at the last one (dot) it must predict as well, and of its training one place in 35 was a prediction.',
    zh: '按窗口中的位置统计的下一个字符的困惑度（两个模型都没读过的文本）。单向模型在每个位置都在预测；双向模型除最后一个位置外都在抄写，到了最后一个位置（圆点）也只能预测，而它的训练中 35 个位置里只有一个是真正的预测。',
  },
  oneContinues: { en: 'One direction continues “time traveller ”', zh: '单向模型续写 “time traveller ”' },
  twoContinues: { en: 'Two directions continue it', zh: '双向模型续写同一前缀' },
  holeHeading: { en: 'What it is good for: a hole in a text', zh: '真正的用途：填补文本中的空缺' },
  hole: {
    en: 'Now one character is missing, and everything around it is known. Both directions may speak, as long as neither has read the answer: the state from the left ends at $t - 1$, the state from the right at $t + 1$. So every character of a window can serve as the hole of its own, in training too.\n\nThree models on The Time Machine, tested on its last part: one that reads up to the hole, one that reads back to it, and both. One direction gets 128 units, two get 64 each, so that the readout sees as many numbers; the single direction then has more parameters.',
    zh: '现在缺少一个字符，而它周围的内容全部已知。两个方向都可以发言，只要谁也没读过答案：左边的状态止于 $t - 1$，右边的状态止于 $t + 1$。这样窗口中的每个字符都可以轮流充当空缺，训练时也是如此。\n\n在《时间机器》上训练三个模型，用书的最后一部分测试：一个只从左读到空缺处，一个只从右读到空缺处，一个双向。单向用 128 个单元，双向各用 64 个，这样输出层看到的维数相同，而单向模型的参数反而更多。',
  },
  holeAccuracy: {
    en: 'Both directions fill the hole correctly more often: accuracy of the worst of {seeds} seeds, less that of the best single direction',
    zh: '双向填对得更多：{seeds} 个种子中双向最差的准确率，减去单向最好的准确率',
  },
  holePerplexity: {
    en: 'And with less doubt: largest perplexity of {seeds} seeds against the smallest of a single direction, ratio',
    zh: '也更有把握：{seeds} 个种子中双向最大的困惑度与单向最小的困惑度之比',
  },
  reads: { en: 'the model reads', zh: '模型读取' },
  forward: { en: 'what is before', zh: '只读前文' },
  backward: { en: 'what is after', zh: '只读后文' },
  both: { en: 'both', zh: '前后都读' },
  holeCaption: {
    en: 'Held-out text, a circle for each seed: further right and lower is better. Both directions together are far from either by itself.',
    zh: '未见过的文本，每个圆圈是一个随机种子：越靠右下越好。双向远好于任何一个单向。',
  },
  cellsCaption: {
    en: 'One window: the probability of the right character (blue: 1) if each one in turn were the hole.',
    zh: '一个窗口：让每个字符轮流充当空缺时，正确字符的概率（越蓝越接近 1）。',
  },
  ends: {
    en: 'Reading forward is at a loss at the beginning of a word, where it fills {forwardFirst} of the holes rightly, against {forwardOthers} at the other letters. Reading backward is at a loss at its end: {backwardLast} against {backwardOthers}. Both together see a word from two sides.',
    zh: '只读前文，在单词的开头最吃力：首字母填对 {forwardFirst}，其余字母填对 {forwardOthers}。只读后文，在单词的末尾最吃力：末字母填对 {backwardLast}，其余字母填对 {backwardOthers}。双向则能从两边夹住单词。',
  },
});

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Special tokens, padding and packing', zh: '特殊词元、填充与打包' },
  question: {
    en: 'Sentences have different lengths, a minibatch is a rectangle. What stands in the empty places, and who must not see it?',
    zh: '句子长短不一，小批量却是矩形。空出来的位置放什么？谁不该看到它？',
  },
  idea: {
    en: 'Sentences have different lengths; a minibatch is a rectangle. So short ones are filled up with a token that means nothing, and three more tokens say what no word can: that a word is unknown, that a sentence begins, that it ends. None of this is difficult, and all of it is a common source of quiet mistakes: a network that reads the filling, a loss that rewards predicting it.',
    zh: '句子长短不一，小批量却是个矩形。所以短句要用一个没有意义的词元填满；另外三个词元则表示任何词都表达不了的意思：这个词不认识、句子开始、句子结束。这些都不难，却常常造成不易察觉的错误：网络读进了填充，损失又奖励它去预测填充。',
  },
  marksCaption: {
    en: 'A sentence between its two marks: from the mark of the beginning the first word is predicted, from the last word the mark of the end.',
    zh: '两个标记之间的句子：由开始标记预测第一个词，由最后一个词预测结束标记。',
  },
  tokensHeading: { en: 'Four tokens that are no words', zh: '四个不是词的词元' },
  token: { en: 'token', zh: '词元' },
  means: { en: 'means', zh: '含义' },
  where: { en: 'stands', zh: '出现在' },
  unk: { en: 'unknown', zh: '未知词元' },
  unkWhere: { en: 'in place of a word that is not in the vocabulary', zh: '词表里没有的词的位置' },
  pad: { en: 'padding', zh: '填充词元' },
  padWhere: { en: 'after the end, up to the length of the longest', zh: '结尾之后，直到与最长的一样长' },
  bos: { en: 'beginning of the sequence', zh: '序列开始词元' },
  bosWhere: {
    en: 'before the first word: what the first word is predicted from',
    zh: '第一个词之前：由它来预测第一个词',
  },
  eos: { en: 'end of the sequence', zh: '序列结束词元' },
  eosWhere: {
    en: 'after the last word: predicting it is how a network stops',
    zh: '最后一个词之后：网络靠预测它来停下',
  },
  shifted: {
    en: 'With both marks each word, the first and the end included, is predicted from what stands before it: targets are the inputs, one place further.',
    zh: '有了这两个标记，每个词（包括第一个词和结尾）都由它之前的内容预测：标签就是输入后移一位。',
  },
  shiftedLines: { en: 'Inputs x and targets y', zh: '输入 x 与标签 y' },
  paddingHeading: { en: 'Padding', zh: '填充' },
  padding: {
    en: 'Three sentences of different lengths as one minibatch: what is short is filled up at its end.',
    zh: '三个长短不同的句子组成一个小批量：短的在末尾填充。',
  },
  batch: { en: 'The minibatch, a row for each sentence', zh: '小批量，每句一行' },
  stateHeading: { en: 'What padding does to the state', zh: '填充对隐状态的影响' },
  state: {
    en: 'The state after the last word stands for the sentence. A network that reads on through the padding goes on computing: its last state is that of the sentence *and* of some meaningless tokens, and depends on which other sentences happened to be in the batch. With `lengths` each sequence ends where it ends.',
    zh: '最后一个词之后的隐状态代表整个句子。如果网络继续读填充，它就会继续计算：最后的隐状态代表句子*加上*若干无意义的词元，而且取决于同一批里碰巧还有哪些句子。给出 `lengths`，每个序列就在自己的结尾处停下。',
  },
  sentence: { en: 'distance from the state of the sentence read alone', zh: '与单独阅读该句时的隐状态的差' },
  readPadded: { en: 'padding read', zh: '读进填充' },
  readPacked: { en: 'with lengths', zh: '给出长度' },
  paddingMoves: {
    en: 'Reading the padding moves the last state: largest distance',
    zh: '读进填充会改变最后的隐状态：最大差',
  },
  packedSame: {
    en: 'With lengths it is as if each were read alone: largest distance',
    zh: '给出长度就如同单独阅读每一句：最大差',
  },
  packing: {
    en: 'PyTorch calls this *packing*: `pack_padded_sequence` stores the real steps alone, one time step after the other, so that nothing is computed for padding. Here `lengths` does the same inside the layer; a reversed direction starts at each sequence’s own end.',
    zh: 'PyTorch 把这叫做*打包*：`pack_padded_sequence` 逐个时间步地只存放真实的步，不为填充做任何计算。这里由层内的 `lengths` 完成同样的事；反向的一层从每个序列自己的结尾开始读。',
  },
  lossHeading: { en: 'What padding does to the loss', zh: '填充对损失的影响' },
  loss: {
    en: 'A target that is padding is no target. Counted, it would be a large share of the loss, and the easiest part to learn. So it is left out of the sum and of the number that the sum is divided by:',
    zh: '填充不是标签。如果把它算进去，它会占损失的很大一部分，而且最容易学会。所以求和时不计它，作除数的个数也不计它：',
  },
  maskedSame: {
    en: 'Loss with `ignoreIndex` against the mean over the real words, each sentence read alone: relative difference',
    zh: '使用 `ignoreIndex` 的损失与逐句单独阅读、只对真实词取平均的损失：相对误差',
  },
  countedOther: { en: 'The loss with padding counted: relative difference', zh: '把填充计入的损失：相对误差' },
  costHeading: { en: 'What padding costs', zh: '填充的代价' },
  cost: {
    en: 'The {paragraphs} paragraphs of The Time Machine in minibatches of {size}: in the order of the book {asTheyCome} of all places would be padding; with paragraphs of like length together, {sorted}. Loaders therefore put like lengths together, and shuffle the batches rather than the sequences.',
    zh: '《时间机器》的 {paragraphs} 个段落，小批量大小为 {size}：按书中的次序，全部位置中有 {asTheyCome} 是填充；把长度相近的段落放在一起，则只有 {sorted}。所以读取数据时会把长度相近的放在一起，并打乱小批量而不是单个序列的次序。',
  },
  sortedHelps: { en: 'Share of padding, like lengths together', zh: '长度相近的放在一起时填充的比例' },
});

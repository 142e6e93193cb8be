import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'The probability of a sentence', zh: '一句话的概率' },
  question: {
    en: 'How probable is a sentence that nobody has ever written?',
    zh: '一句从来没有人写过的话，概率是多少？',
  },
  idea: {
    en: 'A *language model* says how probable a text is: the *joint probability* of all its tokens. Nobody can list the probabilities of all texts. But the chain rule of probability takes the joint apart into conditional probabilities, one token at a time, and those can be counted. It works from the first token on, and just as well from the last one back; the product is the same.\n\nThen comes the bad news. The longer the history that a conditional looks at, the fewer texts share it, and almost every long history is new. That is why one settles for short histories (n-grams), for smoothing, and in the end for a network that can generalize.',
    zh: '*语言模型*给出一段文本有多大的可能出现，也就是它所有词元的*联合概率*。没有人能列出所有文本的概率，但概率的链式法则可以把联合概率拆成一连串条件概率，每次只管一个词元，而条件概率是数得出来的。可以从第一个词元往后拆，也可以从最后一个词元往前拆，乘积完全相同。\n\n接下来是坏消息：条件概率所看的历史越长，与之相同的文本就越少，长的历史几乎总是头一次出现。因此人们只看较短的历史（n 元语法），再加上平滑，最终改用能够泛化的神经网络。',
  },
  chainCaption: {
    en: 'The chain rule: each word is predicted from all words before it, and an arrow leads from each of them.',
    zh: '链式法则：每个词都由它前面的所有词来预测，从其中每一个都有箭头指向它。',
  },
  counting: {
    en: 'A rhyme of {count} words, {different} of them different, is our whole language. We read it as a ring: after the last word comes the first again, so that every word has a neighbour on each side and all counts add up. A probability is then a quotient of two counts, $n(\\cdot)$.',
    zh: '一首 {count} 个词的童谣（其中 {different} 个不同的词）就是我们的全部语言。我们把它首尾相接读成一个环：最后一个词之后又是第一个词，这样每个词两边都有邻居，所有计数都对得上。概率就是两个计数 $n(\\cdot)$ 之比。',
  },
  rhyme: { en: 'The rhyme', zh: '童谣' },
  forward: { en: 'From the first word on', zh: '从第一个词往后' },
  backward: { en: 'From the last word back', zh: '从最后一个词往前' },
  position: { en: 'word {t}', zh: '第 {t} 个词' },
  forwardCaption: {
    en: 'All sentences of four words in the rhyme, read from left to right. The height of a block is how often the sentence up to there occurs; beside each word stands its conditional probability, its share of the block to its left. Blue is “the cat sat on”: 6/19 of the words are “the”, 2 of these 6 go on with “cat”, 1 of these 2 with “sat”.',
    zh: '童谣中所有的四词序列，从左往右读。方块的高度是到该处为止的序列出现的次数；每个词旁边是它的条件概率，也就是它占左边方块的比例。蓝色是“the cat sat on”：19 个词里有 6 个 the，这 6 次里有 2 次后面是 cat，这 2 次里有 1 次后面是 sat。',
  },
  backwardCaption: {
    en: 'The same sentences taken apart from right to left: each word is predicted from those that come after it. The conditionals are different (“sat” always stands before “on”), but the last blue block, now on the left, is as high as before: 1/19.',
    zh: '同样的序列，从右往左拆：每个词由它后面的词来预测。条件概率变了（已知 on，前一个词必定是 sat），但最后一个蓝色方块（现在在最左边）与之前一样高：1/19。',
  },
  telescope: {
    en: 'Why must both agree? Write the conditionals as quotients of counts: each numerator is the next denominator and cancels. What is left is $n(x_1, \\ldots, x_T) / N$ in both directions.',
    zh: '为什么两者必然相等？把条件概率写成计数之比：前一项的分子正是后一项的分母，逐项约去，两个方向剩下的都是 $n(x_1, \\ldots, x_T) / N$。',
  },
  causality: {
    en: 'The arithmetic has no arrow of time; the world has one. A change today alters tomorrow, and never yesterday: what happens next depends on what is, while “predicting” the past from the future is physically not always possible, since the future is not there yet when one has to answer. And where $x_{t+1} = f(x_t) + \\epsilon$, with noise that knows nothing of $x_t$, the way forward is simple and the way back is often not (Hoyer et al. 2009). So language models read from the first token on: they can then speak at any time, from what was said so far. A text that lies there whole is another matter: [both ends](bidirectional.html) may be read.',
    zh: '算式没有时间的方向，世界却有。今天的改变会影响明天，却影响不了昨天：接下来发生什么取决于现在，而从未来“推测”过去在物理上不一定可行，因为要作答时未来还没有到来。而且如果 $x_{t+1} = f(x_t) + \\epsilon$，噪声与 $x_t$ 无关，那么往前的关系简单，往回的关系往往并不简单（Hoyer 等，2009）。所以语言模型从第一个词元往后读：这样任何时候都能根据已经说过的话继续说下去。已经完整摆在那里的文本则是另一回事，可以[从两端阅读](bidirectional.html)。',
  },
  agree: {
    en: 'Forward and backward products agree: the largest difference over all {count} sequences of four words',
    zh: '正向与反向的乘积相等：全部 {count} 个四词序列上的最大差异',
  },
  sentence: { en: 'P(the cat sat on), once in 19 places', zh: 'P(the cat sat on)，19 个位置中出现一次' },
  jointSums: { en: 'The joint probabilities of all sequences sum to 1', zh: '所有序列的联合概率之和为 1' },
  conditionalsSum: {
    en: 'Each of the {count} conditional distributions, forward and backward, sums to 1: the largest deviation',
    zh: '正反两个方向共 {count} 个条件分布，每个之和为 1：最大偏差',
  },
  markovHeading: { en: 'Shorter memories', zh: '缩短记忆' },
  markov: {
    en: 'Only what stands in the rhyme word for word has a probability above 0. A *Markov model* of order 1 lets a word depend on its neighbour only: far fewer things to count, and a model that can put known pairs together anew.',
    zh: '按上面的算法，只有原封不动出现在童谣里的序列概率才大于 0。一阶*马尔可夫模型*只让每个词依赖它前面的一个词：要数的东西少得多，而且能把见过的词对重新组合起来。',
  },
  sequence: { en: 'sequence', zh: '序列' },
  wholeJoint: { en: 'full history', zh: '完整历史' },
  bigramModel: { en: 'one word of history (bigram)', zh: '一个词的历史（二元语法）' },
  unigramModel: { en: 'no history (unigram)', zh: '没有历史（一元语法）' },
  markovTable: {
    en: 'The second line never occurs, but all its pairs do: the bigram model gives it a probability, as a reader would. The third is nonsense, and none of its pairs occurs. Without any history every order of words is as good as any other.',
    zh: '第二行从未出现过，但其中每个词对都出现过：二元语法给了它概率，读者也会觉得它说得通。第三行是胡言乱语，它的词对一个也没有出现过。完全不看历史时，词的任何排列都同样可能。',
  },
  markovSums: { en: 'The bigram model is a distribution too: it sums to 1', zh: '二元语法也是一个分布：总和为 1' },
  markovReaches: {
    en: 'The bigram model reaches a sentence that was never seen, and not the nonsense; the unigram model allows the nonsense too',
    zh: '二元语法能够给没见过的句子概率，而不给胡言乱语；一元语法连胡言乱语也允许',
  },
  neverHeading: { en: 'Why most n-grams are never seen', zh: '为什么大多数 n 元语法从未出现' },
  never: {
    en: 'A rhyme is small, but a novel is no better off. The Time Machine has {words} words, {vocabulary} different ones. They could form {pairs} pairs, of which the book shows {pairsSeen}. The number of possible n-grams grows as $V^n$; a text of $N$ words has at most $N$ of them.',
    zh: '童谣太小，但换成一部小说也好不了多少。《时间机器》共有 {words} 个词，其中 {vocabulary} 个不同的词，可以组成 {pairs} 个词对，书中出现的只有 {pairsSeen} 个。可能的 n 元语法个数按 $V^n$ 增长，而 $N$ 个词的文本至多含有 $N$ 个。',
  },
  pairsUnseen: {
    en: 'Share of all possible pairs of words that The Time Machine never shows',
    zh: '所有可能的词对中，《时间机器》里从未出现的比例',
  },
  order: { en: 'n (tokens in a row)', zh: 'n（连续的词元个数）' },
  howMany: { en: 'different n-grams', zh: '不同的 n 元语法个数' },
  possible: { en: 'possible: Vⁿ', zh: '可能的：Vⁿ' },
  distinct: { en: 'in the book', zh: '书中出现的' },
  neverCaption: {
    en: 'Different n-grams of words: those that could be formed from the vocabulary, and those in the book. From n = 3 on nearly every place of the text is an n-gram of its own; the gap grows by the factor V with each step (the axis is logarithmic).',
    zh: '不同的词 n 元语法：由词表可以组成的，与书中实际出现的。从 n = 3 起，文本中几乎每个位置都是一个独一无二的 n 元语法；n 每加一，差距就扩大 V 倍（纵轴为对数）。',
  },
  newShare: { en: 'n-grams never seen before (%)', zh: '从未见过的 n 元语法（%）' },
  ofWords: { en: 'words', zh: '词' },
  ofCharacters: { en: 'characters', zh: '字符' },
  newCaption: {
    en: 'Count n-grams in the first nine tenths of the book and look for those of the last tenth. Of its word trigrams most are new: a count gives them probability 0, and one factor 0 makes the whole product 0. Characters only put it off: twelve of them in a row are about as new as three words.',
    zh: '在书的前九成里统计 n 元语法，再到最后一成里去找。词的三元语法大多是新的：按计数它们的概率为 0，而乘积里只要有一个 0，整个就是 0。换成字符也只是推迟了问题：连续十二个字符就和三个词差不多一样新。',
  },
  newTrigrams: {
    en: 'Word trigrams of the last tenth that the first nine tenths never show, in %',
    zh: '最后一成里的词三元语法，在前九成中从未出现的百分比',
  },
  newGrows: {
    en: 'The longer, the newer: the share for n = 1, 2, 3 … never falls ({shares} %)',
    zh: '越长越新：n = 1, 2, 3 … 的比例从不下降（{shares} %）',
  },
  end: {
    en: 'Two ways out: give unseen n-grams a little of the probability of the others (smoothing, see [ngrams-zipf](ngrams-zipf.html)), or replace counting by a model that sees what histories have in common (all lessons after).',
    zh: '出路有两条：把一点概率分给没见过的 n 元语法（平滑，见 [ngrams-zipf](ngrams-zipf.html)）；或者不再计数，换成能看出不同历史之间共同之处的模型（后面的各课）。',
  },
});

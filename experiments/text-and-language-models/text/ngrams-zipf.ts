import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'n-grams, Zipf’s law, and the unseen', zh: 'n 元语法、齐普夫定律与没见过的词' },
  question: {
    en: 'A book is counted word by word. What is the probability of a pair of words that does not occur in it?',
    zh: '把一本书逐词数一遍。书中没有出现过的词对，概率该是多少？',
  },
  idea: {
    en: 'Count the words of any text and order them by how often they occur: a few are everywhere, most occur once or twice, and in between the counts fall along a straight line on log axes. That is *Zipf’s law*, and pairs and triples of words follow it too. So there is much structure to learn, and so any text, however long, leaves most of it unseen.\n\nTwo old remedies are tried here: leaving out the *stop words* that head the list, and *Laplace smoothing*, which adds a little to every count so that nothing is impossible.',
    zh: '把任何一篇文本的词按出现次数排序：少数几个词无处不在，大多数只出现一两次，中间的次数在对数坐标上沿一条直线下降。这就是*齐普夫定律*，词对和三词组也服从它。可见语言里有很多结构可学，也可见任何文本无论多长，都有大部分从未出现。\n\n这里试试两种老办法：去掉排在最前面的*停用词*；以及*拉普拉斯平滑*，给每个计数加上一点，使任何词的概率都不为零。',
  },
  countHeading: { en: 'Counting', zh: '计数' },
  counting: {
    en: 'The Time Machine has {words} words: {one} different words, {two} different pairs, {three} different triples.',
    zh: '《时间机器》共 {words} 个词：{one} 个不同的词，{two} 个不同的词对，{three} 个不同的三词组。',
  },
  unigrams: { en: 'unigrams', zh: '一元语法' },
  bigrams: { en: 'bigrams', zh: '二元语法' },
  trigrams: { en: 'trigrams', zh: '三元语法' },
  topWords: { en: 'The ten most frequent words (published)', zh: '最常见的十个词（与书中一致）' },
  topWordCounts: {
    en: 'How often the first five occur (published: 2261, 1267, 1245, 1155, 816)',
    zh: '前五个词的次数（书中为 2261、1267、1245、1155、816）',
  },
  topBigrams: { en: 'The ten most frequent bigrams (published)', zh: '最常见的十个二元语法（与书中一致）' },
  topTrigrams: { en: 'The five most frequent trigrams (published)', zh: '最常见的五个三元语法（与书中一致）' },
  zipfHeading: { en: 'Zipf’s law', zh: '齐普夫定律' },
  zipf: {
    en: 'Let $n_i$ be the count of the word at rank $i$. If it falls as a power of the rank, then its logarithm falls along a line, and the slope of that line, found by regression, is the exponent $\\alpha$.',
    zh: '设 $n_i$ 为排名第 $i$ 的词的次数。如果它按排名的幂次下降，那么它的对数就沿一条直线下降，用回归求出直线的斜率就得到指数 $\\alpha$。',
  },
  rankAxis: { en: 'rank i', zh: '排名 i' },
  withExponent: { en: '{name}, α = {alpha}', zh: '{name}，α = {alpha}' },
  zipfCaption: {
    en: 'Counts against ranks, both axes logarithmic, with the lines of the regression (dashed, from rank 10 to where counts reach 5). The few words at the very top bend away from the line. Longer n-grams follow it too, with a smaller exponent: their counts are spread over more kinds. The steps at the right are the many n-grams that occur once or twice.',
    zh: '次数与排名，两轴都是对数；虚线是回归直线（从第 10 名到次数为 5 的地方）。最前面的几个词偏离直线。更长的 n 元语法也服从这一规律，指数更小：次数分散到了更多的种类上。右端的台阶是大量只出现一两次的 n 元语法。',
  },
  zipfUnigrams: { en: 'Exponent α of single words (Zipf: about 1)', zh: '单个词的指数 α（齐普夫：约为 1）' },
  zipfFalls: {
    en: 'The exponent falls from unigrams to bigrams to trigrams ({alphas})',
    zh: '从一元、二元到三元语法，指数依次减小（{alphas}）',
  },
  stopHeading: { en: 'Stop words', zh: '停用词' },
  stop: {
    en: 'The words at the top are dull: they tell nothing of what a text is about. Search engines used to filter them. Our list of {count} such words makes up {share} % of the text.',
    zh: '排在最前面的词没什么意思，看不出文本在讲什么，搜索引擎过去常把它们滤掉。我们列出的 {count} 个停用词占了文本的 {share} %。',
  },
  stopShare: { en: 'Share of the text that {count} stop words make up', zh: '{count} 个停用词占文本的比例' },
  words: { en: 'words', zh: '词' },
  pairs: { en: 'pairs', zh: '词对' },
  wordsFiltered: { en: 'words, filtered', zh: '过滤后的词' },
  pairsFiltered: { en: 'pairs, filtered', zh: '过滤后的词对' },
  stopLoss: {
    en: 'Without them the list tells what the book is about: a traveller, a machine, a Medical Man. But a sentence needs its small words: who, to whom, when, and above all whether. “Not” stands in the book {nots} times, and where a filter drops it, a sentence turns into its opposite. A language model must be able to write them too; it keeps them all.',
    zh: '去掉之后，从列表就能看出这本书讲的是什么：旅行者、机器、医生。可是句子离不开这些小词：谁，对谁，何时，尤其是“是”还是“不是”。书中的“not”共出现 {nots} 次，把它滤掉，句子的意思就反了过来。语言模型还得会写出它们，所以一个都不去掉。',
  },
  everyWord: { en: 'all words', zh: '全部词' },
  stopless: { en: 'filtered', zh: '过滤后' },
  stopCaption: {
    en: 'A sentence of the book, stop words in orange, and what a filter leaves. He said that he does *not* mean to ask it; what is left says that he does.',
    zh: '书中的一句话，橙色是停用词，下面是过滤后剩下的。原话是“我并*不*打算要求你们毫无根据地接受什么”，剩下的却成了“打算要求”。',
  },
  stopNegation: {
    en: 'What the filter leaves of the sentence: its “not” is gone',
    zh: '过滤后句子剩下的部分：“not”不见了',
  },
  laplaceHeading: { en: 'Laplace smoothing', zh: '拉普拉斯平滑' },
  laplace: {
    en: 'Estimate the probabilities on the first nine tenths of the book and predict the last tenth. Whatever was never counted there would have probability 0. So one pretends to have seen $\\epsilon$ more words, spread as a simpler model says: single words evenly over all $m$ words of the book, pairs and triples as single words are. With $\\epsilon = 0$ only counts decide; with $\\epsilon \\to \\infty$ only the simpler model does.',
    zh: '用书的前九成估计概率，去预测最后一成。从未数到的东西概率就是 0。于是假装多看到了 $\\epsilon$ 个词，按更简单的模型分配：一元语法在全书的 $m$ 个词上平均分，二元和三元语法则按单个词的频率分。$\\epsilon = 0$ 时只看计数，$\\epsilon \\to \\infty$ 时只看那个更简单的模型。',
  },
  zeros: {
    en: 'Without smoothing, {share} % of the pairs in the last tenth have probability 0. One of them is enough: the product over the text is 0, its perplexity infinite.',
    zh: '不做平滑时，最后一成里有 {share} % 的词对概率为 0。只要有一个，整段文本的概率乘积就是 0，困惑度无穷大。',
  },
  zeroShare: {
    en: 'Share of the pairs in the last tenth with probability 0, without smoothing',
    zh: '不做平滑时，最后一成里概率为 0 的词对比例',
  },
  infinite: {
    en: 'Perplexity of the last tenth without smoothing: unigrams, bigrams, trigrams',
    zh: '不做平滑时最后一成的困惑度：一元、二元、三元',
  },
  sumUnigram: { en: 'P(x) sums to 1 over all words', zh: 'P(x) 对所有词求和为 1' },
  sumBigram: { en: 'P(x | time) sums to 1', zh: 'P(x | time) 求和为 1' },
  sumTrigram: { en: 'P(x | the time) sums to 1', zh: 'P(x | the time) 求和为 1' },
  sumUnseen: {
    en: 'P(x | time the), a history never seen, sums to 1',
    zh: 'P(x | time the)（从未见过的历史）求和为 1',
  },
  unseenPair: { en: 'P(moon | time): an unseen pair has a probability', zh: 'P(moon | time)：没见过的词对也有概率' },
  unseenMass: {
    en: 'What all words never seen after “time” get together (ε₂ = 100)',
    zh: '“time”之后从未出现的所有词总共得到的概率（ε₂ = 100）',
  },
  allUnseen: { en: '{count} unseen words', zh: '{count} 个没见过的词' },
  probabilityAfter: { en: 'probability after “time”', zh: '“time”之后的概率' },
  countedOnly: { en: 'counted', zh: '仅计数' },
  smoothed: { en: 'smoothed', zh: '平滑后' },
  massCaption: {
    en: 'The word after “time”: from counts alone (orange circles) and smoothed with ε₁ = 1000, ε₂ = 100 (blue). Smoothing takes from what was seen, traveller and machine first, and gives it to the words never seen there, all together the last line.',
    zh: '“time”之后的词：仅按计数（橙色圆圈）与以 ε₁ = 1000、ε₂ = 100 平滑之后（蓝色）。平滑从见过的词（首先是 traveller 和 machine）那里取走一些，分给那些从未在此出现的词；最后一行是它们的总和。',
  },
  epsilonHeading: { en: 'How much?', zh: '加多少？' },
  epsilon: {
    en: 'Perplexity on the last tenth against $\\epsilon$. It is how many equally likely words the model chooses from, on average; [perplexity](perplexity.html) explains it.',
    zh: '最后一成的困惑度与 $\\epsilon$ 的关系。困惑度相当于模型平均要在多少个等可能的词中选择，详见 [perplexity](perplexity.html)。',
  },
  epsilonAxis: { en: 'ε (imagined observations)', zh: 'ε（假想的观测次数）' },
  testPerplexity: { en: 'perplexity of the last tenth', zh: '最后一成的困惑度' },
  uniform: { en: 'all {m} words equally likely', zh: '全部 {m} 个词等可能' },
  kneserNey: { en: 'trigrams, Kneser–Ney', zh: '三元语法，Kneser–Ney' },
  epsilonCaption: {
    en: 'Too little smoothing and unseen words cost too much (to the left all curves go to infinity); too much and the counts are forgotten: unigrams become uniform, bigrams and trigrams become unigrams. Kneser–Ney smoothing falls back from three words to two before it falls back to one, and is better than any ε.',
    zh: '平滑太少，没见过的词代价太高（向左所有曲线都趋于无穷）；平滑太多，计数就被忘掉：一元语法变成均匀分布，二元和三元语法变成一元语法。Kneser–Ney 平滑先从三个词退到两个词，再退到一个词，比任何 ε 都好。',
  },
  finite: {
    en: 'With the best ε all three models are finite, and better than a uniform guess among {m} words: the worst of the three',
    zh: '取最佳 ε 时三个模型的困惑度都有限，且都好于在 {m} 个词中均匀乱猜：三者中最差的',
  },
  kneserNeyBest: {
    en: 'Kneser–Ney beats the best Laplace smoothing: perplexity',
    zh: 'Kneser–Ney 胜过最佳的拉普拉斯平滑：困惑度',
  },
  end: {
    en: 'The best figures: unigrams {one} (ε₁ = {e1}), bigrams {two} (ε₂ = {e2}), trigrams {three} (ε₃ = {e3}); Kneser–Ney {reference}. A trigram that falls back on single words, as in the formula, is worse than a bigram: most triples of a new text are new, and it forgets the pair. And no count knows that “cat” and “dog” are alike. That is where networks come in.',
    zh: '最佳结果：一元 {one}（ε₁ = {e1}），二元 {two}（ε₂ = {e2}），三元 {three}（ε₃ = {e3}）；Kneser–Ney {reference}。按公式退回到单个词的三元语法还不如二元语法：新文本中的三词组大多是新的，而它退回时把词对也忘了。而且任何计数都不知道“cat”和“dog”相似。这正是网络的用武之地。',
  },
});

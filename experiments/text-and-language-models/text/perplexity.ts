import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Perplexity: how many choices are left', zh: '困惑度：还剩多少种选择' },
  question: {
    en: 'A model has a loss of 1.3 nats per character. Is that good?',
    zh: '一个模型每个字符的损失是 1.3 奈特。这算好吗？',
  },
  idea: {
    en: 'A language model is good if it is not surprised by a text. Its surprise at one token is $-\\ln P$, and the mean over all tokens is the loss that networks are trained on. *Perplexity* is the exponential of that loss, which makes a number that one can picture: the model is as unsure as if it had to choose among that many equally likely tokens each time. It does not depend on how long the text is, so that texts and models can be compared.',
    zh: '好的语言模型不会对文本感到意外。它对一个词元的意外程度是 $-\\ln P$，对所有词元取平均就是训练网络所用的损失。*困惑度*是这个损失的指数，于是得到一个直观的数：模型的犹豫程度，相当于每次都要在这么多个等可能的词元中选一个。它与文本长短无关，所以不同的文本和模型可以互相比较。',
  },
  casesHeading: { en: 'Best, worst, and a guess', zh: '最好、最坏与乱猜' },
  cases: {
    en: 'Three cases mark out the scale. A model that gives every token that comes the probability 1 has perplexity 1: there is no choice left. One that gives it 0 has perplexity ∞. One that gives all {vocabulary} tokens of the vocabulary the same probability has perplexity {vocabulary}; every model worth its name must be below.',
    zh: '三种情形定出了刻度。如果模型给每个实际出现的词元概率 1，困惑度就是 1，没有别的选择；如果给 0，困惑度是正无穷大；如果给词表中全部 {vocabulary} 个词元同样的概率，困惑度就是 {vocabulary}，任何像样的模型都必须低于它。',
  },
  best: {
    en: 'Best: probability 1 for each token that comes (published: 1)',
    zh: '最好：每个实际词元的概率都是 1（书中为 1）',
  },
  worst: { en: 'Worst: probability 0 (published: ∞)', zh: '最坏：概率为 0（书中为正无穷大）' },
  uniform: { en: 'Uniform over the vocabulary (published: |V| = 28)', zh: '词表上的均匀分布（书中为 |V| = 28）' },
  untrained: {
    en: 'exp of the cross-entropy of logits that are all 0: a network before it has learned anything',
    zh: '全部未规范化的预测（logit）为 0 时交叉熵的指数：什么都还没学会的网络',
  },
  nextCharacter: { en: 'next character', zh: '下一个字符' },
  caseBest: { en: 'certain, and right', zh: '确信，且正确' },
  caseFive: { en: '5-grams', zh: '五元语法' },
  caseOne: { en: 'single characters', zh: '一元语法' },
  caseUniform: { en: 'uniform', zh: '均匀分布' },
  caseWorst: { en: 'certain, and wrong', zh: '确信，但错误' },
  choices: { en: '1/p = {k}', zh: '1/p = {k}' },
  casesCaption: {
    en: 'What may follow “the t”? Five models and their probabilities for each of the 28 tokens (␣ is the space). In “the time traveller” it is “i” (orange); the number of choices is one over the height of the orange bar. Nothing else that a model says counts.',
    zh: '“the t”后面会是什么？五个模型给 28 个词元的概率（␣ 是空格）。在“the time traveller”里是“i”（橙色），选择数就是橙色柱高的倒数；模型给其他词元的概率并不计入。',
  },
  meanHeading: { en: 'Which mean?', zh: '哪一种平均？' },
  mean: {
    en: 'Call $k_t = 1/P(x_t \\mid x_{t-1}, \\ldots)$ the number of choices at token $t$. Perplexity is the *geometric* mean of these numbers: a token with 2 choices is 1 bit, one with 8 is 3 bits, the mean is 2 bits, and that is 4 choices.\n\nBooks differ here: an older edition of the book says the harmonic mean of the number of choices, a newer one the reciprocal of the geometric mean. The formula decides: the geometric mean of the choices, or the reciprocal of the geometric mean of the *probabilities*. The harmonic mean of 2 and 8 would be 3.2, the arithmetic one 5. All three agree only where every token has equally many choices, as in the uniform case.',
    zh: '记 $k_t = 1/P(x_t \\mid x_{t-1}, \\ldots)$ 为词元 $t$ 处的选择数。困惑度是这些数的*几何*平均：2 种选择是 1 比特，8 种选择是 3 比特，平均 2 比特，也就是 4 种选择。\n\n各版书的说法不一：中文版和英文旧版说是选择数的调和平均数，英文新版说是选择数几何平均的倒数。以公式为准：它是选择数的几何平均，也就是*概率*几何平均的倒数。2 和 8 的调和平均是 3.2，算术平均是 5。只有每个词元的选择数都相同（如均匀分布）时，三者才一致。',
  },
  twoEight: {
    en: 'Harmonic, geometric, arithmetic mean of 2 and 8 choices',
    zh: '选择数为 2 和 8 时的调和、几何、算术平均',
  },
  geometricIs: {
    en: 'The 28th root of the product of the choices is exp of the mean loss',
    zh: '选择数之积开 28 次方，等于平均损失的指数',
  },
  choicesAxis: { en: 'choices 1/p', zh: '选择数 1/p' },
  harmonic: { en: 'harmonic mean {value}', zh: '调和平均 {value}' },
  geometric: { en: 'perplexity {value}', zh: '困惑度 {value}' },
  arithmetic: { en: 'arithmetic mean {value}', zh: '算术平均 {value}' },
  alongCaption: {
    en: 'The number of choices at each character of “one cannot choose but wonder”, from the part of the book that the 5-gram model has not seen. Towards the end of a word there is hardly a choice; at its beginning, and in a word that the model hardly knows (“choose”), there are many. On a log axis the geometric mean, the perplexity, is simply the mean height of the dots.',
    zh: '“one cannot choose but wonder”中每个字符处的选择数，出自五元语法模型没见过的部分。词快结束时几乎没有选择；词的开头，以及模型不熟悉的词（如“choose”）里，选择则很多。在对数坐标上，几何平均（即困惑度）就是各点的平均高度。',
  },
  modelsHeading: { en: 'Models compared', zh: '模型比较' },
  models: {
    en: 'All models below predict the same text, the last tenth of The Time Machine, character by character. Loss, bits and perplexity say the same in three units: perplexity is $e^{\\text{loss}}$ and $2^{\\text{bits}}$.',
    zh: '下面的模型都逐字符预测同一段文本，即《时间机器》的最后一成。损失、比特数和困惑度是同一件事的三种单位：困惑度等于 $e^{\\text{损失}}$，也等于 $2^{\\text{比特数}}$。',
  },
  uniformModel: { en: 'uniform', zh: '均匀分布' },
  gram1: { en: '1-grams', zh: '一元语法' },
  gram2: { en: '2-grams', zh: '二元语法' },
  gram3: { en: '3-grams', zh: '三元语法' },
  gram5: { en: '5-grams', zh: '五元语法' },
  bits: { en: 'bits per token', zh: '每词元比特数' },
  falls: {
    en: 'The more characters a model looks at, the lower its perplexity: {values}',
    zh: '模型看的字符越多，困惑度越低：{values}',
  },
  library: { en: 'The library’s lossMetrics, of the same sum', zh: '库中的 lossMetrics，由同一个和算出' },
  evaluate: { en: 'The library’s 5-gram model, measured by itself', zh: '库中五元语法模型自己的评估结果' },
  bitsSame: { en: '2 to the power of the bits per token', zh: '2 的“每词元比特数”次幂' },
  harmonicName: { en: 'harmonic', zh: '调和平均' },
  perplexityName: { en: 'perplexity', zh: '困惑度' },
  arithmeticName: { en: 'arithmetic', zh: '算术平均' },
  meansCaption: {
    en: 'The three means of the number of choices for each model. They are one point where all choices are alike (28); otherwise the harmonic mean, which sees the easy tokens, is too low, and the arithmetic one, which sees the rare surprises, too high. Perplexity stands between.',
    zh: '每个模型选择数的三种平均。选择数处处相同时三者是同一个点（28）；否则，只看重容易词元的调和平均偏低，只看重罕见意外的算术平均偏高，困惑度居中。',
  },
  meansOrder: {
    en: 'Harmonic < perplexity < arithmetic for all n-gram models',
    zh: '所有 n 元语法模型都满足：调和平均 < 困惑度 < 算术平均',
  },
  meansEqual: { en: 'Uniform: the means differ by', zh: '均匀分布：三种平均之差' },
  zeroHeading: { en: 'The price of being sure', zh: '过分自信的代价' },
  zero: {
    en: 'The worst case is closer than it seems: a single token with probability 0 is enough. Suppose that a model has 4 choices at every token, but gives one of them only the probability $q$.',
    zh: '最坏的情形并不遥远：只要有一个词元的概率为 0 就够了。设想一个模型在每个词元处都有 4 种选择，唯独给其中一个词元的概率只有 $q$。',
  },
  oneZero: {
    en: 'One probability of 0 among 10, 100, 1000 tokens: perplexity',
    zh: '10、100、1000 个词元中有一个概率为 0：困惑度',
  },
  oneProbability: { en: 'probability q of one token', zh: '某一个词元的概率 q' },
  tokens: { en: '{n} tokens', zh: '{n} 个词元' },
  zeroCaption: {
    en: 'Perplexity of texts of 10, 100 and 1000 tokens when one token gets the probability q. In a long text even a bad surprise costs little, as long as it is finite; at q = 0 every curve is at infinity. That is why n-grams are smoothed, and why it matters that a softmax never says quite 0.',
    zh: '长为 10、100、1000 个词元的文本中有一个词元概率为 q 时的困惑度。在长文本里，再大的意外只要有限，代价也不大；但在 q = 0 处，每条曲线都是无穷大。所以 n 元语法要做平滑，softmax 也好在从不会真正给出 0。',
  },
});

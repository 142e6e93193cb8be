import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Film reviews: liked or not?', zh: '电影评论：喜欢还是不喜欢？' },
  question: {
    en: 'A review has two hundred words, most of them about nothing. Which ones decide?',
    zh: '一条影评两百个词，大多无关紧要。起决定作用的是哪些？',
  },
  idea: {
    en: 'The most widely used test of text classification: 50,000 film reviews from IMDb, half of them for testing, praise and blame in equal numbers. A textbook chapter that many have worked through reads them with word vectors and an LSTM. Here the same is done first, and then as well as time allows. Beside both stands counting, which is strong here: a review is long, and one word in two hundred that says *wonderful* or *waste* is enough.',
    zh: '文本分类最常用的测试：IMDb 的五万条影评，一半用于测试，褒贬各半。许多人都学过用词向量和 LSTM 阅读它们的那一章。这里先照样做一遍，再在时间允许的范围内做到最好。旁边还有计数方法作对照，它在这里很强：影评很长，两百个词里只要有一个“精彩”或“浪费”就够了。',
  },
  data: {
    en: '{training} reviews to learn from, {held} of the training half kept to measure on the way, {test} to test. A review has {mean} words on average and up to {longest}; all are read to their ends, side by side with others of about the same length, so that little is padding. Words are in lower case, numbers (many a review says 7/10), exclamation and question marks stay, other punctuation goes. Words that are seen fewer than five times are unknown. GloVe, word vectors from counts of which words stand near each other in other texts, has {vectors} of 100 numbers each, and they cover {covered} of the running words; the vectors of the other words are learned from small random numbers, that of unknown words from zero.',
    zh: '{training} 条评论用于训练，训练集中另留 {held} 条在途中测量，{test} 条用于测试。一条评论平均 {mean} 个词，最长 {longest} 个；每条都完整读到结尾，长度相近的放在同一个小批量里，填充很少。单词转成小写，保留数字（许多评论会写 7/10）、感叹号和问号，去掉其他标点；出现不到五次的算未知词。GloVe 是根据其他文本中哪些词相邻出现而得到的词向量，共 {vectors} 个，各 100 维，覆盖了 {covered} 的词次；其余单词的向量从小的随机数学起，未知词的向量从零学起。',
  },
  countingHeading: { en: 'What counting achieves', zh: '计数能做到什么' },
  counting: {
    en: 'Naive Bayes on words and pairs of neighbours, each counted once a review; and logistic regression, which weighs the same features all at once, rare ones more (tf-idf).',
    zh: '以单词和相邻词对为特征的朴素贝叶斯，每个特征在一条评论中只计一次；以及逻辑回归，它对同样的特征一起求权重，罕见的权重更大（tf-idf）。',
  },
  firstHeading: { en: 'As in the chapter', zh: '照着那一章来' },
  pipeline: {
    en: 'From a review to an answer there are six steps. The text is cut into *tokens*. The vocabulary gives each an *index*; what it lacks is `<unk>`. A minibatch is a rectangle, so shorter reviews are *padded* to the length of the longest, but each has its length with it (it is *packed*), and the network stops at its last word: no state ever sees the padding. Each index picks its *vector* of 100 numbers, from GloVe where it has the word; `<pad>` and `<unk>` begin as zeros. The *LSTM* turns the vectors into states, and the last state into one number, the *logit*, whose sigmoid is the probability of praise.',
    zh: '从一条影评到一个回答，共有六步。文本切分成*词元*；词表给每个词元一个*索引*，词表里没有的是 `<unk>`。小批量是一个矩形，所以较短的影评要*填充*到最长的那条的长度，但每条都带着自己的长度（即*打包*，packing），网络读到它的最后一个词就停下，没有任何隐状态会见到填充。每个索引取出自己的 100 维*词向量*，GloVe 里有的词用 GloVe 的，`<pad>` 和 `<unk>` 从零开始。*LSTM* 把词向量变成隐状态，最后一个隐状态变成一个数，即*未规范化的预测*（logit），它的 sigmoid 就是“褒”的概率。',
  },
  pipelineCaption: {
    en: 'The pipeline for one short review, from below: words, indices, vectors, states, and from the last state the logit and the probability. The padded place ends at its vector of zeros.',
    zh: '一条很短的影评的处理流程，从下往上：词、索引、词向量、隐状态，再由最后一个隐状态得到 logit 和概率。填充的位置到零向量为止。',
  },
  first: {
    en: 'The words become vectors, an LSTM reads them from the first to the last, and the state after the last word is all that the answer is made of. {epochs} epochs of Adam in minibatches of 64, binary cross-entropy on the logit. To keep the network from learning by heart, half of the numbers are dropped before and after the LSTM, and three words in ten are replaced by `<unk>`, drawn anew each time: a network cannot lean on single words that give a review away.',
    zh: '把词变成向量，LSTM 从头读到尾，最后一个词之后的隐状态就是作出回答的全部依据。用 Adam 训练 {epochs} 轮，小批量大小为 64，损失是未规范化的预测（logit）上的二元交叉熵。为了避免死记硬背，LSTM 前后的暂退率都是一半，并且每次随机把十分之三的词换成 `<unk>`：网络不能依赖个别泄露答案的词。',
  },
  bestHeading: { en: 'As well as we can', zh: '尽力做到最好' },
  best: {
    en: 'Four changes. A GRU reads from both ends. The answer is made of the mean of all states and the largest value of each unit, so that no word has to be carried for hundreds of steps to be heard. Pairs of neighbours that stand in {least} reviews or more, such as *not_good* or *must_see*, are tokens of their own between their two words: what they mean need not be composed. And reviews are read in pieces of about {piece} tokens: in training every piece has the label of its review, so that the network cannot lean on the one word that gives a whole review away; in the test the mean of the pieces’ logits decides.',
    zh: '有四处改变。GRU 从两端阅读；回答由所有隐状态的平均值和每个单元的最大值共同决定，任何一个词都不必被携带几百步才能起作用；在至少 {least} 条评论中出现过的相邻词对（如 *not_good*、*must_see*）作为单独的词元插在两个词之间，它们的含义不必再由网络组合出来；评论切成约 {piece} 个词元的小段来读：训练时每一段都带有整条评论的标签，网络就不能只靠一个泄露答案的词；测试时由各段未规范化的预测（logit）的平均值决定。',
  },
  countingReached: { en: 'accuracy of naive Bayes', zh: '朴素贝叶斯的准确率' },
  firstReached: { en: 'test accuracy of the network of the chapter', zh: '书中网络的测试准确率' },
  bestReached: {
    en: 'test accuracy of the second network (the best of Maas et al. 2011: 0.889)',
    zh: '第二个网络的测试准确率（Maas 等 2011 年最好的：0.889）',
  },
  bayesBeaten: {
    en: 'What counting knows, given to the network as tokens, helps it: the second network has an accuracy of {best}, more than the first one and than naive Bayes ({bayes}).',
    zh: '把计数所知道的东西作为词元交给网络，对它有帮助：第二个网络的准确率为 {best}，高于第一个网络和朴素贝叶斯（{bayes}）。',
  },
  naiveBayes: { en: 'naive Bayes, words and pairs', zh: '朴素贝叶斯，单词与词对' },
  logistic: {
    en: 'logistic regression on tf-idf of them',
    zh: '以其 tf-idf 为特征的逻辑回归',
  },
  firstRow: { en: 'LSTM, last state', zh: 'LSTM，末状态' },
  bestRow: {
    en: 'GRU in both directions, mean and largest, words and pairs, in pieces',
    zh: '双向 GRU，平均值与最大值，单词与词对，分段阅读',
  },
  firstShort: { en: 'LSTM', zh: 'LSTM' },
  bestShort: { en: 'both directions', zh: '双向' },
  wordsRead: { en: 'tokens read (millions)', zh: '已读词元数（百万）' },
  lossReview: { en: 'loss (nats per review, or per piece)', zh: '损失（每条评论或每段，奈特）' },
  gap: {
    en: 'A network that sees single words only has to learn from these reviews alone how they change each other; counting pairs has that for nothing. Watch the reviews kept apart: where their loss stops falling while that in training goes on, the network learns by heart. Reviews of one film stand beside each other in the data and share its names: settings that look good on randomly drawn reviews may be no good on other films, so they were chosen on films that were not learned from.',
    zh: '只看单词的网络，必须仅凭这些评论学会词与词如何互相影响；统计词对的方法则不费力气就有了。请看留出的评论：如果它们的损失不再下降，训练损失却继续下降，网络就是在死记硬背。同一部电影的评论在数据中相邻，共享片中的名字：在随机抽取的评论上看起来好的设置，换一部电影未必好，所以设置是在没有学过的电影上选择的。',
  },
  countingStrong: {
    en: 'Counting is strong here: it has an accuracy of {counting}, the LSTM of the chapter {first}.',
    zh: '计数在这里很强：准确率为 {counting}，书中的 LSTM 为 {first}。',
  },
  learningCaption: {
    en: 'Loss on the reviews that are kept apart (strong) and in training (pale). Where the answer is made of the last state alone, an error has to find its way back through hundreds of steps before the first words count.',
    zh: '在留出的评论上的损失（深色）和训练损失（浅色）。只用末状态的网络，误差要穿过几百步传回去，前面的词才开始起作用。',
  },
  wordsHeading: { en: 'The words that moved it', zh: '起作用的词' },
  why: {
    en: 'Integrated gradients share the logit among the tokens; the share of a pair goes to its two words. Short reviews of the test part: the surest of each kind, and the two surest mistakes.',
    zh: '积分梯度把未规范化的预测（logit）分摊到各个词元上，词对的份额平分给它的两个词。下面是测试集中较短的评论：褒、贬各一条最有把握的，以及两条最有把握的错误。',
  },
  complete: {
    en: 'the shares of the words add up to the logit, less that of no words (1 − relative error)',
    zh: '各词的份额之和等于未规范化的预测（logit）减去没有词时的值（1 − 相对误差）',
  },
  whyCaption: {
    en: 'Orange words speak for praise, blue ones for blame.',
    zh: '橙色的词支持“褒”，蓝色的词支持“贬”。',
  },
  isRight: { en: '{is}, and taken for it ({sure})', zh: '{is}，判断正确（{sure}）' },
  isWrong: { en: '{is}, but taken for the other ({sure})', zh: '{is}，却判断反了（{sure}）' },
  praise: { en: 'praise', zh: '褒' },
  blame: { en: 'blame', zh: '贬' },
  lengthHeading: { en: 'Does length hurt?', zh: '长度有影响吗？' },
  reviewLength: { en: 'words in the review', zh: '评论的词数' },
  lengthCaption: {
    en: 'Accuracy on the test reviews in ten parts by their length. The dashed line is naive Bayes on all of them.',
    zh: '把测试评论按长度分成十份，画出每份的准确率。虚线是朴素贝叶斯在全部评论上的准确率。',
  },
});

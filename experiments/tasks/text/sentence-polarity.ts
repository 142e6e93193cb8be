import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Praise or blame, in one sentence', zh: '一句话：褒还是贬？' },
  question: {
    en: 'One sentence of a critic: praise or blame? And what if it says “not bad”?',
    zh: '影评人的一句话，是褒还是贬？如果说的是“不坏”呢？',
  },
  idea: {
    en: 'One sentence from a film review, and the question whether it praises or blames. Ten thousand sentences are few: most words are seen once or twice, and a test sentence has words that no training sentence had. So something else is read first: a network that has learned to tell long film reviews apart knows words that occur only once in these sentences. Does that help?',
    zh: '给出影评中的一句话，问它是褒是贬。一万个句子并不多：大多数词只见过一两次，测试句子里还有训练时从未见过的词。所以先读点别的：学会了区分长篇影评的网络，认识许多在这些句子里只出现一次的词。这有帮助吗？',
  },
  data: {
    en: '{training} sentences to learn from and {test} held out, half of each kind; {words} different words. Of the words of the test part, {strange} were never seen. Beside them {reviews} long reviews from IMDb, by other writers, which are only read to learn what words mean.',
    zh: '{training} 个句子用于训练，{test} 个留作测试，褒贬各半。共有 {words} 个不同的词，测试集的词中有 {strange} 从未在训练中出现。另外有 {reviews} 条出自其他作者的 IMDb 长影评，只用来学习词的含义。',
  },
  countingHeading: { en: 'What counting achieves', zh: '计数能做到什么' },
  counting: {
    en: 'Naive Bayes on words and pairs of neighbours (each counts once a sentence) is the baseline that Wang and Manning found hard to beat on sentences. To be fair, naive Bayes may read the long reviews too (single words then).',
    zh: '以单词和相邻词对为特征的朴素贝叶斯（每个特征在一句中只计一次）是 Wang 与 Manning 指出的、在句子上很难超越的基线。为公平起见，也让朴素贝叶斯读一遍长影评（此时只用单词）。',
  },
  networkHeading: { en: 'Words with a meaning from elsewhere', zh: '带着别处学来的词义' },
  network: {
    en: 'First a GRU reads the long reviews from both ends, and learns to say which are praise; its words begin at GloVe’s vectors where they have one. Then its word vectors, and nothing else of it, go to networks that learn the sentences: again a GRU in both directions, the mean and the largest of its states, dropout of a half, a word in ten replaced by `<unk>`, and only {epochs} epochs, since the danger is learning the sentences by heart. Networks from different draws are averaged; here {networks}. Beside them stands one that begins with GloVe’s vectors alone ({alone} epochs).',
    zh: '首先，一个双向 GRU 阅读长影评，学习判断哪些是褒；有 GloVe 词向量的词以它为起点。然后只把它的词向量（别的都不要）交给学习句子的网络：同样是双向 GRU，取隐状态的平均值和最大值，暂退率为一半，十分之一的词换成 `<unk>`，只训练 {epochs} 轮，因为这里的危险是把句子背下来。最后平均几个不同初始值的网络，这里的个数是 {networks}。作为对照，另有一个网络只从 GloVe 的词向量开始（{alone} 轮）。',
  },
  majority: { en: 'always the same answer', zh: '总是同一个回答' },
  naiveBayes: { en: 'naive Bayes, words and pairs', zh: '朴素贝叶斯，单词与词对' },
  naiveBayesWidely: { en: 'naive Bayes that read the reviews too, words', zh: '也读过长影评的朴素贝叶斯，单词' },
  readerAlone: { en: 'the network of the reviews, no sentence learned', zh: '只学过长影评、没学过句子的网络' },
  withoutVectors: { en: 'one network from GloVe’s vectors', zh: '从 GloVe 词向量开始的单个网络' },
  oneNetwork: {
    en: 'one network from the vectors of the reviews (mean of {count})',
    zh: '使用长影评词向量的单个网络（{count} 个的平均）',
  },
  networks: { en: '{count} networks together', zh: '{count} 个网络合在一起' },
  chance: { en: 'accuracy of one network', zh: '单个网络的准确率' },
  vectorsHelp: {
    en: 'Reading reviews first helps: with their vectors one network has an accuracy of {taught}, with GloVe’s {without}.',
    zh: '先读影评有帮助：使用长影评词向量的单个网络准确率为 {taught}，只用 GloVe 词向量时为 {without}。',
  },
  reached: {
    en: 'accuracy of the networks together (naive Bayes: {bayes})',
    zh: '几个网络合在一起的准确率（朴素贝叶斯：{bayes}）',
  },
  surerIsBetter: {
    en: 'accuracy on the tenth of the sentences that it is surest of, against the tenth that it is least sure of',
    zh: '最有把握的十分之一句子的准确率，与最没把握的十分之一相比',
  },
  says: { en: 'probability of the answer that was given', zh: '所给回答的概率' },
  sureCaption: {
    en: 'The test sentences in ten parts, by how sure the networks are: the share of right answers in each. On the dashed line the networks would know exactly how often they are right.',
    zh: '把测试句子按网络的把握分成十份，画出每一份中答对的比例。落在虚线上，就说明网络准确地知道自己有多大可能答对。',
  },
  whyHeading: { en: 'Which words moved it', zh: '是哪些词起了作用' },
  why: {
    en: 'Integrated gradients share the logit among the words of a sentence. Two sentences of each kind that were surely right, and the three surest mistakes.',
    zh: '积分梯度把未规范化的预测（logit）分摊到句子的各个词上。下面是褒、贬各两个最有把握且答对的句子，以及三个最有把握的错误。',
  },
  whyCaption: {
    en: 'Orange words speak for praise, blue ones for blame, in one of the networks.',
    zh: '在其中一个网络中，橙色的词支持“褒”，蓝色的词支持“贬”。',
  },
  isRight: { en: '{is}, and taken for it ({sure})', zh: '{is}，判断正确（{sure}）' },
  isWrong: { en: '{is}, but taken for the other ({sure})', zh: '{is}，却判断反了（{sure}）' },
  praise: { en: 'praise', zh: '褒' },
  blame: { en: 'blame', zh: '贬' },
  notHeading: { en: 'And “not”?', zh: '那么“不”呢？' },
  not: {
    en: 'Naive Bayes sees words, not what they belong to. Does a network that reads in order change its mind at a “not”? The probability of praise for sentences and their opposites:',
    zh: '朴素贝叶斯只看词，不看词修饰什么。按顺序阅读的网络遇到“不”会改变主意吗？下面是几个句子及其反面被判为“褒”的概率：',
  },
  sentence: { en: 'sentence', zh: '句子' },
});

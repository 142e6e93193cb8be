import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Which language is this name from?', zh: '这个姓氏来自哪种语言？' },
  question: {
    en: 'You hear a name. From which language is it, and from which letters do you know?',
    zh: '听到一个姓氏，它来自哪种语言？是哪些字母告诉你的？',
  },
  idea: {
    en: 'Many to one: letters in, one label out. A reader who knows neither *Nakamura* nor *Schwarzkopf* still has a guess, since languages put letters together in ways of their own. A network that reads letter by letter can learn these ways. So can counting: naive Bayes and logistic regression on runs of one to four letters are good at this, and a network is worth its time only where it does better.',
    zh: '多对一：输入一串字母，输出一个标签。一个人即使没见过 *Nakamura* 或 *Schwarzkopf*，也能猜出它们的来历，因为每种语言都有自己拼合字母的习惯。逐个字母阅读的网络可以学会这些习惯，计数的方法也可以：以一到四个连续字母为特征的朴素贝叶斯和逻辑回归在这里表现很好。网络只有比它们更好，才值得花费训练的时间。',
  },
  dataHeading: { en: 'Very unequal labels', zh: '非常不均衡的标签' },
  data: {
    en: '{rows} surnames in 18 languages. A tenth of each language is held out as the test part ({test} names), {training} are there to learn from.',
    zh: '18 种语言的 {rows} 个姓氏。每种语言留出十分之一作为测试集（{test} 个），其余 {training} 个用于训练。',
  },
  names: { en: 'surnames', zh: '姓氏数' },
  dataCaption: {
    en: 'Names of each language (the axis is logarithmic). {share} are {largest}: whoever always answers so is right as often.',
    zh: '每种语言的姓氏数（对数坐标）。{largest} 占 {share}：永远这样回答，也有这么大的比例是对的。',
  },
  several: {
    en: '{several} names stand in the lists of several languages, so that nobody can be right about all of them: knowing for every name which list it stands in most often would reach {ceiling} on the test part.',
    zh: '有 {several} 个姓氏同时出现在几种语言的名单里，所以谁也不可能全对：即使知道每个姓氏最常出现在哪份名单里，在测试集上也只能达到 {ceiling}。',
  },
  countingHeading: { en: 'What counting achieves', zh: '计数能做到什么' },
  counting: {
    en: 'Naive Bayes takes each run of one to four letters as evidence of its own. The marks `^` and `$` for the beginning and the end of a name are letters too: that a name *ends* with -ov or -ez says much. Laplace’s addition of 1 to every count weighs much where a label has few names, so 0.1 is tried as well.',
    zh: '朴素贝叶斯把每个由一到四个字母组成的片段当作独立的证据。表示开头和结尾的 `^` 与 `$` 也算字母：姓氏以 -ov 或 -ez *结尾*，能说明很多问题。拉普拉斯平滑给每个计数加 1，对名字很少的语言来说分量很重，所以也试试加 0.1。',
  },
  networkHeading: { en: 'Reading in both directions', zh: '双向阅读' },
  network: {
    en: 'A GRU reads the letters from the beginning and another one from the end. What they say at the last letter, their mean and their largest values stand side by side, and a linear layer turns them into scores of the 18 languages. With so little data the weights that are drawn at the beginning matter, so that the probabilities of several networks from different draws are averaged; here {networks}.',
    zh: '一个 GRU 从头读这些字母，另一个从尾读。把最后时刻的状态、各时刻的平均值与最大值拼接起来，再由线性层给出 18 种语言的得分。数据这么少，初始权重的抽取就有影响，所以从不同的初始值训练几个网络，再平均它们给出的概率；这里的个数是 {networks}。',
  },
  majority: { en: 'always {label}', zh: '总是回答 {label}' },
  naiveBayes: { en: 'naive Bayes, 1 to 4 letters', zh: '朴素贝叶斯，1 到 4 个字母' },
  naiveBayesSharper: { en: 'the same, adding 0.1', zh: '同上，加 0.1' },
  logistic: { en: 'logistic regression, 1 to 4 letters', zh: '逻辑回归，1 到 4 个字母' },
  oneNetwork: { en: 'one network (mean of {count})', zh: '单个网络（{count} 个的平均）' },
  networks: { en: '{count} networks together', zh: '{count} 个网络合在一起' },
  ceilingRow: { en: 'each name in its most usual language', zh: '每个姓氏取它最常见的语言' },
  majorityBeaten: {
    en: 'accuracy of one network, against always saying the most frequent language',
    zh: '单个网络的准确率，与总是回答最常见的语言相比',
  },
  bayesBeaten: { en: 'accuracy of one network, against naive Bayes', zh: '单个网络的准确率，与朴素贝叶斯相比' },
  reached: {
    en: 'accuracy of the networks together (logistic regression on 1 to 4 letters: {logistic})',
    zh: '几个网络合在一起的准确率（以 1 到 4 个字母为特征的逻辑回归：{logistic}）',
  },
  confusionHeading: { en: 'What is taken for what', zh: '什么被当成了什么' },
  is: { en: 'the name is', zh: '实际语言' },
  read: { en: 'taken for', zh: '判断为' },
  confusionCaption: {
    en: 'Test names by their language and by the answer; the colour is the share of the row.',
    zh: '测试姓氏按实际语言（行）和回答（列）统计，颜色表示占该行的比例。',
  },
  taken: {
    en: 'Most often taken for another, as a share of the names of the first: {list}.',
    zh: '最常被当成另一种语言的（占前一种语言姓氏的比例）：{list}。',
  },
  lettersHeading: { en: 'Letter by letter', zh: '一个字母一个字母地看' },
  letters: {
    en: 'What would the networks say if the name ended here? They are asked after each letter, and with the mark of the end (behind the dashed line).',
    zh: '如果名字到此为止，网络会怎么回答？在每个字母之后都问一次，最后再加上结尾标记（虚线处）问一次。',
  },
  readSoFar: { en: 'last letter that was read', zh: '读到的最后一个字母' },
  lettersCaption: {
    en: '{name}: probability of the four most likely languages, after each letter.',
    zh: '{name}：读到每个字母之后，四种最可能的语言的概率。',
  },
  moved: {
    en: 'Integrated gradients share the score among the letters: the gradient of the score, averaged on the way from no letters at all to this name.',
    zh: '积分梯度把得分分摊到各个字母上：沿着从“没有任何字母”到这个名字的直线路径，对得分的梯度取平均。',
  },
  movedCaption: {
    en: 'Which letters moved one of the networks to its answer: orange towards it, blue away from it.',
    zh: '哪些字母让其中一个网络得出它的答案：橙色推向该答案，蓝色推离该答案。',
  },
});

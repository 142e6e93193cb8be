import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Chunks, and a field over their tags', zh: '组块分析与标签上的条件随机场' },
  question: {
    en: 'Tags depend on their neighbours. Should each be chosen by itself, or all of a sentence at once?',
    zh: '标签与相邻的标签有关。应该逐个选，还是整句一起选？',
  },
  idea: {
    en: 'Chunking cuts a sentence into phrases that do not overlap: *[NP He] [VP reckons] [NP the current account deficit] [VP will narrow]*. It becomes tagging when each word says whether it begins a chunk (B-NP), goes on with it (I-NP), or is outside (O). But now neighbouring tags depend on each other: I-NP cannot follow O. A softmax at each step decides alone; a conditional random field judges the path of all tags as a whole.',
    zh: '组块分析把句子切成互不重叠的短语：*[NP He] [VP reckons] [NP the current account deficit] [VP will narrow]*。让每个词说明自己是组块的开头（B-NP）、组块的延续（I-NP）还是在组块之外（O），它就成了标注任务。但此时相邻的标签互相依赖：I-NP 不能跟在 O 后面。每步一个 softmax 只能各自决定，而条件随机场（CRF）把整条标签路径作为一个整体来评判。',
  },
  data: {
    en: 'Newspaper sentences of the CoNLL-2000 shared task. Of the training part {training} sentences are learned from and the last {validation} are held out to choose settings by; {test} are the test part. Only the words are read; the part-of-speech column of the files is not. One tag of the test part, I-LST, occurs nowhere in training, so its words count as mistakes. What is measured are whole chunks: *precision* is the share of those found that are right, *recall* the share of the right ones that are found, F1 the harmonic mean of both.',
    zh: 'CoNLL-2000 评测任务的报纸句子。训练部分中 {training} 句用于学习，最后 {validation} 句留出来选择设置；测试部分 {test} 句。只读词本身，不使用文件中的词性列。测试部分中的标签 I-LST 在训练中从未出现，相应的词按错误计。衡量的是完整的组块：*精确率*是找到的组块中正确的比例，*召回率*是正确的组块中被找到的比例，F1 是两者的调和平均。',
  },
  networkHeading: { en: 'Paths instead of steps', zh: '评判路径，而不是单步' },
  network: {
    en: 'The network is that of the parts of speech: word embeddings beside an LSTM over letters, and a bidirectional LSTM over them, which gives a score $s_t(y)$ to each tag at each step. The field adds a learned score $A_{ij}$ for each pair of neighbours. The second term sums over *all* paths; the forward algorithm does that in $T K^2$ steps, and Viterbi finds the best path as quickly. Both are the same recursions as in the hidden Markov model.',
    zh: '网络与词性标注的相同：词嵌入与字母上的 LSTM 拼接，再由双向 LSTM 读入，在每一步给每个标签一个分数 $s_t(y)$。条件随机场再为每一对相邻标签加上可学习的分数 $A_{ij}$。公式的第二项对*所有*路径求和；前向算法用 $T K^2$ 步完成，维特比算法同样快地找到最佳路径。两者与隐马尔可夫模型中的递推相同。',
  },
  guessing: {
    en: 'Tags are few and say little; the words themselves say more. So a third network has a second task while it learns (Rei 2017): each direction, having read a word, guesses the one that it will read next. This needs no further data, adds a tenth of its loss, and is not asked when tags are predicted. It has twice as many epochs, since it has more to learn.',
    zh: '标签种类少，信息也少；词本身能告诉我们更多。因此第三个网络在学习时还有第二个任务（Rei 2017）：每个方向读完一个词后，猜它接下来会读到哪个词。这不需要额外的数据，其损失以十分之一的权重加入，预测标签时并不使用这一部分。它要学的更多，轮数也多一倍。',
  },
  softmax: { en: 'softmax', zh: 'softmax' },
  field: { en: 'random field', zh: '条件随机场' },
  guessingToo: { en: 'field, guessing words', zh: '条件随机场，兼猜词' },
  baseline: { en: 'most frequent tag', zh: '最常见的标签' },
  quality: {
    en: 'F1 over chunks on the test set, field that guesses words too',
    zh: '测试集组块 F1：兼猜词的条件随机场',
  },
  beats: {
    en: 'the same, against {floor} of the most frequent tag of each word',
    zh: '同上，与“每个词最常见的标签”的 {floor} 相比',
  },
  guessingHelps: {
    en: 'The field that guesses words too is better still after its {epochs} epochs: F1 {best} on the test part, {field} without guessing.',
    zh: '兼猜词的条件随机场训练 {epochs} 轮后更好：测试部分的 F1 为 {best}，不猜词时为 {field}。',
  },
  fieldAhead: {
    en: 'After {epochs} epochs each the field is ahead of the softmax: F1 over chunks is {field} on the test part, {softmax} with the softmax.',
    zh: '各训练 {epochs} 轮之后，条件随机场领先于 softmax：测试部分的组块 F1 为 {field}，softmax 为 {softmax}。',
  },
  epoch: { en: 'epoch', zh: '轮数' },
  missed: { en: '1 − F1 on the validation part', zh: '验证部分的 1 − F1' },
  learningCaption: {
    en: 'How far F1 over chunks is from perfect on the validation part (logarithmic). The learning rate of each falls to nothing by the end of its line.',
    zh: '验证部分组块 F1 与满分的差距（对数坐标）。每条曲线的学习率都在其终点降到零。',
  },
  pathsHeading: { en: 'What the field knows', zh: '条件随机场知道什么' },
  paths: {
    en: 'A softmax, which looks at each step alone, may let a chunk go on that has not begun. Does the field learn that this does not happen, from nothing but the sentences?',
    zh: 'softmax 每一步单独决定，可能会让一个没有开头的组块“延续”下去。条件随机场能不能仅从句子中学会这种情况不会发生？',
  },
  forbidden: {
    en: 'On the test part the softmax goes on {softmax} times with a chunk that has not begun, the field {field} times: it has learned to avoid that from nothing but the sentences.',
    zh: '在测试部分，softmax 有 {softmax} 次延续了并未开始的组块，条件随机场有 {field} 次：它仅从句子中就学会了避免这种情况。',
  },
  tagger: { en: 'tagger', zh: '标注器' },
  precision: { en: 'precision', zh: '精确率' },
  recall: { en: 'recall', zh: '召回率' },
  f1: { en: 'F1', zh: 'F1' },
  accuracy: { en: 'accuracy of tags', zh: '标签准确率' },
  forbiddenShort: { en: 'impossible tags', zh: '不可能的标签' },
  tag: { en: 'tag', zh: '标签' },
  nextTag: { en: 'next tag', zh: '下一个标签' },
  transitionCaption: {
    en: 'Learned scores of neighbouring tags, from the row to the column (orange: liked, blue: avoided). Crosses mark what can never be: an I- after O or after another type.',
    zh: '学到的相邻标签分数，从行到列（橙色：偏好，蓝色：回避）。叉号标出不可能的组合：I- 跟在 O 或其他类型之后。',
  },
  avoids: {
    en: 'Nobody told the network what cannot be, and yet it avoids that: the mean score is {impossible} where there is a cross, and {goingOn} for an I- after the B- or I- of its own type.',
    zh: '没有人告诉网络什么不可能，它却会回避：打叉处的平均分数是 {impossible}，I- 跟在同类型的 B- 或 I- 之后则是 {goingOn}。',
  },
  mistakesHeading: { en: 'Where it is wrong', zh: '它错在哪里' },
  mistakes: {
    en: 'By type, the frequent ones first.',
    zh: '按类型列出，常见的在前。',
  },
  type: { en: 'type', zh: '类型' },
  chunks: { en: 'chunks', zh: '组块数' },
  wrongLines: {
    en: 'Sentences as they are (=) and as the network cut them (≠)',
    zh: '正确的切分（=）与网络的切分（≠）',
  },
  limits: {
    en: 'Published figures for the same network are about 94 to 95 when it starts from word vectors of billions of words or reads the parts of speech, and 96 to 97 with language models that were trained on much more text.',
    zh: '同样的网络，若从数十亿词上训练的词向量出发或同时读入词性，公布的 F1 约为 94 到 95；使用在多得多的文本上训练过的语言模型时为 96 到 97。',
  },
});

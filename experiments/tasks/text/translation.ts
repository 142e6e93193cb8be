import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'From English to French', zh: '把英语译成法语' },
  question: {
    en: 'The French sentence has another length and another order. How can a network write it?',
    zh: '法语句子的长度和语序都不同，网络怎样才能写出来？',
  },
  idea: {
    en: 'Many to many, and not in step: the translation is longer or shorter than the sentence, and its words come in another order. One network, the *encoder*, reads the English sentence; another, the *decoder*, is a language model of French that starts from what was read. If all it had were the encoder’s last state, that one vector would have to hold the whole sentence. With *attention* the decoder looks back, before each word that it writes, at all the places that the encoder went through, and weighs them.',
    zh: '多对多，但不同步：译文可能比原句长，也可能比它短，词序也不一样。一个网络（*编码器*）读英语句子，另一个网络（*解码器*）是法语的语言模型，从读到的内容出发开始写。如果只把编码器最后的隐状态交给它，这一个向量就要装下整个句子。有了*注意力*，解码器每写一个词之前，都可以回看编码器经过的所有位置，并给它们加权。',
  },
  data: {
    en: '{pairs} of the {all} pairs of Tatoeba have at most ten words on each side. In lower case, {training} pairs are for training, {validation} for choosing settings, {test} for the test. They are drawn by their English sentence, so that none is in two parts; one that has several translations is judged by all of them.',
    zh: 'Tatoeba 的 {all} 个句对中，有 {pairs} 个两边都不超过十个词。全部转成小写：{training} 个句对用于训练，{validation} 个用于选择设置，{test} 个用于测试。划分按英语句子进行，任何一句都不会出现在两个部分里；一句有多个译文的，全部作为参考译文。',
  },
  modelHeading: { en: 'Reading, looking, writing', zh: '读、看、写' },
  model: {
    en: 'A GRU reads the sentence in both directions, so that the state $\\mathbf h_s$ at each word knows what stands before and after it. Another GRU writes. Its state $\\mathbf s_t$ asks, and additive attention says how much each word matters:',
    zh: '一个 GRU 从两个方向读句子，因此每个词处的隐状态 $\\mathbf h_s$ 既知道前文也知道后文。另一个 GRU 负责写：它的隐状态 $\\mathbf s_t$ 作为查询，加性注意力给出每个词有多重要：',
  },
  trained: {
    en: 'While training, each step reads the French word that was right before it (*teacher forcing*). Words that occur once are unknown; the {source} and {target} most frequent remain, and the network has {parameters} weights.',
    zh: '训练时，每一步读入的都是前一个正确的法语词（*强制教学*）。只出现一次的词视为未知词；保留英语 {source} 个、法语 {target} 个最常见的词元，网络共有 {parameters} 个权重。',
  },
  learned: {
    en: 'loss for each token of the test part, with the right words before it (nats)',
    zh: '给定正确的前文时，测试部分每个词元的损失（奈特）',
  },
  pairsRead: { en: 'millions of French tokens read', zh: '读过的法语词元（百万）' },
  lossToken: { en: 'loss (nats per token)', zh: '每个词元的损失（奈特）' },
  learningCaption: {
    en: 'Loss while training (smoothed, with dropout), and on the validation part (without).',
    zh: '训练时的损失（平滑后，含暂退法）和验证部分的损失（不含暂退法）。',
  },
  scoresHeading: { en: 'How good are the translations?', zh: '译文有多好？' },
  scores: {
    en: 'BLEU counts runs of one to four words that the references have too; chrF does the same with characters. Both are computed as sacreBLEU does, from 0 to 100. Writing the likeliest word at each step (greedy) does not give the likeliest sentence: *beam search* keeps four beginnings side by side, and a length penalty keeps it from preferring short sentences. A translation memory is the honest baseline: it answers with the translation of the training sentence that shares most words with the new one, rare words counting more.',
    zh: 'BLEU 统计一到四个词的片段有多少也出现在参考译文里；chrF 用字符做同样的事。两者都按 sacreBLEU 的方法计算，从 0 到 100。每一步都写最可能的词（贪心搜索），并不等于写出最可能的句子：*束搜索*同时保留四个开头，长度惩罚使它不偏爱短句。朴素而诚实的基线是翻译记忆：在训练句子里找出与新句子共同词语最多的一句（罕见词权重更大），用它的译文作答。',
  },
  bleu: { en: 'BLEU on the test part (lower case)', zh: '测试部分的 BLEU（小写）' },
  memoryBeaten: {
    en: 'The network translates better than the memory: BLEU {best}, against {memory}.',
    zh: '网络译得比翻译记忆好：BLEU 为 {best}，翻译记忆为 {memory}。',
  },
  searchHelps: {
    en: 'Searching helps: BLEU {best} with four beams, {greedy} with the likeliest word at each step.',
    zh: '搜索有帮助：束宽为 4 时 BLEU 为 {best}，每步只取最可能的词时为 {greedy}。',
  },
  translated: { en: 'translated by', zh: '方法' },
  exact: { en: 'just like a reference', zh: '与参考译文完全相同' },
  memory: { en: 'translation memory', zh: '翻译记忆' },
  greedy: { en: 'network, greedy', zh: '网络，贪心搜索' },
  unreplaced: { en: 'network, 4 beams, unknown words left', zh: '网络，束宽 4，保留未知词' },
  beam: { en: 'network, 4 beams', zh: '网络，束宽 4' },
  unknown: {
    en: 'Where the network writes “unknown”, the English word at which it looked most takes its place, which is right for a name. {unseen} of the {test} test pairs have an English word that the network does not know.',
    zh: '网络写出“未知词”时，用它最关注的那个英语词代替：如果那是人名或地名，这样正好。{test} 个测试句对中有 {unseen} 个含有网络不认识的英语词。',
  },
  wordsOfSource: { en: 'words of the English sentence', zh: '英语句子的词数' },
  beamShort: { en: 'network', zh: '网络' },
  memoryShort: { en: 'memory', zh: '翻译记忆' },
  lengthCaption: {
    en: 'chrF by the length of the sentence.',
    zh: '按句子长度统计的 chrF。',
  },
  byLength: {
    en: 'Words of the sentence and chrF: {short}, network {networkShort}, memory {memoryShort}; {long}, network {networkLong}, memory {memoryLong}. A memory must have a sentence like this one; a network can compose.',
    zh: '句子的词数与 chrF：{short} 个词时，网络 {networkShort}，翻译记忆 {memoryShort}；{long} 个词时，网络 {networkLong}，翻译记忆 {memoryLong}。翻译记忆里必须有相似的句子，网络则可以自己组合。',
  },
  noneToShow: {
    en: 'After so short a training no longer sentence is translated right: there is nothing to look at yet.',
    zh: '训练时间太短，还没有译对任何较长的句子，没有可看的例子。',
  },
  looksHeading: { en: 'Where it looks', zh: '它看向哪里' },
  looks: {
    en: 'Sentences of the test part whose translations are right ({count}), those in which attention moves backwards most: French puts most adjectives behind their noun, pronouns before their verb, and has two words around it for “not”. Each row is a word that was written, each column one that was read; the bluer, the more weight. The last column is the end of the sentence.',
    zh: '测试部分中译对的句子（{count} 个），选的是视线往回走最多的：法语的形容词大多放在名词之后，宾语代词放在动词之前，否定则用两个词夹住动词。每一行是写出的一个词，每一列是读到的一个词；颜色越深权重越大。最后一列是句末标记。',
  },
  looksCaption: {
    en: '“{source}” – “{said}”',
    zh: '“{source}”——“{said}”',
  },
  examplesHeading: { en: 'Right, and not', zh: '译对的与没译对的' },
  rightLines: { en: 'Just like a reference', zh: '与某个参考译文完全相同' },
  wrongLines: { en: 'Different from the references (in brackets)', zh: '与参考译文（括号内）不同' },
  limits: {
    en: 'What differs from the references may be right all the same: a sentence has more good translations than its references, and BLEU knows only those.',
    zh: '与参考译文不同的，可能其实也译对了：一句话的好译文不止参考译文那几种，而 BLEU 只认识参考译文。',
  },
});

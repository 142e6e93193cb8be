import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'How a word is pronounced', zh: '单词怎么读' },
  question: {
    en: 'How does one know that “though” and “tough” sound different?',
    zh: '“though”和“tough”读音不同，怎么知道的？',
  },
  idea: {
    en: 'Many to many, with lengths that differ: letters go in, sounds come out. English spelling is a hard code. The *k* of *knight* is silent, *x* stands for two sounds, *ough* sounds different in *tough*, *though* and *through*, and where the stress falls depends on the whole word. An encoder reads the letters in both directions; a decoder writes one phoneme after the other, and looks back at the letters while it does.',
    zh: '多对多，并且两边长度不同：输入字母，输出读音。英语拼写是一套难解的编码：*knight* 的 *k* 不发音，*x* 一个字母发两个音，*ough* 在 *tough*、*though*、*through* 里各有各的读法，而重音落在哪里取决于整个单词。编码器从两个方向读字母；解码器一个接一个地写出音素，边写边回头看字母。',
  },
  data: {
    en: 'The CMU Pronouncing Dictionary: English words and very many names, in phonemes of ARPAbet; a digit behind a vowel is its stress (1 main, 2 secondary, 0 none). A random twentieth of the words is held out with all of their pronunciations, and {test} of these are the test. {training} others are learned from, and {validation} are a validation part, on which the settings were chosen. A word counts as right if it is one of its pronunciations, phoneme by phoneme. With stress that is harder: a digit that is wrong makes the word wrong. Both are shown; published figures for this dictionary are mostly without stress, and on another split.',
    zh: 'CMU 发音词典：英语单词和大量人名，用 ARPAbet 音素标注；元音后面的数字表示重音（1 主重音，2 次重音，0 不重读）。随机留出二十分之一的单词连同它们的全部读音，其中 {test} 个用于测试；{training} 个单词用于训练，另有 {validation} 个作为验证部分，各项设置都在它上面选定。只要与词典中的某一种读音逐个音素相同，就算正确。计入重音更难：一个数字不对，整个单词就算错。这里两种都给出；文献中对这部词典报告的数字大多不计重音，划分也不同。',
  },
  words: { en: 'words in the dictionary', zh: '词典中的单词数' },
  bothSides: { en: 'words of the test that are learned from', zh: '测试单词中也出现在训练里的个数' },
  countingHeading: { en: 'Counting letters', zh: '数一数字母' },
  counting: {
    en: 'What is possible without a network? First the letters of each word are aligned with its phonemes, each letter with none, one or two of them: by expectation–maximization in its hard form, which aligns as well as the counts so far allow (Viterbi), and counts again. Then a letter gets the sound that it had most often; or the one that it had most often between its neighbours: the widest window of up to three letters on each side that was seen decides.',
    zh: '不用神经网络能做到什么？先把每个单词的字母与音素对齐，每个字母对应零个、一个或两个音素：用“硬”形式的期望最大化算法，按照目前的计数找到最好的对齐（维特比算法），再重新计数。然后，每个字母读作它最常见的音；或者读作它在相邻字母之间最常见的音，由训练中见过的最宽的窗口（左右各至多三个字母）决定。',
  },
  networkHeading: { en: 'Reading and speaking', zh: '一边读一边说' },
  network: {
    en: 'A GRU reads the letters in both directions, {units} units each way; another GRU writes. Each phoneme depends on those before it and, by additive attention, on the letters. *Greedy* takes the likeliest phoneme each time; beam search follows the four likeliest beginnings, since a good word may begin with an unlikely sound.',
    zh: '一个 GRU 从两个方向读字母，每个方向 {units} 个隐藏单元；另一个 GRU 负责写。每个音素取决于前面的音素，并通过加性注意力取决于字母。*贪心*每次取概率最大的音素；束搜索同时保留四个最有希望的开头，因为一个好的读音可能以不太可能的音开始。',
  },
  learned: {
    en: 'loss on the validation part (nats per phoneme; guessing: above 4)',
    zh: '验证部分的损失（每音素奈特；瞎猜大于 4）',
  },
  windowHelps: { en: 'phoneme errors that the neighbours of a letter save', zh: '看相邻字母所减少的音素错误率' },
  wordError: { en: 'word error, with stress', zh: '单词错误率，计重音' },
  bareWordError: {
    en: 'word error, without stress, as most published figures are',
    zh: '单词错误率，不计重音，与大多数文献相同',
  },
  phonemeError: { en: 'phoneme error, with stress', zh: '音素错误率，计重音' },
  betterThanCounting: {
    en: 'word error of counting less that of the network',
    zh: '计数规则与网络的单词错误率之差',
  },
  how: { en: 'how', zh: '方法' },
  wordErrors: { en: 'wrong words', zh: '单词错误率' },
  bareWordErrors: { en: '… without stress', zh: '……不计重音' },
  phonemeErrors: { en: 'wrong phonemes', zh: '音素错误率' },
  barePhonemeErrors: { en: '… without stress', zh: '……不计重音' },
  letterRule: { en: 'each letter its most frequent sound', zh: '每个字母取最常见的音' },
  windowRule: { en: 'windows of up to 7 letters', zh: '至多 7 个字母的窗口' },
  greedy: { en: 'network, greedy', zh: '网络，贪心' },
  beam: { en: 'network, beam 4', zh: '网络，束宽 4' },
  fair: {
    en: 'How new are the words of the test? {related} of them differ from a learned word only by *s*, *’s* or an apostrophe at the end. Of the others, {own} are wrong (with stress, beam 4).',
    zh: '测试单词有多新？其中 {related} 与训练中的某个单词只差词尾的 *s*、*’s* 或撇号。在其余单词中，错误率为 {own}（计重音，束宽 4）。',
  },
  wordErrorAxis: { en: 'wrong words (%)', zh: '单词错误率（%）' },
  learningCaption: {
    en: 'Word error on the validation part while training (with stress, greedy); dashed: counting, on the same words. The learning rate falls to zero in the shape of a cosine.',
    zh: '训练过程中验证部分的单词错误率（计重音，贪心）；虚线是计数规则在同样单词上的错误率。学习率按余弦曲线降到零。',
  },
  countingPassed: {
    en: 'After {share} of the training the network makes fewer mistakes than counting; the rest is slower work.',
    zh: '训练进行到 {share} 时，网络的错误已经比计数规则少；此后的改善要慢一些。',
  },
  letters: { en: 'letters in the word', zh: '单词的字母数' },
  lengthCaption: {
    en: 'Word error by the length of the word (test part, with stress). The network reads the whole word, the window a part of it.',
    zh: '单词错误率与单词长度的关系（测试部分，计重音）。网络读的是整个单词，窗口只看到一部分。',
  },
  leads: {
    en: 'The network is ahead at every length shown: its smallest lead is {least} percentage points.',
    zh: '在图中的每种长度上网络都领先，领先最少的也有 {least} 个百分点。',
  },
  looksHeading: { en: 'Where it looks', zh: '它看向哪里' },
  looks: {
    en: 'The weights of the attention for a word of the test part that has silent letters.',
    zh: '测试部分中一个含有不发音字母的单词的注意力权重。',
  },
  end: { en: 'end', zh: '结束' },
  looksCaption: {
    en: '*{word}*, {phonemes}: each row is a phoneme that is said, each column a letter (the bluer, the more it is looked at).',
    zh: '*{word}*，{phonemes}：每一行是一个说出的音素，每一列是一个字母（越蓝权重越大）。',
  },
  forward: {
    en: 'Nobody told the network which letters belong to which sound, and yet it goes from left to right: from one phoneme to the next, the letter that it looks at most moves on or stays in {share} of the steps.',
    zh: '没有人告诉网络哪些字母对应哪个音，它却从左到右前进：从一个音素到下一个，注视最多的字母有 {share} 的时候向右移动或停在原处。',
  },
  examplesHeading: { en: 'Right, wrong, and never heard', zh: '读对的、读错的和没听过的' },
  examples: {
    en: 'Right, of the test part: {right}. And wrong, beside what the dictionary says:',
    zh: '测试部分中读对的：{right}。读错的，以及词典的标注：',
  },
  word: { en: 'word', zh: '单词' },
  says: { en: 'it says', zh: '它的读法' },
  dictionary: { en: 'the dictionary', zh: '词典' },
  names: {
    en: 'Of the words that are wrong, {stressOnly} are wrong in their stress alone. Among the others look for names, whose sounds depend on a language that the spelling does not tell. Some words and names that the dictionary lacks:',
    zh: '读错的单词中，{stressOnly} 只错在重音。留意其余当中的人名：它们的读音取决于拼写没有说明的语言。下面是一些词典里没有的单词和人名：',
  },
});

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'From a text to numbers', zh: '文本预处理：从文本到数字' },
  question: {
    en: 'A network knows only numbers. How does a book become numbers, and how does it come back?',
    zh: '网络只认识数。一本书怎样变成数，又怎样变回来？',
  },
  idea: {
    en: 'A network computes with numbers, so a text must become numbers first. The steps are always the same: read it, clean it, cut it into *tokens* (words or characters), give each different token an index in a *vocabulary*, and write the text as a list of indices, the *corpus*. Each step throws something away, and each has a size that the model will have to live with: how long the list is, and how many different indices it holds.',
    zh: '网络只会处理数字，所以文本必须先变成数字。步骤总是那几步：读入文本，清洗，切成*词元*（词或字符），在*词表*中给每个不同的词元一个索引，最后把文本写成索引的列表，即*语料*。每一步都会丢掉一些东西，也都决定了模型将要面对的大小：列表有多长，其中有多少种不同的索引。',
  },
  wayCaption: {
    en: 'The way of a text: a line, its tokens, and their indices in the vocabulary of the book.',
    zh: '文本走过的路：一行文本，它的词元，以及词元在全书词表中的索引。',
  },
  readHeading: { en: 'Reading and cleaning', zh: '读入与清洗' },
  read: {
    en: 'The Time Machine by H. G. Wells (1895; the file says 1898), {lines} lines. In each line, every run of characters that are not letters becomes one space, the ends are stripped, and capitals become lower case: punctuation and numbers are gone, which makes it a small task.',
    zh: 'H. G. 威尔斯的《时间机器》（1895 年；文件中写的是 1898），共 {lines} 行。每一行里，连续的非字母字符变成一个空格，去掉首尾空格，大写改为小写。标点和数字都没有了，任务因此变得简单。',
  },
  lineZero: { en: 'Line 0, before and after', zh: '第 0 行，清洗前后' },
  lineTen: { en: 'Line 10, before and after', zh: '第 10 行，清洗前后' },
  lineCount: { en: 'Lines in the file (published: 3,221)', zh: '文件的行数（书中为 3221）' },
  firstLine: { en: 'Line 0 after cleaning (published)', zh: '清洗后的第 0 行（与书中一致）' },
  tenthLine: { en: 'Line 10 after cleaning (published)', zh: '清洗后的第 10 行（与书中一致）' },
  tokenHeading: { en: 'Tokens and indices', zh: '词元与索引' },
  tokens: {
    en: 'What is a token? Characters make long lists of few kinds, words make short lists of many kinds. Here is the first line on its way, in both.',
    zh: '什么是词元？以字符为词元，列表长而种类少；以词为词元，列表短而种类多。下面是第一行文本的两种走法。',
  },
  stageRaw: { en: 'line', zh: '原文' },
  stageClean: { en: 'characters', zh: '字符' },
  stageCharacters: { en: 'indices', zh: '字符索引' },
  stageWords: { en: 'words', zh: '词' },
  stageIndices: { en: 'indices', zh: '词索引' },
  stagesCaption: {
    en: 'One line, from characters to indices. Orange is what cleaning removes or turns into a space. Below, the two ways to go on: 29 characters, each an index below 28, or 7 words, each an index below 4,580. Frequent tokens have small indices: “e” is 2 and “the” is 1, the rare initials are beyond 2,000.',
    zh: '一行文本从字符变成索引。橙色是清洗时去掉或变成空格的部分。往下有两种走法：29 个字符，索引都小于 28；或 7 个词，索引都小于 4580。越常见的词元索引越小：“e”是 2，“the”是 1，而罕见的姓名首字母排到 2000 以后。',
  },
  vocabularyHeading: { en: 'The vocabulary', zh: '词表' },
  vocabulary: {
    en: 'A vocabulary counts all tokens and numbers them by falling frequency. Index 0, `<unk>`, is kept for whatever it does not know, such as “spaceship”.',
    zh: '词表统计所有词元，按频率从高到低编号。索引 0 即 `<unk>`，留给它不认识的一切，例如“spaceship”。',
  },
  firstTen: { en: 'The first ten words of the vocabulary', zh: '词表的前十个词' },
  tenTokens: { en: 'The first ten words (published)', zh: '前十个词（与书中一致）' },
  lineIndices: {
    en: 'Line 0 as indices (published: 1, 19, 50, 40, 2183, 2184, 400)',
    zh: '第 0 行的索引（书中为 1, 19, 50, 40, 2183, 2184, 400）',
  },
  unknown: {
    en: '“the time spaceship” as indices: 0 where a word is unknown',
    zh: '“the time spaceship”的索引：不认识的词为 0',
  },
  wayIndices: { en: '“the time machine” as indices', zh: '“the time machine”的索引' },
  character: { en: 'character', zh: '字符' },
  shareOfText: { en: 'share of the text (%)', zh: '占文本的比例（%）' },
  charactersCaption: {
    en: 'The 27 characters that are left after cleaning, by frequency (␣ is the space). The four most frequent ones make up {four} of the text, so a model that only knows how frequent each character is does far better than one in 28.',
    zh: '清洗后剩下的 27 个字符，按频率排列（␣ 是空格）。最常见的四个就占文本的 {four}，所以只知道各字符频率的模型，也比 28 选 1 好得多。',
  },
  corpusHeading: { en: 'The corpus', zh: '语料' },
  corpus: {
    en: 'The corpus is all lines on end, as one list of indices. As in the book, nothing is put between the lines of characters, so that the last word of a line and the first of the next run together. (A newer edition of the book cleans the whole file at once, which keeps a space there: 173,428 characters.)',
    zh: '语料是所有行首尾相接得到的一个索引列表。与书中一样，字符语料的行与行之间什么也不加，所以一行的最后一个词会和下一行的第一个词连在一起。（英文新版对整个文件一次性清洗，那里便留有空格：173428 个字符。）',
  },
  characterCount: { en: 'Characters in the corpus (published: 170,580)', zh: '语料中的字符数（书中为 170580）' },
  characterTokens: {
    en: 'Vocabulary of characters: 26 letters, the space, <unk> (published: 28)',
    zh: '字符词表的大小：26 个字母、空格和 <unk>（书中为 28）',
  },
  newEdition: {
    en: 'Characters when the whole file is cleaned at once (published, newer edition: 173,428)',
    zh: '对整个文件一次性清洗时的字符数（英文新版为 173428）',
  },
  unit: { en: 'tokens are', zh: '词元' },
  length: { en: 'corpus', zh: '语料长度' },
  vocabularySize: { en: 'vocabulary', zh: '词表大小' },
  once: { en: 'seen once only', zh: '只出现一次' },
  characters: { en: 'characters', zh: '字符' },
  words: { en: 'words', zh: '词' },
  library: {
    en: 'The library’s Corpus holds the same characters',
    zh: '库中的 Corpus 得到同样的字符',
  },
  libraryWords: {
    en: 'The library’s Vocabulary holds the same words',
    zh: '库中的 Vocabulary 得到同样的词',
  },
  sizeHeading: { en: 'How large a vocabulary?', zh: '词表要多大？' },
  size: {
    en: 'A model pays for each entry of its vocabulary, with a row of weights at its input and one at its output. Words that occur once or twice cannot be learned anyway. So one keeps the frequent ones and reads all others as `<unk>`.',
    zh: '词表中的每一项都有代价：模型的输入和输出各要一行权重。只出现一两次的词反正学不会，所以通常只保留常见的词，其余一律读作 `<unk>`。',
  },
  wordsKept: { en: 'words in the vocabulary, most frequent first', zh: '词表中的词数（从最常见的开始）' },
  coverage: { en: 'share of the text that is known (%)', zh: '文本中认识的比例（%）' },
  atLeastTimes: { en: 'seen ≥ {n} times', zh: '出现 ≥ {n} 次' },
  coverageCaption: {
    en: 'How much of the text the most frequent words cover. A hundred words are more than half of it. Dots: the vocabulary that is left when rarer words are dropped; without the words that occur once, {kept} of it is left, and it still knows {known} of the text.',
    zh: '最常见的若干个词覆盖了多少文本。一百个词就超过一半。圆点是去掉罕见词之后的词表：去掉只出现一次的词，词表只剩 {kept}，却仍认识文本的 {known}。',
  },
  hundredWords: {
    en: 'Share of the text that the 100 most frequent words cover, in %',
    zh: '最常见的 100 个词覆盖文本的百分比',
  },
  onceWords: { en: 'Share of the different words that occur only once', zh: '只出现一次的词占不同词的比例' },
  wordsRead: { en: 'words read', zh: '已读的词数' },
  wordsMet: { en: 'different words met', zh: '见过的不同的词' },
  growthCaption: {
    en: 'Different words against words read. The curve bends, but it never becomes flat: every new page brings words that no page before had. Whatever the vocabulary, the next text will need `<unk>`.',
    zh: '见过的不同的词与已读词数的关系。曲线逐渐变缓，但始终不会变平：每一页都会带来前面从未出现的词。无论词表多大，下一篇文本总会用到 `<unk>`。',
  },
  stillNew: { en: 'New words in the last tenth of the book', zh: '全书最后一成中新出现的词' },
});

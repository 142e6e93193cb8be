import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Parts of speech', zh: '词性标注' },
  question: {
    en: 'Is “run” a noun or a verb? What does a network need to see to know?',
    zh: '“run”是名词还是动词？网络要看到什么才能知道？',
  },
  idea: {
    en: 'Many to many, in step: a sentence in, a part of speech for each word out. Two things make it hard. A word may have several parts of speech ("a *run*", "they *run*"), which only its neighbours decide; so the network reads in both directions. And in any new text there are words that were never seen; but *-ly*, *-ing* or a capital letter say much about them. So a second, small network reads each word letter by letter.',
    zh: '同步的多对多：输入一个句子，为每个词输出一个词性。难处有两个。一个词可以有几种词性（“a *run*”是名词，“they *run*”是动词），只有上下文能够决定，所以网络要从两个方向读句子。此外，新的文本里总有从未见过的词；但 *-ly*、*-ing* 这样的词尾或大写字母已经透露了许多信息，所以再用一个小网络逐个字母地读每个词。',
  },
  data: {
    en: 'English of the web (blogs, mails, reviews, answers), annotated by hand: {training} words to learn from, {validation} to validate, {test} to test, in the published split; 17 tags. Learning takes {epochs} epochs; settings were chosen on the validation part, and the test part is measured at the end only.',
    zh: '人工标注的网络英语（博客、邮件、评论、问答），按公布的划分：{training} 个词训练，{validation} 个词验证，{test} 个词测试；共 17 种标签。训练 {epochs} 轮；设置在验证部分上选定，测试部分只在最后测一次。',
  },
  networkHeading: { en: 'Words, letters, both directions', zh: '词、字母、两个方向' },
  network: {
    en: 'The vector of a word is its embedding $E_{w}$ beside the last states $\\overrightarrow{\\mathbf c}$ and $\\overleftarrow{\\mathbf c}$ of a bidirectional LSTM over its letters. A bidirectional LSTM over these vectors reads the sentence, and a softmax at each step says the tag. Words that occur once are hidden behind `<unk>` half of the time, so that the network learns what to make of a word that it does not know.\n\nThe honest baseline needs no network: each word gets the tag that it had most often, a new word the most frequent tag of all.',
    zh: '一个词的向量由两部分拼接而成：它的嵌入 $E_{w}$，以及在它的字母上运行的双向 LSTM 的两个末状态 $\\overrightarrow{\\mathbf c}$ 和 $\\overleftarrow{\\mathbf c}$。另一个双向 LSTM 读入这些向量组成的句子，每一步用 softmax 给出标签。只出现一次的词有一半的机会被替换为 `<unk>`，这样网络就能学会如何对待不认识的词。\n\n诚实的基线不需要网络：每个词取它最常有的标签，新词取总体上最常见的标签。',
  },
  testAccuracy: { en: 'accuracy of words and letters on the test set', zh: '词与字母的网络在测试集上的准确率' },
  accuracyPercent: { en: 'accuracy (%)', zh: '准确率（%）' },
  beats: {
    en: 'accuracy on the test set, against {floor} of the most frequent tag of each word',
    zh: '测试集准确率，与“每个词最常见的标签”的 {floor} 相比',
  },
  lettersWorth: {
    en: 'A network that reads letters is better after one epoch ({first} on the validation part) than one that knows words only after {epochs} ({last}).',
    zh: '读字母的网络训练一轮之后（验证部分 {first}），就好过只看词的网络训练 {epochs} 轮（{last}）。',
  },
  neighboursHelp: {
    en: 'Neighbours help with words that were seen with several tags: {read} of them are right, {usual} by the most frequent tag.',
    zh: '上下文有助于见过几种标签的词：答对 {read}，只取最常见的标签则为 {usual}。',
  },
  spelled: {
    en: 'Letters help with words that were never seen: {letters} of them are right, {plain} without.',
    zh: '字母有助于从未见过的词：读字母时答对 {letters}，不读字母时为 {plain}。',
  },
  mostMixed: {
    en: 'Of {all} mistakes {count} take {a} and {b} for each other, more than any other pair of tags.',
    zh: '{all} 个错误中，有 {count} 个是 {a} 与 {b} 互相混淆，多于其他任何一对标签。',
  },
  baseline: { en: 'most frequent tag', zh: '最常见的标签' },
  wordsOnly: { en: 'words only', zh: '只看词' },
  withCharacters: { en: 'words and letters', zh: '词与字母' },
  epoch: { en: 'epoch', zh: '轮数' },
  learningCaption: {
    en: 'Accuracy on the validation part while learning, twice in an epoch.',
    zh: '训练过程中验证部分的准确率，每轮测两次。',
  },
  wordsHeading: { en: 'Which words gain', zh: '哪些词受益' },
  words: {
    en: 'The words of the test part are of three kinds: those that had one and the same tag whenever they were seen, those that had several, and those that were never seen. (Words are compared in lower case; the baseline looks at the exact spelling.) Which of them do neighbours help with, which the letters?',
    zh: '测试部分的词分三类：训练时始终只有同一个标签的词、有过几个标签的词，以及从未见过的词。（比较时忽略大小写；基线按原样比较拼写。）上下文帮助哪一类？字母帮助哪一类？',
  },
  oneTag: { en: 'seen with one tag', zh: '只见过一种标签' },
  severalTags: { en: 'seen with several', zh: '见过几种标签' },
  newWord: { en: 'never seen', zh: '从未见过' },
  tagger: { en: 'tagger', zh: '标注器' },
  all: { en: 'all words', zh: '全部词' },
  shareOfWords: { en: 'share of the words', zh: '占全部词的比例' },
  wordsCaption: {
    en: 'Accuracy on the test part by what is known of a word. From top to bottom in each group: the baseline, a network that knows words only, and one that reads letters too.',
    zh: '测试部分的准确率，按对词的了解分组。每组从上到下：基线、只看词的网络、同时读字母的网络。',
  },
  mistakesHeading: { en: 'What it takes for what', zh: '它把什么当成了什么' },
  mistakes: {
    en: 'Look out for names that look like other words, for spelling as people write on the web, and for cases over which annotators argue too: whether a word such as *before* is a conjunction or a preposition, or *much* an adjective or an adverb.',
    zh: '留意这些错误：看起来像普通词的名字、网上随意的拼写，以及标注者也会争论的情形，例如 *before* 是连词还是介词，*much* 是形容词还是副词。',
  },
  saidTag: { en: 'tag that the network says', zh: '网络给出的标签' },
  trueTag: { en: 'tag that it is', zh: '真实的标签' },
  confusionCaption: {
    en: 'Of the words of each tag (rows, the most frequent first), the percentage that is given each tag (columns). Mistakes are coloured, the diagonal is not. X stands for what has no part of speech, as foreign words.',
    zh: '每种标签的词（行，最常见的在上）被给予各个标签（列）的百分比。着色的是错误，对角线不着色。X 表示没有词性可言的词，如外语词。',
  },
  sentence: { en: 'sentence', zh: '句子' },
  mistake: { en: 'mistake', zh: '错误' },
  saidFor: { en: '{token}: {said}, is {is}', zh: '{token}：答 {said}，应为 {is}' },
  limits: {
    en: 'The network has {parameters} numbers and knows no text but the training part. Taggers that start from language models trained on billions of words reach 97 to 98 % here.',
    zh: '这个网络有 {parameters} 个参数，除训练部分外没有见过任何文本。从数十亿词上训练的语言模型出发的标注器在这里能达到 97–98 %。',
  },
});

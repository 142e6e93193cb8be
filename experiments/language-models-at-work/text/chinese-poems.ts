import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Quatrains in the manner of the Tang', zh: '学写绝句：字级的唐诗语言模型' },
  question: {
    en: 'Can a network that reads characters learn how many stand in a line, and write lines of its own?',
    zh: '逐字阅读的网络，能学会每句几个字，写出自己的诗句吗？',
  },
  idea: {
    en: 'A Tang quatrain (絕句) has four lines of five or of seven characters; commas and full stops take turns at their ends. A character of classical Chinese is mostly a word, so a language model over characters is one over words. Trained on nothing but poems, one after another, it has to learn the words, and also when a line is over, which it must count.\n\nDrawing from its prediction gives poems. Where some tokens are forbidden before each draw, the poems obey a rule: an *acrostic* (藏頭詩) hides a word in the first characters of its lines. All poems are in traditional script, as in the collection.',
    zh: '绝句共四句，每句五字或七字，句末逗号与句号交替。文言文里一个字大多就是一个词，所以字级的语言模型也就是词级的语言模型。训练时只给它一首接一首的诗：它既要学会用字，也要学会一句在哪里结束，而这需要数数。\n\n从它的预测中逐字抽取，就得到诗；如果每次抽取之前先禁止一部分词元，诗就会服从某种规则，例如把一个词藏在各句句首的*藏头诗*。语料与生成的诗都用繁体字，与原诗集一致。',
  },
  data: {
    en: 'The data: from the first ten files of the Complete Tang Poems (全唐詩) and from the Three Hundred (唐詩三百首), all {whole} poems of four equal lines of five or seven characters, whatever their tones. That is little. The regular poem of eight lines has the same music, and one old account says that the quatrain was cut out of it; so {halves} halves of such poems are added. Of the quatrains, {held} are kept apart for the comparison, and what shares a line with one of them is left out, since many poems stand there twice with a character changed; {training} are for training, {tokens} tokens with {vocabulary} different ones (characters seen only once count as one, the unknown one).',
    zh: '数据：从《全唐诗》前十个文件和《唐诗三百首》中选出全部 {whole} 首四句、每句五字或七字的诗，不论平仄。这并不多。律诗与绝句声律相通，古人有“截律诗之半为绝句”的说法，所以又加入了 {halves} 个半首律诗。留出 {held} 首绝句作比较；不少诗重复收录、只差一两个字，所以与它们有相同诗句的都不用于训练。训练用 {training} 首，共 {tokens} 个词元，词表大小为 {vocabulary}（只出现过一次的字一律算作未知词元）。',
  },
  perplexityHeading: { en: 'Does it predict better than counting?', zh: '比统计频率预测得更准吗？' },
  comparison: {
    en: 'Among how many characters does a model choose? n-grams with Kneser-Ney smoothing, counted on the same poems, are the ones to beat. Punctuation makes such a comparison too easy for the network: it knows where a line ends, which the n-gram often cannot see. So there is a second figure, for characters alone, in which every model is told that a character comes:',
    zh: '模型相当于在多少个字之间选择？在同样的诗上统计的、用 Kneser-Ney 平滑的 n 元语法是要超过的对手。标点会让这种比较偏向网络：它知道一句在哪里结束，n 元语法往往看不到。所以还有第二个数字，只看汉字，并且告诉每个模型“下一个是汉字”：',
  },
  perplexityCaption: {
    en: 'Perplexity of the quatrains kept apart, lower is better. Left: all tokens. Right: characters alone, when it is known that one comes.',
    zh: '留出的绝句上的困惑度，越低越好。左：全部词元；右：已知下一个是汉字时，只看汉字。',
  },
  learningCaption: {
    en: 'Perplexity of the same quatrains after each epoch, all tokens.',
    zh: '每一轮之后同样这些绝句上的困惑度（全部词元）。',
  },
  networkAhead: {
    en: 'On all tokens the network ({own}) is ahead of the best n-gram model ({best}).',
    zh: '在全部词元上，网络（{own}）胜过最好的 n 元语法（{best}）。',
  },
  networkBehind: {
    en: 'On all tokens the network ({own}) is behind the best n-gram model ({best}): it has not read enough yet.',
    zh: '在全部词元上，网络（{own}）还不如最好的 n 元语法（{best}）：它读得还不够。',
  },
  noneKept: {
    en: 'None of {count} poems has the form yet: the network was trained for too short a time to count.',
    zh: '{count} 首诗中还没有一首符合格式：训练太短，网络还没学会数数。',
  },
  bestNgram: { en: 'best n-gram', zh: '最好的 n 元语法' },
  all: { en: 'all tokens', zh: '全部词元' },
  characters: { en: 'characters', zh: '汉字' },
  ngram: { en: '{n}-gram', zh: '{n} 元语法' },
  beatsUnigram: {
    en: 'Perplexity of unseen quatrains: less than that of the unigram model',
    zh: '未见过的绝句上的困惑度：低于一元语法',
  },
  beatsNgrams: {
    en: 'Perplexity of unseen quatrains, all tokens: less than that of the best n-gram model',
    zh: '未见过的绝句上的困惑度，全部词元：低于最好的 n 元语法',
  },
  beatsNgramsCharacters: {
    en: 'The same of characters alone: less than that of the best n-gram model',
    zh: '只看汉字的困惑度：低于最好的 n 元语法',
  },
  freeHeading: { en: 'Poems', zh: '自由写作' },
  free: {
    en: 'Each poem begins with the line break that ends the one before it; everything else, the choice between five and seven included, is drawn. Nothing holds the form but the network.',
    zh: '每首诗都从上一首结尾的换行符开始，其余全部由抽取得来，包括选五言还是七言。没有任何规则约束格式，格式全靠网络自己保持。',
  },
  freePoems: {
    en: 'the first poems that have a form, T = {temperature}',
    zh: '最先写出的几首合格的诗，T = {temperature}',
  },
  temperatureAxis: { en: 'temperature', zh: '温度' },
  shareOf: { en: 'share', zh: '比例' },
  formKept: { en: 'form kept', zh: '格式正确' },
  linesCopied: { en: 'lines copied', zh: '照抄的诗句' },
  formCaption: {
    en: 'Share of poems whose four lines have equal length, five or seven, with the right marks at their ends; and share of lines that stand in the training poems word for word.',
    zh: '四句等长（五字或七字）且标点正确的诗所占比例，以及与训练诗句一字不差的句子所占比例。',
  },
  formIsKept: {
    en: 'Form kept (line lengths, punctuation): share of {count} free samples at T = 1',
    zh: '格式正确（句长、标点）：T = 1 时 {count} 首自由写作中的比例',
  },
  notCopied: {
    en: 'Lines that stand in the training poems word for word, at T = 1',
    zh: 'T = 1 时与训练诗句一字不差的句子比例',
  },
  acrosticHeading: { en: 'Acrostics', zh: '藏头诗' },
  acrostic: {
    en: 'A rule says for each place which tokens may stand there: the first of a line is given, the last is its mark, all others are characters. The logits of the rest become $-\\infty$. The network did not see a forced character coming, but it reads it, and goes on from it. Of {count} poems for each word, those shown are the ones that the network itself finds likeliest: a first step towards planning.',
    zh: '规则为每个位置规定哪些词元可以出现：句首是给定的字，句末是标点，其余位置是汉字；其他词元的未规范化预测一律变成 $-\\infty$。网络事先并不知道会被迫写下哪个字，但它会读到这个字，并由此往下写。每个词写 {count} 首，这里给出网络自己认为最可能的一首，算是“构思”的第一步。',
  },
  acrosticOf: { en: '{word}', zh: '{word}' },
  acrosticsKeep: {
    en: 'Share of {count} acrostics that have the form and hide their word',
    zh: '{count} 首藏头诗中格式正确且句首藏字无误的比例',
  },
  place: { en: 'place in the poem', zh: '诗中的位置' },
  surprise: { en: 'surprise −ln P (nats)', zh: '意外程度 −ln P（奈特）' },
  unseenPoem: { en: 'unseen', zh: '未见过的绝句' },
  freePoem: { en: 'free', zh: '自由写作' },
  acrosticPoem: { en: 'acrostic', zh: '藏头诗' },
  placeCaption: {
    en: 'How surprised the network is, on average, by each token of a poem of four times five characters: of real ones that it has not seen, of its own that have the form (T = {temperature}), where there are such, and of acrostics. Dotted: the first character of each line.',
    zh: '五言绝句中每个词元让网络感到的平均意外程度：没有见过的真实绝句、T = {temperature} 时格式正确的自由写作（如果有的话）、藏头诗。虚线处是每句的第一个字。',
  },
  itCounts: {
    en: 'Marks come as expected ({nats} nats on average): it counts.',
    zh: '标点总在意料之中（平均 {nats} 奈特）：它会数数。',
  },
  foundCaesura: {
    en: 'The third character of a line surprises more ({third} nats) than the second ({second}): such a line is read two and three, and what begins after the caesura is harder to guess.',
    zh: '一句的第三个字（{third} 奈特）比第二个字（{second} 奈特）更难猜：五言诗按“二三”节奏诵读，停顿之后的字更难猜。',
  },
  forcedSurprise: {
    en: 'From the second line on, first characters that an acrostic forces surprise more ({forced} nats) than free ones do ({free}).',
    zh: '从第二句起，藏头诗强加的句首字（{forced} 奈特）比自由写作的（{free} 奈特）更出人意料。',
  },
});

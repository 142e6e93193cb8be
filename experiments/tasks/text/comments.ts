// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'A phrase for a picture: bright squares on the left, on the right, above, below; a decoder writes where they are.':
    '用短语描述图片：亮方块在左、右、上、下，解码器写出它们的位置。',
  'node lesson.js 1: a shorter training': 'node lesson.js 1：训练得短一些',
  '16 × 16 pixels from 0 to 1, with a square in each quarter that is named.':
    '16 × 16 个像素，取值 0 到 1；提到的每个方位有一个方块。',
  'Chunks: the tags of neighbours belong together, so whole paths are judged (a conditional random field).':
    '组块分析：相邻的标签彼此关联，所以对整条路径打分（条件随机场）。',
  'node lesson.js 0.1: a shorter training': 'node lesson.js 0.1：训练得短一些',
  'A handwritten digit, read row by row: 28 steps of 28 pixels, and the state after the last row is the answer.':
    '逐行读一个手写数字：28 步，每步 28 个像素，最后一行之后的隐状态给出答案。',
  'node lesson.js 0.2: a shorter training': 'node lesson.js 0.2：训练得短一些',
  'of 10,000; the others are the test': '共 10,000 张，其余用于测试',
  'Scores [N, 10] of some pictures.': '若干图片的分数 [N, 10]。',
  'Passengers of an airline: forecasts of a year from each December, beside "as last year".':
    '航空公司的旅客数：每年十二月预测之后一年，与“和去年一样”对照。',
  'node lesson.js 5: a shorter training': 'node lesson.js 5：训练得短一些',
  'Learning to execute: a network reads short programs as text, and writes what they print.':
    '学习执行：网络把短程序当作文本来读，写出它们打印的内容。',
  'A sum, a branch, or a loop, and what it prints.': '一个加法、一个分支或一个循环，以及它打印的内容。',
  'A fifth of all programs, picked by their characters, is never learned from.':
    '按字符挑出全部程序的五分之一，从不用于训练。',
  'in °C, as the file has them': '单位为 °C，与文件一致',
  'A day of oil temperatures ahead: all 24 hours at once, beside what costs nothing.':
    '提前一天预测油温：24 个小时一次给出，与不费力的预测对照。',
  'sixteen months are known, four are the test': '十六个月已知，四个月用于测试',
  'Parts of speech: a tag for every word, by the words beside it and by its letters.':
    '词性标注：根据前后的词和词的字母，给每个词一个标签。',
  'How a word is pronounced: letters in, phonemes out, on a small lexicon with a rule that depends on what follows.':
    '单词怎么读：输入字母，输出音素；小词典中有一条取决于后文的规则。',
  'node lesson.js 2: a shorter training': 'node lesson.js 2：训练得短一些',
  'A vowel is long where a silent e ends the word: "kit" is K IH T, "kite" is K AY T.':
    '词尾有不发音的 e 时，元音读长音：“kit”是 K IH T，“kite”是 K AY T。',
  'Praise or blame in one sentence: a classifier of words, beside counting.':
    '一句话是褒是贬：按词分类的模型，与计数对照。',
  'node lesson.js 0.05: a shorter training': 'node lesson.js 0.05：训练得短一些',
  'Film reviews: words, vectors, an LSTM, and its last state decides.':
    '影评：词、词向量、一个 LSTM，由最后的隐状态作出判断。',
  'Which language is a name from? A classifier of characters, in one call.':
    '这个姓来自哪种语言？按字符分类的模型，一次调用即可。',
  'From one sequence to another: an encoder reads English numbers, a decoder writes them in French.':
    '从一个序列到另一个：编码器读英语数字，解码器用法语写出来。',
  '"three point one four" → "trois virgule un quatre"; the order of a date is turned around.':
    '“three point one four”→“trois virgule un quatre”；日期的次序要颠倒过来。',
};

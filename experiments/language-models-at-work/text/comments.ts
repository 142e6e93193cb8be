// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'Shakespeare, a character at a time: a language model in a few lines, and what it writes at three temperatures.':
    '逐字符学写莎士比亚：几行代码的语言模型，以及它在三种温度下写出的文字。',
  'node lesson.js 0.05: a shorter training': 'node lesson.js 0.05：训练得短一些',
  'Quatrains of the Tang by characters: a language model that learns how many stand in a line, and how they end.':
    '逐字学写唐人绝句：语言模型学会一句有几个字，又怎样收尾。',
  'lines of five': '五言',
};

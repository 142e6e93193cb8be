// The site's own words, in both languages.
export const WORDS = {
  title: { en: 'Unrolled', zh: 'Unrolled' },
  course: { en: 'The course', zh: '课程' },
  courseIntro: {
    en: 'Recurrent networks from the first sequence model to translation. Every lesson is a program that ran: its pictures and numbers are what came out, and what it claims was checked.',
    zh: '从最初的序列模型到机器翻译的循环神经网络课程。每一课都是真正运行过的程序：图和数字就是运行的结果，文中的结论都经过检验。',
  },
  map: { en: 'The map', zh: '知识地图' },
  mapIntro: {
    en: 'A line goes down from what a lesson needs. Boxes of one colour are a chapter.',
    zh: '线从上面的前提连到下面需要它的课。同一种颜色的方框属于同一章。',
  },
  docs: { en: 'Documentation', zh: '文档' },
  reference: { en: 'Reference', zh: '参考手册' },
  glossary: { en: 'Glossary', zh: '术语表' },
  studio: { en: 'The studio', zh: '工作室' },
  goOn: {
    en: 'Go on in the studio: the same kind of network learns while you look at every unit →',
    zh: '在工作室里继续：同类网络边学习，边展示每个单元 →',
  },
  editCell: {
    en: 'Half a GRU, its update gate alone, learns in the studio: edit its equations and train it on the spot →',
    zh: '只有更新门的“半个 GRU”在工作室里学习：改写它的方程，当场训练 →',
  },
  home: { en: 'Unrolled', zh: 'Unrolled' },
  homeIdea: {
    en: 'Recurrent networks in TypeScript: a library for Node and pages, a course that checks what it says, and a studio to watch a network learn.',
    zh: '用 TypeScript 写的循环神经网络：一个可用于 Node 与网页的库，一门自己检验结论的课程，一个观看网络学习的工作室。',
  },
  homeCourse: {
    en: 'Forty lessons, each with its pictures, formulas, code and checks; from a sine wave to translation.',
    zh: '四十余课，每课都有图、公式、代码和检验；从正弦波到机器翻译。',
  },
  homeDocs: {
    en: 'How to train on your own data, write a cell of your own, and take a model into a page.',
    zh: '怎样用自己的数据训练，怎样写自己的循环单元，怎样把模型放进网页。',
  },
  homeReference: { en: 'All public names, with shapes, units and errors.', zh: '全部公开的名字，附形状、单位和错误。' },
  homeStudio: {
    en: 'A network learns a text in your browser; look at every gate and state, hold one, and see what it writes then.',
    zh: '网络就在浏览器里学习一段文本；查看每个门和状态，固定其中一个，看它接着写什么。',
  },
  homeGlossary: { en: 'The terms of the field, in English and Chinese.', zh: '本领域的术语，中英对照。' },
  notFound: { en: 'There is no page at this address.', zh: '这个地址没有页面。' },
};

// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import charRnn from './char-rnn.js';
import chinesePoems from './chinese-poems.js';
import comments from './text/comments.js';

export default {
  folder: 'language-models-at-work',
  title: { en: 'Language models at work', zh: '语言模型的应用' },
  comments,
  experiments: [charRnn, chinesePoems],
} satisfies Chapter;

// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import errata from './errata.js';
import comments from './text/comments.js';

export default {
  folder: 'beside-the-books',
  title: { en: 'Beside the books', zh: '书外补记' },
  comments,
  experiments: [errata],
} satisfies Chapter;

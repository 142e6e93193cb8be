// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import errata from './errata.js';

export default {
  folder: 'beside-the-books',
  title: { en: 'Beside the books', zh: '书外补记' },
  experiments: [errata],
} satisfies Chapter;

// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import autoregressiveSine from './autoregressive-sine.js';
import fiveShapes from './five-shapes.js';
import comments from './text/comments.js';

export default {
  folder: 'sequence-models',
  title: { en: 'Sequence models', zh: '序列模型' },
  lessons: { sequence: ['autoregressive-sine', 'five-shapes'] },
  comments,
  experiments: [autoregressiveSine, fiveShapes],
} satisfies Chapter;

// The textbook's table of contents: chapters in the order of a course, experiments in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import autoregressiveSine from './autoregressive-sine.js';

export const CHAPTERS: readonly Chapter[] = [
  {
    title: { en: 'Sequence models', zh: '序列模型' },
    experiments: [autoregressiveSine],
  },
];

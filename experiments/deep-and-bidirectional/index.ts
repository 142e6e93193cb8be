// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import bidirectional from './bidirectional.js';
import deepLstm from './deep-lstm.js';
import hmm from './hmm.js';
import comments from './text/comments.js';

export default {
  folder: 'deep-and-bidirectional',
  title: { en: 'Deep and bidirectional networks', zh: '深度与双向循环神经网络' },
  lessons: { deep: ['deep-lstm'], bidirectional: ['bidirectional'] },
  comments,
  experiments: [deepLstm, bidirectional, hmm],
} satisfies Chapter;

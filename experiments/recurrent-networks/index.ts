// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import hiddenState from './hidden-state.js';
import minCharRnn from './min-char-rnn.js';
import rnn from './rnn.js';
import rnnFromScratch from './rnn-from-scratch.js';
import comments from './text/comments.js';

export default {
  folder: 'recurrent-networks',
  title: { en: 'Recurrent networks', zh: '循环神经网络' },
  lessons: { state: ['hidden-state', 'rnn', 'min-char-rnn'], training: ['rnn-from-scratch'] },
  comments,
  experiments: [hiddenState, rnnFromScratch, rnn, minCharRnn],
} satisfies Chapter;

// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import countOnesGru from './count-ones-gru.js';
import countOnesLstm from './count-ones-lstm.js';
import gru from './gru.js';
import gruFromScratch from './gru-from-scratch.js';
import lstm from './lstm.js';
import lstmFromScratch from './lstm-from-scratch.js';
import lstmMemory from './lstm-memory.js';
import comments from './text/comments.js';

export default {
  folder: 'gated-networks',
  title: { en: 'Gated networks: LSTM and GRU', zh: '门控循环网络：LSTM 与 GRU' },
  lessons: {
    gru: ['gru-from-scratch', 'gru', 'count-ones-gru'],
    memory: ['lstm-from-scratch', 'lstm', 'lstm-memory', 'count-ones-lstm'],
  },
  comments,
  experiments: [lstmFromScratch, lstm, lstmMemory, countOnesLstm, gruFromScratch, gru, countOnesGru],
} satisfies Chapter;

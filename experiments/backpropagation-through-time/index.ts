// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import bptt from './bptt.js';
import bpttByHand from './bptt-by-hand.js';
import countOnesScalar from './count-ones-scalar.js';
import explodingVanishing from './exploding-vanishing.js';
import comments from './text/comments.js';

export default {
  folder: 'backpropagation-through-time',
  title: { en: 'Backpropagation through time', zh: '通过时间反向传播' },
  lessons: { bptt: ['bptt-by-hand', 'bptt', 'exploding-vanishing'] },
  comments,
  experiments: [bpttByHand, bptt, explodingVanishing, countOnesScalar],
} satisfies Chapter;

// Which lessons there are, in the order of the course: what the page shows before it loads one.
import type { Both } from './words.js';

export interface LessonTitle {
  id: string;
  title: Both;
  /** The experiment of the textbook that says more. */
  experiment: string;
}

export const LESSON_TITLES: readonly LessonTitle[] = [
  { id: 'sequence', title: { en: 'Sequences', zh: '序列' }, experiment: 'autoregressive-sine' },
  { id: 'text', title: { en: 'Text and tokens', zh: '文本与词元' }, experiment: 'text-preprocessing' },
  { id: 'language-model', title: { en: 'Language model', zh: '语言模型' }, experiment: 'ngrams-zipf' },
  { id: 'state', title: { en: 'RNN: a state that counts', zh: 'RNN：会计数的状态' }, experiment: 'rnn' },
  { id: 'training', title: { en: 'One step of training', zh: '训练的一步' }, experiment: 'rnn-from-scratch' },
  { id: 'bptt', title: { en: 'Back through time', zh: '时间反向传播' }, experiment: 'bptt' },
  { id: 'gru', title: { en: 'GRU', zh: 'GRU' }, experiment: 'gru' },
  { id: 'memory', title: { en: 'LSTM: what gates are for', zh: 'LSTM：门的用处' }, experiment: 'lstm' },
  { id: 'deep', title: { en: 'Two layers', zh: '两层' }, experiment: 'deep-lstm' },
  { id: 'bidirectional', title: { en: 'Two directions', zh: '两个方向' }, experiment: 'bidirectional' },
];

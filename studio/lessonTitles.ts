// Which lessons there are, in the order of the course: what the page shows before it loads one.
import type { Both } from './words.js';

export interface LessonTitle {
  id: string;
  title: Both;
  /** Of its button: all of them stand in one row. */
  short: Both;
  /** The experiment of the textbook that says more. */
  experiment: string;
}

export const LESSON_TITLES: readonly LessonTitle[] = [
  {
    ...{ id: 'sequence', experiment: 'autoregressive-sine', short: { en: 'Sequences', zh: '序列' } },
    title: { en: 'Sequences', zh: '序列' },
  },
  {
    ...{ id: 'text', experiment: 'text-preprocessing', short: { en: 'Text', zh: '文本' } },
    title: { en: 'Text and tokens', zh: '文本与词元' },
  },
  {
    ...{ id: 'language-model', experiment: 'ngrams-zipf', short: { en: 'Language model', zh: '语言模型' } },
    title: { en: 'Language model', zh: '语言模型' },
  },
  {
    ...{ id: 'state', experiment: 'rnn', short: { en: 'RNN', zh: 'RNN' } },
    title: { en: 'RNN: a state that counts', zh: 'RNN：会计数的状态' },
  },
  {
    ...{ id: 'training', experiment: 'rnn-from-scratch', short: { en: 'Steps', zh: '训练步' } },
    title: { en: 'One step of training', zh: '训练的一步' },
  },
  {
    ...{ id: 'bptt', experiment: 'bptt', short: { en: 'Through time', zh: '沿时间' } },
    title: { en: 'Back through time', zh: '时间反向传播' },
  },
  {
    ...{ id: 'gru', experiment: 'gru', short: { en: 'GRU', zh: 'GRU' } },
    title: { en: 'GRU', zh: 'GRU' },
  },
  {
    ...{ id: 'memory', experiment: 'lstm', short: { en: 'LSTM', zh: 'LSTM' } },
    title: { en: 'LSTM: what gates are for', zh: 'LSTM：门的用处' },
  },
  {
    ...{ id: 'deep', experiment: 'deep-lstm', short: { en: 'Two layers', zh: '两层' } },
    title: { en: 'Two layers', zh: '两层' },
  },
  {
    ...{ id: 'bidirectional', experiment: 'bidirectional', short: { en: 'Two directions', zh: '两个方向' } },
    title: { en: 'Two directions', zh: '两个方向' },
  },
];

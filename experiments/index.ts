// The textbook's table of contents: chapters in the order of a course, experiments in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import autoregressiveSine from './autoregressive-sine.js';
import bidirectional from './bidirectional.js';
import bptt from './bptt.js';
import captions from './captions.js';
import charRnn from './char-rnn.js';
import chinesePoems from './chinese-poems.js';
import chunking from './chunking.js';
import countOnesGru from './count-ones-gru.js';
import countOnesLstm from './count-ones-lstm.js';
import countOnesScalar from './count-ones-scalar.js';
import deepLstm from './deep-lstm.js';
import digits from './digits.js';
import everydaySeries from './everyday-series.js';
import execute from './execute.js';
import explodingVanishing from './exploding-vanishing.js';
import gru from './gru.js';
import hmm from './hmm.js';
import jointProbability from './joint-probability.js';
import lstm from './lstm.js';
import lstmMemory from './lstm-memory.js';
import minCharRnn from './min-char-rnn.js';
import ngramsZipf from './ngrams-zipf.js';
import oilTemperature from './oil-temperature.js';
import partsOfSpeech from './parts-of-speech.js';
import perplexity from './perplexity.js';
import pronounce from './pronounce.js';
import rnn from './rnn.js';
import rnnFromScratch from './rnn-from-scratch.js';
import sampling from './sampling.js';
import sentencePolarity from './sentence-polarity.js';
import sentiment from './sentiment.js';
import surnames from './surnames.js';
import textPreprocessing from './text-preprocessing.js';
import translation from './translation.js';

export const CHAPTERS: readonly Chapter[] = [
  {
    title: { en: 'Sequence models', zh: '序列模型' },
    experiments: [autoregressiveSine],
  },
  {
    title: { en: 'Text and language models', zh: '文本与语言模型' },
    experiments: [textPreprocessing, jointProbability, ngramsZipf, sampling, perplexity],
  },
  {
    title: { en: 'Recurrent networks', zh: '循环神经网络' },
    experiments: [rnnFromScratch, rnn, minCharRnn],
  },
  {
    title: { en: 'Backpropagation through time', zh: '通过时间反向传播' },
    experiments: [bptt, explodingVanishing, countOnesScalar],
  },
  {
    title: { en: 'Gated networks: LSTM and GRU', zh: '门控循环网络：LSTM 与 GRU' },
    experiments: [lstm, lstmMemory, countOnesLstm, gru, countOnesGru],
  },
  {
    title: { en: 'Deep and bidirectional networks', zh: '深度与双向循环神经网络' },
    experiments: [deepLstm, bidirectional, hmm],
  },
  {
    title: { en: 'Language models at work', zh: '语言模型的应用' },
    experiments: [charRnn, chinesePoems],
  },
  {
    title: { en: 'Sequences of every shape', zh: '各种形状的序列' },
    group: 'tasks',
    experiments: [
      ...[digits, surnames, sentencePolarity, sentiment, partsOfSpeech, chunking],
      ...[oilTemperature, everydaySeries, translation, pronounce, captions, execute],
    ],
  },
];

// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import captions from './captions.js';
import chunking from './chunking.js';
import digits from './digits.js';
import everydaySeries from './everyday-series.js';
import execute from './execute.js';
import oilTemperature from './oil-temperature.js';
import partsOfSpeech from './parts-of-speech.js';
import pronounce from './pronounce.js';
import sentencePolarity from './sentence-polarity.js';
import sentiment from './sentiment.js';
import surnames from './surnames.js';
import translation from './translation.js';
import comments from './text/comments.js';

export default {
  folder: 'tasks',
  title: { en: 'Sequences of every shape', zh: '各种形状的序列' },
  group: 'tasks',
  comments,
  experiments: [
    digits,
    surnames,
    sentencePolarity,
    sentiment,
    partsOfSpeech,
    chunking,
    oilTemperature,
    everydaySeries,
    translation,
    pronounce,
    captions,
    execute,
  ],
} satisfies Chapter;

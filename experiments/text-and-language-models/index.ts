// The chapter's experiments, in the order of their sections.
import type { Chapter } from 'unrolled/reproduce';
import jointProbability from './joint-probability.js';
import ngramsZipf from './ngrams-zipf.js';
import padding from './padding.js';
import perplexity from './perplexity.js';
import sampling from './sampling.js';
import textPreprocessing from './text-preprocessing.js';
import comments from './text/comments.js';

export default {
  folder: 'text-and-language-models',
  title: { en: 'Text and language models', zh: '文本与语言模型' },
  lessons: {
    text: ['text-preprocessing'],
    'language-model': ['ngrams-zipf', 'sampling', 'perplexity', 'joint-probability'],
  },
  comments,
  experiments: [textPreprocessing, jointProbability, ngramsZipf, sampling, padding, perplexity],
} satisfies Chapter;

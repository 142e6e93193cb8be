// The known data sets of sentences with tags, for taggers.
import type { Dataset } from './dataset.js';

const EWT =
  'https://raw.githubusercontent.com/UniversalDependencies/UD_English-EWT/15d613d8447b3478787d4c278730a1e48a945efb';

export const TAGGED_SETS: readonly Dataset[] = [
  {
    name: 'ud-ewt',
    title: 'Universal Dependencies English EWT',
    what: '16,622 sentences of the web with parts of speech (CoNLL-U): 204,577 / 25,147 / 25,094 words',
    licence: 'CC BY-SA 4.0',
    kind: 'tagged',
    folder: 'ud-ewt',
    files: [
      {
        name: 'en_ewt-ud-train.conllu',
        bytes: 14203025,
        sha256: '3fb78e2b55482c8ee00caa653af436c88c9e5bc9a73ce26e4ae3ddc79d2b7e7b',
        part: 'train',
        url: `${EWT}/en_ewt-ud-train.conllu`,
      },
      {
        name: 'en_ewt-ud-dev.conllu',
        bytes: 1805545,
        sha256: '531a54ff90d6ab12201c5a50c3e78e6ddac4de69abc4bce5d275d3cd29efe2b6',
        part: 'validation',
        url: `${EWT}/en_ewt-ud-dev.conllu`,
      },
      {
        name: 'en_ewt-ud-test.conllu',
        bytes: 1804515,
        sha256: 'e266e515a0a7547657ed3d90d9ba46487d6bd251f27ad4269d4e8a427c8555cd',
        part: 'test',
        url: `${EWT}/en_ewt-ud-test.conllu`,
      },
    ],
  },
  {
    name: 'conll2000',
    title: 'CoNLL-2000 chunking',
    what: '10,948 newspaper sentences in columns word, part of speech, chunk: 211,727 / 47,377 words',
    licence: 'none stated (Wall Street Journal): for research; bring the files',
    kind: 'tagged',
    folder: 'conll2000',
    files: [
      {
        name: 'train.txt',
        bytes: 2842164,
        sha256: '82033cd7a72b209923a98007793e8f9de3abc1c8b79d646c50648eb949b87cea',
        part: 'train',
      },
      {
        name: 'test.txt',
        bytes: 639396,
        sha256: '73b7b1e565fa75a1e22fe52ecdf41b6624d6f59dacb591d44252bf4d692b1628',
        part: 'test',
      },
    ],
  },
];

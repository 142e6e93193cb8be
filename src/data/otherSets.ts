// Known data sets that are neither text nor tables: sentence pairs in an archive, pronunciations, word vectors, images.
import type { Dataset } from './dataset.js';

const MNIST =
  'https://raw.githubusercontent.com/h-poincare/Neural-Network-from-Scratch/a278e0d59df223d4a2cb8033f64b622649291089/data';

export const OTHER_SETS: readonly Dataset[] = [
  {
    name: 'fra-eng',
    title: 'English and French sentences',
    what: '167,130 pairs of Tatoeba (2019): fra.txt in a zip archive',
    licence: 'CC BY 2.0 (manythings.org/anki, tatoeba.org)',
    kind: 'pairs',
    folder: 'fra-eng',
    files: [
      {
        name: 'fra-eng.zip',
        bytes: 3420152,
        sha256: 'fa96382b2c8b609e1662654c1e6e6baeb8d30b3bf63dfb4a5a261cc36347df13',
        part: 'train',
        url: 'https://raw.githubusercontent.com/Mech-Who/LearnD2L/0ada6bb530104b288476981cbe2b8812ad50ac19/Chapter9/data/fra-eng.zip',
      },
    ],
  },
  {
    name: 'cmudict',
    title: 'The CMU Pronouncing Dictionary',
    what: '126,046 words in 135,155 pronunciations: phonemes of ARPAbet with stress',
    licence: 'BSD 2-Clause (Carnegie Mellon University; the package: ISC)',
    kind: 'pairs',
    package: { name: 'cmu-pronouncing-dictionary', folder: '' },
    folder: 'cmudict',
    files: [
      {
        name: 'index.js',
        bytes: 4699401,
        sha256: 'ef8b2b976d2e5801b7541ebcc7714f538d1ffa0ebb28645259536e2666bd2948',
        part: 'train',
      },
    ],
  },
  {
    name: 'glove-50d',
    title: 'GloVe 6B, 50 dimensions',
    what: 'vectors of the 9,163 most frequent words',
    licence: 'PDDL 1.0',
    kind: 'vectors',
    folder: 'glove',
    files: [
      {
        name: 'glove.6B.50d.first.txt',
        bytes: 3920755,
        sha256: 'ca8fa2ae26d38a1c069860184b5fb2d9c6c031fe801a234d95b8b43c6563ab68',
        part: 'train',
      },
    ],
  },
  {
    name: 'glove-100d',
    title: 'GloVe 6B, 100 dimensions',
    what: 'vectors of the 2,604 most frequent words',
    licence: 'PDDL 1.0',
    kind: 'vectors',
    folder: 'glove',
    files: [
      {
        name: 'glove.6B.100d.first.txt',
        bytes: 2230427,
        sha256: 'd275f104d2d5c53d046e1685bd6b045a24ab81aefd6706b1351ca4cc4d97db4c',
        part: 'train',
      },
    ],
  },
  {
    name: 'mnist-t10k',
    title: 'MNIST, the test set',
    what: '10,000 handwritten digits of 28 × 28 pixels and their labels (IDX)',
    licence: 'CC BY-SA 3.0 as commonly given (LeCun and Cortes)',
    kind: 'images',
    folder: 'mnist-t10k',
    files: [
      {
        name: 't10k-images-idx3-ubyte',
        bytes: 7840016,
        sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
        part: 'train',
        url: `${MNIST}/t10k-images-idx3-ubyte.gz`,
      },
      {
        name: 't10k-labels-idx1-ubyte',
        bytes: 10008,
        sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
        part: 'train',
        url: `${MNIST}/t10k-labels-idx1-ubyte.gz`,
      },
    ],
  },
];

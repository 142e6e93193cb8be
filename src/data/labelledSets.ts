// The known data sets of texts with a label each, for classifiers.
import type { Dataset, DatasetFile } from './dataset.js';

const NAMES =
  'https://raw.githubusercontent.com/spro/practical-pytorch/c520c52e68e945d88fff563dba1c028b6ec0197b/data/names';

function surnames(language: string, bytes: number, sha256: string): DatasetFile {
  const name = `${language}.txt`;
  return { name, bytes, sha256, part: 'train', label: language, url: `${NAMES}/${name}` };
}

export const LABELLED_SETS: readonly Dataset[] = [
  {
    name: 'imdb',
    title: 'Large Movie Review Dataset',
    what: '50,000 film reviews, half for testing, positive (1) or negative (0): label, rating, id, text',
    licence: 'no open licence: free for research, citing Maas et al. 2011; bring the files',
    kind: 'labelled',
    folder: 'imdb',
    columns: { text: '4', label: '1' },
    files: [
      {
        name: 'train.tsv',
        bytes: 33390335,
        sha256: '0e4feacfaae8cfbf67c47fd0767247c0941a6b86a50cdb1a3014c5ad512fe4a8',
        part: 'train',
      },
      {
        name: 'test.tsv',
        bytes: 32608464,
        sha256: '1696d670a823a97fc1fdf5117b9b44780612fd81800b5182b0e1d8f6bca1092b',
        part: 'test',
      },
    ],
  },
  {
    name: 'sentence-polarity',
    title: 'Cornell sentence polarity',
    what: '10,662 sentences of film reviews, positive or negative, a file for each, in Latin-1',
    licence: 'CC BY 4.0 (Pang and Lee 2005)',
    kind: 'labelled',
    folder: 'sentence-polarity',
    encoding: 'windows-1252',
    files: [
      {
        name: 'rt-polarity.neg',
        bytes: 612441,
        sha256: '614274f81185a850e5a88d533d4679f916d6f62e9af6f0b4ec71fb94bf466ea5',
        part: 'train',
        label: 'negative',
      },
      {
        name: 'rt-polarity.pos',
        bytes: 626334,
        sha256: 'c2dc6b2f55bcf725725372916287cc3f8f9b19402edaa9167de5287cb3ade421',
        part: 'train',
        label: 'positive',
      },
    ],
  },
  {
    name: 'names-18-languages',
    title: 'Surnames of 18 languages',
    what: 'about 20,000 surnames, a file for each language',
    licence: 'MIT (practical-pytorch)',
    kind: 'labelled',
    folder: 'names-18-languages',
    files: [
      surnames('Arabic', 13190, '6f424a8dbe51cbbbabab7a57d38b617210125e4e3991f3c657cb79b8f104bafc'),
      surnames('Chinese', 1246, '09ba8f1f7e38dbc99372d461b26ad4433b811fc6bfa6a3ecca6fe11a9a777465'),
      surnames('Czech', 3916, 'e17ab0ec47616a72c39cb85c783f70c3663ab64488721e5d8378f146d2226be7'),
      surnames('Dutch', 2351, '924f32b635170eae561f84538632138fc07d4c8bbd70ba3fb980de1ecc4d2af3'),
      surnames('English', 27125, '9cca037066d3d5989e24bc01801416162de506b5e28e15b7c092a47905d29bf2'),
      surnames('French', 2178, '81e65b36c60ed5b89a17422f6edcadbb89546f38ad69e960e64e7ba682012a95'),
      surnames('German', 5610, '7449cd590b97a733e18d613a4155decd77ec35dc5f8aadd7a82204dce4f051db'),
      surnames('Greek', 1981, '3555b5186de7f401e6d991b088e9e644ca3099116477818c25ab5793801389e6'),
      surnames('Irish', 1858, 'cf8c7013256252a88d2503127b87282a11f21b2ff6db1bded68834c19a1ec058'),
      surnames('Italian', 5657, 'f88414c27d0606a11a678b4859277828c2565d6cc4d9ee932deef6e94f3b35e4'),
      surnames('Japanese', 7622, 'e0e717e114fec3e7eade4d9dabe0067c475f43147e36a22b47902ee76ad9e67f'),
      surnames('Korean', 423, 'cd54221ccb362a6cba4c78828838cf3268a0e59744767a37cf6ec4b74036b136'),
      surnames('Polish', 1165, '45bab898af2f60ed3a728bbf6980e28821011a7caa53227553b5785903a40826'),
      surnames('Portuguese', 554, '50a8735f41f4f73757c8ce5b16cb0275cd86b2b214bcbc8c9805f508cb131c53'),
      surnames('Russian', 85168, '0cfe53ac18041e8f63666aa77313e0a3ff378facb132abee052d8ebdc8c3d62c'),
      surnames('Scottish', 752, '78d0252711d87d948ea86fe34826c51d2d794a8e52d15b5d6f7b6244d45d62dd'),
      surnames('Spanish', 2284, '1bcb462ed3316756a85781d68232bddae04498fdddd5d9219c53fd1fbdeba7a7'),
      surnames('Vietnamese', 339, 'f3f9e4164ab47601178a6e45b216464a64122f49d05541f24bf18a757253281d'),
    ],
  },
];

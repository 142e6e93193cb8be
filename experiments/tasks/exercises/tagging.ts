// Exercises of the lessons with a tag for each word: parts of speech, chunks.
import { predict, write } from 'unrolled/reproduce';

export const partsOfSpeech = [
  write({
    name: 'most-frequent-tag',
    question: {
      en: 'Write what the network must beat: from `known`, a list of `[word, tag]`, tag each of `words` with the tag that it had most often (of equally frequent ones the one that came first), and words never seen with the tag that is most frequent of all.',
      zh: '写出网络必须超过的基准：`known` 是 `[词, 词性]` 的列表；给 `words` 中的每个词标上它最常有的词性（次数相同时取先出现的），没见过的词标上总体最常见的词性。',
    },
    hints: [
      {
        en: 'One function that finds the most frequent of a list serves both.',
        zh: '一个求列表中最常见元素的函数，两处都能用。',
      },
      {
        en: '`known.filter(([w]) => w === word).map(([, tag]) => tag)`.',
        zh: '某个词的词性：`known.filter(([w]) => w === word).map(([, tag]) => tag)`。',
      },
    ],
    answer: {
      en: 'This alone gets most words right: many words have only one part of speech. What is left is where the neighbours decide.',
      zh: '仅此就能标对大多数词：许多词只有一种词性。剩下的才要靠上下文决定。',
    },
    start: `export default function tag(known, words) {
  return words.map(() => known[0][1]);
}
`,
    solution: `export default function tag(known, words) {
  const most = (tags) => {
    const counts = new Map();
    for (const one of tags) counts.set(one, (counts.get(one) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1])[0][0];
  };
  const usual = most(known.map(([, one]) => one));
  return words.map((word) => {
    const own = known.filter(([w]) => w === word).map(([, one]) => one);
    return own.length > 0 ? most(own) : usual;
  });
}
`,
    trials: [
      {
        given: [
          [
            ['run', 'VERB'],
            ['a', 'DET'],
            ['run', 'NOUN'],
            ['run', 'NOUN'],
            ['cat', 'NOUN'],
          ],
          ['run', 'a', 'dog'],
        ],
        expected: ['NOUN', 'DET', 'NOUN'],
      },
      {
        given: [
          [
            ['the', 'DET'],
            ['the', 'DET'],
            ['dog', 'NOUN'],
          ],
          ['cat', 'dog'],
        ],
        expected: ['DET', 'NOUN'],
      },
    ],
  }),
  predict({
    name: 'unseen-word',
    question: {
      en: '“He spoke *blorkly*.” The last word is in no text. What tells the network that it is an adverb?',
      zh: '“He spoke *blorkly*.” 最后一个词不在任何文本里。网络凭什么知道它是副词？',
    },
    hints: [{ en: 'A word vector that was never trained says nothing.', zh: '没训练过的词向量什么也说明不了。' }],
    answer: {
      en: 'The network that reads its letters (-ly), and the neighbours (after a verb, at the end). Its own word vector is that of all unknown words.',
      zh: '逐字母阅读的网络（-ly），以及上下文（在动词之后，在句末）。它自己的词向量只是所有未知词共用的那一个。',
    },
    right: 'letters',
    choices: {
      letters: { en: 'its letters and its neighbours', zh: '它的字母和上下文' },
      vector: { en: 'its word vector', zh: '它的词向量' },
      nothing: { en: 'nothing can', zh: '无从知道' },
    },
    mistakes: [
      { given: 'vector', says: { en: 'all unknown words share one vector', zh: '所有未知词共用一个向量' } },
      { given: 'nothing', says: { en: 'you know it yourself: from what?', zh: '你自己就看得出来：凭什么？' } },
    ],
  }),
];

export const chunking = [
  write({
    name: 'chunk-spans',
    question: {
      en: 'F1 counts chunks, not tags. Write the chunks of a list of tags such as `B-NP`, `I-NP`, `O`, as `{ kind, from, to }`; `to` is the place after the last word. An `I-` that does not go on with a chunk of its kind begins one.',
      zh: 'F1 数的是组块，而不是标签。由 `B-NP`、`I-NP`、`O` 这样的标签列表写出组块 `{ kind, from, to }`，`to` 是最后一个词之后的位置。`I-` 如果不是延续同类的组块，就开始一个新的组块。',
    },
    hints: [
      {
        en: 'Keep the open chunk: it ends at O, at B-, and at another kind.',
        zh: '记住尚未结束的组块：遇到 O、B- 或另一种类型时结束。',
      },
    ],
    answer: {
      en: 'One wrong tag in the middle of a chunk of three breaks it: no part of it counts.',
      zh: '三个词的组块中间标错一个，整块就不算：没有部分得分。',
    },
    start: `export default function chunks(tags) {
  return [];
}
`,
    solution: `export default function chunks(tags) {
  const found = [];
  let open = null;
  tags.forEach((tag, at) => {
    const [mark, kind] = tag.split('-');
    if (mark === 'I' && open?.kind === kind) open.to = at + 1;
    else if (mark === 'O') open = null;
    else found.push((open = { kind, from: at, to: at + 1 }));
  });
  return found;
}
`,
    trials: [
      {
        given: [['B-NP', 'I-NP', 'O', 'B-VP']],
        expected: [
          { kind: 'NP', from: 0, to: 2 },
          { kind: 'VP', from: 3, to: 4 },
        ],
      },
      {
        given: [['B-NP', 'B-NP', 'I-VP', 'O', 'I-VP']],
        expected: [
          { kind: 'NP', from: 0, to: 1 },
          { kind: 'NP', from: 1, to: 2 },
          { kind: 'VP', from: 2, to: 3 },
          { kind: 'VP', from: 4, to: 5 },
        ],
      },
    ],
  }),
  predict({
    name: 'crf-paths',
    question: {
      en: 'A conditional random field chooses among all paths of 23 tags over a sentence of 20 words. What power of ten is their number? Answer with the exponent.',
      zh: '条件随机场要在一句 20 个词、23 种标签的全部路径中选择。路径的条数大约是 10 的几次方？回答指数。',
    },
    hints: [
      { en: '$23^{20}$; and $\\log_{10} 23 \\approx 1.36$.', zh: '$23^{20}$，而 $\\log_{10} 23 \\approx 1.36$。' },
    ],
    answer: {
      en: '$23^{20} \\approx 10^{27.2}$. The forward recursion sums over all of them in $20 \\cdot 23^2$ steps, the same one as in the lesson on hidden Markov models.',
      zh: '$23^{20} \\approx 10^{27.2}$。前向递归只用 $20 \\cdot 23^2$ 步就对它们全部求和，与隐马尔可夫模型那一课的递归相同。',
    },
    right: () => Array.from({ length: 20 }).reduce<number>((log) => log + Math.log10(23), 0),
    solution: 'export default 20 * Math.log10(23);\n',
    tolerance: 0.6,
    mistakes: [
      { given: Math.log10(460), says: { en: 'each word multiplies by 23', zh: '每多一个词，就乘以 23' } },
      {
        given: Math.log10(20) * 23,
        says: { en: 'the other way round: 20 places with 23 choices', zh: '反了：20 个位置，每处 23 种选择' },
      },
    ],
  }),
];

// Exercises of the lessons that write a sequence: translation, pronunciation, captions, programs.
import { predict, write } from 'unrolled/reproduce';

export const translation = [
  write({
    name: 'attention',
    question: {
      en: 'Write attention with plain numbers: the scores are the dot products of `query` with each of `keys`; their softmax are the weights; the answer is the sum of `values` with these weights. Return `{ weights, context }`.',
      zh: '用普通的数写出注意力：分数是 `query` 与各个 `keys` 的点积，softmax 之后就是权重，结果是 `values` 按权重相加。返回 `{ weights, context }`。',
    },
    hints: [
      { en: 'Take the largest score off before `Math.exp`.', zh: '取 `Math.exp` 之前，先减去最大的分数。' },
      {
        en: 'Number j of the context: the sum over i of `weights[i] * values[i][j]`.',
        zh: '结果的第 j 个数：对 i 求 `weights[i] * values[i][j]` 之和。',
      },
    ],
    answer: {
      en: 'With equal scores it is the mean of all places; with one large score it is that place: something between an average and a look-up, that has a gradient.',
      zh: '分数都相同时是所有位置的平均；有一个分数很大时就是那个位置：介于平均与查表之间，而且有梯度。',
    },
    start: `export default function attention(query, keys, values) {
  return { weights: keys.map(() => 1 / keys.length), context: values[0] };
}
`,
    solution: `export default function attention(query, keys, values) {
  const scores = keys.map((key) => key.reduce((sum, k, j) => sum + k * query[j], 0));
  const largest = Math.max(...scores);
  const e = scores.map((score) => Math.exp(score - largest));
  const sum = e.reduce((a, b) => a + b);
  const weights = e.map((value) => value / sum);
  const context = values[0].map((_, j) => weights.reduce((total, w, i) => total + w * values[i][j], 0));
  return { weights, context };
}
`,
    trials: [
      {
        given: [
          [0, 0],
          [
            [1, 2],
            [3, 4],
          ],
          [[2], [4]],
        ],
        expected: { weights: [0.5, 0.5], context: [3] },
      },
      {
        given: [
          [Math.log(3)],
          [[1], [0]],
          [
            [4, 0],
            [0, 8],
          ],
        ],
        expected: { weights: [0.75, 0.25], context: [3, 2] },
      },
      { given: [[1000], [[1], [0]], [[5], [9]]], expected: { weights: [1, 0], context: [5] } },
    ],
  }),
  write({
    name: 'clipped-precision',
    question: {
      en: 'BLEU asks which share of the words of a translation stands in the reference. Write it so that “the the the the” gets nothing by repetition: a word counts at most as often as the reference has it.',
      zh: 'BLEU 看译文中有多大比例的词出现在参考译文里。请写出来，并让“the the the the”不能靠重复得分：每个词最多按参考译文中的次数计算。',
    },
    hints: [{ en: 'Strike out a word of the reference once it was used.', zh: '参考译文中的词用过一次就划掉。' }],
    answer: {
      en: 'The share alone would favour translations of one safe word; so BLEU also multiplies by a penalty for short ones, and asks for pairs, triples and fours.',
      zh: '只看比例的话，只译一个有把握的词最划算；所以 BLEU 还乘以对过短译文的惩罚，并且要看二元、三元、四元词组。',
    },
    start: `export default function precision(said, reference) {
  return said.filter((word) => reference.includes(word)).length / said.length;
}
`,
    solution: `export default function precision(said, reference) {
  const left = [...reference];
  let hits = 0;
  for (const word of said) {
    const at = left.indexOf(word);
    if (at < 0) continue;
    left.splice(at, 1);
    hits++;
  }
  return hits / said.length;
}
`,
    trials: [
      {
        given: [
          ['the', 'cat'],
          ['the', 'cat', 'sat'],
        ],
        expected: 1,
      },
      {
        given: [
          ['the', 'the', 'the', 'the'],
          ['the', 'cat', 'the'],
        ],
        expected: 0.5,
      },
      {
        given: [
          ['a', 'dog'],
          ['the', 'cat'],
        ],
        expected: 0,
      },
    ],
  }),
  predict({
    name: 'teacher-forcing',
    question: {
      en: 'In training the decoder is given the right word before each step, whatever it said itself. Why does it then do worse in use than its training loss suggests?',
      zh: '训练时，无论解码器自己说了什么，每一步之前都给它正确的前一个词。为什么实际使用时它比训练损失显示的要差？',
    },
    hints: [
      { en: 'What does it read, in use, after its first mistake?', zh: '实际使用时，第一次出错之后它读到的是什么？' },
    ],
    answer: {
      en: 'In use it reads its own words, and after a mistake it stands where it never stood in training. It is what the k-step predictions of the first lesson show.',
      zh: '使用时它读的是自己写的词，一旦出错，就到了训练中从未到过的地方。第一课的 k 步预测展示的就是这件事。',
    },
    right: 'own',
    choices: {
      own: { en: 'it must go on from its own mistakes', zh: '它必须从自己的错误接着写' },
      slow: { en: 'there is no time for a search', zh: '没有时间做搜索' },
      words: { en: 'it meets unknown words', zh: '它会遇到未知词' },
    },
    mistakes: [
      { given: 'slow', says: { en: 'a search may even help', zh: '搜索反而可能有帮助' } },
      { given: 'words', says: { en: 'that happens in training, too', zh: '训练中也会遇到' } },
    ],
  }),
];

export const pronounce = [
  write({
    name: 'edit-distance',
    question: {
      en: 'Write the distance between two pronunciations: the least number of phonemes to insert, delete or replace. (Divided by the length of the right one it is the phoneme error rate.)',
      zh: '写出两个读音之间的距离：最少要插入、删除或替换几个音素。（除以正确读音的长度，就是音素错误率。）',
    },
    hints: [
      {
        en: 'Of two beginnings: equal last phonemes cost nothing more than the beginnings before them.',
        zh: '比较两个前缀：末尾音素相同时，代价等于去掉末尾之后的前缀之间的距离。',
      },
      {
        en: 'Otherwise one more than the least of three: without the last of a, of b, of both.',
        zh: '否则是三种情形的最小值加一：去掉 a 的末尾、b 的末尾，或两者的末尾。',
      },
    ],
    answer: {
      en: 'One row of the table after the other: it is a recurrence over places, too.',
      zh: '表格一行一行地算：这也是沿位置的递推。',
    },
    start: `export default function distance(a, b) {
  return a.filter((phoneme, i) => phoneme !== b[i]).length;
}
`,
    solution: `export default function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  a.forEach((phoneme, i) => {
    const next = [i + 1];
    b.forEach((other, j) => {
      next.push(phoneme === other ? row[j] : 1 + Math.min(row[j], row[j + 1], next[j]));
    });
    row = next;
  });
  return row[b.length];
}
`,
    trials: [
      {
        given: [
          ['K', 'AE', 'T'],
          ['K', 'AE', 'T'],
        ],
        expected: 0,
      },
      {
        given: [
          ['K', 'AE', 'T'],
          ['AE', 'T'],
        ],
        expected: 1,
      },
      {
        given: [
          ['N', 'AY', 'T'],
          ['K', 'N', 'IH', 'T'],
        ],
        expected: 2,
      },
      { given: [[], ['AH']], expected: 1 },
    ],
  }),
  predict({
    name: 'beam-scores',
    question: {
      en: 'A beam search keeps the best 3 beginnings. There are 40 phonemes. How many continuations does it compare at the second step?',
      zh: '束搜索保留最好的 3 个前缀，音素共 40 种。第二步要比较多少个延续？',
    },
    hints: [{ en: 'Each of the kept ones may go on with any phoneme.', zh: '保留下来的每一个都可以接任何音素。' }],
    answer: {
      en: '120, as at every later step. An exhaustive search would have $40^2 = 1{,}600$ there, and 40 times as many at each further step.',
      zh: '120，之后每一步都是如此。穷举搜索这时有 $40^2 = 1{,}600$ 个，此后每一步再乘 40。',
    },
    right: () => Array.from({ length: 3 }, () => 40).reduce((a, b) => a + b),
    solution: 'export default 3 * 40;\n',
    mistakes: [
      { given: 1600, says: { en: 'that is an exhaustive search', zh: '那是穷举搜索' } },
      { given: 40, says: { en: 'that is greedy search, or the first step', zh: '那是贪心搜索，或第一步' } },
    ],
  }),
];

export const captions = [
  write({
    name: 'greedy',
    question: {
      en: 'Write greedy decoding for a decoder that remembers one word: `next[word]` has the probabilities of what follows. Begin after `<bos>`, take the most probable word each time, and stop at `<eos>` (which is not part of the phrase) or after `limit` words.',
      zh: '为只记得一个词的解码器写出贪心解码：`next[词]` 是后续各词的概率。从 `<bos>` 开始，每次取概率最大的词，遇到 `<eos>`（不算在句子里）或写满 `limit` 个词就停。',
    },
    hints: [
      {
        en: 'Of the entries `Object.entries(next[word])` the one with the largest probability.',
        zh: '在 `Object.entries(next[词])` 中取概率最大的一项。',
      },
    ],
    answer: {
      en: 'Nobody says how long the phrase is: that it is over is a word like any other. The limit is for those who never say it.',
      zh: '没有人规定句子多长：“结束”也只是一个词。上限是为从不结束的解码器准备的。',
    },
    start: `export default function decode(next, limit) {
  return [];
}
`,
    solution: `export default function decode(next, limit) {
  const words = [];
  let last = '<bos>';
  while (words.length < limit) {
    last = Object.entries(next[last]).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
    if (last === '<eos>') break;
    words.push(last);
  }
  return words;
}
`,
    trials: [
      {
        given: [
          {
            '<bos>': { seven: 0.9, one: 0.1 },
            seven: { and: 0.6, '<eos>': 0.4 },
            and: { one: 1 },
            one: { '<eos>': 1 },
          },
          10,
        ],
        expected: ['seven', 'and', 'one'],
      },
      { given: [{ '<bos>': { ha: 1 }, ha: { ha: 0.7, '<eos>': 0.3 } }, 3], expected: ['ha', 'ha', 'ha'] },
      { given: [{ '<bos>': { '<eos>': 0.6, ha: 0.4 }, ha: { '<eos>': 1 } }, 3], expected: [] },
    ],
  }),
  predict({
    name: 'grid-places',
    question: {
      en: 'The encoder halves a picture of 28 × 84 pixels three times, in height and in width (halves are rounded up). At how many places can the decoder look?',
      zh: '编码器把 28 × 84 像素的图片在高和宽上各减半三次（有半个时向上取整）。解码器可以注视多少个位置？',
    },
    hints: [{ en: '28 → 14 → 7 → 4.', zh: '28 → 14 → 7 → 4。' }],
    answer: {
      en: '4 · 11 = 44: few enough for a weight each, at every word. On all 2,352 pixels attention would see little: a place is a vector that knows its surroundings.',
      zh: '4 · 11 = 44：少到写每个词时都能给每处一个权重。直接注视 2,352 个像素没有多大意义，而这里的每个位置是一个了解周围的向量。',
    },
    right() {
      const halved = (size: number): number => [1, 2, 3].reduce((left) => Math.ceil(left / 2), size);
      return halved(28) * halved(84);
    },
    solution: 'export default 4 * 11;\n',
    mistakes: [
      {
        given: (28 * 84) / 64,
        says: { en: 'nearly: rows and columns are rounded up each time', zh: '差一点：行列每次都要向上取整' },
      },
      { given: (28 * 84) / 8, says: { en: 'height and width are both halved', zh: '高和宽都要减半' } },
    ],
  }),
];

export const execute = [
  write({
    name: 'carry',
    question: {
      en: 'A sum of two long numbers, read from the last digits on, is a recurrence with the carry as its state. Write one step: from the carry and two digits the next state and the digit that is written, as `{ carry, digit }`.',
      zh: '两个多位数相加，从末位读起，就是以进位为状态的递推。写出一步：由进位和两个数字得到下一个状态和写下的数字，返回 `{ carry, digit }`。',
    },
    hints: [{ en: 'The digit is the remainder by ten.', zh: '写下的是除以十的余数。' }],
    answer: {
      en: 'A state of one bit is enough for numbers of any length. The network is given the digits in the other order, and has to find something like it by itself.',
      zh: '只要一比特的状态，就能加任意长的数。网络读到的次序却是反的，还要自己发现类似的办法。',
    },
    start: `export default function step(carry, a, b) {
  return { carry, digit: a + b };
}
`,
    solution: `export default function step(carry, a, b) {
  const sum = carry + a + b;
  return { carry: sum > 9 ? 1 : 0, digit: sum % 10 };
}
`,
    trials: [
      { given: [0, 2, 3], expected: { carry: 0, digit: 5 } },
      { given: [1, 2, 7], expected: { carry: 1, digit: 0 } },
      { given: [1, 9, 9], expected: { carry: 1, digit: 9 } },
    ],
  }),
  predict({
    name: 'first-digit',
    question: {
      en: 'The network writes a sum from its first digit on. On what may the first digit of 1234 + 5678 depend?',
      zh: '网络从最高位开始写和。1234 + 5678 的第一位数字可能取决于什么？',
    },
    hints: [
      { en: 'Replace a last digit: 4999 + 5000, 4999 + 5001.', zh: '换一个末位看看：4999 + 5000，4999 + 5001。' },
    ],
    answer: {
      en: 'On all digits: a carry can run from the last place to the first. The network must have added before it writes anything.',
      zh: '取决于所有数字：进位可以从末位一直传到首位。网络必须在动笔之前就算好。',
    },
    right: 'all',
    choices: {
      first: { en: 'on the first digits', zh: '首位的两个数字' },
      two: { en: 'on the first two digits of each', zh: '各自的前两位' },
      all: { en: 'on all digits', zh: '所有数字' },
    },
    mistakes: [
      { given: 'first', says: { en: 'is there no carry?', zh: '没有进位吗？' } },
      { given: 'two', says: { en: 'can a carry not come from farther back?', zh: '进位不会来自更后面吗？' } },
    ],
  }),
];

import { predict, write } from 'unrolled/reproduce';

export const preprocessing = [
  predict({
    name: 'rare-words',
    question: {
      en: 'The Time Machine has 4,579 different words. What percentage of them occurs fewer than five times?',
      zh: '《时间机器》有 4,579 个不同的词。其中出现不到五次的占百分之几？',
    },
    hints: [
      { en: 'Zipf: few words are very frequent, most are rare.', zh: '齐普夫定律：少数词极常见，大多数词很罕见。' },
    ],
    answer: {
      en: 'About 82 %: with a minimum count of 5 only 824 words are left, and `<unk>`.',
      zh: '约 82 %：最低频次取 5 时只剩 824 个词，外加 `<unk>`。',
    },
    right: 82,
    tolerance: 5,
  }),
  write({
    name: 'vocabulary',
    question: {
      en: 'Write a function that makes a vocabulary of a list of tokens: `<unk>` first, then the tokens by falling frequency; those with fewer than `minCount` are left out. Of equally frequent ones the one that came first stays first.',
      zh: '写一个函数，由词元列表得到词表：第一个是 `<unk>`，之后按频率从高到低排列；频次低于 `minCount` 的去掉。频率相同时，先出现的排在前面。',
    },
    hints: [
      {
        en: 'Count with a `Map`: it keeps the order in which keys came.',
        zh: '用 `Map` 计数：它保留键出现的先后次序。',
      },
      { en: '`sort` of JavaScript is stable.', zh: 'JavaScript 的 `sort` 是稳定排序。' },
    ],
    answer: {
      en: 'Frequent tokens have small indices, and whatever is not in the table becomes index 0.',
      zh: '常见词元的索引小；不在表里的一律变成索引 0。',
    },
    start: "export default function vocabulary(tokens, minCount = 1) {\n  return ['<unk>'];\n}\n",
    solution:
      "export default function vocabulary(tokens, minCount = 1) {\n  const counts = new Map();\n  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);\n  const kept = [...counts].filter(([, count]) => count >= minCount).sort((a, b) => b[1] - a[1]);\n  return ['<unk>', ...kept.map(([token]) => token)];\n}\n",
    trials: [
      { given: [['a', 'b', 'b', 'c', 'b', 'a']], expected: ['<unk>', 'b', 'a', 'c'] },
      { given: [['a', 'b', 'b', 'c', 'b', 'a'], 2], expected: ['<unk>', 'b', 'a'] },
    ],
  }),
];

export const ngrams = [
  predict({
    name: 'four-grams',
    question: {
      en: 'A text has 100,000 words. How many four-grams can one count in it at most?',
      zh: '一段文本有 100,000 个词。其中最多能数出多少个四元语法？',
    },
    hints: [{ en: 'Where can the last one begin?', zh: '最后一个可以从哪里开始？' }],
    answer: {
      en: '99,997: one begins at each word but the last three. Nearly all of them are different, so storing them takes as much room as the text, four times over.',
      zh: '99,997：除最后三个词外，每个词都可以作开头。它们几乎各不相同，存下来要占四倍于原文的空间。',
    },
    right: 100_000 - 3,
    mistakes: [
      { given: 25_000, says: { en: 'they overlap', zh: '它们可以重叠' } },
      { given: 100_000, says: { en: 'the last three words begin none', zh: '最后三个词不能作开头' } },
      {
        given: 99_996,
        says: {
          en: 'four words are left over after the last start? Count on a text of five',
          zh: '最后一个开头之后剩几个词？用五个词的文本数一数',
        },
      },
    ],
  }),
  write({
    name: 'laplace',
    question: {
      en: 'Write Laplace smoothing of a word: $\\hat P(x) = \\dfrac{n(x) + \\epsilon / m}{n + \\epsilon}$, from the count of the word, the length $n$ of the text, the number $m$ of different words, and $\\epsilon$.',
      zh: '写出单词的拉普拉斯平滑：$\\hat P(x) = \\dfrac{n(x) + \\epsilon / m}{n + \\epsilon}$，输入为该词的计数、文本长度 $n$、不同单词的个数 $m$ 和 $\\epsilon$。',
    },
    hints: [
      {
        en: 'With $\\epsilon = 0$ it is plain counting; with a huge one every word is as probable as any other.',
        zh: '$\\epsilon = 0$ 时就是直接计数；$\\epsilon$ 极大时所有词的概率都相同。',
      },
    ],
    answer: {
      en: 'The probabilities of all words still sum to 1, and none of them is 0.',
      zh: '所有词的概率之和仍然是 1，而且没有一个是 0。',
    },
    start: 'export default function laplace(count, n, m, epsilon) {\n  return count / n;\n}\n',
    solution:
      'export default function laplace(count, n, m, epsilon) {\n  return (count + epsilon / m) / (n + epsilon);\n}\n',
    trials: [
      { given: [3, 10, 5, 0], expected: 0.3 },
      { given: [0, 10, 5, 1], expected: 0.2 / 11 },
      { given: [3, 10, 5, 1e12], expected: 0.2 },
    ],
  }),
];

export const sampling = [
  predict({
    name: 'sampling-count',
    question: {
      en: 'A sequence has 35 tokens, a piece has 5 steps, and the borders begin at the first token. How many pieces are there, with a target for each token?',
      zh: '序列有 35 个词元，每段 5 步，从第一个词元开始划分。每个词元都要有标签，一共能得到多少段？',
    },
    hints: [{ en: 'The last token has no target.', zh: '最后一个词元没有标签。' }],
    answer: {
      en: '$\\lfloor (35 - 1) / 5 \\rfloor = 6$. A random offset in each epoch lets every token be the first of a piece once in a while.',
      zh: '$\\lfloor (35 - 1) / 5 \\rfloor = 6$。每一轮换一个随机的偏移量，每个词元就都有机会成为一段的开头。',
    },
    right() {
      const starts = Array.from({ length: 35 }, (_, at) => 5 * at);
      return starts.filter((at) => at + 5 < 35).length; // the last target stands at at + 5
    },
    solution: 'export default Math.floor((35 - 1) / 5);\n',
    mistakes: [
      {
        given: 7,
        says: { en: 'the last piece has no target for its last token', zh: '最后一段的最后一个词元没有标签' },
      },
    ],
  }),
  predict({
    name: 'sampling-state',
    question: {
      en: 'Sequential sampling with two rows in a batch. From which state does row 2 of the second batch start?',
      zh: '顺序分区，每个小批量两行。第二个小批量的第 2 行从哪个状态开始？',
    },
    hints: [
      {
        en: 'Which row is followed in the text by the tokens of row 2?',
        zh: '在原文中，第 2 行的词元紧接在哪一行之后？',
      },
    ],
    answer: {
      en: 'From the state of row 2 of the first batch: each row reads a stretch of the text of its own. Some notes say “of the last row”; the lesson shows that it is not so.',
      zh: '从第一个小批量第 2 行的状态开始：每一行各读一段连续的文本。有的笔记说“从最后一行的状态开始”，本课说明并非如此。',
    },
    right: 'same',
    choices: {
      zero: { en: 'zeros', zh: '零' },
      same: { en: 'the last state of row 2 of the first batch', zh: '第一个小批量第 2 行的末状态' },
      last: { en: 'the last state of the last row of the first batch', zh: '第一个小批量最后一行的末状态' },
    },
  }),
];

export const perplexity = [
  predict({
    name: 'perplexity-mean',
    question: {
      en: 'For one token a model hesitates between 2, for the next between 8, evenly, and both times the right one is among them. What is the perplexity?',
      zh: '模型对一个词元在 2 个之间犹豫，对下一个在 8 个之间犹豫，都是均匀分布，正确的都在其中。困惑度是多少？',
    },
    hints: [{ en: 'The mean is taken of the logarithms.', zh: '取平均的是对数。' }],
    answer: {
      en: '4, the geometric mean. Not 5 (the arithmetic one), and not 3.2 (the harmonic one, of which a widely read book speaks).',
      zh: '4，即几何平均；不是 5（算术平均），也不是 3.2（一本流传很广的书里说的调和平均）。',
    },
    right: () => Math.exp(-(Math.log(1 / 2) + Math.log(1 / 8)) / 2),
    solution: 'export default Math.sqrt(2 * 8);\n',
    tolerance: 0.001,
    mistakes: [
      { given: 5, says: { en: 'that is the arithmetic mean', zh: '那是算术平均' } },
      { given: 3.2, says: { en: 'that is the harmonic mean', zh: '那是调和平均' } },
    ],
  }),
  write({
    name: 'perplexity-code',
    question: {
      en: 'Write perplexity, from the probabilities that a model gave to the tokens that came.',
      zh: '写出困惑度的计算，输入是模型给实际出现的各个词元的概率。',
    },
    hints: [{ en: '`Math.exp` of the mean of `-Math.log(p)`.', zh: '对 `-Math.log(p)` 取平均，再取 `Math.exp`。' }],
    answer: {
      en: 'A single 0 makes it infinite: a model must never be certain of what it has not seen.',
      zh: '只要有一个 0，困惑度就是无穷大：没见过的事，模型不应当认定它不可能。',
    },
    start: 'export default function perplexity(probabilities) {\n  return 0;\n}\n',
    solution:
      'export default function perplexity(probabilities) {\n  const losses = probabilities.map((p) => -Math.log(p));\n  return Math.exp(losses.reduce((sum, loss) => sum + loss, 0) / losses.length);\n}\n',
    trials: [
      { given: [[1, 1]], expected: 1 },
      { given: [[0.5, 0.125]], expected: 4 },
      { given: [[0.5, 0]], expected: Infinity },
    ],
  }),
];

export const padding = [
  write({
    name: 'padding-mask',
    question: {
      en: 'Write the mean loss of a padded minibatch: `losses` has the loss of each place, `targets` the token that should have come; places whose target is `pad` do not count.',
      zh: '写出填充过的小批量的平均损失：`losses` 是每个位置的损失，`targets` 是应当出现的词元；标签为 `pad` 的位置不计。',
    },
    hints: [
      {
        en: 'Divide by the number of places that count, not by all.',
        zh: '除以计入的位置的个数，而不是全部位置的个数。',
      },
    ],
    answer: {
      en: 'Divided by all places, a minibatch with much padding would seem easy.',
      zh: '如果除以全部位置的个数，填充多的小批量就会显得很容易。',
    },
    start:
      'export default function meanLoss(losses, targets, pad) {\n  return losses.reduce((a, b) => a + b) / losses.length;\n}\n',
    solution:
      'export default function meanLoss(losses, targets, pad) {\n  const real = losses.filter((_, i) => targets[i] !== pad);\n  return real.reduce((a, b) => a + b, 0) / real.length;\n}\n',
    trials: [{ given: [[1, 2, 3, 100], [5, 6, 7, 0], 0], expected: 2 }],
  }),
  write({
    name: 'pad',
    question: {
      en: 'Write the padding of a minibatch: `sentences` are lists of tokens. Each gets `<bos>` in front and `<eos>` behind, and all are filled with `<pad>` to the length of the longest. Return `{ rows, lengths }`; lengths count without the padding.',
      zh: '写出小批量的填充：`sentences` 是词元列表的列表。每句前面加 `<bos>`，后面加 `<eos>`，再用 `<pad>` 补到最长一句的长度。返回 `{ rows, lengths }`，长度不含填充。',
    },
    hints: [
      { en: 'First the marks, then the lengths, then the filling.', zh: '先加标记，再求长度，最后填充。' },
      { en: '`new Array(n).fill("<pad>")`.', zh: '用 `new Array(n).fill("<pad>")`。' },
    ],
    answer: {
      en: 'The lengths must go along: from the rows alone a network cannot know where it may stop.',
      zh: '长度要一起交出去：只看各行，网络无从知道该在哪里停下。',
    },
    start: `export default function pad(sentences) {
  return { rows: sentences, lengths: sentences.map((sentence) => sentence.length) };
}
`,
    solution: `export default function pad(sentences) {
  const marked = sentences.map((sentence) => ['<bos>', ...sentence, '<eos>']);
  const lengths = marked.map((sentence) => sentence.length);
  const longest = Math.max(...lengths);
  const rows = marked.map((sentence) => [...sentence, ...new Array(longest - sentence.length).fill('<pad>')]);
  return { rows, lengths };
}
`,
    trials: [
      {
        given: [[['the', 'cat'], ['cat']]],
        expected: {
          rows: [
            ['<bos>', 'the', 'cat', '<eos>'],
            ['<bos>', 'cat', '<eos>', '<pad>'],
          ],
          lengths: [4, 3],
        },
      },
      { given: [[[]]], expected: { rows: [['<bos>', '<eos>']], lengths: [2] } },
    ],
  }),
];

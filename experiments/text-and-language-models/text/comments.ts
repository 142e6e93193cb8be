// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'The probability of a sentence by counting: as a product of conditionals, from the first word on and from the last one back.':
    '用计数求一句话的概率：写成条件概率的乘积，可以从第一个词往后，也可以从最后一个词往前。',
  'How often these words stand in a row; the rhyme is read as a ring.':
    '这些词连续出现的次数；童谣首尾相接，读成一个环。',
  'A model that remembers one word only can say sentences that it has never seen.':
    '只记得一个词的模型，能说出从未见过的句子。',
  'Words, pairs and triples of a book: how frequent they are, and what smoothing gives to those that were never seen.':
    '一本书中的词、词对与三词组：它们的频率，以及平滑分给从未见过的组合的概率。',
  'How often each n-gram occurs.': '每个 n 元语法出现的次数。',
  'Zipf: log n(rank) ≈ −α log rank + c, by least squares over the ranks 11 to 1000.':
    '齐普夫定律：log n(rank) ≈ −α log rank + c，对第 11 到 1000 名做最小二乘。',
  'Laplace smoothing: a little of the probability for what was never seen.':
    '拉普拉斯平滑：把一点概率分给从未见过的组合。',
  'Sentences of different lengths in one minibatch: <pad>, <bos>, <eos>, and a loss that does not count the padding.':
    '一个小批量中长短不同的句子：<pad>、<bos>、<eos>，以及不计填充的损失。',
  '[T, N]: what is missing is <pad>, the index 0.': '[T, N]：空缺处是 <pad>，索引为 0。',
  'stops at the end of each': '在各自的结尾处停下',
  'The loss of each place, and its mean with and without the padding.': '每个位置的损失，以及计入与不计填充时的平均。',
  'Perplexity: the exponential of the mean cross-entropy. Best case 1, worst infinite, even guessing the size of the vocabulary.':
    '困惑度：平均交叉熵的指数。最好为 1，最坏为无穷大，均匀乱猜时等于词表大小。',
  '@param p the probability that the model gave to each token that came': '@param p 模型给每个实际出现的词元的概率',
  'Counting on a book: the first nine tenths are known, the last is asked.':
    '在一本书上计数：前九成已知，用最后一成来考。',
  'Characters by the n − 1 before them, with a little for what was never seen.':
    '由前 n − 1 个字符预测字符，给从未见过的留一点概率。',
  'Minibatches of a long sequence: shuffled pieces, or pieces that go on from batch to batch. The target is one step later.':
    '长序列的小批量：打乱的片段，或者在小批量之间前后相接的片段。标签是后一个时间步的词元。',
  'batches are tensors': '小批量是张量',
  '0, 1, 2 … so that every place is seen': '0, 1, 2 …，这样每个位置都看得见',
  'Each piece begins at a place of its own; an offset drawn anew for each epoch moves the borders.':
    '每个片段从不同的位置开始；每一轮重新抽取的偏移量使边界移动。',
  '[T, N]: one column for each sequence': '[T, N]：每个序列一列',
  'From a text to numbers and back: lines, tokens, a vocabulary, a corpus.':
    '从文本到数字再回来：行、词元、词表、语料。',
  'Only letters, in lower case, single spaces.': '只留字母，改为小写，单个空格。',
  'Tokens: words, or characters.': '词元：词，或者字符。',
  'The tokens of a text by how frequent they are; what is not among them is <unk>, the number 0.':
    '文本的词元，按频率排列；不在其中的是 <unk>，编号 0。',
  'The whole book as one sequence of numbers, by characters.': '整本书按字符写成一个数字序列。',
};

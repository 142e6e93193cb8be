// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'Checking what is printed: four statements of the sources, each with the computation that decides it.':
    '核对印出来的说法：原文中的四句话，各配一段判定它的计算。',
  '"0.6 to the power of 20 is 0.00097."': '“0.6 的 20 次幂是 0.00097。”',
  '"The cell state of an LSTM is between −1 and 1."': '“LSTM 的记忆元在 −1 与 1 之间。”',
  '"In sequential sampling the first row of a batch begins where the last row of the batch before ended."':
    '“顺序分区时，一个小批量的第一行接着上一个小批量的最后一行。”',
  '"Perplexity is the harmonic mean of the number of choices."': '“困惑度是选择数的调和平均数。”',
};

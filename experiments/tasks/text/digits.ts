import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'A digit, row by row', zh: '逐行识别手写数字' },
  question: {
    en: 'A handwritten digit: all at once, or row by row as a sequence?',
    zh: '手写数字：一眼看全，还是当作序列逐行读？',
  },
  idea: {
    en: 'One thing in, one thing out: a picture of a digit, and which digit it is. Nothing here is a sequence, and a single layer that sees all pixels at once does it fairly well. But a picture can be *read* as a sequence too, from the top to the bottom, a row of 28 pixels at each time step. Then the network has to remember what it has seen, and its last state must hold the whole digit.',
    zh: '一进一出：输入一张手写数字图片，输出它是哪个数字。这里本没有序列，同时看到全部像素的单层网络已经能做得不错。但图片也可以当作序列来*读*：从上到下，每个时间步读入一行 28 个像素。这样，网络必须记住已经看过的内容，最后的隐状态要包含整个数字。',
  },
  data: {
    en: '{count} pictures of the test part of MNIST, each 28 × 28 pixels: {training} to learn from, {test} held out.',
    zh: '数据是 MNIST 测试集的 {count} 张图片，每张 28 × 28 像素：{training} 张用于训练，{test} 张留作测试。',
  },
  readersHeading: { en: 'All at once, or row by row', zh: '一次看完，还是逐行读' },
  readers: {
    en: 'Softmax regression has a weight for each pixel and digit: it asks which pixels are dark, and knows nothing of strokes. The recurrent networks use the same weights for every row.',
    zh: 'softmax 回归为每个像素和每个数字各设一个权重：它只看哪些像素是深色的，对笔画一无所知。循环神经网络则对每一行使用相同的权重。',
  },
  linear: { en: 'accuracy of softmax regression', zh: 'softmax 回归的准确率' },
  byRows: { en: 'accuracy of the {name} over rows', zh: '{name} 逐行读取的准确率' },
  betterThanLinear: {
    en: 'After {epochs} epochs even the worst of the networks that read rows ({worst}) is right more often than softmax regression ({linear}), which sees all pixels at once.',
    zh: '训练 {epochs} 轮之后，逐行阅读的网络中最差的一个（{worst}）也比同时看到全部像素的 softmax 回归（{linear}）更准。',
  },
  reader: { en: 'reader', zh: '模型' },
  parameters: { en: 'parameters', zh: '参数个数' },
  accuracy: { en: 'accuracy', zh: '准确率' },
  majority: { en: 'always {digit}', zh: '总是回答 {digit}' },
  errorShare: { en: 'wrong answers', zh: '错误率' },
  learningCaption: {
    en: 'Share of wrong answers on the held-out pictures after each epoch.',
    zh: '每个迭代周期（轮）之后在测试图片上的错误率。',
  },
  soonHeading: { en: 'When does it know?', zh: '读到哪一行就知道了？' },
  soon: {
    en: 'The layer that names the digit was trained on the last state only. It can be asked earlier: what would you say after so many rows?',
    zh: '负责说出数字的输出层只在最后的隐状态上训练过，但也可以提前问它：只读了这么多行，你会怎么回答？',
  },
  lastRow: {
    en: 'asked after the last row, it says what it said before (largest difference of accuracy)',
    zh: '读完最后一行再问，答案与前面一致（准确率的最大差别）',
  },
  topOnly: { en: 'accuracy of the LSTM after 7 rows of 28', zh: 'LSTM 只读 28 行中的 7 行时的准确率' },
  rowsRead: { en: 'rows read', zh: '已读行数' },
  soonCaption: {
    en: 'Accuracy (%) if the network is stopped after so many rows.',
    zh: '在读完若干行后就停下来时的准确率（%）。',
  },
  lateToKnow: {
    en: 'The LSTM is right more often than not only from row {row} of {rows} on. The output layer was trained on last states alone, and cannot make out the digit until the state is nearly a last one.',
    zh: '要读到 {rows} 行中的第 {row} 行，LSTM 才对多错少。输出层只在最后的隐状态上训练过，要等状态接近最后的样子才认得出数字。',
  },
  wrongHeading: { en: 'What it gets wrong', zh: '读错的数字' },
  wrongCaption: {
    en: 'Held-out digits that the LSTM misread ({count} of them): what is written, and what it read.',
    zh: 'LSTM 读错的测试数字（{count} 个）：实际写的数字，以及它读成的数字。',
  },
  readAs: { en: '{is}, read as {read}', zh: '{is} 读成 {read}' },
});

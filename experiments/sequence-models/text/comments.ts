// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'A noisy sine: an MLP sees four values and predicts the next; then it must live on its own predictions.':
    '带噪声的正弦曲线：多层感知机看四个值，预测下一个；之后只能靠自己的预测往下走。',
  'node lesson.js 2: a shorter training': 'node lesson.js 2：训练得短一些',
  'The data: x_t = sin(0.01 t) + noise.': '数据：x_t = sin(0.01 t) + 噪声。',
  'Features and labels: column i is the series from its i-th value on, the label is what follows the last column.':
    '特征与标签：第 i 列是从第 i 个值开始的序列，标签紧接在最后一列之后。',
  '[n, tau]': '形状 [n, tau]',
  'The model: τ values, ten hidden units, one value.': '模型：τ 个值，十个隐藏单元，一个输出。',
  'From t = 604 on only predictions go in.': '从 t = 604 起，只把自己的预测作为输入。',
  'One recurrent network, five shapes: what goes in and what comes out. Letters: T steps, N batch, D input, H hidden.':
    '一个循环神经网络，五种形状：输入什么，输出什么。字母：T 为时间步数，N 为批量，D 为输入维数，H 为隐藏单元数。',
  'Each output is the next input.': '每个输出都是下一步的输入。',
};

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'A phrase for a picture', zh: '看图说话' },
  question: {
    en: 'How does a network say what it sees, and where does it look meanwhile?',
    zh: '网络怎样说出它看到的东西，说的时候又在看哪里？',
  },
  idea: {
    en: 'One to many: a picture goes in, a sequence comes out. A convolutional encoder turns the picture into a grid of vectors; a recurrent decoder starts from what it saw as a whole and writes one word after the other, looking at a part of the grid for each. Here the pictures hold one to three handwritten digits, and the phrase names them: “seven, three and one”. How many there are, nobody tells the decoder: it has to know when to stop, and where “and” belongs.',
    zh: '一对多：输入一张图片，输出一个序列。卷积编码器把图片变成由向量组成的网格；循环解码器从对整幅图的印象出发，一个词一个词地写下去，写每个词时注视网格的一部分。这里的图片含有一到三个手写数字，句子依次说出它们：“seven, three and one”。没有人告诉解码器有几个数字：它必须知道什么时候该停，“and”该放在哪里。',
  },
  data: {
    en: 'Digits of MNIST, one to three of them side by side with random gaps, in pictures of 28 × 84: {training} to learn from, {test} to test with, drawn from different digits.',
    zh: '取 MNIST 的数字，一到三个并排，间隔随机，图片大小 28 × 84：{training} 张用于训练，{test} 张用于测试，两者所用的数字图片互不相同。',
  },
  modelHeading: { en: 'Looking and writing', zh: '一边看一边写' },
  model: {
    en: 'Three convolutions, each a small window of weights that moves over the picture in steps of two (stride 2), leave 4 × 11 places of 64 numbers each, which see about 21 × 21 pixels; a learned vector is added to each place, so that the decoder can tell left from right. The LSTM’s first state is a linear map of all of them. While it writes, each step weighs the places by additive attention:',
    zh: '三层卷积（每层是一个在图片上滑动的小窗口，每次移动两格，即步幅为 2）得到 4 × 11 个位置，每个位置 64 个数，能看到约 21 × 21 个像素；每个位置再加上一个学得的向量，好让解码器分得清左右。LSTM 的初始状态是全部位置的线性映射。写的时候，每一步用加性注意力给各位置加权：',
  },
  learned: {
    en: 'loss for each token on the test part (nats; guessing: about 2.6)',
    zh: '测试部分每个词元的损失（奈特；瞎猜约为 2.6）',
  },
  exact: { en: 'captions that are right in full', zh: '完全正确的句子所占的比例' },
  counted: { en: 'captions with the right number of digits', zh: '数字个数正确的句子所占的比例' },
  digits: { en: 'digits in the picture', zh: '图片中的数字个数' },
  rightCaptions: { en: 'right captions', zh: '句子完全正确' },
  majority: { en: 'always “{common}”', zh: '总是说 “{common}”' },
  all: { en: 'all', zh: '全部' },
  learningCaption: {
    en: 'Loss for each token while training (smoothed) and on pictures of digits that are in neither of the other parts.',
    zh: '训练中每个词元的损失（平滑后），以及在另一部分数字拼成的验证图片上的损失。',
  },
  looksHeading: { en: 'Where it looks', zh: '它看向哪里' },
  looks: {
    en: 'The weights of the attention, once for each word that is written, under one picture of the test part.',
    zh: '写下每个词时的注意力权重，画在同一张测试图片上。',
  },
  writes: { en: '{token}', zh: '{token}' },
  looksCaption: {
    en: 'From left to right, line by line: the picture, and where the decoder looked for the word above it (the bluer, the more).',
    zh: '从左到右、逐行看：同一张图片，以及写上方那个词时解码器注视的位置（越蓝权重越大）。',
  },
  inOrder: {
    en: 'It goes through the digits in the order in which it names them: from one digit word to the next the middle of what it looks at moves to the right in {share} of the cases.',
    zh: '它按照说出的顺序依次看过各个数字：从一个数字词到下一个，注视位置的中心有 {share} 的时候向右移动。',
  },
  wrongHeading: { en: 'What it gets wrong', zh: '说错的句子' },
  shows: { en: 'the picture shows', zh: '图片内容' },
  said: { en: 'it said', zh: '它说' },
});

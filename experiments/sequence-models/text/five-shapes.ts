import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Five shapes of sequences', zh: '序列问题的五种形状' },
  question: {
    en: 'A picture becomes a sentence, a review becomes a grade, a sentence becomes another sentence. Is that one kind of network, or five?',
    zh: '图片变成一句话，影评变成一个评价，一句话变成另一句话：这是一种网络，还是五种？',
  },
  idea: {
    en: 'A network without a hidden state maps one vector to one vector. A recurrent network reads sequences and writes sequences, *sequences of vectors*, and so problems come in five shapes: what goes in may be one thing or many, what comes out as well, and two sequences may run in step or not. The cell is the same in all of them; what differs is at which steps something is read and at which something is asked. Each shape below is drawn, and run with a small network that is not trained; the pages named run it on real data.',
    zh: '没有隐状态的网络把一个向量映射到一个向量。循环神经网络读入序列、写出序列，而且是*向量的序列*，于是问题有五种形状：输入可以是一个或多个，输出也是，两个序列可以同步，也可以不同步。各种形状用的单元都一样，差别只在于哪些时间步有输入、哪些时间步要输出。下面把每种形状画出来，并用一个未经训练的小网络实际运行；所列的页面在真实数据上运行它们。',
  },
  oneHeading: { en: 'One to one', zh: '一对一' },
  one: {
    en: 'No sequence at all: a picture of a digit, all at once, to one of ten classes ([digits](digits.html), which also reads it row by row).',
    zh: '根本没有序列：把一张数字图片一次看完，分到十类之一（[digits](digits.html)，那一页也逐行阅读它）。',
  },
  oneCaption: { en: 'One vector in, one out.', zh: '一个向量进，一个向量出。' },
  oneExample: { en: 'a picture → a digit', zh: '一张图片 → 一个数字' },
  oneToManyHeading: { en: 'One to many', zh: '一对多' },
  oneToMany: {
    en: 'One thing becomes the first state, and the network goes on by itself: a caption for a picture, word by word ([captions](captions.html)). With nothing but a first character it is a text ([char-rnn](char-rnn.html)).',
    zh: '一样东西成为初始状态，网络自己接着往下写：逐词写出图片的描述（[captions](captions.html)）。如果只给第一个字符，写出的就是文本（[char-rnn](char-rnn.html)）。',
  },
  oneToManyCaption: { en: 'Read once; asked at every step.', zh: '只读一次；每一步都要输出。' },
  oneToManyExample: { en: 'a picture → a phrase', zh: '一张图片 → 一个短语' },
  manyToOneHeading: { en: 'Many to one', zh: '多对一' },
  manyToOne: {
    en: 'Everything is read before anything is said: the language that a name comes from, by its letters ([surnames](surnames.html)); whether a review praises ([sentiment](sentiment.html)). What happens in a film clip is this shape too, with a vector for each frame.',
    zh: '全部读完才作回答：按字母判断一个姓来自哪种语言（[surnames](surnames.html)）；一篇影评是褒是贬（[sentiment](sentiment.html)）。一段视频里发生了什么也是这种形状，每一帧是一个向量。',
  },
  manyToOneCaption: { en: 'Read at every step; asked at the last.', zh: '每一步都读；最后一步才输出。' },
  manyToOneExample: { en: 'a name → a language', zh: '一个姓 → 一种语言' },
  inStepHeading: { en: 'Many to many, in step', zh: '多对多，同步' },
  inStep: {
    en: 'An answer at every step, for what was read at that step: the part of speech of each word ([parts-of-speech](parts-of-speech.html)); the phoneme of each frame of a recording; the next character of a text, in every language model of this course.',
    zh: '每一步都对当时读到的东西作出回答：每个词的词性（[parts-of-speech](parts-of-speech.html)）；录音中每一帧的音素；文本的下一个字符，本课程的语言模型都是如此。',
  },
  inStepCaption: { en: 'Read and asked at every step.', zh: '每一步都读，每一步都输出。' },
  inStepExample: { en: 'words → their parts of speech', zh: '各个词 → 各自的词性' },
  notInStepHeading: { en: 'Many to many, not in step', zh: '多对多，不同步' },
  notInStep: {
    en: 'The answer is a sequence of its own length. An *encoder* reads, its last state is what a *decoder* begins with, and the decoder reads what it has written itself until it says that the end has come: translation ([translation](translation.html)), spelling to sounds ([pronounce](pronounce.html)), programs to what they print ([execute](execute.html)).',
    zh: '回答是一个长度自定的序列。*编码器*负责读，它的最后状态是*解码器*的起点；解码器读自己写出的内容，直到它说结束：翻译（[translation](translation.html)）、由拼写到发音（[pronounce](pronounce.html)）、由程序到它打印的内容（[execute](execute.html)）。',
  },
  notInStepCaption: {
    en: 'First only read, then only asked; what was said is read next. The token at the border starts the decoder.',
    zh: '先只读，后只输出；说出的内容是下一步的输入。交界处的词元启动解码器。',
  },
  notInStepExample: { en: 'an English sentence → a French one', zh: '英语句子 → 法语句子' },
  shapesHeading: { en: 'All five, run', zh: '五种形状，实际运行' },
  shapes: {
    en: 'The same GRU with 8 units did all but the first: two examples side by side (N = 2), three numbers for each step. A sequence is a tensor [T, N, D].',
    zh: '除第一种外，都由同一个 8 单元的 GRU 完成：两个样本并排（N = 2），每一步三个数。序列是形状为 [T, N, D] 的张量。',
  },
  shape: { en: 'shape', zh: '形状' },
  goesIn: { en: 'goes in', zh: '输入' },
  comesOut: { en: 'comes out', zh: '输出' },
  example: { en: 'for example', zh: '例子' },
  steps: { en: 'Steps that were read and said', zh: '读入与输出的步数' },
});

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Shakespeare, a character at a time', zh: '逐字符写莎士比亚' },
  question: {
    en: 'What does a network learn of Shakespeare that sees nothing but one character after the other?',
    zh: '只看到一个接一个的字符，网络能从莎士比亚那里学到什么？',
  },
  idea: {
    en: 'A network that has learned to predict the next character can write: draw a character from its prediction, feed it back as input, and go on. Nobody tells it what a word is, that a name in capitals begins a speech, or that lines have about ten syllables; all of this lowers the loss, so it is learned. Karpathy’s *char-rnn* (2015) made this famous.\n\nThree questions follow at once. What does the sampling *temperature* trade off? What does a *prime*, the text that it reads first, change, and for how long? And does it write, or does it recite: how long are the passages that it has copied?',
    zh: '一个学会预测下一个字符的网络也就会写作：从预测分布中抽取一个字符，再把它作为输入，如此往复。没有人告诉它什么是单词、大写的人名之后是一段台词、一行大约十个音节；但这些规律都能降低损失，所以它学会了。Karpathy 的 *char-rnn*（2015）让这件事广为人知。\n\n随之而来的是三个问题：采样时的*温度*在权衡什么？先让它读的*前缀*会改变什么，影响能持续多久？它究竟是在写作还是在背诵，也就是说，从训练文本照抄的段落有多长？',
  },
  data: {
    en: 'The data: Tiny Shakespeare, {characters} characters, {symbols} different ones. The last 5 % ({held} characters) are kept for validation. Two LSTMs predict each character from all that stand before it: one of two layers of {small} units, one of a single layer of {large}. Both are trained by truncated backpropagation over 64 steps on {rows} sequences at a time, with sequential partitioning, dropout, and AdamW, whose learning rate falls along half a cosine. Karpathy used RMSProp, a learning rate that decays in steps, and up to 50 epochs; here there are few.',
    zh: '数据：Tiny Shakespeare，共 {characters} 个字符，{symbols} 种不同的符号。最后 5%（{held} 个字符）留作验证。两个长短期记忆网络根据前面的全部字符预测下一个：一个有两层、每层 {small} 个单元，另一个只有一层、{large} 个单元。两者都用截断的通过时间反向传播训练，每次 64 步、{rows} 个序列，顺序分区，使用暂退法和 AdamW，学习率按半个余弦下降。Karpathy 当年用的是 RMSProp 和逐步衰减的学习率，最多训练 50 轮；这里只训练很少几轮。',
  },
  validationLoss: {
    en: 'LSTM {name}: loss on the last 5 %, in nats per character (PyTorch: {torch})',
    zh: 'LSTM {name}：最后 5% 上的损失，单位为每字符奈特（PyTorch：{torch}）',
  },
  beatsUnigram: {
    en: 'LSTM {name}, smaller and briefly trained: loss on the last 5 %, against a unigram model less 0.1 nats',
    zh: 'LSTM {name}（缩小并只训练片刻）：最后 5% 上的损失，与一元语法模型减 0.1 奈特比较',
  },
  lossCaption: {
    en: 'Loss during training (pale, smoothed, with dropout) and on the validation part.',
    zh: '训练过程中的损失（浅色，经过平滑，含暂退法）与验证部分的损失。',
  },
  largeLearnsMore: {
    en: 'The large network has learned more with {epochs} epochs of training ({large} nats on the validation part) than the small one with {more} ({small}).',
    zh: '大网络训练 {epochs} 轮（验证部分 {large} 奈特）比小网络训练 {more} 轮（{small} 奈特）学得更多。',
  },
  trainingOf: { en: '{name}, training', zh: '{name}，训练' },
  validationOf: { en: '{name}, validation', zh: '{name}，验证' },
  temperatureHeading: { en: 'Temperature', zh: '温度' },
  temperature: {
    en: 'Dividing the outputs $o_x$ by a temperature $T$ before the softmax sharpens the distribution ($T < 1$) or flattens it ($T > 1$). At $T \\to 0$ the most likely character always wins and the text goes in circles; at large $T$ all characters become alike. All samples are by the LSTM {name} and use the same random numbers.',
    zh: '在 softmax 之前把输出 $o_x$ 除以温度 $T$，分布会变尖（$T < 1$）或变平（$T > 1$）。$T \\to 0$ 时总是选最可能的字符，文本会原地打转；$T$ 很大时所有字符趋于等可能。以下样本都由 LSTM {name} 用同一组随机数写成。',
  },
  sampleAt: { en: 'T = {temperature}', zh: 'T = {temperature}' },
  temperatureAxis: { en: 'temperature T', zh: '温度 T' },
  entropy: { en: 'entropy (nats per character)', zh: '熵（每字符奈特）' },
  entropyCaption: {
    en: 'Mean entropy of the distribution that each character was drawn from. e to this power is the number of characters it chose among: {few} at T = 0.2, {many} at T = 1.5. It rises for two reasons: the softmax is flatter, and the network reads text of its own that is ever odder, and harder to go on from.',
    zh: '抽取每个字符时所用分布的平均熵。以 e 为底取幂就是实际在多少个字符之间选择：T = 0.2 时为 {few}，T = 1.5 时为 {many}。它上升有两个原因：softmax 变平了；而且网络读到的是自己写的、越来越怪的文本，更难接着往下写。',
  },
  realWords: { en: 'words that are known', zh: '已知单词的比例' },
  wordsCaption: {
    en: 'Share of the words written that stand in the training text. Unseen Shakespeare (dashed) has new words too.',
    zh: '写出的单词中有多大比例出现在训练文本里。没有见过的莎士比亚原文（虚线）也有新词。',
  },
  careful: {
    en: 'At T = 0.5 the network is more careful than Shakespeare: {cold} of its words are known, {held} of his; at T = 1.5 it makes up words that do not exist ({hot} known).',
    zh: 'T = 0.5 时，网络比莎士比亚更谨慎：它写的词有 {cold} 是已知的，他的是 {held}；T = 1.5 时，它生造出不存在的词（已知的只有 {hot}）。',
  },
  samples: { en: 'samples', zh: '样本' },
  unseenText: { en: 'unseen Shakespeare', zh: '未见过的原文' },
  entropyRises: {
    en: 'Entropy rises at each step of the temperature (at T = 0.2, 0.5, 1, 1.5: {values})',
    zh: '温度每升一级，熵都上升（T = 0.2、0.5、1、1.5 时：{values}）',
  },
  coldWords: {
    en: 'Share of words that stand in the training text, at T = 0.5',
    zh: 'T = 0.5 时出现在训练文本中的单词比例',
  },
  hotWords: { en: 'The same at T = 1.5: less than at T = 0.5', zh: 'T = 1.5 时的同一比例：低于 T = 0.5' },
  primeHeading: { en: 'A prime', zh: '前缀' },
  prime: {
    en: 'The network reads the prime before it writes: this is the warm-up, it only moves the state. The same random numbers, four primes, T = 0.7. Does a name bring a speech? Is half a sentence finished? And for how long does it keep up program code, which it has never seen?',
    zh: '网络在写作之前先读前缀：这是预热期，只改变隐状态。下面是同一组随机数、四个不同的前缀，T = 0.7。人名会引出一段台词吗？半句话会被接着写完吗？从未见过的程序代码，它能坚持多久？',
  },
  primedBy: { en: 'after “{prime}”', zh: '前缀“{prime}”' },
  primeColumn: { en: 'prime', zh: '前缀' },
  nextColumn: { en: 'most likely next characters', zh: '最可能的下一个字符' },
  forgetting: {
    en: 'How long does it matter? Take two copies of a network. One has read a page of {page} characters, the other nothing. Now both read the lines that follow that page, the same for both. The divergence of their predictions after $t$ characters tells what is left of the page:',
    zh: '影响能持续多久？取同一网络的两个副本，一份读过 {page} 个字符的一页，另一份什么也没读。然后让两者读这一页之后的同一段文本。读了 $t$ 个字符之后，两者预测之间的散度说明那一页还剩下多少影响：',
  },
  charactersSince: { en: 'characters t read since', zh: '此后读过的字符数 t' },
  divergence: { en: 'divergence (nats)', zh: '散度（奈特）' },
  forgettingCaption: {
    en: 'What is left of the page, averaged over many pages of the validation part; the vertical axis is logarithmic and ends at 1e-6. Exponential fading would be a straight line.',
    zh: '那一页留下的影响，对验证部分的许多页取平均；纵轴是对数坐标，止于 1e-6，指数衰减对应一条直线。',
  },
  littleLeft: {
    en: 'After {from} to {to} characters {share} of the influence is left: what is multiplied by a forget gate again and again fades. The network was trained over 64 steps at a time, and has learned to use little of what is longer ago.',
    zh: '读过 {from} 到 {to} 个字符后，影响只剩 {share}：一再乘以遗忘门的东西总会衰减。网络训练时每次只看 64 步，对更早的内容，它学会利用的很少。',
  },
  forgotten: {
    en: 'Divergence after {from} to {to} characters, as a share of that after the first ({name})',
    zh: '读过 {from} 到 {to} 个字符后的散度与读过第一个字符后之比（{name}）',
  },
  copyHeading: { en: 'Written, or copied?', zh: '是写作，还是照抄？' },
  copy: {
    en: 'The *longest common substring* of a sample and the training text is the longest passage that was copied. Comparing every place with every place would take as many steps as the product of both lengths; a suffix automaton of the sample reads the training text once, and then tells for each character of the sample how long the copy is that ends there. A fair comparison is a piece of Shakespeare that the network has not seen: poets repeat themselves, too.',
    zh: '样本与训练文本的*最长公共子串*就是照抄得最长的段落。逐处比较所需的步数是两者长度的乘积；而为样本建立后缀自动机之后，只需把训练文本读一遍，就能知道样本的每个字符处结束的照抄段落有多长。公平的参照是网络没有见过的莎士比亚原文：诗人也会重复自己。',
  },
  sampleLength: { en: 'length of the sample (characters)', zh: '样本长度（字符）' },
  copiedLength: { en: 'longest copied passage (characters)', zh: '最长照抄段落（字符）' },
  copyCaption: {
    en: 'The longest passage copied within the first n characters of a sample. The axis of n is logarithmic: growth like log n is a straight line. Dashed: unseen Shakespeare, which shares passages with the training text as well.',
    zh: '样本前 n 个字符中最长的照抄段落。横轴为对数坐标：若随 n 的对数增长，就是一条直线。虚线：没有见过的莎士比亚原文，它与训练文本之间也有相同的段落。',
  },
  meanCopied: { en: 'mean length of a copy', zh: '照抄的平均长度' },
  longestCopied: { en: 'longest', zh: '最长' },
  passage: { en: 'the longest passage', zh: '最长的段落' },
  automatonRight: {
    en: 'The automaton is right: at 50 places the passage it names stands in the training text, and no longer one does',
    zh: '后缀自动机是对的：在 50 处，它给出的段落确实出现在训练文本里，而更长的段落都没有',
  },
  fewCopies: {
    en: 'Longest passage copied in {length} characters at T = 1 (in as much unseen Shakespeare: {held})',
    zh: 'T = 1 的 {length} 个字符中最长的照抄段落（同样长度的未见原文为 {held}）',
  },
  coldCopies: {
    en: 'Mean length of a copy at T = 1.5: less than at T = 0.5',
    zh: 'T = 1.5 时照抄的平均长度：小于 T = 0.5',
  },
});

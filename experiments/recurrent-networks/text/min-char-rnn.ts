import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'min-char-rnn, the 110-line program', zh: 'min-char-rnn：110 行的字符模型' },
  question: {
    en: 'Can a language model with its whole gradient fit on two pages, without any library?',
    zh: '一个语言模型，连同它的全部梯度，不用任何库，两页纸写得下吗？',
  },
  idea: {
    en: 'In 2015 Andrej Karpathy published a character-level language model in 110 lines of NumPy: one recurrent layer, backpropagation through 25 characters by hand, Adagrad, and nothing else. Many people learned from it what a recurrent network is. Here it stands twice: written by hand, line by line, on plain arrays; and with a recurrent layer of the library, where the gradient is derived from the equation. Starting from the same weights, all three programs give the same losses.\n\nThe program reads its text in chunks of 25 characters. The state at the end of a chunk is the start of the next one, but the gradient stops there: this is truncated backpropagation through time with a batch of one. It never sees the text in another order.',
    zh: '2015 年，Andrej Karpathy 发表了一个只有 110 行 NumPy 代码的字符级语言模型：一个循环层，手写的 25 步反向传播，Adagrad，除此之外什么也没有。许多人正是从它弄懂了循环神经网络。这里把它写了两遍：一遍在普通数组上逐行手写；另一遍使用这个库的循环层，梯度由方程自动导出。从同样的初始权重出发，三个程序每一步的损失都相同。\n\n程序每次读 25 个字符。一段末尾的隐状态就是下一段的初始隐状态，但梯度到段首为止：这就是批量大小为 1 的截断的通过时间反向传播。文本始终按原来的顺序读入。',
  },
  helloCaption: {
    en: 'What the program does with a chunk, here four characters of “hello”: each goes in with the state that those before it left, and the next one should come out.',
    zh: '程序怎样处理一段文本，这里是“hello”中的四个字符：每个字符与之前留下的隐状态一起输入，应当输出的是下一个字符。',
  },
  sameHeading: { en: 'The same losses as NumPy', zh: '与 NumPy 的损失逐一相同' },
  start: {
    en: 'First loss, with weights near 0: 25 · ln {characters}, all characters are equally likely (NumPy: 104.3604)',
    zh: '第一段的损失：权重接近 0，所有字符概率相同，即 25 · ln {characters}（NumPy：104.3604）',
  },
  handSame: {
    en: 'By hand, 64 bits: largest relative difference from the losses of the NumPy program over {chunks} chunks',
    zh: '手写版，64 位：{chunks} 段的损失与 NumPy 程序的最大相对误差',
  },
  layerSame: {
    en: 'With the layer, 64 bits: largest relative difference from the losses of the NumPy program over {chunks} chunks',
    zh: '循环层版，64 位：{chunks} 段的损失与 NumPy 程序的最大相对误差',
  },
  layer32Same: {
    en: 'With the layer, 32 bits: the same over the first 4 chunks, before rounding errors grow',
    zh: '循环层版，32 位：前 4 段的最大相对误差，此后舍入误差开始放大',
  },
  goldenCaption: {
    en: 'Loss of each of the first {chunks} chunks. Adagrad’s first steps have the full size 0.1 in nearly every weight, and the loss more than doubles before it falls. The line is NumPy, the dots are the program by hand.',
    zh: '前 {chunks} 段各自的损失。Adagrad 最初几步在几乎每个权重上都走满 0.1，损失先升到两倍以上，然后才下降。线是 NumPy，点是手写版，二者完全重合。',
  },
  apartCaption: {
    en: 'Relative difference from NumPy, which computes in 64 bits. With 64 bits both of our programs stay far below the limit of 0.0001 (dotted). With 32 bits the program is the same, but the large first steps make training chaotic: a rounding error of the size $10^{-7}$ grows to {worst} within {chunks} chunks. NumPy itself does the like when it computes in 32 bits. Such runs agree on average, not chunk by chunk.',
    zh: '与 NumPy 的相对误差，NumPy 用 64 位计算。同用 64 位时，我们的两个程序都远低于上限 0.0001（点线）。换成 32 位，程序虽然不变，但最初的大步长使训练过程变得混沌：$10^{-7}$ 大小的舍入误差在 {chunks} 段之内就放大到 {worst}。NumPy 自己改用 32 位也是如此。这样的两次训练只在平均意义上一致，而不是逐段相同。',
  },
  nats: { en: 'loss of 25 characters (nats)', zh: '25 个字符的损失（奈特）' },
  relative: { en: 'relative difference', zh: '相对误差' },
  numpy: { en: 'NumPy', zh: 'NumPy' },
  byHand: { en: 'by hand', zh: '手写' },
  layer64: { en: 'layer, 64 bits', zh: '循环层，64 位' },
  layer32: { en: 'layer, 32 bits', zh: '循环层，32 位' },
  trainHeading: { en: '{count} chunks of Shakespeare', zh: '读 {count} 段莎士比亚' },
  training: {
    en: 'The program follows its loss by an average, $S \\leftarrow 0.999\\,S + 0.001\\,L$, which starts at $25\\,\\ln 65$. Two numbers give it a scale. A model that only knows how often each character occurs pays {single} nats for 25 characters; one that knows how often it follows the character before it pays {pairs}.\n\nMuch depends on the seed. Adagrad’s first steps are so large that many units start saturated, near −1 or 1, and some seeds take long to recover; NumPy’s runs differ as much: its seeds 0, 1 and 2 stand at 52.2, 54.1 and 58.1 nats after 10,000 chunks.',
    zh: '程序用滑动平均 $S \\leftarrow 0.999\\,S + 0.001\\,L$ 跟踪损失，初值为 $25\\,\\ln 65$。两个数字可作参照：只知道每个字符出现频率的模型，25 个字符要付出 {single} 奈特；知道前一个字符之后各字符频率的模型，要付出 {pairs} 奈特。\n\n结果在很大程度上取决于随机种子。Adagrad 的最初几步太大，许多隐藏单元一开始就饱和在 −1 或 1 附近，有的种子要很久才能恢复；NumPy 的多次运行也有同样大的差别：种子 0、1、2 在 10,000 段之后分别为 52.2、54.1、58.1 奈特。',
  },
  fourSeeds: {
    en: 'So {seeds} seeds read {trial} chunks each, and the best of them goes on to {count}.',
    zh: '因此先让 {seeds} 个种子各读 {trial} 段，再让其中最好的一个读到 {count} 段。',
  },
  oneSeed: {
    en: 'The short version reads {count} chunks with one seed.',
    zh: '快速版只用一个种子读 {count} 段。',
  },
  at20000: {
    en: 'Smoothed loss after 20,000 chunks, seed {seed} (NumPy, seed 0: 49.4)',
    zh: '读完 20,000 段后的平滑损失，随机种子 {seed}（NumPy，种子 0：49.4）',
  },
  at100000: {
    en: 'Smoothed loss after 100,000 chunks of the best of four seeds, {seed} (NumPy, seed 0: 45.3)',
    zh: '四个种子中最好的一个（种子 {seed}）读完 100,000 段后的平滑损失（NumPy，种子 0：45.3）',
  },
  beatsPairs: {
    en: 'The same, at most 80 % of what counted pairs of characters give ({pairs})',
    zh: '同一个值，低于字符二元统计的损失（{pairs}）的 80 %',
  },
  quickLoss: {
    en: 'Mean loss of the last 200 of {n} chunks (short run)',
    zh: '{n} 段中最后 200 段的平均损失（快速版）',
  },
  lossCaption: {
    en: 'Smoothed loss (blue; light blue: the other seeds). Dashed: what counting single characters and pairs of them gives. Orange dots, where there are any: the NumPy program with seed 0. Dotted, where it is reached: the text has ended, and the program reads it again.',
    zh: '平滑损失（蓝色；浅蓝色是其他种子）。虚线：字符一元统计与二元统计的损失。橙色点（如果有）：NumPy 程序（种子 0）。竖直点线（如果读到）：文本读完，从头再读。',
  },
  single: { en: 'single characters', zh: '单个字符' },
  pairs: { en: 'pairs', zh: '字符对' },
  smoothed: { en: 'smoothed', zh: '平滑' },
  samples: {
    en: 'Every 100 chunks the program writes 200 characters, each drawn from $p_t$ and read as the next input. Some of them:',
    zh: '每读 100 段，程序就写出 200 个字符：每个字符都按 $p_t$ 抽取，再作为下一步的输入。其中几段：',
  },
  sampleAt: { en: 'After {n} chunks, smoothed loss {loss}:', zh: '读完 {n} 段，平滑损失 {loss}：' },
});

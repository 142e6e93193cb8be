import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Minibatches of a long sequence', zh: '长序列的小批量：随机采样与顺序分区' },
  question: {
    en: 'A book is one sequence of 170,580 characters. How does it become minibatches, without a border that is never learned?',
    zh: '一本书是一个长 170,580 个字符的序列。怎样把它变成小批量，又不留下永远学不到的边界？',
  },
  idea: {
    en: 'A text is one long sequence; a network is trained on minibatches of short ones. So the sequence is cut into windows of $T$ tokens, and $N$ windows make a minibatch. There are two ways to choose them. *Random sampling* takes windows from anywhere, so that minibatches are independent. *Sequential partitioning* lets each row of a minibatch go on where the same row of the last one ended, so that what the network remembers, its *hidden state*, can be handed on and reaches back further than $T$ steps. Both start from a random offset in each epoch, so that the cuts fall elsewhere each time.',
    zh: '文本是一个很长的序列，而网络是用短序列的小批量来训练的。于是把长序列切成 $T$ 个词元的窗口，$N$ 个窗口组成一个小批量。选窗口有两种办法：*随机采样*从任意位置取窗口，各个小批量互不相干；*顺序分区*让每一行接着上一个小批量同一行的结尾往下读，网络记住的东西（它的*隐状态*）可以传下去，从而看到 $T$ 步以前的内容。两种办法在每一轮都从一个随机的偏移量开始，使切口每次落在不同的地方。',
  },
  pairHeading: { en: 'Inputs and targets', zh: '输入与标签' },
  pair: {
    en: 'To see where windows come from, let the sequence be 0, 1, 2, …, 34: each token is its own place. A language model predicts the next token, so the target of each input is the token after it. The targets $Y$ are the inputs $X$, shifted by one.',
    zh: '为了看清窗口从哪里来，让序列就是 0, 1, 2, …, 34：每个词元就是它自己的位置。语言模型预测下一个词元，所以每个输入的标签就是它后面的那个词元。标签 $Y$ 就是输入 $X$ 向后移一位。',
  },
  inputX: { en: 'X', zh: 'X' },
  targetY: { en: 'Y', zh: 'Y' },
  sequence: { en: 'sequence', zh: '序列' },
  pairCaption: {
    en: 'One window of five steps: inputs 3 … 7 (blue) and targets 4 … 8 (orange). Each input stands one place before what is to be predicted from it.',
    zh: '一个五步的窗口：输入 3 … 7（蓝色）与标签 4 … 8（橙色）。每个输入都在要预测的词元的前一个位置。',
  },
  random: { en: 'Random sampling', zh: '随机采样' },
  sequential: { en: 'Sequential partitioning', zh: '顺序分区' },
  randomHow: {
    en: 'Skip a random offset of 0 … $T-1$ tokens, cut the rest into pieces of $T$, shuffle the pieces, and take $N$ at a time.',
    zh: '先跳过随机的偏移量（0 … $T-1$ 个词元），把其余部分切成长度为 $T$ 的片段，打乱次序，每次取 $N$ 个。',
  },
  sequentialHow: {
    en: 'Skip a random offset of 0 … $T$ tokens, cut the rest into $N$ rows of equal length, and go along all rows together, $T$ tokens at a time.',
    zh: '先跳过随机的偏移量（0 … $T$ 个词元），把其余部分切成等长的 $N$ 行，各行同时往前走，每次 $T$ 个词元。',
  },
  batchNumber: { en: 'batch {b}', zh: '小批量 {b}' },
  epochOffset: { en: 'epoch {e}, offset {offset}', zh: '第 {e} 轮，偏移 {offset}' },
  randomCaption: {
    en: 'Two epochs of random sampling with $N = 2$, $T = 5$; time runs downwards. Blue is the first row of a minibatch, orange the second, pink what the offset skips. The windows jump about, so each of them starts from the state h = 0.',
    zh: '随机采样的两轮，$N = 2$，$T = 5$，时间自上而下。蓝色是小批量的第一行，橙色是第二行，粉色是偏移量跳过的部分。窗口跳来跳去，所以每个窗口都从 h = 0 开始。',
  },
  sequentialCaption: {
    en: 'Two epochs of sequential partitioning. Each row walks on from minibatch to minibatch, so its state is handed on (arrows) and is zero only at the start of an epoch.',
    zh: '顺序分区的两轮。每一行都从一个小批量接着走到下一个，状态随之传下去（箭头），只有每轮开始时才为零。',
  },
  printed: { en: 'The first minibatch of the first of these epochs', zh: '其中第一轮的第一个小批量' },
  rulesHeading: { en: 'Rules that both must keep', zh: '两种采样方式的共同规则' },
  rules: {
    en: 'In an epoch no token is an input twice, every target is the token after its input, and over the epochs every offset has its turn. What is left over at the ends is used in another epoch.',
    zh: '在一轮里，任何词元都不会两次作为输入；每个标签都是输入的后一个词元；经过许多轮，每个偏移量都会轮到。两端剩下的词元，会在别的轮次里用到。',
  },
  randomShifted: {
    en: 'Random (library): every target is its input + 1, in {count} epochs',
    zh: '随机采样（库）：{count} 轮中每个标签都等于输入加 1',
  },
  sequentialShifted: {
    en: 'Sequential (library): every target is its input + 1, in {count} epochs',
    zh: '顺序分区（库）：{count} 轮中每个标签都等于输入加 1',
  },
  randomOnce: { en: 'Random (library): no token twice in an epoch', zh: '随机采样（库）：一轮中没有词元重复' },
  sequentialOnce: { en: 'Sequential (library): no token twice in an epoch', zh: '顺序分区（库）：一轮中没有词元重复' },
  randomSame: {
    en: 'Random: from each offset, this page’s function cuts the same windows as the library',
    zh: '随机采样：从每个偏移量出发，本页的函数与库切出同样的窗口',
  },
  sequentialSame: {
    en: 'Sequential: from each offset, this page’s function cuts the same windows as the library',
    zh: '顺序分区：从每个偏移量出发，本页的函数与库切出同样的窗口',
  },
  randomOffsets: {
    en: 'Random: offsets that occur (published: 0 to T − 1)',
    zh: '随机采样：出现的偏移量（书中为 0 到 T − 1）',
  },
  sequentialOffsets: {
    en: 'Sequential: offsets that occur (published: 0 to T)',
    zh: '顺序分区：出现的偏移量（书中为 0 到 T）',
  },
  sequentialAdjacent: {
    en: 'Sequential: share of windows that go on where the same row ended before',
    zh: '顺序分区：与同一行上一窗口首尾相接的窗口所占比例',
  },
  randomAdjacent: {
    en: 'Random: the same share, by chance only',
    zh: '随机采样：同样的比例，只是碰巧',
  },
  place: { en: 'place in the sequence', zh: '在序列中的位置' },
  usedShare: { en: 'epochs that use it (%)', zh: '用到它的轮次（%）' },
  coverageCaption: {
    en: 'How many epochs have each token among their inputs. Thanks to the random offset even the ends have their turn; the last token can only be a target. Sequential partitioning also leaves something between its rows.',
    zh: '每个词元在多少轮中作为输入。因为有随机偏移，两端的词元也能轮到；最后一个词元只能作标签。顺序分区在各行之间也会剩下一些。',
  },
  stateHeading: { en: 'Handing on the state', zh: '传递隐状态' },
  state: {
    en: 'What does it matter? A recurrent network ([the next chapter](hidden-state.html) builds one) reads a row of 30 numbers, once in one go and then in windows of five. With the state handed on, it computes the very same. With a state that starts at zero each time, it has to find its bearings anew at each cut.',
    zh: '这有什么区别？让一个循环神经网络（[下一章](hidden-state.html)来搭建）读一行 30 个数，先一次读完，再每五个数一段分段读。状态传下去时，结果完全相同；每次都从零状态开始时，它在每个切口都要重新摸索。',
  },
  carriedSame: {
    en: 'Windows with the state handed on against all in one go: the largest difference of h',
    zh: '传递状态逐窗读与一口气读完相比：h 的最大差异',
  },
  resetDiffers: { en: 'The same with a state of zero for each window', zh: '每个窗口都从零状态开始时的同一差异' },
  atOnce: { en: 'in one go', zh: '一口气读完' },
  resetState: { en: 'from zero each time', zh: '每窗从零开始' },
  stateCaption: {
    en: 'One hidden unit of an untrained RNN. Line: the row in one go. Dots: in windows of five (dotted lines) with the state handed on; they lie on the line. Dashed: each window from zero, wrong after each cut until the past is forgotten.',
    zh: '一个未经训练的循环神经网络的某个隐藏单元。实线：一口气读完。圆点：按五个一窗（点线为切口）并传递状态，都落在实线上。虚线：每窗从零开始，在每个切口之后都不对，直到过去被忘掉为止。',
  },
  end: {
    en: 'Handing on the values must not hand on the gradients: backpropagation would go back to the start of the epoch. The state is *detached* at each cut (see [bptt](bptt.html)).',
    zh: '传下去的只能是数值，不能是梯度，否则反向传播会一直回溯到这一轮的开头。所以在每个切口都要把状态从计算图中*分离*（见 [bptt](bptt.html)）。',
  },
});

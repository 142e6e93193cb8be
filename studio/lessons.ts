// Lessons: short guided tours through the page. A lesson is a list of { text, act }: what is said, and what that does to the live page,
// so that whoever reads sees it happen; each ends with something to try.
import { forgetRows } from './holdRows.js';
import { defaultsOf, RUN_FIELDS, type RunSettings } from './settings.js';
import { cellData, changeText, changeView, keepCurve, pause, play, send, step, view } from './state.js';
import type { Both } from './words.js';

export interface LessonPage {
  text: Both;
  /** What is spoken of, by its id in `PANELS`: it is brought into sight. */
  panel: 'setup' | 'training' | 'samples' | 'strip' | 'compare' | 'poke' | 'river' | 'search';
  /** Done when the page is reached; nothing where it is left out. */
  act?: () => void;
}

export interface Lesson {
  /** One of `LESSON_TITLES`. */
  id: string;
  pages: readonly LessonPage[];
}

/** A small network learns the text anew. */
function begin(name: string, changed: Partial<RunSettings> = {}): void {
  changeView({ unit: -1, layer: 0, value: 'h', threshold: '' });
  // Whatever was chosen before: what is said is true of these settings.
  cellData.value = null;
  changeText({ kind: 'known', name }, { ...defaultsOf(RUN_FIELDS), collapseWhitespace: name === 'book', ...changed });
}

/** Lets the gradient river flow at the place of the strip. */
function flow(): void {
  send({ type: 'river', at: view.value.cursor + 40 });
}

export const LESSONS: readonly Lesson[] = [
  {
    id: 'sequence',
    pages: [
      {
        text: {
          en: 'A sine in letters: a is −1, y is 1, each line has a period of its own. The network reads one value after the other and says which comes next. That is all a sequence model does.',
          zh: '用字母写的正弦：a 表示 −1，y 表示 1，每行有自己的周期。网络逐个读入数值，预测下一个。序列模型做的就是这件事。',
        },
        panel: 'training',
        act() {
          begin('sine', { cell: 'gru' });
        },
      },
      {
        text: {
          en: 'The first letters of a line are a surprise: whoever has seen two values cannot know the period. Later ones hardly are. An n-gram sees the last few values alone; its line in the chart is what that is worth.',
          zh: '行首的字母令它意外：只看过两个值无法知道周期。之后几乎不再意外。n 元语法只看最近几个值，图中它的线表明这样能做到多好。',
        },
        panel: 'strip',
        act() {
          play();
          changeView({ cursor: 0 });
        },
      },
      {
        text: {
          en: 'Stopped. Poke, below, reads the letter m in place of the one that is clicked in the strip: the error is carried on, or corrected by what follows. To try: click a letter in the middle of a line, do it, and see what it writes then.',
          zh: '已暂停。下面的“拨动”会把条带中点击的字母改读为 m：误差会延续，或被后文纠正。试一试：点击一行中间的字母，执行，看它接着写什么。',
        },
        panel: 'poke',
        act() {
          pause();
          changeView({ at: view.value.cursor + 20, poke: '', read: 'm' });
          forgetRows();
        },
      },
    ],
  },
  {
    id: 'text',
    pages: [
      {
        text: {
          en: 'A text has to be cut into tokens before a network reads it. Here they are characters: the line under the chart says how many there are, and how many differ.',
          zh: '网络读文本之前，要先切成词元。这里是字符：图下方写着共有多少个、多少种不同的。',
        },
        panel: 'training',
        act() {
          begin('book');
        },
      },
      {
        text: {
          en: 'The same book as words: fewer tokens, many more that differ. Words that the training part does not have are unknown to the network.',
          zh: '同一本书按词切分：词元更少，种类却多得多。训练部分没有出现过的词，网络不认识。',
        },
        panel: 'training',
        act() {
          begin('book', { tokens: 'word', batchSize: 16, numSteps: 16 });
        },
      },
      {
        text: {
          en: 'And Chinese poems by characters: as many different ones as words elsewhere. To try: paste a text of your own, and look at its counts as characters, bytes and words.',
          zh: '再看按字切分的唐诗：不同的字与别处的词一样多。试一试：粘贴自己的文本，比较字符、字节和词三种切分的数目。',
        },
        panel: 'setup',
        act() {
          begin('tang300');
        },
      },
    ],
  },
  {
    id: 'language-model',
    pages: [
      {
        text: {
          en: 'A network reads a book letter by letter and says, after each letter, how likely every letter is to come next. It has just begun: its guesses are no better than chance.',
          zh: '网络逐字阅读一本书，每读一个字符，就给出下一个字符的概率。它刚刚开始：猜测还和随机差不多。',
        },
        panel: 'samples',
        act() {
          begin('book', { cell: 'lstm' });
        },
      },
      {
        text: {
          en: 'Loss is the surprise at the letter that came, in nats. Watch it fall below the line of the letter counts, then below that of the 3-gram: from there on the network uses more than the two letters before.',
          zh: '损失是对实际出现的字符的意外程度（奈特）。看它先降到单字频率线之下，再降到三元语法线之下：此后网络用到的就不止前两个字符了。',
        },
        panel: 'training',
        act: play,
      },
      {
        text: {
          en: 'Look at the colours behind the letters: orange is surprise. The first letters of words are hard, the last ones easy. To try: find a word in the middle of which it is surprised.',
          zh: '看字符背后的颜色：橙色表示意外。词首的字母难猜，词尾的容易。试一试：找一个让它在词中间感到意外的词。',
        },
        panel: 'strip',
        act: pause,
      },
    ],
  },
  {
    id: 'state',
    pages: [
      {
        text: {
          en: 'A line is a word of ones and zeros and the number of its ones. Only who carries a count from letter to letter can know the answer: n-grams cannot, as their line shows.',
          zh: '每行是一串 0 和 1，以及其中 1 的个数。只有逐字符记住计数才能知道答案：n 元语法做不到，看它们的线就知道。',
        },
        panel: 'training',
        act() {
          begin('counting', { cell: 'gru' });
        },
      },
      {
        text: {
          en: 'Rows are units, columns are letters. Some rows change only at a one: they count. Click such a row to see it over the whole text.',
          zh: '行是单元，列是字符。有些行只在 1 处变化：它们在计数。点击这样一行，在整个文本中查看它。',
        },
        panel: 'strip',
        act() {
          changeView({ unit: 3, value: 'h', cursor: 0 });
        },
      },
      {
        text: {
          en: 'The same with a plain RNN. Its curve is beside the one that was kept. To try: make the network smaller until it no longer counts.',
          zh: '换成普通 RNN 再来一次，它的曲线与保留的曲线并列。试一试：把网络缩小，直到它不会计数。',
        },
        panel: 'training',
        act() {
          keepCurve();
          begin('counting', { cell: 'rnn' });
        },
      },
    ],
  },
  {
    id: 'training',
    pages: [
      {
        text: {
          en: 'Everything waits. A step reads a batch of pieces of the text, compares, and changes every weight a little.',
          zh: '一切暂停。每一步读取一批文本片段，进行比较，再把每个权重稍作调整。',
        },
        panel: 'training',
        act() {
          begin('book', { cell: 'gru' });
          pause();
        },
      },
      {
        text: {
          en: 'That was one. The button “One step” takes the next. See how the strip changes with each of them.',
          zh: '这就是一步。点“单步”再走一步，看下面的条带如何变化。',
        },
        panel: 'strip',
        act: step,
      },
      {
        text: {
          en: 'The learning rate says how much is changed. It may be changed on the way. To try: 0.1, and back again before all is lost.',
          zh: '学习率决定改变多少，训练途中也能改。试一试：设为 0.1，在全部丢失之前再改回来。',
        },
        panel: 'setup',
        act() {
          play();
          document.getElementById('learningRate')?.focus();
        },
      },
    ],
  },
  {
    id: 'bptt',
    pages: [
      {
        text: {
          en: 'A network learns by sending the gradient of a loss back through the steps before it. Here it goes back 4 letters and is cut off: truncated backpropagation through time.',
          zh: '网络把损失的梯度沿时间步往回传来学习。这里只传 4 个字母就截断：截断的时间反向传播。',
        },
        panel: 'training',
        act() {
          begin('order', { cell: 'rnn', numSteps: 4, batchSize: 64 });
        },
      },
      {
        text: {
          en: 'The curve is kept; now 32 letters. The answer at the end of a line hangs on a letter farther back than 4: only now a gradient reaches it.',
          zh: '保留该曲线；现在传 32 个字母。行末的答案取决于 4 个字母以前的字母：现在梯度才够得着它。',
        },
        panel: 'training',
        act() {
          keepCurve();
          begin('order', { cell: 'rnn', numSteps: 32, batchSize: 64 });
        },
      },
      {
        text: {
          en: 'The gradient river shows how much of it arrives: of a plain RNN it dries up, letter by letter. Its norm by step stands beneath, with the line at which it is clipped. To try: compare RNN, GRU and LSTM at the same loss there.',
          zh: '“梯度之河”显示有多少梯度到达：普通 RNN 的梯度逐字枯竭。其下是每步梯度的范数和裁剪线。试一试：在那里比较同一损失下的 RNN、GRU 与 LSTM。',
        },
        panel: 'river',
        act() {
          pause();
          flow();
        },
      },
    ],
  },
  {
    id: 'gru',
    pages: [
      {
        text: {
          en: 'A GRU mixes its old state with a new candidate: h′ = z·h + (1 − z)·n. The gate z says, for each unit and letter, how much of the old one stays.',
          zh: 'GRU 把旧状态与新候选混合：h′ = z·h + (1 − z)·n。门 z 对每个单元、每个字母决定旧状态保留多少。',
        },
        panel: 'training',
        act() {
          begin('book', { cell: 'gru' });
        },
      },
      {
        text: {
          en: 'These are the values of z: blue where a unit keeps what it has. Units that are blue for many letters remember long.',
          zh: '这是 z 的值：蓝色处单元保留原有的内容。长时间为蓝色的单元记得久。',
        },
        panel: 'strip',
        act() {
          changeView({ value: 'z', cursor: 0 });
        },
      },
      {
        text: {
          en: 'The other gate, r, says how much of the old state the candidate sees. To try: Poke has z of all units at 1, for all letters from there. Do it, and see that the network no longer hears what it reads.',
          zh: '另一个门 r 决定候选看到多少旧状态。试一试：“拨动”里已填好把所有单元的 z 一直固定为 1。执行它，看网络如何再也听不见读到的内容。',
        },
        panel: 'poke',
        act() {
          pause();
          changeView({ value: 'r', at: view.value.cursor + 40, poke: 'z=1+', read: '' });
          forgetRows();
        },
      },
    ],
  },
  {
    id: 'memory',
    pages: [
      {
        text: {
          en: 'Temporal order: two of the letters X and Y stand among noise, and come again at the end. What was first has to survive everything between. A plain RNN tries first.',
          zh: '时间顺序：噪声中有两个字母 X 或 Y，末尾要按顺序重复。先出现的必须在中间的一切之后仍被记住。先让普通 RNN 试试。',
        },
        panel: 'training',
        act() {
          begin('order', { cell: 'rnn', hiddenSize: 48 });
        },
      },
      {
        text: {
          en: 'Its curve is kept; now an LSTM of the same size. Its state c changes only as far as the gates i and f let it.',
          zh: '保留它的曲线；现在换同样大小的 LSTM。它的状态 c 只在门 i 和 f 允许时变化。',
        },
        panel: 'training',
        act() {
          keepCurve();
          begin('order', { cell: 'lstm', hiddenSize: 48 });
        },
      },
      {
        text: {
          en: 'This is the forget gate f: near 1 (blue) it keeps. To try: find a unit whose gate stays blue at noise and changes at X or Y.',
          zh: '这是遗忘门 f：接近 1（蓝色）时保留。试一试：找一个在噪声处不变、在 X 或 Y 处改变的单元。',
        },
        panel: 'strip',
        act() {
          changeView({ value: 'f', cursor: 0 });
        },
      },
    ],
  },
  {
    id: 'deep',
    pages: [
      {
        text: {
          en: 'One layer of 96 units learns the book. It is kept in a moment, to be compared.',
          zh: '一层、96 个单元的网络学习这本书。稍后会保留它，以便比较。',
        },
        panel: 'training',
        act() {
          begin('book', { cell: 'lstm' });
        },
      },
      {
        text: {
          en: 'Two layers of 64: the states of the first are what the second reads. It begins to learn later; the two stand side by side below the strip, each with its surprise at the same letters.',
          zh: '两层、各 64 个单元：第一层的状态就是第二层的输入。它起步更慢；条带下方并排显示两者在同样文字上的意外程度。',
        },
        panel: 'compare',
        act() {
          keepCurve();
          begin('book', { cell: 'lstm', numLayers: 2, hiddenSize: 64 });
        },
      },
      {
        text: {
          en: 'Units of the first layer follow letters, those of the second more often words and their places. To try: Search has \\s as its pattern, a blank. Find the units that follow it: in which layer are they, and of which value?',
          zh: '第一层的单元跟踪字母，第二层的更多跟踪词与位置。试一试：“搜索”里的模式是 \\s，即空格。查找跟踪它的单元：它们在哪一层，是哪个值？',
        },
        panel: 'search',
        act() {
          play();
          changeView({ layer: 1, value: 'h', pattern: '\\s' });
        },
      },
    ],
  },
  {
    id: 'bidirectional',
    pages: [
      {
        text: {
          en: 'Numbers are added here from their last digits, so that the carry goes the way the network reads. It knows, at each digit of the sum, all that it needs.',
          zh: '这里的数从末位开始相加，进位方向与阅读方向一致。写和的每一位时，它已知道所需的一切。',
        },
        panel: 'training',
        act() {
          begin('adding', { cell: 'gru' });
        },
      },
      {
        text: {
          en: 'It reads in one direction. A network that reads in both would see the next letter before it says it: as a language model it cheats, for labels of words it is what one wants.',
          zh: '它只朝一个方向读。双向网络在预测之前就看到了下一个字母：作语言模型等于作弊，而标注词语时正合适。',
        },
        panel: 'strip',
        act() {
          play();
        },
      },
      {
        text: {
          en: 'As it learns, the surprise in the strip becomes small in the sums, and stays large in the numbers that are drawn by chance: what only the future says, no forward network knows. To try: look for the digit of a sum that surprises it most: it waits for a carry.',
          zh: '训练进行中，条带里和的意外逐渐变小，随机抽取的数仍然意外：只有未来才知道的，正向网络无从得知。试一试：找出最令它意外的那一位和：它在等进位。',
        },
        panel: 'strip',
        act() {
          play();
          changeView({ cursor: 0 });
        },
      },
    ],
  },
];

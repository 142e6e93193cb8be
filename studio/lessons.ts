// Lessons: short guided tours through the page. A lesson is a list of { text, act }: what is said, and what that does to the live page,
// so that whoever reads sees it happen; each ends with something to try.
import type { RunSettings } from './settings.js';
import { changeText, changeView, keepCurve, pause, play, step } from './state.js';
import type { Both } from './words.js';

export interface LessonPage {
  text: Both;
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
  const isToy = name !== 'book';
  changeText({ kind: 'known', name }, { tokens: 'char', collapseWhitespace: !isToy, seed: 0, ...changed });
}

export const LESSONS: readonly Lesson[] = [
  {
    id: 'language-model',
    pages: [
      {
        text: {
          en: 'A network reads a book letter by letter and says, after each letter, how likely every letter is to come next. It has just begun: its guesses are no better than chance.',
          zh: '网络逐字阅读一本书，每读一个字符，就给出下一个字符的概率。它刚刚开始：猜测还和随机差不多。',
        },
        act() {
          begin('book', { cell: 'lstm' });
        },
      },
      {
        text: {
          en: 'Loss is the surprise at the letter that came, in nats. Watch it fall below the line of the letter counts, then below that of the 3-gram: from there on the network uses more than the two letters before.',
          zh: '损失是对实际出现的字符的意外程度（奈特）。看它先降到单字频率线之下，再降到三元语法线之下：此后网络用到的就不止前两个字符了。',
        },
        act: play,
      },
      {
        text: {
          en: 'Look at the colours behind the letters: orange is surprise. The first letters of words are hard, the last ones easy. To try: find a word in the middle of which it is surprised.',
          zh: '看字符背后的颜色：橙色表示意外。词首的字母难猜，词尾的容易。试一试：找一个让它在词中间感到意外的词。',
        },
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
        act() {
          begin('counting', { cell: 'gru' });
        },
      },
      {
        text: {
          en: 'Rows are units, columns are letters. Some rows change only at a one: they count. Click such a row to see it over the whole text.',
          zh: '行是单元，列是字符。有些行只在 1 处变化：它们在计数。点击这样一行，在整个文本中查看它。',
        },
        act() {
          changeView({ unit: 3, value: 'h', cursor: 0 });
        },
      },
      {
        text: {
          en: 'The same with a plain RNN. Its curve is beside the one that was kept. To try: make the network smaller until it no longer counts.',
          zh: '换成普通 RNN 再来一次，它的曲线与保留的曲线并列。试一试：把网络缩小，直到它不会计数。',
        },
        act() {
          keepCurve();
          begin('counting', { cell: 'rnn' });
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
        act() {
          begin('order', { cell: 'rnn', hiddenSize: 48 });
        },
      },
      {
        text: {
          en: 'Its curve is kept; now an LSTM of the same size. Its state c changes only as far as the gates i and f let it.',
          zh: '保留它的曲线；现在换同样大小的 LSTM。它的状态 c 只在门 i 和 f 允许时变化。',
        },
        act() {
          keepCurve();
          begin('order', { cell: 'lstm', hiddenSize: 48 });
        },
      },
      {
        text: {
          en: 'This is the forget gate f: near 1 (blue) it keeps. To try: find a unit whose gate stays closed at noise and opens at X or Y.',
          zh: '这是遗忘门 f：接近 1（蓝色）时保留。试一试：找一个在噪声处不变、在 X 或 Y 处改变的单元。',
        },
        act() {
          changeView({ value: 'f', cursor: 0 });
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
        act: step,
      },
      {
        text: {
          en: 'The learning rate says how much is changed. It may be changed on the way. To try: 0.1, and back again before all is lost.',
          zh: '学习率决定改变多少，训练途中也能改。试一试：设为 0.1，在全部丢失之前再改回来。',
        },
        act() {
          play();
          document.getElementById('learningRate')?.focus();
        },
      },
    ],
  },
];

// Every word of the first page, in English and Chinese (`lateWords.ts` has those of late panels). A key that one language lacks does not
// compile.
import { view } from './state.js';

export type Language = 'en' | 'zh';
export type Both = Readonly<Record<Language, string>>;

export const WORDS = {
  title: { en: 'Unrolled studio', zh: 'Unrolled 工作室' },
  skip: { en: 'Skip to the training', zh: '跳到训练' },
  settings: { en: 'Settings', zh: '设置' },
  text: { en: 'Text', zh: '文本' },
  known: { en: 'From the page', zh: '自带文本' },
  own: { en: 'your own', zh: '自选' },
  toys: { en: 'Toy tasks', zh: '玩具任务' },
  texts: { en: 'Texts', zh: '文本' },
  paste: { en: 'Paste a text', zh: '粘贴文本' },
  useText: { en: 'Learn this', zh: '学习这段文本' },
  openFile: { en: 'Open a file …', zh: '打开文件…' },
  dropHint: { en: 'or drop a text or a model anywhere', zh: '也可以把文本或模型拖到页面上' },
  tableAsText: {
    en: '{name} is a table: here it is learned as a text, letter by letter. “unrolled train forecast” predicts its numbers.',
    zh: '{name} 是表格：这里把它当作文本逐字学习。预测其中的数值请用 “unrolled train forecast”。',
  },
  tokens: { en: 'Tokens', zh: '词元' },
  'tokens.char': { en: 'characters', zh: '字符' },
  'tokens.byte': { en: 'bytes', zh: '字节' },
  'tokens.word': { en: 'words', zh: '词' },
  collapseWhitespace: { en: 'Line breaks as spaces', zh: '换行作空格' },
  network: { en: 'Network', zh: '网络' },
  cell: { en: 'Cell', zh: '单元' },
  ownCell: { en: 'of the link', zh: '链接中的' },
  hiddenSize: { en: 'Hidden units', zh: '隐藏单元数' },
  numLayers: { en: 'Layers', zh: '层数' },
  embeddingSize: { en: 'Embedding', zh: '嵌入维数' },
  dropout: { en: 'Dropout', zh: '暂退法' },
  optimizer: { en: 'Optimizer', zh: '优化器' },
  learningRate: { en: 'Learning rate', zh: '学习率' },
  batchSize: { en: 'Batch', zh: '批量' },
  numSteps: { en: 'Steps in time', zh: '时间步数' },
  clipNorm: { en: 'Clip gradients at', zh: '梯度裁剪' },
  seed: { en: 'Seed', zh: '随机种子' },
  onTheWay: {
    en: 'Learning rate, dropout and clipping may change on the way; all else begins anew.',
    zh: '学习率、暂退法和梯度裁剪可在途中更改；其余改动会从头开始。',
  },
  training: { en: 'Training', zh: '训练' },
  play: { en: 'Train', zh: '训练' },
  pause: { en: 'Pause', zh: '暂停' },
  step: { en: 'One step', zh: '单步' },
  again: { en: 'From the beginning', zh: '从头开始' },
  pace: { en: 'Pace', zh: '速度' },
  fullPace: { en: 'full', zh: '全速' },
  perSecond: { en: '{n} a second', zh: '每秒 {n} 步' },
  steps: { en: 'step', zh: '步' },
  epoch: { en: 'epoch', zh: '轮' },
  loss: { en: 'loss', zh: '损失' },
  perplexity: { en: 'perplexity', zh: '困惑度' },
  held: { en: 'on text that it has not learned from', zh: '在未学过的文本上' },
  tokensPerSecond: { en: 'tokens a second', zh: '词元/秒' },
  lossCurve: { en: 'Loss by step', zh: '损失曲线' },
  trainLoss: { en: 'training', zh: '训练' },
  validationLoss: { en: 'validation', zh: '验证' },
  uniform: { en: 'guessing', zh: '瞎猜' },
  unigram: { en: 'letter counts', zh: '单字频率' },
  ngram: { en: '{n}-gram', zh: '{n} 元语法' },
  nats: { en: 'nats a token', zh: '奈特/词元' },
  lessons: { en: 'Lessons', zh: '课程' },
  inTheCourse: { en: 'More of it in the course:', zh: '课程中的实验：' },
  next: { en: 'Next', zh: '下一步' },
  back: { en: 'Back', zh: '上一步' },
  pageOf: { en: '{n} of {all}', zh: '{n} / {all}' },
  end: { en: 'End the lesson', zh: '结束课程' },
  keep: { en: 'Keep to compare', zh: '保留以便比较' },
  compare: { en: 'Side by side', zh: '并排比较' },
  forget: { en: 'Forget run', zh: '移除' },
  pauseHidden: { en: 'Pause while out of sight', zh: '不可见时暂停' },
  leftOut: {
    en: '{n} characters of the text that it does not know are left out',
    zh: '略去文本中它不认识的 {n} 个字符',
  },
  writes: { en: 'What it writes', zh: '它写的' },
  temperature: { en: 'Temperature', zh: '温度' },
  atStep: { en: 'step {n}', zh: '第 {n} 步' },
  strip: { en: 'What it sees', zh: '它看到的' },
  stripHelp: {
    en: 'Columns are tokens, rows are units. Arrow keys move along the text, Page Up and Page Down farther. Enter chooses unit and token; T asks where the unit is above this value, or below it; H holds it in Poke.',
    zh: '列是词元，行是单元。方向键沿文本移动，Page Up / Page Down 移得更远。Enter 选定单元与词元；T 查找该单元何处高于（或低于）此值；H 在“拨动”中固定它。',
  },
  surprise: { en: 'Surprise', zh: '意外程度' },
  expected: { en: 'expected next', zh: '预期下一个' },
  value: { en: 'Value', zh: '数值' },
  layer: { en: 'Layer', zh: '层' },
  unit: { en: 'Unit {n}', zh: '单元 {n}' },
  unitHelp: {
    en: 'Click a row to follow one unit over the whole text; Poke and the river begin at the letter that was clicked.',
    zh: '点击一行，可在整个文本中跟踪一个单元；“拨动”与“梯度之河”从点击的字开始。',
  },
  number: { en: 'Number', zh: '数值' },
  places: { en: 'Where it is strongest', zh: '最强的位置' },
  place: { en: 'token {n}', zh: '第 {n} 个词元' },
  before: { en: 'Earlier', zh: '往前' },
  after: { en: 'Later', zh: '往后' },
  position: { en: 'Place in the text', zh: '文本位置' },
  share: { en: 'Copy link', zh: '复制链接' },
  shared: { en: 'Link copied', zh: '链接已复制' },
  sharedNoText: {
    en: 'Link copied, without the text: it is too long for an address',
    zh: '链接已复制，但文本太长，未包含在内',
  },
  sharedNoModel: {
    en: 'Link copied, without the model: send its file beside it',
    zh: '链接已复制，但不含模型：请另附模型文件',
  },
  sharedNoDraft: {
    en: 'Link copied, without the cell in the editor: it is too long for an address',
    zh: '链接已复制，但编辑器中的单元太长，未包含在内',
  },
  textMissing: {
    en: 'The text “{name}” is not in the address: open it again. Until then the page learns its book, with other numbers.',
    zh: '地址中不含文本“{name}”：请重新打开它。在此之前页面学习自带的书，数值会不同。',
  },
  changed: { en: 'changes on the way', zh: '途中的更改' },
  save: { en: 'Save the model', zh: '保存模型' },
  saveText: { en: 'Save the text', zh: '保存文本' },
  shell: { en: 'The same in a shell', zh: '在命令行中重现' },
  typescript: { en: 'The same in TypeScript', zh: '用 TypeScript 重现' },
  picture: { en: 'Picture', zh: '图片' },
  takeAway: { en: 'Take away', zh: '带走' },
  close: { en: 'Close', zh: '关闭' },
  dark: { en: 'Dark', zh: '深色' },
  light: { en: 'Light', zh: '浅色' },
  language: { en: '中文', zh: 'English' },
  threads: { en: '{n} threads', zh: '{n} 个线程' },
  thread: { en: '1 thread', zh: '1 个线程' },
  starting: { en: 'Starting …', zh: '正在启动…' },
  facts: {
    en: '{cell}, {parameters} parameters · {train} + {validation} {tokens}, {vocabulary} different',
    zh: '{cell}，{parameters} 个参数 · {train} + {validation} 个{tokens}，共 {vocabulary} 种',
  },
  cut: { en: 'only the first {n} bytes of the text are read', zh: '只读取了文本的前 {n} 字节' },
  smallerBatch: {
    en: 'a short text: {batch} × {steps} tokens in a batch',
    zh: '文本较短：每批 {batch} × {steps} 个词元',
  },
  readAs: { en: 'no UTF-8: read as {encoding}', zh: '不是 UTF-8，按 {encoding} 读取' },
  opened: { en: 'a model from a file', zh: '来自文件的模型' },
  notLoaded: {
    en: '{what} could not be loaded: the page was not served whole, or the connection is gone',
    zh: '无法加载“{what}”：页面文件不全或连接已断开',
  },
  time: { en: 'Time machine', zh: '时间机器' },
  poke: { en: 'Poke', zh: '拨动' },
  search: { en: 'Search', zh: '搜索' },
  pattern: { en: 'Regular expression', zh: '正则表达式' },
  river: { en: 'Gradient river', zh: '梯度之河' },
  editor: { en: 'Cell', zh: '单元' },
  equations: { en: 'Equations', zh: '方程' },
  noSimd: {
    en: 'WebAssembly with SIMD: it computes in JavaScript, some 30 times slower',
    zh: '带 SIMD 的 WebAssembly：改用 JavaScript 计算，约慢 30 倍',
  },
  missing: { en: 'missing here: {what}', zh: '此处缺少：{what}' },
  addressIgnored: {
    en: 'the address says {name}={value}, which is not {expected}: {standard} is used',
    zh: '地址中 {name}={value} 不是 {expected}：改用 {standard}',
  },
  notRead: {
    en: 'the address has something that cannot be read and is left out: {what}',
    zh: '地址中有无法读取的内容，已忽略：{what}',
  },
} as const satisfies Record<string, Both>;

export type Word = keyof typeof WORDS;

export function language(): Language {
  return view.value.language;
}

/** What fills the blanks of a word. */
export type Blanks = Readonly<Record<string, string | number>>;

/** In the page's language, with its blanks filled in. */
export function inLanguage(word: Both, blanks: Blanks = {}): string {
  return word[language()].replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(blanks, name) ? String(blanks[name]) : whole,
  );
}

export function say(word: Word, blanks: Blanks = {}): string {
  return inLanguage(WORDS[word], blanks);
}

/** A number as the language writes it. */
export function count(n: number): string {
  return n.toLocaleString('en');
}

// Words that all experiments share: of the pages, and of axes.
import type { AltWords } from '../drawing/altText.js';
import { type Language, messages } from './messages.js';

export const WORDS = messages({
  // The page.
  checks: { en: 'Checks', zh: '检验' },
  checkCount: { en: '{count} checks', zh: '{count} 项检验' },
  what: { en: 'what', zh: '内容' },
  expected: { en: 'expected', zh: '预期' },
  got: { en: 'got', zh: '实测' },
  allPassed: { en: 'all passed', zh: '全部通过' },
  failed: { en: '{count} failed', zh: '{count} 项未通过' },
  broke: { en: 'It ended with an error', zh: '运行出错' },
  experimentCode: { en: 'The code of the experiment', zh: '实验的代码' },
  codeNote: {
    en: 'This is what computed and drew this page. Everything imported from `unrolled` is the public library.',
    zh: '以下代码计算并画出了本页，从 `unrolled` 导入的都是这个库的公开接口。',
  },
  checked: { en: '{count} checks of what is said above', zh: '对以上内容的 {count} 项检验' },
  checkedOne: { en: 'a check of what is said above', zh: '对以上内容的一项检验' },
  checkedBad: { en: '{bad} of {count} checks failed', zh: '{count} 项检验中有 {bad} 项未通过' },
  inBook: { en: 'in the books', zh: '书中' },
  inCode: { en: 'in the code', zh: '代码中' },
  shape: { en: 'shape', zh: '形状' },
  meaning: { en: 'what it is', zh: '含义' },
  lessonCode: { en: 'In code', zh: '代码' },
  lessonNote: {
    en: 'A whole program, without pictures and checks. `npx unrolled eject {name}` writes it into a folder, as TypeScript and JavaScript, with its data; `node lesson.js` runs it.',
    zh: '一个完整的程序，不含图和检验。`npx unrolled eject {name}` 把它连同数据写进一个文件夹，TypeScript 与 JavaScript 各一份；用 `node lesson.js` 运行。',
  },
  prints: { en: 'It prints', zh: '它打印' },
  saw: { en: 'What you saw', zh: '小结：你看到了什么' },
  allChecks: { en: 'All checks', zh: '全部检验' },
  exercises: { en: 'Exercises', zh: '练习' },
  exercisesNote: {
    en: '`npx unrolled exercise NAME` writes the file of an exercise; with `--check` it looks at your answer, with `--hint` it helps.',
    zh: '`npx unrolled exercise NAME --lang zh` 写出一道练习的文件；加上 `--check` 检查你的答案，加上 `--hint` 给出提示。',
  },
  predictFirst: { en: 'Predict before you run', zh: '先预测，再运行' },
  write: { en: 'Write', zh: '动手写' },
  hint: { en: 'Hint {i}', zh: '提示 {i}' },
  answer: { en: 'Answer', zh: '答案' },
  again: { en: 'The command, to do it again:', zh: '再次运行的命令：' },
  verdict: { en: 'passed?', zh: '是否通过' },
  source: { en: 'Source', zh: '对照阅读' },
  readBefore: { en: 'Read before this:', zh: '先读：' },
  inTheStudio: { en: 'To try in the studio:', zh: '在工作室中动手：' },
  allExperiments: { en: 'All experiments', zh: '全部实验' },
  own: { en: 'Of one’s own', zh: '自己的实验' },
  quickRun: {
    en: 'This is the short version (`--quick`): less data, fewer steps, weaker checks.',
    zh: '这是快速版（`--quick`）：数据更少，步数更少，检验更宽松。',
  },
  settingsChanged: {
    en: 'Settings of one’s own: `{settings}`. Checks and published figures are those of the standard settings, and need not hold here.',
    zh: '自选设置：`{settings}`。检验和书中的数值针对的是标准设置，在这里不一定成立。',
  },
  indexTitle: { en: 'Recurrent networks, runnable', zh: '可以运行的循环神经网络教程' },
  indexIdea: {
    en: 'Every section of a course on recurrent networks as an experiment: it runs, checks itself against published figures, and draws what happened.',
    zh: '循环神经网络课程的每一节都是一个实验：代码真正运行，结果与公开发表的数值逐一核对，训练过程画成图。',
  },
  map: { en: 'The map', zh: '知识地图' },
  mapIdea: {
    en: 'Each box is a lesson; a line goes down from what it needs. Boxes of one colour are a chapter.',
    zh: '每个方框是一课；线从上面的前提连到下面需要它的课。同一种颜色的方框属于同一章。',
  },
  experiment: { en: 'experiment', zh: '实验' },
  time: { en: 'time', zh: '用时' },
  seedIs: { en: 'seed {seed}', zh: '随机种子 {seed}' },
  yes: { en: 'yes', zh: '是' },
  no: { en: 'no', zh: '否' },
  // Axes and columns.
  epoch: { en: 'epoch', zh: '轮数' },
  iteration: { en: 'iteration', zh: '迭代次数' },
  timeStep: { en: 'time step', zh: '时间步' },
  value: { en: 'value', zh: '值' },
  loss: { en: 'loss', zh: '损失' },
  lossNats: { en: 'loss (nats per token)', zh: '损失（每词元奈特）' },
  perplexity: { en: 'perplexity', zh: '困惑度' },
  accuracy: { en: 'accuracy', zh: '准确率' },
  frequency: { en: 'frequency', zh: '频率' },
  count: { en: 'count', zh: '次数' },
  rank: { en: 'rank', zh: '排名' },
  probability: { en: 'probability', zh: '概率' },
  training: { en: 'training', zh: '训练' },
  validation: { en: 'validation', zh: '验证' },
  test: { en: 'test', zh: '测试' },
  model: { en: 'model', zh: '模型' },
  parameters: { en: 'parameters', zh: '参数' },
  hiddenUnit: { en: 'hidden unit', zh: '隐藏单元' },
  gradientNorm: { en: 'norm of the gradient', zh: '梯度范数' },
  clipping: { en: 'gradient clipping', zh: '梯度裁剪' },
});

/** How a figure is put into words. */
export const ALT_WORDS: Readonly<Record<Language, AltWords>> = {
  en: {
    chart: 'Chart: {y} by {x}',
    curve: '{name}: {first} at {from}, {last} at {to}, lowest {low}, highest {high}',
    line: 'a line',
    marks: '{count} {mark}, from {low} to {high}',
    kinds: { dot: 'dots', bar: 'bars', cell: 'cells', rect: 'rectangles', tick: 'ticks', line: 'points' },
    separator: '; ',
  },
  zh: {
    chart: '图表：横轴为{x}，纵轴为{y}',
    curve: '{name}：{from} 处为 {first}，{to} 处为 {last}，最低 {low}，最高 {high}',
    line: '曲线',
    marks: '{count} 个{mark}，取值从 {low} 到 {high}',
    kinds: { dot: '点', bar: '条', cell: '格', rect: '矩形', tick: '刻线', line: '点' },
    separator: '；',
  },
};

/** The name of a word that many figures use, in both languages. */
export type Word = keyof typeof WORDS;

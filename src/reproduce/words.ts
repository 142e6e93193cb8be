// Words that all experiments share: of the pages, and of axes.
import { messages } from './messages.js';

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
  code: { en: 'The code', zh: '代码' },
  codeNote: {
    en: 'This is all that ran. Everything imported from `unrolled` is the public library.',
    zh: '以下就是运行的全部代码，从 `unrolled` 导入的都是这个库的公开接口。',
  },
  again: { en: 'The command, to do it again:', zh: '再次运行的命令：' },
  source: { en: 'Read beside it', zh: '对照阅读' },
  allExperiments: { en: 'All experiments', zh: '全部实验' },
  own: { en: 'Of one’s own', zh: '自己的实验' },
  quickRun: {
    en: 'This is the short version (`--quick`): less data, fewer steps, weaker checks.',
    zh: '这是快速版（`--quick`）：数据更少，步数更少，检验更宽松。',
  },
  indexTitle: { en: 'Recurrent networks, runnable', zh: '可以运行的循环神经网络教程' },
  indexIdea: {
    en: 'Every section of a course on recurrent networks as an experiment: it runs, checks itself against published figures, and draws what happened.',
    zh: '循环神经网络课程的每一节都是一个实验：它会真正运行，用公开发表的数字检验自己，并画出发生了什么。',
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

/** The name of a word that many figures use, in both languages. */
export type Word = keyof typeof WORDS;

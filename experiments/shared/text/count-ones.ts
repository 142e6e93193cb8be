// Texts that count-ones-lstm and count-ones-gru share.
import { messages } from 'unrolled/reproduce';

export const shared = messages({
  accuracyAt6: {
    en: 'Share of 1,000 new sequences counted right after epoch 6 with our recipe, seed {seed}',
    zh: '用我们的训练设置，第 6 轮后 1000 个新序列中计数正确的比例，随机种子 {seed}',
  },
  bookAt6: {
    en: 'Share of 1,000 new sequences counted right after epoch 6 with the book’s recipe, seed {seed} (published: 100 %)',
    zh: '用书中的训练设置，第 6 轮后 1000 个新序列中计数正确的比例，随机种子 {seed}（书中为 100 %）',
  },
  byBook: { en: '{name}, the book’s', zh: '{name}，书中设置' },
  recipes: {
    en: 'The book trains with Adam as it comes: learning rate 0.001, nothing clipped. That is one recipe (dashed in the figure). Ours lets the learning rate fall from 0.01, averages squares over a shorter past ($\\beta_2 = 0.99$) and clips gradients to a norm of 1. What follows this figure is about the networks of our recipe.',
    zh: '书中使用默认设置的 Adam：学习率 0.001，不裁剪。这是其中一种训练设置（图中虚线）。我们的设置让学习率从 0.01 逐渐下降，平方的滑动平均取更短的过去（$\\beta_2 = 0.99$），并把梯度裁剪到范数 1。此图之后的内容都针对用我们的设置训练的网络。',
  },
  firstPerfect: {
    en: 'First epoch in which all 1,000 are right with our recipe, seed {seed}',
    zh: '用我们的训练设置，1000 个序列首次全部正确的轮数，随机种子 {seed}',
  },
  quickAccuracy: {
    en: 'Share of 1,000 new sequences counted right after {epochs} epochs, seed {seed} (published: 100 % after 6)',
    zh: '{epochs} 轮后，1000 个新序列中计数正确的比例，随机种子 {seed}（书中 6 轮后为 100 %）',
  },
  accuracyCaption: {
    en: 'Share of the 1,000 test sequences of length 20 whose count is right when rounded. Batches of 10; a new seed gives new data and new weights. Sequences with very few or very many ones hardly occur in the training data.',
    zh: '1000 个长度为 20 的测试序列中，四舍五入后计数正确的比例。批量大小 10；每个随机种子对应新的数据和新的权重。1 极少或极多的序列在训练数据中几乎没有。',
  },
  seedNumber: { en: 'seed {seed}', zh: '种子 {seed}' },
  lengthsHeading: { en: 'Lengths never seen', zh: '从未见过的长度' },
  lengths: {
    en: 'Has it learned to count? The same networks now read sequences of other lengths, 1,000 of each, without more training. Beside them stands one that was trained on as many sequences, but of all lengths from 1 to 20.',
    zh: '它学会计数了吗？同样的网络，不再训练，改读其他长度的序列，每种长度 1000 个。作为对照，再训练一个网络：序列数目相同，但长度在 1 到 20 之间随机。',
  },
  length: { en: 'length of the sequences', zh: '序列长度' },
  length20: { en: 'trained on length 20', zh: '只用长度 20 训练' },
  lengthMixed: { en: 'trained on 1 to 20', zh: '用长度 1 到 20 训练' },
  lengthAccuracyCaption: {
    en: 'Accuracy against length. Dotted: length 20, the only one that the blue networks were trained on.',
    zh: '准确率与长度的关系。点线为长度 20，蓝色的网络只用它训练。',
  },
  onlyTwenty: {
    en: 'Trained on length 20 alone, a network is right at length 20 only: at 30 and 40 at most {share} are counted right.',
    zh: '只用长度 20 训练的网络，只在长度 20 处正确：长度 30 和 40 处至多数对 {share}。',
  },
  noneBeyond: {
    en: 'Trained on length 20 alone, a network is right at length 20 only: at 30 and 40 not one of 1,000 is counted right.',
    zh: '只用长度 20 训练的网络，只在长度 20 处正确：长度 30 和 40 处，1000 个中一个也没有数对。',
  },
  alpha: {
    en: 'The reason is in the data. Among 20 bits the number of ones is 20 less the number of zeros, so the network may count ones ($\\alpha = 0$), or zeros ($\\alpha = 1$), or the difference of both ($\\alpha = 1/2$). With $n_1$ ones and $n_0$ zeros, each of these is right at $T = 20$:',
    zh: '原因在数据里。20 位中 1 的个数等于 20 减去 0 的个数，所以网络可以数 1（$\\alpha = 0$），可以数 0（$\\alpha = 1$），也可以数二者之差（$\\alpha = 1/2$）。设有 $n_1$ 个 1、$n_0$ 个 0，则这些做法在 $T = 20$ 时全都正确：',
  },
  meanError: { en: 'mean error of the count', zh: '计数的平均误差' },
  lengthErrorCaption: {
    en: 'Mean error, with its sign, against length. Dashed: the errors of the formula for three values of α. Near length 20 each network follows a line of its own: nothing in the training data tells the formulas apart, so the seed decides.',
    zh: '带符号的平均误差与长度的关系。虚线：公式在三个 α 值下的误差。在长度 20 附近，每个网络都沿着自己的一条直线：训练数据无法区分这些公式，选中哪一个由随机种子决定。',
  },
  alphaFits: {
    en: 'α of the network trained on length 20, from its errors at 15 and 25, seed {seed}: it did not find α = 0',
    zh: '只用长度 20 训练的网络的 α（由长度 15 和 25 处的误差算出），随机种子 {seed}：它没有找到 α = 0',
  },
  mixedShort: {
    en: 'Trained on 1 to 20: lowest accuracy among lengths 1 to 20',
    zh: '用长度 1 到 20 训练：长度 1 到 20 中的最低准确率',
  },
  mixedLonger: {
    en: 'Trained on 1 to 20: mean absolute error at length {length} (accuracy {accuracy}), below that of every network trained on length 20',
    zh: '用长度 1 到 20 训练：长度 {length} 处的平均绝对误差（准确率 {accuracy}），低于每一个只用长度 20 训练的网络',
  },
  grows: {
    en: 'Trained on 1 to 20: mean absolute error at length 60, above that at 30: it does not generalize forever',
    zh: '用长度 1 到 20 训练：长度 60 处的平均绝对误差高于长度 30 处，泛化是有限的',
  },
  insideHeading: { en: 'Inside', zh: '网络内部' },
  countSoFar: { en: 'ones so far', zh: '到目前为止 1 的个数' },
  runningCaption: {
    en: 'What each network would answer if a random sequence of 40 bits ended here; the true count is dashed. Dotted: step 20, where the sequences of the training ended.',
    zh: '一个 40 位随机序列，假如在此刻结束，每个网络会给出的答案；虚线是真实计数。点线为第 20 步，训练用的序列到此为止。',
  },
  onesRead: { en: 'ones read', zh: '已读入的 1 的个数' },
});

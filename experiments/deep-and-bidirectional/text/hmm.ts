import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Hidden Markov models', zh: '隐马尔可夫模型' },
  question: {
    en: 'A die is exchanged in secret. Which throws were loaded, and how sure can one be?',
    zh: '骰子被暗中调换。哪几次用的是作弊骰子，能有多大把握？',
  },
  idea: {
    en: 'Before recurrent networks there was another model with a hidden state that is carried along a sequence. In a *hidden Markov model* the state $z_t$ is one of $K$; it moves by a table of probabilities $a_{ij}$, and each state emits a symbol by a table of its own, $b_i(v)$. We see the symbols only. Three questions follow: how likely is a sequence, which states produced it, and which tables explain it best?\n\nA sequence of $T$ symbols has $K^T$ possible paths of states. Dynamic programming sums over all of them, or finds the best, in $T K^2$ steps. All of it is done with logarithms here: the probability of a long sequence is smaller than any floating-point number.',
    zh: '在循环神经网络之前，已经有一种沿着序列传递隐状态的模型。在*隐马尔可夫模型*中，状态 $z_t$ 是 $K$ 个取值之一，按转移概率表 $a_{ij}$ 变化；每个状态再按自己的发射概率表 $b_i(v)$ 产生一个符号。我们只能看到符号。于是有三个问题：一个序列的概率有多大？它由哪些状态产生？怎样的概率表最能解释它？\n\n长度为 $T$ 的序列有 $K^T$ 条可能的状态路径。动态规划只用 $T K^2$ 步就能对所有路径求和，或者找出最好的一条。这里全部用对数计算，因为长序列的概率比任何浮点数都小。',
  },
  chainCaption: {
    en: 'The model over four steps: the states $z_t$ follow one another and are hidden; each emits a symbol $x_t$, which is all that one sees.',
    zh: '四个时间步上的模型：状态 $z_t$ 一个接一个，看不见；每个状态产生一个符号 $x_t$，看得见的只有它。',
  },
  sumsHeading: { en: 'All paths at once', zh: '一次算完所有路径' },
  sums: {
    en: 'The probability of symbols and path is a product. The sum over paths can be pulled apart, since what follows depends on the past through the present state alone: $\\alpha_t(j)$ gathers everything up to $t$ that ends in state $j$, $\\beta_t(i)$ everything that may still come.',
    zh: '符号与路径的联合概率是一个连乘积。未来只通过当前状态依赖过去，所以对路径的求和可以拆开：$\\alpha_t(j)$ 汇总到 $t$ 为止、以状态 $j$ 结束的全部可能，$\\beta_t(i)$ 汇总此后的全部可能。',
  },
  sumsAgree: {
    en: 'log P of {steps} symbols, {states} states: forward and backward recursion against the sum over all {paths} paths, largest difference',
    zh: '{steps} 个符号、{states} 个状态的 log P：前向、后向递推与全部 {paths} 条路径之和的最大差',
  },
  bestAgrees: {
    en: 'Viterbi finds the best of all {paths} paths ({steps} symbols, {states} states)',
    zh: '维特比算法找到全部 {paths} 条路径中最好的一条（{steps} 个符号，{states} 个状态）',
  },
  casinoHeading: { en: 'The dishonest casino', zh: '不诚实的赌场' },
  casino: {
    en: 'A casino rolls a fair die, but now and then, with probability 0.05, swaps in a loaded one that shows a six half of the time; with probability 0.1 it swaps back. From the rolls alone, when was the die loaded? $\\alpha_t \\beta_t$ answers with a probability for each roll. The *Viterbi* path answers with the one likeliest sequence of dice: it is the forward recursion with a maximum where the sum was.',
    zh: '赌场平时掷一枚公平的骰子，但每次有 0.05 的概率偷偷换成一枚作弊的骰子，它有一半的机会掷出六点；之后每次又有 0.1 的概率换回来。只看点数，能知道什么时候用的是作弊骰子吗？$\\alpha_t \\beta_t$ 给出每一次的概率。*维特比*路径给出最可能的一整条骰子序列：把前向递推中的求和换成取最大值即可。',
  },
  libraryAgrees: {
    en: 'The recursions written out here against the library’s model, 300 rolls: largest difference of P(loaded) and of log P',
    zh: '这里写出的递推与库中模型的对比（300 次）：P(作弊) 与 log P 的最大差',
  },
  posteriorCaption: {
    en: 'Probability that the die was loaded, given all 300 rolls. Top row: the sixes. Orange: when it really was loaded. Green: the Viterbi path. Short swaps are missed, since two or three rolls carry too little evidence.',
    zh: '给定全部 300 次点数时，骰子作弊的概率。最上一行是掷出的六点；橙色是真正使用作弊骰子的时段；绿色是维特比路径。很短的调换会被漏掉，因为两三次点数的证据太少。',
  },
  roll: { en: 'roll', zh: '第几次' },
  pLoaded: { en: 'P(loaded | all rolls)', zh: 'P(作弊 | 全部点数)' },
  sixes: { en: 'sixes', zh: '六点' },
  truth: { en: 'loaded', zh: '真相' },
  viterbi: { en: 'Viterbi', zh: '维特比' },
  decoder: { en: 'which die was it? guess by', zh: '用的是哪枚骰子？判断方法' },
  majorityGuess: { en: 'always fair', zh: '总猜公平' },
  singleGuess: { en: 'each roll by itself: a six is loaded', zh: '单看每一次：六点就猜作弊' },
  viterbiGuess: { en: 'Viterbi path', zh: '维特比路径' },
  posteriorGuess: { en: 'posterior of each roll above ½', zh: '每一次的后验概率大于 ½' },
  viterbiBeats: {
    en: 'Viterbi beats guessing without the chain: accuracy above the better of the two guesses, {rolls} rolls',
    zh: '维特比胜过不用链的猜测：准确率高出两种猜测中较好的一种（{rolls} 次）',
  },
  posteriorBeats: {
    en: 'For single rolls the posterior is the best possible judge: its accuracy less that of Viterbi, {rolls} rolls (but for chance)',
    zh: '就单次判断而言，后验概率是最优的：其准确率减去维特比的准确率（{rolls} 次，允许随机波动）',
  },
  learnHeading: { en: 'Learning the tables: Baum-Welch', zh: '学习概率表：Baum-Welch 算法' },
  learn: {
    en: 'Without knowing the tables: start with random ones, compute how often each transition and emission is *expected* to have happened, take these counts as the truth, and start again. No step can lower the likelihood, but it may climb a lower hill, hence several starts, of which the likeliest is kept. Ten sequences are learned together, {rolls} rolls in all, with {seeds} seeds.\n\nHow near can it come? A probability $p$ that is estimated from $n$ draws in plain sight has a standard error of $\\sqrt{p(1-p)/n}$. A third of the rolls are loaded, so {error} for the six of the loaded die; that the die must be guessed costs two to three times as much; and three standard errors are allowed, since all 14 probabilities of every seed must be that near. Rounded up, that is the tolerance of {tolerance}. What is left is the fault of the sample, not of the climb: the learned tables explain the rolls better than the true ones.',
    zh: '如果不知道概率表：先随机取一组，算出每种转移和发射*期望*发生了多少次，把这些次数当真，更新概率表，如此反复。似然绝不会下降，但可能爬上较矮的山头，因此从多个起点出发，保留似然最大的结果。这里同时学习十个序列，共 {rolls} 次点数，用 {seeds} 个随机种子。\n\n能学得多准？若能直接看到 $n$ 次抽样，概率 $p$ 的标准误差是 $\\sqrt{p(1-p)/n}$。其中约三分之一是作弊骰子，其六点概率的误差约 {error}；骰子本身要靠猜，误差再大两到三倍；而每个种子的全部 14 个概率都要落在容差内，所以放宽到三倍标准误差，取整后容差为 {tolerance}。剩下的误差来自样本，而不是算法：学到的概率表比真实的概率表更能解释这些点数。',
  },
  recovered: {
    en: 'Parameters recovered from {rolls} rolls, seed {seed}: largest error of the 14 probabilities',
    zh: '从 {rolls} 次点数恢复参数，种子 {seed}：14 个概率中的最大误差',
  },
  likelier: {
    en: 'The learned tables explain the rolls better than the true ones: gain of log-likelihood, smallest of {seeds} seeds',
    zh: '学到的概率表比真实的概率表更能解释点数：对数似然的增量（{seeds} 个种子中的最小值）',
  },
  recoveredCaption: {
    en: 'The casino’s probabilities (bars) and what was learned from {rolls} rolls with each of {seeds} seeds (circles). F and L are the faces of the fair and the loaded die; nobody told the model that there were two, or which is which.',
    zh: '赌场的真实概率（横线），以及 {seeds} 个随机种子各从 {rolls} 次点数中学到的概率（圆圈）。F 与 L 分别是公平骰子与作弊骰子的各个点数；没有人告诉模型哪一次用了哪一枚。',
  },
  parameter: { en: 'parameter', zh: '参数' },
  lettersHeading: { en: 'Vowels and consonants, found without being told', zh: '自己发现元音与辅音' },
  letters: {
    en: 'Now real text: The Time Machine as letters and spaces, and a model of two states that knows nothing of language. What would two states be good for?',
    zh: '现在换成真实文本：只含字母与空格的《时间机器》，以及一个对语言一无所知的两状态模型。它会用这两个状态做什么？',
  },
  lettersCaption: {
    en: 'What each state emits. Letters are sorted by how much of them comes from the state at the right: it takes the vowels, and the space, which stands between consonants as vowels do.',
    zh: '两个状态各自的发射概率。字母按来自右侧状态的比例排序：元音都归右侧，空格也是，因为它像元音一样夹在辅音之间。',
  },
  emission: { en: 'probability of emission', zh: '发射概率' },
  oneState: { en: 'one state', zh: '一个状态' },
  otherState: { en: 'the other', zh: '另一个状态' },
  lettersFound: {
    en: 'More often from the one state than from the other: {letters}. After this state it stays with probability {stay}; after the other it comes with probability {leave}. Vowels and consonants alternate, and that is what two states can say about English.',
    zh: '更常来自右侧状态的符号：{letters}。处于该状态时，下一步留在其中的概率是 {stay}；处于另一状态时，下一步转入其中的概率是 {leave}。元音与辅音交替出现，这正是两个状态所能表达的英语规律。',
  },
  vowels: { en: 'Vowels that come mostly from one state', zh: '主要来自同一状态的元音' },
  consonants: {
    en: 'Consonants that come mostly from the other (of 20, y left out)',
    zh: '主要来自另一状态的辅音个数（共 20 个，不计 y）',
  },
  decodedCaption: {
    en: 'The Viterbi path over the first {count} characters of the book, a colour for each state: {vowels} of them are read as coming from the state of the vowels.',
    zh: '全书前 {count} 个字符的维特比路径，两种颜色代表两个状态：其中 {vowels} 个归于元音的状态。',
  },
  restartsCaption: {
    en: 'Log-likelihood of {restarts} trainings from different random tables, from the second iteration on. It never falls, but trainings end on hills of different height; the likeliest is kept, and it is the one that found the vowels.',
    zh: '从不同随机概率表出发的 {restarts} 次训练的对数似然（从第二次迭代画起）。它从不下降，但会停在高低不同的山头上；保留的是似然最大的一次，上面的元音就是它发现的。',
  },
  kept: { en: 'kept', zh: '保留' },
  logPerLetter: { en: 'log-likelihood (nats per letter)', zh: '对数似然（每字母奈特）' },
  neverFalls: {
    en: 'The likelihood never falls: smallest change over {count} iterations of all trainings, in nats over all data (but for rounding)',
    zh: '似然从不下降：所有训练共 {count} 次迭代中的最小变化（奈特，允许舍入误差）',
  },
  rnnHeading: { en: 'The forward recursion is a recurrent cell', zh: '前向递推就是一个循环单元' },
  rnn: {
    en: 'Divide $\\alpha_t$ by its sum at each step and nothing underflows, without a logarithm. What remains is a recurrence on a vector: multiply the last state by a matrix, multiply by what the input says, normalize. It is a cell like any other, with $\\boldsymbol\\alpha$ as its hidden state, and the divisors $c_t$ are what a language model is asked for: the probability of the next symbol.',
    zh: '每一步都把 $\\alpha_t$ 除以它的和，不用对数也不会下溢。剩下的就是一个向量的递推：上一步的状态乘以矩阵，再逐元素乘上输入给出的因子，最后归一化。它和其他循环单元没有两样，隐状态就是 $\\boldsymbol\\alpha$；而除数 $c_t$ 正是语言模型要给出的东西：下一个符号的概率。',
  },
  cellAgrees: {
    en: 'A recurrent cell of four lines (`defineCell`) gives the state of the forward recursion, 300 rolls: largest difference (float32)',
    zh: '用 `defineCell` 写成的四行循环单元给出与前向递推相同的状态（300 次）：最大差（float32）',
  },
  cellLikelihood: {
    en: 'The sum of log c_t of the cell against log P: relative difference',
    zh: '循环单元的 log c_t 之和与 log P 的相对差',
  },
  rnnMore: {
    en: 'What does an RNN have that this lacks? The state of the model is a *distribution* over $K$ values: nonnegative numbers that sum to 1, moved linearly, about a memory that is one of $K$ states and so holds $\\log_2 K$ bits at most. The state of an RNN is any vector: its units combine freely (a hundred units that are on or off have $2^{100}$ patterns), the update is nonlinear, the input decides what is kept, and the gradient finds all of it. What an RNN gives up is the exact sum over paths, the guaranteed climb of Baum-Welch, and a state that can be interpreted.',
    zh: '循环神经网络多了什么？隐马尔可夫模型的状态是 $K$ 个取值上的*概率分布*：非负、和为 1，并且线性变化；它所描述的记忆只是 $K$ 个状态之一，至多 $\\log_2 K$ 比特。循环神经网络的隐状态可以是任意向量：各单元自由组合（一百个开关单元就有 $2^{100}$ 种模式），更新是非线性的，由输入决定保留什么，这一切都靠梯度学出来。它放弃的是：对所有路径的精确求和、Baum-Welch 算法稳步上升的保证，以及可以直接读懂的状态。',
  },
  gruBeats: {
    en: 'Next character, held-out text, {size} hidden numbers: perplexity of the GRU ({gru}) against the hidden Markov model ({hmm}), ratio',
    zh: '未见文本的下一个字符，{size} 维状态：GRU 的困惑度（{gru}）与隐马尔可夫模型的困惑度（{hmm}）之比',
  },
  widthsCaption: {
    en: 'Perplexity of the next character on text that neither has seen, with states of as many numbers (with K = 1 the hidden Markov model only knows how frequent each letter is). A GRU has more parameters for a state of one size: its matrices have signs, gates and a readout of their own.',
    zh: '在两者都没见过的文本上，下一个字符的困惑度；横轴是状态的维数（K = 1 时，隐马尔可夫模型只知道各字母的频率）。状态维数相同时 GRU 的参数更多：它的矩阵可正可负，还有门和自己的输出层。',
  },
  stateSize: { en: 'numbers in the state', zh: '状态的维数' },
  hmmName: { en: 'hidden Markov', zh: '隐马尔可夫' },
});

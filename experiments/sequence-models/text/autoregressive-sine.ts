import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Predicting a noisy sine', zh: '预测带噪声的正弦曲线' },
  question: {
    en: 'You know the last four values of a noisy curve. How well can you say the next one, and how well the one after sixty steps?',
    zh: '已知一条带噪声曲线的最后四个值，下一个值能猜得多准？六十步之后的呢？',
  },
  idea: {
    en: 'A sequence is predicted from its own past. An *autoregressive model* looks at the last $\\tau$ values; under the *Markov assumption* nothing older matters. A *latent autoregressive model* keeps a summary $h_t$ of everything that it has seen instead. Looking one step ahead is easy. Looking further means predicting from predictions, and errors pile up.',
    zh: '序列可以由它自己的过去来预测。*自回归模型*只看最近的 $\\tau$ 个值；在*马尔可夫假设*下，更早的值不再重要。*隐变量自回归模型*则保留一个对全部过去的总结 $h_t$。预测下一步很容易；要看得更远，就必须在预测之上再做预测，误差便会累积。',
  },
  data: {
    en: 'The data: 1000 points of $x_t = \\sin(0.01\\,t) + \\epsilon_t$ with noise $\\epsilon_t \\sim \\mathcal{N}(0, 0.2^2)$. Training uses the first 600 windows of four values, each with the value that follows.',
    zh: '数据：$x_t = \\sin(0.01\\,t) + \\epsilon_t$ 的 1000 个点，噪声 $\\epsilon_t \\sim \\mathcal{N}(0, 0.2^2)$。训练使用前 600 个窗口，每个窗口含四个值，标签是紧随其后的值。',
  },
  matrixHeading: { en: 'From a series to examples', zh: '从序列到特征与标签' },
  matrix: {
    en: 'A perceptron knows no time: it wants examples, each a row of features and a label. So the series is laid beside itself, shifted by one value for each column: column $i$ is the whole series from its $i$-th value on, and the label is what follows the last column. In code that is one slice for each column (`examples`, further down).',
    zh: '感知机不知道什么是时间，它需要样本：一行特征加一个标签。做法是把序列与自己并排放置，每一列错开一个值：第 $i$ 列是从第 $i$ 个值开始的整个序列，标签则是紧接在最后一列之后的值。写成代码，每一列只是一次切片（见后面代码中的 `examples`）。',
  },
  matrixRows: { en: 'The first three examples: four features → label', zh: '前三个样本：四个特征 → 标签' },
  matrixShapes: {
    en: 'Shapes of features and labels: T − τ examples of T = 1000 values with τ = 4',
    zh: '特征与标签的形状：T = 1000 个值、τ = 4 时有 T − τ 个样本',
  },
  matrixIsWindows: {
    en: 'The library’s `slidingWindows` gives the very same examples',
    zh: '库中的 `slidingWindows` 给出完全相同的样本',
  },
  trainHeading: { en: 'Training', zh: '训练' },
  published: { en: 'in the book', zh: '书中' },
  here: { en: 'mean of the seeds', zh: '各种子的平均' },
  lowest: { en: 'lowest', zh: '最低' },
  highest: { en: 'highest', zh: '最高' },
  epochs: {
    en: 'The book prints one run. Another seed draws another noise, other weights and another order of the minibatches, so it can only be one of many. From the second epoch on the mean of the seeds is near it.',
    zh: '书中打印的是一次运行的结果。换一个随机种子，噪声、初始权重和小批量的次序都会不同，所以它只是许多种可能之一。从第二轮起，各种子的平均与它相近。',
  },
  epochLoss: {
    en: 'Training loss after epoch {epoch}, mean of {seeds} seeds, beside that of the book',
    zh: '第 {epoch} 轮之后的训练损失，{seeds} 个种子的平均，与书中的数值对照',
  },
  trainLoss: {
    en: 'Training loss after {epochs} epochs, seed {seed} (published: 0.0549)',
    zh: '训练 {epochs} 轮后的训练损失，随机种子 {seed}（书中为 0.0549）',
  },
  lossCaption: {
    en: 'Training loss of an MLP 4–10–1 with ReLU (Xavier, Adam with learning rate 0.01, batch 16), {seeds} seeds. The dotted line is the variance of the noise, 0.04: on new data no model can stay below it.',
    zh: '多层感知机 4–10–1（ReLU，Xavier 初始化，Adam，学习率 0.01，批量 16）在 {seeds} 个随机种子下的训练损失。点线是噪声的方差 0.04：在新数据上，没有模型能一直低于它。',
  },
  noiseVariance: { en: 'noise', zh: '噪声' },
  seedNumber: { en: 'seed {seed}', zh: '种子 {seed}' },
  oneStepHeading: { en: 'One step, and many', zh: '单步预测与多步预测' },
  oneStepCaption: {
    en: 'One-step predictions follow the data, also past the training part (t = 604). From there, predicting from predictions alone decays to a constant: the error of each step is the input of the next.',
    zh: '单步预测紧跟数据，在训练部分之后（t = 604）依然如此。而从那里开始只依赖自己的预测往下走，曲线很快衰减成常数：每一步的误差都成了下一步的输入。',
  },
  observed: { en: 'data', zh: '数据' },
  oneStep: { en: 'one step', zh: '单步预测' },
  multiStep: { en: 'many steps', zh: '多步预测' },
  multiDecays: {
    en: 'Multi-step prediction over the last 100 steps: standard deviation (the sine there: {sine})',
    zh: '多步预测在最后 100 步上的标准差（同一段正弦曲线为 {sine}）',
  },
  kStepHeading: { en: 'k steps ahead', zh: '提前 k 步预测' },
  kStepCaption: {
    en: 'Predictions 1, 4, 16 and 64 steps ahead, at the time they are for, after the training part. Root mean square errors against the sine: {errors}; predicting nothing but its mean would be off by {sine}.',
    zh: '训练部分之后，提前 1、4、16、64 步的预测，画在它们所预测的时刻上。与正弦曲线的均方根误差依次为 {errors}；只预测平均值时误差为 {sine}。',
  },
  ahead: { en: 'k = {k}', zh: 'k = {k}' },
  rmse: { en: 'RMS error against the sine', zh: '与正弦曲线的均方根误差' },
  stepsAhead: { en: 'steps ahead k', zh: '提前步数 k' },
  grows: {
    en: 'Error grows with k: root mean square error at k = 1, 4, 16, 64 rises each time ({errors})',
    zh: '误差随 k 增长：k = 1、4、16、64 处的均方根误差逐次上升（{errors}）',
  },
  accumulation: {
    en: 'How does it grow? If each step adds an error $\\bar\\epsilon$ of its own and passes on a share $c$ of the last one, then',
    zh: '误差如何增长？如果每一步自身带来误差 $\\bar\\epsilon$，并把上一步误差的 $c$ 倍传下去，则',
  },
  fitted: {
    en: 'Fitting this to the errors at k = 1 … 64 of the MLP with τ = 4 (mean of the seeds) gives $c$ = {c} and $\\bar\\epsilon$ = {own}.',
    zh: '用 τ = 4 的多层感知机在 k = 1 … 64 处的误差（各种子的平均）拟合，得到 $c$ = {c}，$\\bar\\epsilon$ = {own}。',
  },
  fitGood: {
    en: 'Share of the variance of ε_k that the recurrence ε_k = ε + c·ε_(k−1) explains (R²)',
    zh: '递推式 ε_k = ε + c·ε_(k−1) 对 ε_k 方差的解释比例（R²）',
  },
  cPositive: { en: 'The share c that is passed on', zh: '传给下一步的比例 c' },
  growthCaption: {
    en: 'Error against how far ahead, mean of {seeds} seeds (pale: each of them): the MLP with four values, with sixteen, and a recurrent network, which keeps a state instead of a window. Dashed: the fitted recurrence.',
    zh: '误差与提前步数的关系，{seeds} 个种子的平均（浅色为各个种子）：看四个值的多层感知机、看十六个值的多层感知机，以及用隐状态代替窗口的循环神经网络。虚线是拟合的递推式。',
  },
  whichIsBest: {
    en: 'Which model has the smallest error, by the mean over {seeds} seeds (– is nowhere)? The MLP with τ = 4 at k = {narrow}, the MLP with τ = 16 at k = {wide}, the RNN at k = {rnn}. All three were trained to predict one step only, and must feed on their own predictions to look further: the RNN, too, whose state is not bound to a window.',
    zh: '按 {seeds} 个种子的平均，哪个模型的误差最小（“–”表示没有）？τ = 4 的多层感知机：k = {narrow}；τ = 16 的多层感知机：k = {wide}；循环神经网络：k = {rnn}。三者都只学过预测一步，要看得更远，都只能靠自己的预测往下走；循环神经网络也是如此，只是它的隐状态不受窗口的限制。',
  },
  vectorHeading: { en: 'One value at a time, or all at once', zh: '一次输出一个值，还是一次输出一个向量' },
  vector: {
    en: 'There are two ways to look $k$ steps ahead. A network with a *single output* predicts one step, reads its own prediction, and predicts again. A network with a *vector* as its output, here of {outputs} numbers, predicts $x_{t+1}, \\ldots, x_{t+k}$ from the four true values at once. It never reads a prediction, so no error is passed on; it pays with more parameters ({parameters} instead of {single}), with fewer examples (their last label must lie in the training part as well), and with a horizon that is fixed before training.',
    zh: '要提前看 $k$ 步，有两种办法。*单个输出*的网络只预测一步，再把自己的预测读进去，继续预测。输出是*向量*的网络（这里有 {outputs} 个数）则由四个真实的值一次预测出 $x_{t+1}, \\ldots, x_{t+k}$。它从不读自己的预测，误差也就不会往下传；代价是参数更多（{parameters} 个，而不是 {single} 个），样本更少（最后一个标签也必须落在训练部分之内），而且能看多远在训练之前就定死了。',
  },
  singleOutput: { en: 'single output, fed back', zh: '单个输出，反复代入' },
  vectorOutput: { en: 'vector output', zh: '向量输出' },
  vectorCaption: {
    en: 'Error against how far ahead, MLPs with τ = 4 trained for as many epochs: with one output that is fed back, and with all outputs at once. Pale: each seed.',
    zh: '误差与提前步数的关系，τ = 4、训练轮数相同的多层感知机：单个输出反复代入，与一次输出全部。浅色为各个种子。',
  },
  vectorFarther: {
    en: 'At k = {k} the vector output has a smaller error ({vector}) than the single output that is fed back ({single}), by the mean over {seeds} seeds.',
    zh: 'k = {k} 时，向量输出的误差（{vector}）小于反复代入的单个输出（{single}），取 {seeds} 个种子的平均。',
  },
  fit: { en: 'fit', zh: '拟合' },
  latentCaption: {
    en: 'The latent model: each value $x_t$ comes from the state $h_t$, and each state from the state and the value before it.',
    zh: '隐变量自回归模型：每个值 $x_t$ 由隐状态 $h_t$ 给出，每个隐状态由前一个隐状态和前一个值得到。',
  },
  paddingHeading: { en: 'The first values have no past', zh: '最前面的几个值没有过去' },
  padding: {
    en: 'The value at $t = 1$ has nothing before it, and the first window of four values is whole only at $t = 5$. One may leave the first $\\tau$ examples out, as above, or fill the missing places with zeros. Filled up there are $T$ examples instead of $T - \\tau$; but a zero is a value as well, and the network cannot tell it from data.',
    zh: '$t = 1$ 处的值之前什么也没有，四个值的窗口到 $t = 5$ 才是完整的。可以像上面那样舍弃前 $\\tau$ 个样本，也可以用零填充缺少的位置。填充之后样本数是 $T$ 而不是 $T - \\tau$；但零也是一个值，网络无法把它与数据区分开。',
  },
  paddedRows: { en: 'The first windows, padded, and what follows each', zh: '填充后的前几个窗口，以及各自之后的值' },
  series: { en: 'root mean square error', zh: '均方根误差' },
  startsAtZero: { en: 'the sine as above, which starts at 0', zh: '上面的正弦曲线，从 0 开始' },
  startsAtOne: { en: 'a quarter of a period later: starts at 1', zh: '推后四分之一周期：从 1 开始' },
  firstFour: { en: 't = 1 … 4, padded', zh: 't = 1 … 4，窗口经过填充' },
  others: { en: 't = 5 … 600', zh: 't = 5 … 600' },
  paddingFree: {
    en: 'Where the series itself starts near 0, zeros are a good guess: the padded windows do no worse than the others ({first} against {others}).',
    zh: '序列本身从 0 附近开始时，零恰好猜对了：填充的窗口并不比其他窗口差（{first} 对 {others}）。',
  },
  paddingFound: {
    en: 'Where it starts elsewhere, the padded windows lie about the past, and the first predictions pay for it. In a long series four bad examples hardly matter; in many short ones they do.',
    zh: '如果不从 0 附近开始，填充的窗口就歪曲了过去，最前面的预测要付出代价。对一个长序列来说，四个坏样本无关紧要；对许多短序列则不然。',
  },
  paddingCosts: {
    en: 'The series that starts at 1: error from padded windows over that from whole ones, {seeds} seeds',
    zh: '从 1 开始的序列：填充的窗口与完整的窗口的误差之比，{seeds} 个种子',
  },
  mlp: { en: 'MLP, τ = {tau}', zh: '多层感知机，τ = {tau}' },
  rnn: { en: 'RNN', zh: '循环神经网络' },
  orderHeading: { en: 'How much of the past?', zh: '需要看多远的过去？' },
  orderCaption: {
    en: 'Error one step and sixteen steps ahead of Markov models that see τ = 1 … 16 values, and of a recurrent network (an RNN of 16 hidden units), which has no window (straight lines). Means over the seeds.',
    zh: '看 τ = 1 … 16 个值的马尔可夫模型提前 1 步与提前 16 步的误差；水平线是没有窗口的循环神经网络（16 个隐藏单元）。取各种子的平均。',
  },
  tau: { en: 'values seen τ', zh: '看到的值的个数 τ' },
  orderHelps: {
    en: 'Sixteen values beat one: ratio of the errors 16 steps ahead',
    zh: '看十六个值胜过只看一个值：提前 16 步的误差之比',
  },
  latentHelps: {
    en: 'Sixteen steps ahead the recurrent network, without a window, has a smaller error ({rnn}) than the MLP with four values ({mlp}), by the mean over {seeds} seeds.',
    zh: '提前十六步时，没有窗口的循环神经网络（误差 {rnn}）好于看四个值的多层感知机（{mlp}），取 {seeds} 个种子的平均。',
  },
});

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'A memory cell by hand', zh: '手工设置一个记忆元' },
  question: {
    en: 'Can you set the weights of an LSTM by hand, so that it stores a number, keeps it, and gives it back when asked?',
    zh: '能不能手工设置 LSTM 的权重，让它存入一个数，保存下来，问到时再交出来？',
  },
  idea: {
    en: 'What does an LSTM do that a simple recurrent network does not? It has a place to keep a number, and three gates that say when to write to it, when to keep it, and when to show it. No training is needed to understand that: here is one unit whose weights are set by hand. It reads three numbers at each step. The first is data; the second says *store* (1) or *forget* (−1); the third says *output* (1). Follow it step by step.',
    zh: '长短期记忆网络（LSTM）做到了什么简单循环神经网络做不到的事？它有一个存放数字的地方，还有三个门，分别决定何时写入、何时保留、何时给出。要理解这些不必训练：这里有一个手工设置权重的单元。它在每一步读入三个数：第一个是数据，第二个表示*存入*（1）或*遗忘*（−1），第三个表示*输出*（1）。让我们一步一步跟着看。',
  },
  weights: {
    en: 'With these weights a gate is open or closed, nothing between: $\\sigma(1000)$ is 1 and $\\sigma(-1000)$ is 0, to the last digit of a floating-point number. Candidate and output have no tanh here, so that a 3 is stored as 3; the state $h$ does not act on the gates.',
    zh: '取这样的权重，门非开即关：$\\sigma(1000)$ 就是 1，$\\sigma(-1000)$ 就是 0，精确到浮点数的最后一位。为了让 3 就存成 3，这里的候选记忆元和输出不用 tanh；隐状态 $h$ 也不影响各个门。',
  },
  bias: { en: 'bias', zh: '偏置' },
  g: { en: 'candidate g', zh: '候选记忆元 g' },
  i: { en: 'input gate i', zh: '输入门 i' },
  f: { en: 'forget gate f', zh: '遗忘门 f' },
  o: { en: 'output gate o', zh: '输出门 o' },
  c: { en: 'memory c', zh: '记忆元 c' },
  h: { en: 'output h', zh: '输出 h' },
  stepsHeading: { en: 'Step by step', zh: '一步一步看' },
  memory: { en: 'The memory after each step', zh: '每一步之后的记忆元' },
  output: { en: 'The output at each step', zh: '每一步的输出' },
  inputGate: { en: 'The input gate at each step', zh: '每一步的输入门' },
  forgetGate: { en: 'The forget gate at each step (1 keeps)', zh: '每一步的遗忘门（1 表示保留）' },
  outputGate: { en: 'The output gate at each step', zh: '每一步的输出门' },
  gatesCaption: {
    en: 'Inputs, gates (filled: open), memory and output. The 3 goes in at step 1, survives whatever else comes, and comes out at step 4; step 5 adds 4, step 7 outputs 7, and step 8 closes the forget gate: the memory is empty.',
    zh: '输入、门（填色表示打开）、记忆元和输出。第 1 步存入 3，其间来了什么都不受影响，第 4 步输出；第 5 步加上 4，第 7 步输出 7；第 8 步遗忘门关闭，记忆元清空。',
  },
  reading: {
    en: 'Note what the names hide: an *open* forget gate keeps, a closed one forgets. And the number that is kept is multiplied by exactly 1 at each step, forward and, in training, backward: that is the way on which gradients do not fade.',
    zh: '注意名称容易误导之处：遗忘门*打开*时保留，关闭时才遗忘。被保留的数每一步恰好乘以 1，前向如此，训练时的反向也如此：梯度正是沿着这条路而不衰减。',
  },
  softHeading: { en: 'Gates that do not close', zh: '关不严的门' },
  soft: {
    en: 'Trained weights are smaller. Then a closed gate lets a little through, and an open one is not quite open: the memory leaks.',
    zh: '训练得到的权重要小得多。这时关着的门会漏进一点，开着的门也没有全开：记忆会渗漏。',
  },
  softError: { en: 'With weights of 20: largest error of the memory', zh: '权重为 20 时：记忆元的最大误差' },
  weight: { en: 'weight', zh: '权重' },
  weightIs: { en: 'weight {size}', zh: '权重 {size}' },
  softCaption: {
    en: 'The memory over time for gate weights of 3, 5 and 2000 (biases half of that). Small weights let unwanted numbers in and forget what should stay; above 20 there is hardly a difference.',
    zh: '门的权重为 3、5 和 2000 时（偏置为其一半），记忆元随时间的变化。权重小时，不该进的进来了，该留的又漏掉了；超过 20 就几乎看不出差别。',
  },
  libraryHeading: { en: 'The same in the library', zh: '用本库来做' },
  library: {
    en: 'A cell without the two tanh functions is defined in a dozen lines and runs with the same weights. The library’s own LSTM has $g_t = \\tanh(\\cdot)$ and $h_t = o_t \\tanh(c_t)$. It stores 3 as well, if the number is so small that tanh hardly bends it: it goes in divided by 1000, and comes out multiplied by 1000.',
    zh: '去掉两个 tanh 的单元十来行就能定义，用同样的权重运行。本库自带的 LSTM 有 $g_t = \\tanh(\\cdot)$ 和 $h_t = o_t \\tanh(c_t)$。它同样能存住 3，只要数小到 tanh 几乎不起弯曲作用：输入时除以 1000，输出时再乘以 1000。',
  },
  ownMemory: { en: 'The memory of the cell without tanh, in the library', zh: '本库中不带 tanh 的单元：记忆元' },
  ownOutput: { en: 'Its output', zh: '它的输出' },
  lstmMemory: { en: 'The library’s LSTM: largest error of the memory', zh: '本库的 LSTM：记忆元的最大误差' },
  lstmOutput: { en: 'The library’s LSTM: largest error of the output', zh: '本库的 LSTM：输出的最大误差' },
  lstmGates: { en: 'The library’s LSTM: largest difference of its gates', zh: '本库的 LSTM：各门的最大差异' },
  plain: { en: 'equations', zh: '方程' },
});

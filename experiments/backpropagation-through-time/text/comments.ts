// Comments of the chapter's programs in Chinese, by what they say in English.
export default {
  'The gradient of a weight that is used at every step, as a sum over the steps: h_t = tanh(w h_(t−1) + u x_t), loss ½ (h_T − y)².':
    '每个时间步都用到的权重，其梯度是对时间步的求和：h_t = tanh(w h_(t−1) + u x_t)，损失为 ½ (h_T − y)²。',
  'Forward.': '前向计算。',
  'Backward: δ_T = error · (1 − h_T²), δ_t = δ_(t+1) · w · (1 − h_t²); ∂L/∂w = Σ δ_t h_(t−1).':
    '反向传播：δ_T = error · (1 − h_T²)，δ_t = δ_(t+1) · w · (1 − h_t²)；∂L/∂w = Σ δ_t h_(t−1)。',
  'The same by the tape.': '用自动微分求同一个梯度。',
  'And by two losses, which needs no calculus at all.': '再用两个损失之差来求，完全不需要微积分。',
  'Full, truncated and randomized backpropagation through time for h_t = w h_(t−1) + x_t, L = h_T: the gradient and its error.':
    '对 h_t = w h_(t−1) + x_t、L = h_T 做完整、截断、随机截断的通过时间反向传播：梯度及其误差。',
  '∂L/∂w = Σ_t h_(t−1) · ∏ over the steps after t of `scale(s)` · w.':
    '∂L/∂w = Σ_t h_(t−1) · ∏ `scale(s)` · w，连乘取 t 之后的各步。',
  'Randomized: each step back is taken with probability p, and counts 1 / p. Right on average, but it scatters.':
    '随机截断：每一步以概率 p 继续往回走，并乘以 1 / p。平均是对的，但有方差。',
  'Counting ones with two numbers: s_t = U x_t + W s_(t−1). U = W = 1 counts in every sequence; one sequence alone leaves a choice.':
    '用两个数来数 1 的个数：s_t = U x_t + W s_(t−1)。U = W = 1 对任何序列都能数；只有一个序列时，解不止一个。',
  'node lesson.js 20: a shorter training': 'node lesson.js 20：训练得短一些',
  '40 steps, twelve ones': '40 步，十二个 1',
  'Forward: all states.': '前向计算：所有状态。',
  'Backward: ∂L/∂s is multiplied by W at each step back.': '反向传播：∂L/∂s 每往回一步乘以一次 W。',
  'Clipping: the pair of gradients keeps its direction.': '梯度裁剪：两个梯度合成的向量方向不变。',
  'Why gradients explode or vanish: powers of a number, powers of a matrix, and what reaches the first state of three cells.':
    '梯度为什么爆炸或消失：一个数的幂、一个矩阵的幂，以及三种单元中传到初始状态的梯度。',
  'A matrix: what counts is its spectral radius, the largest absolute eigenvalue.':
    '矩阵：起决定作用的是谱半径，即特征值绝对值的最大者。',
  'The gradient of the last state with respect to the first, through T steps of a cell with weights as layers draw them.':
    '最后的状态对初始状态的梯度，穿过单元的 T 个时间步；权重按循环层的默认方式初始化。',
  'Clipping keeps the direction and shortens the length.': '裁剪保持方向，缩短长度。',
};

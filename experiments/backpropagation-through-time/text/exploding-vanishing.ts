import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Exploding and vanishing gradients', zh: '梯度爆炸与梯度消失' },
  question: {
    en: 'Why do fifty steps turn a gradient into a million, or into nothing?',
    zh: '为什么五十步就能把梯度变成一百万，或者变得什么都不剩？',
  },
  idea: {
    en: 'On its way back through time a gradient is multiplied at every step by nearly the same matrix. What is multiplied by the same thing again and again either fades to nothing or grows beyond all bounds; staying the same is the exception. A gradient that vanishes teaches nothing about the distant past; one that explodes destroys what was learned. This page looks at it in small steps: powers of a number, powers of a matrix, products of Jacobians with different activation functions; then at the two answers: gates, which let the gradient pass (LSTM, GRU), and clipping, which stops it from exploding.',
    zh: '梯度沿时间往回走，每一步都要乘上几乎相同的矩阵。反复乘同一个东西，要么衰减到零，要么无限增大，保持不变只是例外。消失的梯度无法让网络学到遥远的过去；爆炸的梯度则会毁掉已经学到的东西。本页由浅入深：先看一个数的幂，再看矩阵的幂，然后是不同激活函数下雅可比矩阵的乘积；最后看两种对策：让梯度得以通过的门（LSTM、GRU），以及防止爆炸的梯度裁剪。',
  },
  backCaption: {
    en: 'The way of the gradient (orange, dashed) from the loss at the last step to the first: one multiplication for each step.',
    zh: '梯度（橙色虚线）从最后一步的损失回到第一步的路：每一步乘一次。',
  },
  scalarHeading: { en: 'Powers of a number', zh: '一个数的幂' },
  scalar: {
    en: 'With one unit and no activation function, the derivative of the state with respect to the one $t$ steps earlier is $w^t$. Fifty steps turn 1.5 into 637,621,500 (the fraction .214 dropped; the 49th power is only 425,081,000). For 0.6, ten steps leave 0.0060466176, twenty 0.0000365616, the square of that. A widely read book prints 0.00097 for the last, which is $0.5^{10}$; see [errata](errata.html).',
    zh: '只有一个单元且没有激活函数时，状态对 $t$ 步之前状态的导数就是 $w^t$。五十步把 1.5 变成 637,621,500（略去小数 .214；49 次幂只有 425,081,000）。对 0.6 而言，十步之后剩下 0.0060466176，二十步之后剩下 0.0000365616，后者是前者的平方。有一本流传很广的书把后者印成 0.00097，那其实是 $0.5^{10}$，见[勘误](errata.html)。',
  },
  power15: { en: '1.5⁵⁰ without its fraction (published: 637,621,500)', zh: '1.5⁵⁰ 的整数部分（书中为 637,621,500）' },
  power06: { en: '0.6 to the power {t} (exact: {value})', zh: '0.6 的 {t} 次幂（精确值 {value}）' },
  exponent: { en: 'power t', zh: '幂次 t' },
  power: { en: 'wᵗ', zh: 'wᵗ' },
  scalarCaption: {
    en: 'On a log axis powers are straight lines: up above 1, down below 1. Only w = 1 stays.',
    zh: '在对数坐标上，幂是直线：大于 1 向上，小于 1 向下，只有 w = 1 保持不变。',
  },
  matrixHeading: { en: 'Powers of a matrix', zh: '矩阵的幂' },
  matrix: {
    en: 'For a matrix, the *spectral radius* $\\rho$ decides, the largest absolute value of its eigenvalues: in the long run $\\lVert W^t \\rVert$ goes like $\\rho^t$. Here are random matrices 32 × 32, scaled to a radius of 0.9, 1 and 1.1.',
    zh: '对矩阵而言，起决定作用的是*谱半径* $\\rho$，即特征值绝对值的最大者：长远来看 $\\lVert W^t \\rVert$ 像 $\\rho^t$ 那样变化。下面是 32 × 32 的随机矩阵，谱半径分别缩放为 0.9、1 和 1.1。',
  },
  rate: {
    en: 'Growth of ‖Wᵗ‖ per step from t = 100 to 200, spectral radius {radius}: the worst of {count} matrices',
    zh: '谱半径 {radius} 时，‖Wᵗ‖ 从 t = 100 到 200 每一步的增长率：{count} 个矩阵中偏差最大者',
  },
  vanishes: { en: 'ρ = 0.9 vanishes: the largest ‖W²⁰⁰‖', zh: 'ρ = 0.9 时消失：最大的 ‖W²⁰⁰‖' },
  explodes: { en: 'ρ = 1.1 explodes: the smallest ‖W²⁰⁰‖', zh: 'ρ = 1.1 时爆炸：最小的 ‖W²⁰⁰‖' },
  real: { en: 'real part', zh: '实部' },
  imaginary: { en: 'imaginary part', zh: '虚部' },
  spectrumCaption: {
    en: 'The eigenvalues of a matrix with ρ = 0.9 lie within the unit circle (dashed); scaled to ρ = 1.1, a few of them lie outside, and those decide.',
    zh: 'ρ = 0.9 的矩阵，特征值都在单位圆（虚线）之内；缩放到 ρ = 1.1 后，有几个落到圆外，起决定作用的正是它们。',
  },
  matrixCaption: {
    en: 'The norm of powers of a random matrix. After some steps each line runs parallel to ρᵗ (dashed); the distance between them is how much the matrix may stretch at first.',
    zh: '随机矩阵的幂的范数。若干步之后，每条线都与 ρᵗ（虚线）平行；两者之间的距离是矩阵在最初几步的放大作用。',
  },
  activationHeading: { en: 'tanh against ReLU', zh: 'tanh 与 ReLU' },
  activation: {
    en: 'With an activation function, each step also multiplies by its derivative. That of tanh is at most 1, and much less where a unit is saturated: it damps. That of ReLU is exactly 1 for active units and 0 for the others: as about half are switched off, a random matrix explodes with it from about $\\rho = \\sqrt 2$ on, and then nothing stops it.',
    zh: '有了激活函数，每一步还要乘上它的导数。tanh 的导数至多为 1，在饱和处要小得多，因此起阻尼作用；ReLU 的导数对激活的单元恰好为 1，对其余单元为 0；由于约有一半单元关闭，随机矩阵大约从 $\\rho = \\sqrt 2$ 起才会爆炸，而一旦爆炸便再也挡不住。',
  },
  reluExplodes: {
    en: 'ReLU with ρ = 2 explodes: ‖∂h₅₀/∂h₀‖, the median of {count} networks',
    zh: 'ReLU 在 ρ = 2 时爆炸：‖∂h₅₀/∂h₀‖，{count} 个网络的中位数',
  },
  reluAbove: {
    en: 'Powers of ten by which ReLU exceeds tanh in ‖∂h₅₀/∂h₀‖, ρ = 2: the least of {count} networks',
    zh: 'ρ = 2 时，ReLU 的 ‖∂h₅₀/∂h₀‖ 比 tanh 大多少个数量级：{count} 个网络中的最小值',
  },
  reluMedian: {
    en: 'Powers of ten by which ReLU exceeds tanh in ‖∂h₅₀/∂h₀‖, ρ = 2: the median of {count} networks',
    zh: 'ρ = 2 时，ReLU 的 ‖∂h₅₀/∂h₀‖ 比 tanh 大多少个数量级：{count} 个网络的中位数',
  },
  tanhBelow: {
    en: 'With tanh, ‖∂hₜ/∂h₀‖ is smaller than without an activation function, at all t',
    zh: '对所有 t，使用 tanh 时 ‖∂hₜ/∂h₀‖ 都小于没有激活函数时',
  },
  tanhVanishes: { en: 'tanh with ρ = 0.9: ‖∂h₅₀/∂h₀‖', zh: 'tanh，ρ = 0.9：‖∂h₅₀/∂h₀‖' },
  noActivation: { en: 'none', zh: '无激活函数' },
  relu: { en: 'ReLU', zh: 'ReLU' },
  tanh: { en: 'tanh', zh: 'tanh' },
  steps: { en: 'steps t', zh: '步数 t' },
  jacobian: { en: '‖∂hₜ/∂h₀‖ (largest singular value)', zh: '‖∂hₜ/∂h₀‖（最大奇异值）' },
  activationCaption: {
    en: 'The same recurrent matrix, ρ = 2, with three activation functions: without one it explodes; with ReLU, which switches about half of the units off, it still explodes; tanh saturates and holds it back by many orders of magnitude. With ρ = 0.9, tanh makes it vanish fast.',
    zh: '同一个循环矩阵（ρ = 2）配三种激活函数：没有激活函数时爆炸；ReLU 关掉约一半单元，仍然爆炸；tanh 因饱和而把它压低了许多个数量级。ρ = 0.9 时，tanh 使它迅速消失。',
  },
  gatesHeading: { en: 'RNN, GRU, LSTM over 200 steps', zh: '200 步上的 RNN、GRU 与 LSTM' },
  gates: {
    en: 'A memory cell is not pushed through a matrix at each step; it is multiplied by a gate $f_t$ between 0 and 1, which the network sets itself. Where the gate is open the gradient passes unchanged. The same holds for the update gate $z_t$ of a GRU. Here is the gradient of the last output in untrained networks with 32 units.',
    zh: '记忆元并不在每一步都穿过一个矩阵，而是乘上一个介于 0 和 1 之间的门 $f_t$，由网络自己设定。门打开时，梯度原样通过。GRU 的更新门 $z_t$ 也是如此。下面是 32 个单元的未训练网络中，最后一个输出的梯度。',
  },
  lstmOverRnn: {
    en: 'Powers of ten by which the gradient of the LSTM (forget bias 1) exceeds that of the RNN, {steps} steps back: the least of {count} networks',
    zh: '回溯 {steps} 步时，LSTM（遗忘门偏置 1）的梯度比 RNN 大多少个数量级：{count} 个网络中的最小值',
  },
  lstmOverGru: {
    en: 'Powers of ten by which the gradient of the LSTM (forget bias 1) exceeds that of the GRU with its usual biases, {steps} steps back: the least of {count} networks',
    zh: '回溯 {steps} 步时，LSTM（遗忘门偏置 1）的梯度比默认偏置的 GRU 大多少个数量级：{count} 个网络中的最小值',
  },
  stepsBack: { en: 'steps back', zh: '回溯步数' },
  orthogonal: { en: 'RNN, orthogonal', zh: 'RNN（正交初始化）' },
  flowCaption: {
    en: 'The norm of the gradient with respect to the state that many steps ago (to $c$ for the LSTM). The RNN’s ends where float32 has no smaller numbers. A GRU starts with half-open gates and fares little better; an orthogonal start helps the RNN; the LSTM here has a forget bias of 1, and the next picture shows what a larger one does.',
    zh: '损失对若干步之前的状态（LSTM 为 $c$）的梯度范数。RNN 的曲线断在 float32 能表示的最小数处。GRU 初始时门半开，好不了多少；正交初始化对 RNN 有帮助；这里 LSTM 的遗忘门偏置为 1，更大的偏置见下一幅图。',
  },
  forgetHeading: { en: 'The bias of the forget gate', zh: '遗忘门的偏置' },
  forget: {
    en: 'How open a gate is at the start is a matter of its bias: $\\sigma(0) = 0.5$ halves the gradient at each step, $\\sigma(1) = 0.73$, $\\sigma(3) = 0.95$. That is why LSTMs are started with a forget bias of 1 or more. The gradient also finds ways through $h$, so it fades less than the gate alone would make it.',
    zh: '门在初始时开多大，取决于它的偏置：$\\sigma(0) = 0.5$ 使梯度每步减半，$\\sigma(1) = 0.73$，$\\sigma(3) = 0.95$。所以 LSTM 的遗忘门偏置通常初始化为 1 或更大。梯度还可以经由 $h$ 传播，因此实际衰减比只算门要慢。',
  },
  noFading: {
    en: 'With a bias of {bias} it no longer fades at all: a factor of {rate} at each step.',
    zh: '偏置为 {bias} 时已完全不再衰减：每步的因子为 {rate}。',
  },
  forgetRises: {
    en: 'The factor per step rises with the forget bias ({rates})',
    zh: '每步的衰减因子随遗忘门偏置上升（{rates}）',
  },
  forgetThree: {
    en: 'Forget bias 3: norm of the gradient 200 steps back, neither gone nor exploded',
    zh: '遗忘门偏置为 3：回溯 200 步的梯度范数，既未消失也未爆炸',
  },
  forgetCaption: {
    en: 'The gradient with respect to the memory cell of an LSTM, for forget biases b: each step of the bias changes the slope.',
    zh: '不同遗忘门偏置 b 下，损失对 LSTM 记忆元的梯度：偏置每变一点，斜率就随之改变。',
  },
  bias: { en: 'forget bias b', zh: '遗忘门偏置 b' },
  perStep: { en: 'measured factor per step', zh: '实测每步因子' },
  clipHeading: { en: 'Clipping is a projection', zh: '梯度裁剪是一种投影' },
  clip: {
    en: 'Against explosion there is a simple remedy: a gradient whose norm is above $\\theta$ is scaled down to norm $\\theta$. Geometrically it is projected onto the ball of radius $\\theta$, and keeps its direction. Nothing of the kind helps against vanishing: what is zero has no direction.',
    zh: '对付爆炸有个简单的办法：长于 $\\theta$ 的梯度缩短到 $\\theta$。从几何上看，就是投影到半径为 $\\theta$ 的球上，方向不变。对消失则没有这样的办法：零没有方向。',
  },
  circle: { en: 'circle: ‖g‖ = θ', zh: '圆：‖g‖ = θ' },
  onBall: { en: 'Largest norm of a gradient after clipping at θ = 1', zh: '以 θ = 1 裁剪后最长的梯度' },
  direction: {
    en: 'Smallest cosine between a gradient before and after clipping: its direction stays the same',
    zh: '裁剪前后梯度夹角余弦的最小值：方向不变',
  },
  inside: {
    en: 'The {count} gradients inside the ball are left as they are: largest change',
    zh: '球内的 {count} 个梯度保持原样：最大改变量',
  },
  clipCaption: {
    en: 'Forty gradients of two numbers, clipped by clipGradNorm with θ = 1. Those outside (orange) are moved to the circle along the line to the origin; those inside (blue) stay.',
    zh: '四十个二维梯度，用 clipGradNorm 以 θ = 1 裁剪。圆外的（橙色）沿着指向原点的直线移到圆上，圆内的（蓝色）不动。',
  },
});

import { messages } from 'unrolled/reproduce';

export default messages({
  title: { en: 'Learning to execute programs', zh: '学习执行程序' },
  question: {
    en: 'Can a network learn to run programs that it only reads as text?',
    zh: '网络把程序只当作文本来读，能学会执行它吗？',
  },
  idea: {
    en: 'A network that reads text one character after the other can be given the text of a program, and asked to write what the program prints. Nobody tells it what a digit is worth, what brackets are for, or that a variable stands for a number: there are only characters that come in, and characters that should come out.\n\nZaremba and Sutskever taught this to an LSTM, and found that the order of the lessons matters. Only hard programs from the start was too much at once; easy ones first and then harder ones, as at school, did not help much either, since a network rebuilds what it has for each lesson. Best was to mix the lessons. This is their experiment on a small scale: fewer digits, one small layer instead of two of 400 units, and far less to read.',
    zh: '逐个字符阅读文本的网络，也可以读一段程序，然后写出这段程序打印的内容。没有人告诉它一个数字值多少、括号有什么用、变量代表一个数：它见到的只有输入的字符和应当输出的字符。\n\nZaremba 和 Sutskever 用 LSTM 学会了这件事，并且发现课程的先后次序很重要。一开始就只给难的程序，一次要学的太多；像学校那样先易后难帮助也不大，因为每上一课，网络都要把已有的东西重新改造一遍。最好的办法是把各种难度混在一起。这里是他们的实验的缩小版：位数更少，只有小小的一层而不是两层各 400 个单元，读的内容也少得多。',
  },
  programsHeading: { en: 'The programs', zh: '程序' },
  samples: {
    en: 'Programs of length 2 and nesting 1, 2, 3 and 4, and what they print',
    zh: '长度为 2，嵌套为 1、2、3、4 的程序，以及它们打印的内容',
  },
  language: {
    en: 'Every program is valid Python. It begins with a number and applies as many operations to it as it is nested; *length* is how many digits its numbers have. There are six operations, drawn with equal probability: add a number, subtract one, multiply by 2, 3 or 4, choose by a comparison, store in a variable and add to that, and add in a loop that runs 2, 3 or 4 times. A dot ends the result. A tenth of all programs, picked by a hash of their text, is kept for the test, and another one for validation, so that no program of the test was ever trained on.',
    zh: '每段程序都是合法的 Python。它从一个数出发，嵌套多少就对它做多少次运算；*长度*是其中各数的位数。运算有六种，等概率抽取：加一个数、减一个数、乘以 2、3 或 4、按比较结果二选一、存入变量再加、在执行 2、3 或 4 次的循环中累加。结果以一个点结束。按文本的哈希值，全部程序的十分之一留作测试，另外十分之一留作验证，所以测试程序从未在训练中出现。',
  },
  networkHeading: { en: 'One network that reads and writes', zh: '一个网络，既读又写' },
  network: {
    en: 'There is no encoder and no decoder: one LSTM with {hidden} units reads the characters $x$ of the program, and from its last line on predicts the characters $y$ of the result, each from the state after the one before. The loss counts only these. What it predicts a character from is the *right* beginning of the result, in training as in the figures below (teacher forcing):',
    zh: '这里没有编码器和解码器之分：一个有 {hidden} 个单元的 LSTM 读入程序的字符 $x$，从最后一行读完时起预测结果的字符 $y$，每个字符都由读完前一个字符后的隐状态给出。损失只计结果的字符。预测一个字符时，网络看到的是结果*正确*的开头，训练时如此，下面的数字也如此（强制教学）：',
  },
  exactness: {
    en: 'The share of right *characters* is what the paper reports. It flatters: the dot, the number of digits and the first digit are the easy part. So the tables give the share of results that are right from the first to the last character too. For that nothing has to be written: if each character is the most probable one after the right ones before it, the network on its own writes the very same.',
    zh: '论文报告的是*字符*正确的比例。这个数字偏乐观：句点、位数和首位数字都比较容易。因此表中也给出从头到尾完全正确的结果的比例。算它并不需要真的去写：如果在正确的开头之后，每个字符都是概率最大的那个，那么网络自己写出来的就与之完全相同。',
  },
  curriculaHeading: { en: 'Four curricula', zh: '四种课程' },
  curricula: {
    en: 'The target is the longest and deepest programs. *None*: only these programs. *Naive*: from the easiest to the hardest, all for the same time (in the paper each as long as it brings progress). *Mix*: length and nesting are drawn anew for each program. *Combined*: each program by one or the other, with equal probability. All may read the same number of characters, which is what training costs, so that short programs leave time for more of them; initial weights and learning rates are the same too.',
    zh: '目标是最长、嵌套最深的程序。*无课程*：只学这些。*由易到难*：从最容易的到最难的，各占相同的时间（论文中则是每一级学到不再进步为止）。*混合*：每段程序都重新抽取长度和嵌套。*结合*：每段程序等概率地按前两者之一抽取。训练的代价在于读字符，所以各种课程读的字符总数相同，程序短的课程就能多读几段；初始权重和学习率也都相同。',
  },
  curriculaCaption: {
    en: 'What programs each curriculum gives, as training goes on: 240 examples each, by length and nesting.',
    zh: '训练过程中每种课程给出的程序：各 240 个例子，按长度和嵌套。',
  },
  done: { en: 'training done (%)', zh: '训练进度（%）' },
  lengthNesting: { en: 'length, nesting', zh: '长度, 嵌套' },
  none: { en: 'none', zh: '无课程' },
  naive: { en: 'naive', zh: '由易到难' },
  mix: { en: 'mix', zh: '混合' },
  combined: { en: 'combined', zh: '结合' },
  curriculum: { en: 'curriculum', zh: '课程' },
  characters: { en: 'right characters', zh: '正确的字符' },
  rightPercent: { en: 'right characters (%)', zh: '正确的字符（%）' },
  spread: { en: 'lowest … highest seed', zh: '最低 … 最高（各种子）' },
  exact: { en: 'right results', zh: '完全正确的结果' },
  byFrequency: { en: 'the most frequent character at each place', zh: '每个位置上最常见的字符' },
  read: { en: 'characters read (millions)', zh: '读过的字符（百万）' },
  learningCaption: {
    en: 'Right characters on validation programs of the target while training: each seed (pale) and their mean. The broken line is what the most frequent characters reach.',
    zh: '训练中，目标难度的验证程序上正确字符的比例：各随机种子（浅色）及其平均。虚线是只用最常见字符所能达到的水平。',
  },
  spreadCaption: {
    en: 'The test on programs of the target: each seed is a circle, their mean a bar.',
    zh: '目标难度的测试程序：每个圆圈是一个随机种子，竖线是平均。',
  },
  gridCaption: {
    en: 'Right characters (%) by length and nesting on test programs, mean over the seeds. The target is at the bottom right.',
    zh: '测试程序上按长度和嵌套统计的正确字符（%），取各种子的平均。目标在右下角。',
  },
  length: { en: 'length (digits)', zh: '长度（位数）' },
  nesting: { en: 'nesting (operations)', zh: '嵌套（运算次数）' },
  nestingHeading: { en: 'Nesting', zh: '嵌套' },
  nested: {
    en: 'Numbers have one digit here, so that there is little to calculate; as operations are combined there is more and more to keep track of: brackets, names, loops, the branch not taken. The target is nesting {nesting}; each of the networks reads {characters} characters.',
    zh: '这里的数都只有一位，要算的不多；但运算组合得越多，要记住的就越多：括号、变量名、循环、没有走的分支。目标是嵌套 {nesting}；每个网络读 {characters} 个字符。',
  },
  found: {
    en: 'Characters that are right on the target, mean over the seeds: none {none}, naive {naive}, mix {mix}, combined {combined}.',
    zh: '目标难度上正确的字符，取各种子的平均：“无课程”{none}，“由易到难”{naive}，“混合”{mix}，“结合”{combined}。',
  },
  nestingMixed: {
    en: 'Nesting: mix ({mix}) and combined ({combined}) get more of the target right than naive ({naive}) and none ({none}). What is learned on short programs carries over to long ones, and it is better to go on seeing them all than to go through them once.',
    zh: '嵌套：“混合”（{mix}）和“结合”（{combined}）在目标难度上写对的多于“由易到难”（{naive}）和“无课程”（{none}）。在短程序上学到的可以用到长程序上，而且始终各种难度都见到，好过从易到难只走一遍。',
  },
  kindsHeading: { en: 'By kind of program', zh: '按程序的种类' },
  kinds: {
    en: 'Are loops harder than sums? The programs of a test can be made of one operation alone. A sum wants arithmetic, a branch a comparison and the choice of what is ignored, a loop that something is done several times; a variable only that a name is remembered. Below, the same networks, which learned from mixed programs, are asked for each kind by itself.',
    zh: '循环比求和更难吗？测试程序可以只用一种运算来写。求和要做算术；分支要做比较，并决定忽略哪一边；循环要把一件事重复几次；变量只需记住一个名字。下面让同样的网络（它们学的是混合的程序）分别回答每一种程序。',
  },
  kindSamples: { en: 'One program of each kind, of nesting 2', zh: '每种程序各一例，嵌套为 2' },
  kindOf: { en: 'right characters, nesting {depth}', zh: '正确的字符，嵌套 {depth}' },
  byFrequencyShort: { en: 'by frequency', zh: '只按频率' },
  sum: { en: 'sums', zh: '求和' },
  difference: { en: 'differences', zh: '求差' },
  product: { en: 'products', zh: '乘积' },
  branch: { en: 'branches', zh: '分支' },
  variable: { en: 'variables', zh: '变量' },
  loop: { en: 'loops', zh: '循环' },
  kindsDiffer: {
    en: 'Right characters of mix on its best kind of program, less those on its worst',
    zh: '“混合”在最擅长与最不擅长的程序种类上，正确字符的比例之差',
  },
  kindsFound: {
    en: 'Compare each row with its own column “by frequency”: the results of some kinds are longer, or spread over more numbers, and are harder to guess without reading anything. What a network knows is what it has beyond that.',
    zh: '每一行要与自己的“只按频率”一列对照：有些种类的结果更长，或者分布在更多的数上，不读程序就更难猜。超出这一列的部分，才是网络学到的东西。',
  },
  bothHeading: { en: 'Length and nesting', zh: '长度与嵌套' },
  both: {
    en: 'Now numbers have up to two digits, and up to three operations are combined; each network reads {characters} characters. The map shows what the figure for the target hides: what is known of all the other lengths and nestings.',
    zh: '现在数最多有两位，最多组合三次运算；每个网络读 {characters} 个字符。热图显示了只看目标难度时看不到的东西：网络对其他各种长度和嵌套知道多少。',
  },
  bothMixed: {
    en: 'Length and nesting: naive ({naive}), for which the target came only at the end, is behind mix ({mix}) and combined ({combined}) on it, as in the paper. Mix saw one program of the target in six; the network that saw nothing else has {none}.',
    zh: '长度与嵌套：“由易到难”（{naive}）到最后才见到目标难度，落在“混合”（{mix}）和“结合”（{combined}）之后，与论文一致。“混合”的六段程序中只有一段是目标难度；只见过目标难度的网络为 {none}。',
  },
  overall: {
    en: 'Length and nesting, mean over the whole map: none {none}, naive {naive}, mix {mix}, combined {combined}. Who sees nothing but the target knows little else, and what the naive curriculum learned first is in part forgotten.',
    zh: '长度与嵌套，整张热图的平均：“无课程”{none}，“由易到难”{naive}，“混合”{mix}，“结合”{combined}。只见过目标难度的网络，别的会得不多；“由易到难”最先学到的，到最后忘了一部分。',
  },
  overDigits: {
    en: 'Addition, mean over all numbers of digits: none {none}, naive {naive}, mix {mix}, combined {combined}.',
    zh: '加法，各种位数的平均：“无课程”{none}，“由易到难”{naive}，“混合”{mix}，“结合”{combined}。',
  },
  addition: {
    en: 'Sums of two numbers with the same number of digits, up to three; {characters} characters for each network. A sum has to be written from its first digit on, which may depend on a carry from the last: the network must have added before it writes.',
    zh: '两个位数相同的数相加，最多三位；每个网络读 {characters} 个字符。和要从最高位写起，而最高位可能取决于最低位传来的进位：网络必须在动笔之前就算好。',
  },
  additionMixed: {
    en: 'Addition: on three digits naive ({naive}) is behind mix ({mix}) and combined ({combined}) again; the network that practised nothing else has {none}.',
    zh: '加法：三位数相加时，“由易到难”（{naive}）又落在“混合”（{mix}）和“结合”（{combined}）之后；只练三位数的网络为 {none}。',
  },
  spreadHeading: { en: 'Chance', zh: '随机性' },
  chance: {
    en: 'How much of this is luck? Seeds of one curriculum are up to {apart} percentage points apart: whether a small network finds a rule early or late is a matter of chance. A difference between two curricula counts where it is large beside the distance of the circles.',
    zh: '其中有多少是运气？同一种课程的不同种子之间最多相差 {apart} 个百分点：小网络发现某条规律是早是晚，全凭机会。两种课程之间的差别只有比圆圈之间的距离明显更大时才算数。',
  },
  oneSeed: {
    en: 'How much of this is luck? The short version has one seed, and cannot tell.',
    zh: '其中有多少是运气？快速版只有一个种子，看不出来。',
  },
  additionHeading: { en: 'Addition', zh: '加法' },
  digits: { en: 'digits of the numbers', zh: '各数的位数' },
  digitsCaption: {
    en: 'Right characters on sums that were not trained on, by the digits of the numbers; mean over the seeds.',
    zh: '未训练过的加法题上正确字符的比例，按位数统计；取各种子的平均。',
  },
  writesHeading: { en: 'What it writes', zh: '它写了什么' },
  program: { en: 'program', zh: '程序' },
  prints: { en: 'prints', zh: '应打印' },
  writes: { en: 'the network writes', zh: '网络写出' },
  quickLearned: {
    en: 'right characters of the best short training, against {floor} by frequency',
    zh: '短训练中最好的正确字符比例，与只按频率的 {floor} 相比',
  },
  learned: {
    en: 'nesting: right characters on the target by the curriculum that learned least, against the most frequent ones',
    zh: '嵌套：学得最差的课程在目标难度上正确的字符，与只猜最常见字符相比',
  },
  greedy: {
    en: 'results that the network writes right on its own, as counted with the right beginnings given',
    zh: '网络独立写对的结果所占的比例，与给定正确开头时统计的相同',
  },
});

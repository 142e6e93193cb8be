// A reader's step as a cell of the library, beside one that is right: the same weights and inputs, and what is wrong with it.
import { type Cell, defineCell, manualSeed, noGrad, randn, Recurrent, useBackend } from 'unrolled';
import type { Message } from 'unrolled/reproduce';

const [T, N, D, H] = [5, 2, 3, 4];

/** @returns what is wrong with a step as `defineCell` takes it; null where the cell gives the numbers of `cell`. Errors: CELL. */
export async function stepFault(given: unknown, cell: Cell): Promise<Message | null> {
  if (typeof given !== 'function') {
    return { en: 'expected a function as the default export', zh: '默认导出应当是一个函数' };
  }
  await useBackend();
  const own = defineCell({ name: 'own', state: cell.states as string[], step: given as () => Record<string, never> });
  const names = cell.linears.map(({ name }) => name);
  const found = own.linears.map(({ name }) => name);
  const missing = names.filter((name) => !found.includes(name));
  if (missing.length > 0 || found.length !== names.length) {
    const [all, received] = [names.join(', '), found.join(', ') || '–'];
    return {
      en: `expected the linears ${all}, found ${received}`,
      zh: `应当有线性变换 ${all}，实际有 ${received}`,
    };
  }
  manualSeed(0);
  const [mine, theirs] = [own, cell].map((one) => new Recurrent(one, { inputSize: D, hiddenSize: H }));
  for (const name of names) {
    const gate = mine.gate(name);
    for (const block of theirs.gate(name).blocks) {
      const to = gate.blocks.find(({ operand }) => operand === block.operand);
      if (to === undefined) {
        const operand = block.operand ?? 'bias';
        return {
          en: `linear('${name}', …) is not multiplied with ${operand}`,
          zh: `linear('${name}', …) 没有与 ${operand} 相乘`,
        };
      }
      to.set(block.data());
    }
  }
  const x = randn([T, N, D]);
  const [a, b] = [mine, theirs].map((rnn) => noGrad(() => rnn.forward(x).output));
  for (let t = 0; t < T; t++) {
    const off = a
      .slice(0, t, t + 1)
      .sub(b.slice(0, t, t + 1))
      .abs()
      .max()
      .item();
    if (!(off < 1e-5)) {
      return {
        en: `with the weights of the library its state differs at step ${t + 1} by ${off.toPrecision(2)}`,
        zh: `取与库相同的权重时，第 ${t + 1} 步的隐状态相差 ${off.toPrecision(2)}`,
      };
    }
  }
  return null;
}

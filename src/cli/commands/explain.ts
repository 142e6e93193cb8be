// `unrolled explain`: the equations of a cell as text, and what a step of it costs.
import { defineCommand } from '../command.js';
import { flag, integer, withDefault } from '../options.js';

export const explainCommand = defineCommand({
  name: 'explain',
  summary: 'print the equations of a cell, and the stages of a step with their cost',
  arguments: [
    {
      name: '<cell>',
      description: 'lstm, gru … (an unknown name lists all), equations (my.cell), or a module (./mine.js)',
    },
  ],
  options: {
    input: withDefault(integer('--input <N>', 'width of the input'), 64),
    hidden: withDefault(integer('--hidden <N>', 'width of the state'), 256),
    batch: withDefault(integer('--batch <N>', 'sequences at once'), 32),
    heads: withDefault(integer('--heads <N>', 'heads of block-diagonal weights'), 4),
    latex: flag('--latex', 'print the equations as LaTeX'),
    equations: flag('--equations', 'print the equations alone, for a file: my.cell'),
  },
  examples: [
    'unrolled explain lstm',
    'unrolled explain gru --equations > my.cell',
    'unrolled explain my.cell --input 28 --hidden 128',
  ],
  async run({ io }, [name], { input, hidden, batch, heads, latex, equations }) {
    const { readCell } = await import('../cellModule.js');
    const { cellByName } = await import('../../cell/cells/index.js');
    const { Cell } = await import('../../cell/cell.js');
    const { formatCell } = await import('../../cell/language/format.js');
    const { explainCell } = await import('../../cell/plan/explain.js');
    const { toLatex } = await import('../../drawing/cells/latex.js');
    const found = await readCell(io.cwd, name);
    const cell = found instanceof Cell ? found : cellByName(name);
    const text = latex ? toLatex(cell) : formatCell(cell).trimEnd();
    const costs = explainCell(cell, { inputSize: input, hiddenSize: hidden, batchSize: batch, numHeads: heads });
    const { stages, flops, bytes, parameters } = costs;
    return {
      json: { cell: cell.name, equations: formatCell(cell), latex: toLatex(cell), parameters, flops, bytes, stages },
      text: equations ? text : `${text}\n\n${String(costs)}`,
    };
  },
});

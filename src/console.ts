// Modules, optimizers, models and sessions as `console.log` of Node, Deno and Bun shows them: modules as a tree, as PyTorch prints it.
// Only the Node entry has it: a page's console shows objects in its own way.
import { LanguageSession } from './models/language/session.js';
import { Model, StoredModel } from './models/model.js';
import { Module } from './nn/module.js';
import { Optimizer } from './optim/optimizer.js';
import { formatShape } from './tensor/shape.js';
import { Tensor } from './tensor/tensor.js';

/** Settings that a line shows. */
const MOST = 8;

/** Has the console show them so. */
export function showObjectsInConsole(): void {
  show(Module, moduleTree);
  show(Optimizer, optimizerLine);
  show(StoredModel, modelLine);
  show(LanguageSession, (session) => `LanguageSession(${session.length} tokens read)`);
}

function show<T extends object>(of: { prototype: T }, format: (value: T) => string): void {
  for (const name of [Symbol.for('nodejs.util.inspect.custom'), Symbol.for('Deno.customInspect')]) {
    const value = function (this: T): string {
      return format(this);
    };
    Object.defineProperty(of.prototype, name, { value, configurable: true });
  }
}

/** The class with its sizes; below it its own parameters and its parts; at the end how many parameters it has. */
function moduleTree(module: Module): string {
  return `${treeOf(module, new Set())}, ${count(module.parameterCount())}`;
}

function treeOf(module: Module, above: ReadonlySet<Module>): string {
  const head = `${module.constructor.name}(${settingsOf(module).join(', ')}`;
  if (above.has(module)) return `${head}, …)`;
  const parts = [...module.namedChildren()];
  const around = new Set([...above, module]);
  const ofParts = new Set(parts.flatMap(([, part]) => (around.has(part) ? [] : part.parameters())));
  const own = [...module.namedParameters()].filter(([, t]) => !ofParts.has(t));
  const lines = [
    ...own.map(([name, t]) => `(${name}): ${formatShape(t.shape)}`),
    ...parts.map(([name, part]) => `(${name}): ${treeOf(part, around)}`),
  ];
  if (lines.length === 0) return `${head})`;
  return `${head}${lines.map((line) => `\n  ${line.replaceAll('\n', '\n  ')}`).join('')}\n)`;
}

/** What it keeps in public fields: sizes, names, what is on, and the name of its cell. */
function settingsOf(holder: object): string[] {
  return Object.entries(holder)
    .flatMap(([name, value]: [string, unknown]) => {
      if (name === 'training' || value === false || value instanceof Tensor) return [];
      if (name === 'cell') return [String((value as { name?: unknown } | null)?.name ?? value)];
      return ['number', 'string', 'boolean'].includes(typeof value) ? [`${name}: ${String(value)}`] : [];
    })
    .slice(0, MOST);
}

function optimizerLine(optimizer: Optimizer): string {
  const size = optimizer.parameters.reduce((sum, t) => sum + t.size, 0);
  const { learningRate, steps, parameters } = optimizer;
  return `${optimizer.constructor.name}(lr: ${learningRate}, steps: ${steps}), ${parameters.length} tensors, ${count(size)}`;
}

function modelLine(model: StoredModel): string {
  const config: Readonly<Record<string, unknown>> = { ...model.config };
  const settings = settingsOf({ task: model.task, ...config, cell: { name: config.cell } });
  const line = `${model.constructor.name}(${settings.join(', ')})`;
  return model instanceof Model ? `${line}, ${count(model.network.parameterCount())}` : line;
}

function count(parameters: number): string {
  return `${parameters.toLocaleString('en-US')} parameters`;
}

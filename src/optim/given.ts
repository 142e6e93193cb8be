// What a constructor of an optimizer is given: parameters, a learning rate, options, by the names that PyTorch and this library use.
import { brief } from '../brief.js';
import { refuseOtherCopy } from '../copy.js';
import { UnrolledError } from '../errors.js';
import { refuse, shownValue } from '../expect.js';
import { didYouMean } from '../nearest.js';
import { isParameter, Module } from '../nn/module.js';
import { Tensor } from '../tensor/tensor.js';

/** What an optimizer changes: the parameters of a module, or a list of them. */
export type ParameterSource = Module | Iterable<Tensor>;

/** The learning rate among the options, under either name. */
export interface LearningRateOption {
  /** The learning rate; the same as `learningRate`. */
  lr?: number;
  /** The learning rate; the same as `lr`. */
  learningRate?: number;
}

/** Each parameter once. Errors: OPTION for none, for what is no parameter, and where all are frozen. */
export function parametersOf(source: ParameterSource): Tensor[] {
  refuseOtherCopy(source, 'module');
  const isModule = source instanceof Module;
  if (!isModule && !(typeof source === 'object' && source !== null && Symbol.iterator in source)) {
    throw refused(shownValue(source), 'give a module, or net.parameters()');
  }
  const list = [...new Set(isModule ? source.parameters() : source)];
  if (list.length === 0) {
    throw refused(
      isModule ? `${source.constructor.name}, which has none` : 'none',
      'a module has what is assigned to its properties: layers, parameter(…), and arrays, Maps and plain objects of them; what stands in a private field (#layer) is registered by addPart or addParameter',
    );
  }
  list.forEach((t: unknown, i) => {
    if (!(t instanceof Tensor)) throw refused(`${shownValue(t)} at index ${i}`, helpFor(t));
    if (t.int8 !== null) {
      throw refused(
        `weights of int8 at index ${i}: ${t.toString()}`,
        'train the float32 weights that they were made from, or widen the file: unrolled convert small.safetensors full.safetensors',
      );
    }
    if (isParameter(t)) return;
    const isResult = t.node !== null;
    throw refused(
      `${isResult ? `the result of ${t.node?.op}` : 'a tensor without requiresGrad'} at index ${i}: ${t.toString()}`,
      isResult ? 'give the tensors that it was computed from' : 'make it by parameter(…), or set t.requiresGrad = true',
    );
  });
  if (!list.some((t) => t.requiresGrad)) {
    throw refused(`${list.length} that are all frozen`, 'set requiresGrad = true on those that training should change');
  }
  return list;
}

function refused(received: string, help: string): UnrolledError {
  return new UnrolledError('OPTION', `expected parameters to train, received ${received}`, help);
}

function helpFor(value: unknown): string {
  if (value instanceof Module) return 'of several modules: modules.flatMap((module) => module.parameters())';
  return Array.isArray(value) ? 'take net.parameters(), which has no names' : 'give a module, or net.parameters()';
}

/** PyTorch's names of what this library calls otherwise. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['lr', 'learningRate'],
  ['eps', 'epsilon'],
]);

/**
 * The settings of an optimizer, defaults filled in.
 * @param rate the learning rate, or all options in one object
 * Errors: OPTION for an option that is unknown or given twice. What the numbers may be, the optimizer says.
 */
export function settingsOf<S extends { learningRate: number }>(
  optimizer: string,
  defaults: S,
  rate: number | object | undefined,
  options: object,
): S {
  const isRate = typeof rate !== 'object' || rate === null;
  const given: Record<string, unknown> = isRate ? { learningRate: rate, ...options } : { ...rate, ...options };
  const result = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given).flatMap(betasApart)) {
    if (value === undefined || value === null) continue;
    const key = SAME.get(name) ?? name;
    if (!Object.hasOwn(defaults, key)) {
      const known = Object.keys(defaults).flatMap((own) => [
        own,
        ...[...SAME].flatMap(([a, b]) => (b === own ? a : [])),
      ]);
      if (known.includes('beta1')) known.push('betas');
      throw new UnrolledError(
        'OPTION',
        `expected options of ${optimizer} among ${known.join(', ')}, received ${brief(name)}`,
        `${didYouMean(name, known)}leave ${brief(name)} out`,
      );
    }
    if (result.has(key)) {
      throw new UnrolledError('OPTION', `expected ${key} once, received it twice`, `give it as ${name} alone`);
    }
    result.set(key, value);
  }
  return { ...defaults, ...Object.fromEntries(result) };
}

/** `betas: [0.9, 0.999]` as beta1 and beta2. Errors: OPTION. */
function betasApart([name, value]: [string, unknown]): [string, unknown][] {
  if (name !== 'betas' || value === undefined || value === null) return [[name, value]];
  if (Array.isArray(value) && value.length === 2) return value.map((beta, i) => [`beta${i + 1}`, beta]);
  return refuse('betas as two numbers', value, 'betas: [0.9, 0.999]');
}

// Module: what has parameters and parts with parameters. Names are paths, as in PyTorch: `rnn.0.weight_h`.
import { setFrozenMask } from '../autograd/frozen.js';
import { int8Product } from '../autograd/int8.js';
import { brand } from '../copy.js';
import { UnrolledError } from '../errors.js';
import { expectFunction, type Names, optionsOf, refuse } from '../expect.js';
import { type FileSource, type FileTarget, readSource, writeTarget } from '../platform/files.js';
import { empty, fromData } from '../tensor/create.js';
import { defaultRng } from '../tensor/generator.js';
import type { Philox } from '../tensor/philox.js';
import { Int8Weights, widened } from '../tensor/int8.js';
import { keep } from '../tensor/scope.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { arrangeStored, type LoadOptions, type LoadResult } from '../weights/arrange.js';
import { countModule, takeFromBudget } from '../weights/budget.js';
import {
  type GivenState,
  type ParameterLabel,
  type Place,
  plainLabel,
  type StateDict,
  type StoredParameter,
} from '../weights/labels.js';
import { constantInit, type Initializer } from './initializers.js';
import type * as ModuleFile from './moduleFile.js';
import type { RandomCalls } from './random.js';

export type { StateDict } from '../weights/labels.js';

const LOAD_OPTIONS: Names<LoadOptions> = { order: true, from: true, strict: true };

/** Tensors that `parameter` made: parameters even while `requiresGrad` is off. */
const made = new WeakSet<Tensor>();

/** Whether training changes it where a module has it: made by `parameter`, or a leaf with `requiresGrad`. */
export function isParameter(t: Tensor): boolean {
  return made.has(t) || (t.requiresGrad && t.node === null);
}

/**
 * Makes a tensor a parameter, which training changes: `w = parameter(zeros([3, 4]))` as a property of a module. It outlives the scope
 * in which it is made. Returns the same tensor. Errors: OPTION for the result of an operation.
 */
export function parameter(values: Tensor): Tensor;
/**
 * A parameter of that shape. While the weights of a file are loaded, its numbers are undefined: `init` is not called then.
 * @param rng the generator that `manualSeed` seeds by default
 * @param name for messages
 * Errors: FORMAT where the file has fewer numbers.
 */
export function parameter(shape: Shape, init: Initializer, rng?: Philox, name?: string): Tensor;
export function parameter(
  from: Tensor | Shape,
  init: Initializer = constantInit(0),
  rng: Philox = defaultRng(),
  name = 'parameter',
): Tensor {
  if (!(from instanceof Tensor) && !(Array.isArray(from) && from.every((size) => typeof size === 'number'))) {
    refuse(
      'a tensor or a shape for a parameter',
      from,
      'parameter(zeros([3, 4])), or parameter([3, 4], xavierUniform)',
    );
  }
  expectFunction(init, 'an initializer', 'as in parameter([3, 4], xavierUniform)');
  if (from instanceof Tensor && from.node !== null) {
    throw new UnrolledError(
      'OPTION',
      `expected values for a parameter, received the result of ${from.node.op}: ${from.toString()}`,
      'training changes tensors that nothing computes: parameter(x.detach().clone())',
    );
  }
  const t = from instanceof Tensor ? from : takeFromBudget(name, from) ? empty(from) : fromData(init(from, rng), from);
  made.add(t);
  t.requiresGrad = true;
  return keep(t);
}

/** A parameter or buffer, and what a state dict says about it. */
export interface NamedState extends Place {
  /** Where its numbers are. */
  tensor: Tensor;
}

type Own = Omit<NamedState, 'name' | 'shape'>;

/** What a module has of its own, by name, whether registered or assigned. */
interface Members {
  parameters: ReadonlyMap<string, Own>;
  buffers: ReadonlyMap<string, Own>;
  parts: ReadonlyMap<string, Module>;
}

/**
 * What has parameters, buffers and parts that are modules themselves: layers, networks, and what a user builds from them.
 *
 *     class Tagger extends Module {
 *       embed = new Embedding(1000, 32);
 *       layers = [new Linear(32, 64), new Linear(64, 5)];
 *       scale = parameter(ones([5]));
 *     }
 *
 * What is assigned to a property is found by itself: modules, parameters (by `parameter`, or with `requiresGrad`), and arrays, Maps
 * and plain objects of them. Names are paths: `layers.0.weight`. What stands in a private field (`#layer`) cannot be seen from
 * here: `addPart` and `addParameter` register it, and whatever should have another name. A part or parameter in two places counts
 * once, under the first of its names.
 */
export abstract class Module {
  /** Whether dropout is on. */
  training = true;
  readonly #own = new Map<string, Own>();
  readonly #buffers = new Map<string, Own>();
  readonly #parts = new Map<string, Module>();
  readonly #calls = new Set<RandomCalls>();

  static {
    brand(this.prototype, 'module');
  }

  constructor() {
    countModule();
  }

  /**
   * @param label what its axes and columns are; those of a linear layer by default
   * @param order01 for the gates of a cell: their order in files of 0.1
   */
  protected addParameter(name: string, t: Tensor, label?: ParameterLabel, order01?: Place['order01']): Tensor {
    this.#own.set(name, { tensor: t, label: label ?? plainLabel(t.shape), order01 });
    return t;
  }

  /** A tensor that is stored with the model, but that training does not change: not among the parameters. */
  protected addBuffer(name: string, t: Tensor, label?: ParameterLabel): Tensor {
    this.#buffers.set(name, { tensor: t, label: label ?? plainLabel(t.shape) });
    return t;
  }

  /**
   * Takes another module in under a name: its parameters are trained and stored with this one’s. @returns the part
   * itself
   */
  protected addPart<M extends Module>(name: string, part: M): M {
    this.#parts.set(name, part);
    return part;
  }

  /** Says what it draws its masks with, so that a checkpoint of `fit` knows where it stood. @internal */
  protected addCalls(calls: RandomCalls): RandomCalls {
    this.#calls.add(calls);
    return calls;
  }

  /** This module, its parts, theirs, and so on; each once. */
  modules(): Set<Module> {
    const found = new Set<Module>();
    const collect = (module: Module): void => {
      if (found.has(module)) return;
      found.add(module);
      for (const part of module.#members().parts.values()) collect(part);
    };
    collect(this);
    return found;
  }

  /**
   * This module under '' and its parts, theirs, and so on, each under its path: `rnn`, `layers.0`. A part in two places comes once.
   */
  *namedModules(): Generator<[string, Module]> {
    const seen = new Set<Module>();
    function* walk(module: Module, path: string): Generator<[string, Module]> {
      if (seen.has(module)) return;
      seen.add(module);
      yield [path, module];
      for (const [key, part] of module.#members().parts) yield* walk(part, path === '' ? key : `${path}.${key}`);
    }
    yield* walk(this, '');
  }

  /** What this module and its parts draw masks with, each once, in their order. @internal */
  randomCalls(): Set<RandomCalls> {
    return new Set([...this.modules()].flatMap((module) => [...module.#calls]));
  }

  /**
   * Each parameter with its path: its own, then those of its parts; what was registered comes first, then what was assigned, in the
   * order of the properties. Errors: OPTION for two under one path.
   */
  *namedParameters(prefix = ''): Generator<[string, Tensor]> {
    for (const { name, tensor } of this.#named('parameters', prefix)) yield [name, tensor];
  }

  /** Each buffer with its path, in the same order: what is stored, but not trained. */
  *namedBuffers(prefix = ''): Generator<[string, Tensor]> {
    for (const { name, tensor } of this.#named('buffers', prefix)) yield [name, tensor];
  }

  /** What is stored with the model: parameters, then buffers, each with its label. */
  *namedState(prefix = ''): Generator<NamedState> {
    yield* this.#named('parameters', prefix);
    yield* this.#named('buffers', prefix);
  }

  #named(kind: 'parameters' | 'buffers', prefix: string): NamedState[] {
    const found = new Map<string, NamedState>();
    const seen = new Set<object>();
    const collect = (module: Module, path: string): void => {
      if (seen.has(module)) return;
      seen.add(module);
      const members = module.#members();
      for (const [key, own] of members[kind]) {
        if (seen.has(own.tensor)) continue;
        seen.add(own.tensor);
        const name = path + key;
        if (found.has(name)) throw givenTwice(name);
        found.set(name, { name, shape: own.tensor.shape, ...own });
      }
      for (const [key, part] of members.parts) collect(part, `${path}${key}.`);
    };
    collect(this, prefix);
    return [...found.values()];
  }

  #members(): Members {
    const parameters = new Map(this.#own);
    const parts = new Map(this.#parts);
    const known = new Set<unknown>(parts.values());
    for (const { tensor } of [...parameters.values(), ...this.#buffers.values()]) known.add(tensor);
    for (const [name, value] of assignedTo(this)) {
      if (known.has(value)) continue;
      known.add(value);
      if (parts.has(name) || parameters.has(name)) throw givenTwice(name);
      if (value instanceof Module) parts.set(name, value);
      else parameters.set(name, { tensor: value, label: plainLabel(value.shape) });
    }
    return { parameters, buffers: this.#buffers, parts };
  }

  /** Its parts, by their names, without theirs. */
  *namedChildren(): Generator<[string, Module]> {
    yield* this.#members().parts;
  }

  /** All parameters, for an optimizer. */
  parameters(): Tensor[] {
    return [...this.namedParameters()].map(([, t]) => t);
  }

  /** How many numbers training changes. */
  parameterCount(): number {
    return this.parameters().reduce((sum, t) => sum + t.size, 0);
  }

  /** Gives the gradients of all parameters back, so that the next `backward()` begins at zero. */
  zeroGrad(): void {
    for (const t of this.parameters()) {
      t.grad?.dispose();
      t.grad = null;
    }
  }

  /** Turns dropout on (or off, with false), here and in all parts. */
  train(mode = true): this {
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** Turns dropout off, here and in all parts: how a trained network is used. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Copies of all parameters and buffers, with their labels: which columns are which gate, and the like. Weights that are held in
   * int8 come with their scale.
   */
  stateDict(): StateDict {
    return Object.fromEntries(
      [...this.namedState()].map(({ name, shape, tensor, label }): [string, StoredParameter] => {
        if (tensor.int8 !== null) {
          const { data, ...scale } = tensor.int8.matrix();
          return [name, { name, shape, ...label, dtype: 'int8', scale, data }];
        }
        const data = tensor.data();
        const dtype = data instanceof Float64Array ? 'float64' : 'float32';
        return [name, { name, shape, ...label, dtype, data }];
      }),
    );
  }

  /**
   * Overwrites parameters and buffers, the columns of gates by their labels, whatever their order in memory. Takes what `stateDict`
   * gave, tensors, nested arrays, or typed arrays row by row. Matrices of int8 with a scale stay so and compute so; they are not
   * trained until other numbers come.
   * Errors: FORMAT with all that is missing, too much (neither with `strict: false`) or of another shape, and for several gates
   * without labels; nothing is changed then.
   */
  loadStateDict(state: GivenState, options: LoadOptions = {}): LoadResult {
    const places = [...this.namedState()];
    const { numbers, ...result } = arrangeStored(places, state, optionsOf(options, LOAD_OPTIONS, 'loadStateDict'));
    places.forEach(({ tensor }, i) => {
      const own = numbers[i];
      if (own === null) return;
      if (!('axis' in own)) tensor.set(own);
      else if (tensor.offset === 0) tensor.holdInt8(new Int8Weights(own, tensor.shape, tensor.device, int8Product));
      else tensor.set(widened(own, tensor.shape));
    });
    return result;
  }

  /** Weights as the bytes of a safetensors file, with their labels; `load` takes them. Formats of files are loaded when first asked for. */
  async toBytes(): Promise<Uint8Array> {
    return (await moduleFile()).encodeWeights(this);
  }

  /** Errors: USAGE, always: JSON would hold no weights. A module of one's own may have another. */
  toJSON(): unknown {
    throw new UnrolledError(
      'USAGE',
      `expected save or toBytes for the weights of ${this.constructor.name}, received a call of JSON.stringify`,
      "write await net.save('net.safetensors'), or await net.toBytes(); net.load takes both",
    );
  }

  /**
   * Writes the weights to a file, whole or not at all.
   * @param target a path on Node; in a page the name of a download, a `FileSystemFileHandle` or a `WritableStream`
   * Errors: IO, OPTION.
   */
  async save(target: FileTarget): Promise<void> {
    await writeTarget(target, await this.toBytes());
  }

  /**
   * Reads weights into this module: of a file that `save` or a model wrote, of a checkpoint, or of another safetensors file.
   * @param source a path on Node, an address (a string or `URL`), a `File`, a `Response`, or bytes
   * Errors: NOT_FOUND, IO, OPTION; FORMAT as of `loadStateDict`, and for damaged files.
   *
   *     const net = new Tagger();
   *     await net.load('tagger.safetensors');
   */
  async load(source: FileSource, options: LoadOptions = {}): Promise<LoadResult> {
    const { bytes, name } = await readSource(source);
    const { loadWeights } = await moduleFile();
    return loadWeights(this, bytes, { from: name, ...options });
  }

  /** Gives parameters and buffers back; the module must not be used again. */
  dispose(): void {
    for (const { tensor } of this.namedState()) {
      tensor.grad?.dispose();
      setFrozenMask(tensor, null);
      tensor.dispose();
    }
  }
}

/** Formats of files, which a page that trains and keeps nothing need not load. */
function moduleFile(): Promise<typeof ModuleFile> {
  return import('./moduleFile.js');
}

function givenTwice(name: string): UnrolledError {
  return new UnrolledError(
    'OPTION',
    `expected one parameter or part under each path, received two as ${name}`,
    'rename a property; what is assigned to a property needs no addPart or addParameter',
  );
}

/** Modules and parameters in the properties of a module, and in arrays, Maps and plain objects there, each with its path. */
function* assignedTo(holder: object, path = '', seen = new Set([holder])): Generator<[string, Module | Tensor]> {
  for (const [key, value] of entriesOf(holder)) {
    if (typeof value !== 'object' || value === null) continue;
    const name = path + String(key);
    if (value instanceof Module) yield [name, value];
    else if (value instanceof Tensor) {
      if (isParameter(value)) yield [name, value];
    } else if (isContainer(value) && !seen.has(value)) {
      seen.add(value);
      yield* assignedTo(value, `${name}.`, seen);
    }
  }
}

function entriesOf(holder: object): Iterable<[unknown, unknown]> {
  if (Array.isArray(holder)) return holder.entries();
  return holder instanceof Map ? (holder as Map<unknown, unknown>) : Object.entries(holder);
}

function isContainer(value: object): boolean {
  if (Array.isArray(value) || value instanceof Map) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

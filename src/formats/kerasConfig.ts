// The configuration of a model of Keras or TensorFlow.js, of Keras 2 and 3 alike: its layers in the order of data, models within models
// opened, and whether they follow each other.
import { UnrolledError } from '../errors.js';
import { jsonFault } from './jsonKeys.js';
import type { Order } from './layers.js';

/** What JSON has between braces. */
export type Json = Readonly<Record<string, unknown>>;

/** A layer as the configuration says it. */
export interface KerasLayer {
  /** `LSTM`, `Dense` … */
  className: string;
  /** Its own settings. */
  config: Json;
  /** With the names of the models that it stands in: `inner.gru`. */
  name: string;
  /** Where Keras 3 keeps its tensors, by the names of classes: `layers/sequential/layers/gru`. */
  path: string;
}

const MAX_DEPTH = 100;
const MAX_LAYERS = 10_000;
const MODELS: readonly string[] = ['Sequential', 'Functional', 'Model'];

/** An object of JSON; {} for anything else. */
export function asObject(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A list of JSON; [] for anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** JSON text that is not deeper than a configuration is. Errors: FORMAT. @param what of the file, for messages */
export function parseJson(text: string, what: string): unknown {
  const damaged = (received: string, cause?: unknown): UnrolledError =>
    new UnrolledError('FORMAT', `expected JSON as ${what}, received ${received}`, 'save the model again', { cause });
  if (jsonFault(text, MAX_DEPTH)?.kind === 'deep') throw damaged('brackets that are nested too deep');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('something else', cause);
  }
}

/** The layers of a model, in the order of data where they follow each other, else in that of the file. Errors: FORMAT. */
export function layersOfConfig(value: unknown, file: string): { layers: KerasLayer[]; order: Order } {
  const layers: KerasLayer[] = [];
  let order: Order = { isChain: true };
  const visit = (model: Json, prefix: string, path: string): void => {
    const own = listOf(model, file);
    const follows = asText(model.class_name) === 'Sequential' ? own : chainOfNodes(model, own);
    if (typeof follows === 'string') order = { isChain: false, why: follows };
    const paths = classPaths(own, path);
    for (const layer of typeof follows === 'string' ? own : follows) {
      const className = asText(layer.class_name);
      const name = prefix + nameOf(layer);
      const where = paths.get(layer) ?? path;
      if (MODELS.includes(className)) visit(layer, `${name}.`, `${where}/layers`);
      else layers.push({ className, config: asObject(layer.config), name, path: where });
      if (layers.length > MAX_LAYERS) throw damaged(`at most ${MAX_LAYERS} layers`, 'more', file);
    }
  };
  const model = asObject(value);
  if (!MODELS.includes(asText(model.class_name))) {
    throw damaged(
      'a Sequential or Functional model',
      `a model of the class ${asText(model.class_name) || 'nobody says'}`,
      file,
      'its code is not in the file: save its weights (model.save_weights), and read these',
    );
  }
  visit(model, '', 'layers');
  return { layers, order };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 200) : '');

function nameOf({ config, name }: Json): string {
  return asText(asObject(config).name) || asText(name);
}

/** Configurations of the layers of a model; Keras 1 has them without the braces around. */
function listOf({ config }: Json, file: string): Json[] {
  const list: unknown = Array.isArray(config) ? config : asObject(config).layers;
  if (!Array.isArray(list)) throw damaged('a list of layers', 'none', file);
  return list.map(asObject);
}

/** Names as Keras gives them: lstm, lstm_1, dense; of all layers in their order, whatever their own names. */
function classPaths(layers: readonly Json[], path: string): Map<Json, string> {
  const names = uniqueNames(layers.map((layer) => asText(layer.class_name)));
  return new Map(layers.map((layer, i) => [layer, `${path}/${names[i]}`]));
}

/** lstm, dense, lstm_1 for LSTM, Dense, LSTM. */
export function uniqueNames(classNames: readonly string[]): string[] {
  const used = new Map<string, number>();
  return classNames.map((className) => {
    const name = className
      .replace(/\W+/g, '')
      .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase();
    const count = used.get(name) ?? 0;
    used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  });
}

/** The layers of a Functional model in the order of data, or why they do not follow each other. */
function chainOfNodes(model: Json, layers: readonly Json[]): Json[] | string {
  const before = new Map<string, Json[]>();
  const first: Json[] = [];
  for (const layer of layers) {
    const nodes = asList(layer.inbound_nodes);
    const from = nodes.flatMap(sourcesOf);
    if (asText(layer.class_name) === 'InputLayer' && from.length === 0) first.push(layer);
    else if (nodes.length !== 1 || from.length !== 1) return `${nameOf(layer)} does not read one layer before it`;
    else before.set(from[0], [...(before.get(from[0]) ?? []), layer]);
  }
  if (first.length !== 1) return `a model with ${first.length} inputs`;
  const chain = [first[0]];
  for (let next: Json[] | undefined; (next = before.get(nameOf(chain[chain.length - 1]))) !== undefined;) {
    if (next.length > 1) {
      const [one, other] = next.map(nameOf);
      return `${one} and ${other} both read ${nameOf(chain[chain.length - 1])}`;
    }
    if (chain.length > layers.length) return 'layers in a circle';
    chain.push(next[0]);
  }
  if (chain.length !== layers.length) return 'layers that do not follow each other';
  const outputs = asList(asObject(model.config).output_layers)
    .flat()
    .filter((part) => typeof part === 'string');
  return outputs.length === 1 && outputs[0] === nameOf(chain[chain.length - 1])
    ? chain
    : 'a model with several outputs';
}

/** Layers that a node reads; one for each tensor. `#` for what is no first output of a layer. */
function sourcesOf(node: unknown): string[] {
  if (Array.isArray(node)) {
    // Keras 2: [name, node, tensor, options], or a list of these.
    const [name, , tensor] = node as unknown[];
    return typeof name === 'string' ? [tensor === 0 ? name : '#'] : node.flatMap(sourcesOf);
  }
  const { args, kwargs, keras_history: history, config, class_name: className } = asObject(node);
  if (className === '__keras_tensor__') return sourcesOf({ keras_history: asObject(config).keras_history });
  if (history !== undefined) return sourcesOf(asList(history));
  return [...asList(args).flatMap(sourcesOf), ...Object.values(asObject(kwargs)).flatMap(sourcesOf)];
}

function damaged(expected: string, received: string, file: string, help = 'save the model again'): UnrolledError {
  return new UnrolledError('FORMAT', `expected ${expected} in ${file}, received ${received}`, help);
}

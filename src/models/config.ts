// Reading a configuration out of a model file: a file may be damaged, hostile or from a newer version.
import { UnrolledError } from '../errors.js';
import type { CellData } from '../cell/define/data.js';
import { type RecurrentConfig, recurrentConfigOf, type StackConfig } from './recurrentStack.js';

/** Values of known kinds by their keys. Errors: FORMAT, with the name of the file. */
export class ConfigReader {
  readonly #values: Record<string, unknown>;
  readonly #file: string;

  constructor(value: unknown, file: string) {
    this.#file = file;
    if (typeof value !== 'object' || value === null) this.fail('an object');
    this.#values = value as Record<string, unknown>;
  }

  fail(what: string): never {
    throw new UnrolledError(
      'FORMAT',
      `expected ${what} in the configuration of ${this.#file}`,
      'the file is damaged or from a newer version',
    );
  }

  /** Whatever stands there. */
  value(key: string): unknown {
    return this.#values[key];
  }

  /** A list of objects, to be read in turn. */
  list(key: string): ConfigReader[] {
    const value = this.#values[key];
    if (!Array.isArray(value)) return this.fail(`a list "${key}"`);
    return value.map((item) => new ConfigReader(item, this.#file));
  }

  /** A list of numbers. */
  numbers(key: string, accepts: (value: number) => boolean = Number.isFinite): number[] {
    const value = this.#values[key];
    const good =
      Array.isArray(value) && value.every((item): item is number => typeof item === 'number' && accepts(item));
    return good ? value : this.fail(`a list of numbers "${key}"`);
  }

  size(key: string, min: number): number {
    const n = this.#values[key];
    return typeof n === 'number' && Number.isInteger(n) && n >= min && n <= 1 << 20 ? n : this.fail(`a size "${key}"`);
  }

  number(key: string, accepts: (value: number) => boolean = Number.isFinite): number {
    const n = this.#values[key];
    return typeof n === 'number' && accepts(n) ? n : this.fail(`a number "${key}"`);
  }

  text(key: string): string {
    const value = this.#values[key];
    return typeof value === 'string' ? value : this.fail(`a text "${key}"`);
  }

  flag(key: string): boolean {
    const value = this.#values[key];
    return typeof value === 'boolean' ? value : this.fail(`true or false "${key}"`);
  }

  choice<const N extends string>(key: string, names: readonly N[]): N {
    const found = names.find((name) => name === this.#values[key]);
    return found ?? this.fail(`"${key}" as one of ${names.join(', ')}`);
  }

  texts(key: string): string[] {
    const value = this.#values[key];
    const good = Array.isArray(value) && value.every((item): item is string => typeof item === 'string');
    return good ? value : this.fail(`a list of texts "${key}"`);
  }

  /** The seed; 0 if the file has none. */
  seed(): number {
    const { seed } = this.#values;
    return typeof seed === 'number' && Number.isSafeInteger(seed) ? seed : 0;
  }

  stack(): StackConfig {
    const { equations, recurrent } = this.#values;
    return {
      cell: this.text('cell'),
      // The network checks the equations when it makes the cell.
      ...(equations === undefined ? {} : { equations: equations as CellData }),
      hiddenSize: this.size('hiddenSize', 1),
      numLayers: this.size('numLayers', 1),
      dropout: this.number('dropout', (p) => p >= 0 && p < 1),
      ...(recurrent === undefined ? {} : { recurrent: this.#recurrent(recurrent) }),
    };
  }

  #recurrent(value: unknown): RecurrentConfig {
    // An option that is null is absent; in a file nothing writes it.
    if (value === null) return this.fail('an object "recurrent"');
    try {
      return recurrentConfigOf(value as RecurrentConfig);
    } catch (error) {
      if (!(error instanceof UnrolledError)) throw error;
      return this.fail(`known options "recurrent" (${error.message})`);
    }
  }
}

// A machine that reads Python's pickles (protocols 0 to 5) and calls nothing: dicts, lists, tuples, numbers and texts become values;
// whatever a pickle would import, call or build stays an inert record of its name and arguments, for whoever reads it to look at.
// Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
import { brief } from '../brief.js';
import { UnrolledError } from '../errors.js';

/** A dict, an OrderedDict too; keys are what they are. */
export class PickledDict {
  readonly entries: [key: unknown, value: unknown][] = [];

  /** The value of a text key; of several the last, as in Python. */
  get(key: string): unknown {
    return this.entries.findLast(([own]) => own === key)?.[1];
  }
}

/** A list, tuple, set. */
export class PickledList {
  constructor(
    readonly kind: 'list' | 'tuple' | 'set',
    readonly items: unknown[] = [],
  ) {}
}

/** What the pickle would import: a class or a function. */
export class PickledGlobal {
  /** With its module: `collections.OrderedDict`. */
  constructor(readonly name: string) {}
}

/** What the pickle would make by a call. Nobody calls it. */
export class PickledCall {
  /** What it would set on the result (`__setstate__`). */
  state: unknown = null;
  /** Whether it would put items into the result, as into a list or a dict. */
  hasItems = false;

  constructor(
    readonly callee: string,
    readonly args: readonly unknown[],
  ) {}
}

/** What stands outside of the pickle: a storage of PyTorch. */
export class PickledReference {
  constructor(readonly id: unknown) {}
}

/** Containers and calls, at most: each takes a byte or two of the pickle, and a hundred of memory. */
const MAX_OBJECTS = 500_000;
/** Bytes of a whole number. */
const MAX_INTEGER = 512;
/** Calls that give an empty dict. */
const DICTS: readonly string[] = [
  'collections.OrderedDict',
  'collections.defaultdict',
  'builtins.dict',
  '__builtin__.dict',
];

const MARK = Symbol('mark');

/**
 * The value of a pickle.
 * @param name of the file, for messages
 * Errors: FORMAT for a damaged pickle and for one beyond the limits.
 */
export function readPickle(bytes: Uint8Array, name: string): unknown {
  return new PickleMachine(bytes, name).run();
}

class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;
  #objects = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
  }

  run(): unknown {
    for (;;) {
      const at = this.#at;
      const op = this.#take(1)[0];
      if (op === 0x2e) return this.#pop(); // '.'
      if (!this.#step(String.fromCharCode(op), op)) {
        throw this.#damaged(`an opcode of a pickle at byte ${at}`, `the byte ${op}`);
      }
    }
  }

  /** Does what an opcode says; false for one that is not known. The letters are those of pickletools. */
  #step(letter: string, op: number): boolean {
    const push = (value: unknown): true => {
      this.#stack.push(value);
      return true;
    };
    switch (letter) {
      case '(':
        return push(MARK);
      case '0':
        this.#pop();
        return true;
      case '1':
        this.#items();
        return true;
      case '2': {
        const top = this.#pop();
        return push(top) && push(top);
      }
      case 'N':
        return push(null);
      case 'K':
        return push(this.#take(1)[0]);
      case 'M':
        return push(this.#unsigned(2));
      case 'J':
        this.#need(4);
        return push(this.#view.getInt32((this.#at += 4) - 4, true));
      case 'G':
        this.#need(8);
        return push(this.#view.getFloat64((this.#at += 8) - 8, false));
      case 'I': {
        const text = this.#line();
        return push(text === '01' ? true : text === '00' ? false : this.#number(text));
      }
      case 'L':
        return push(this.#number(this.#line().replace(/L$/, '')));
      case 'F':
        return push(this.#number(this.#line()));
      case 'X':
        return push(this.#text(this.#unsigned(4)));
      case 'U':
      case 'C':
        return push(this.#latin(this.#unsigned(1)));
      case 'T':
      case 'B':
        return push(this.#latin(this.#unsigned(4)));
      case 'S':
      case 'V':
        return push(this.#line());
      case '}':
        return push(this.#made(new PickledDict()));
      case ']':
        return push(this.#made(new PickledList('list')));
      case ')':
        return push(this.#made(new PickledList('tuple')));
      case 'd': {
        const dict = this.#made(new PickledDict());
        this.#setItems(dict, this.#items());
        return push(dict);
      }
      case 'l':
        return push(this.#made(new PickledList('list', this.#items())));
      case 't':
        return push(this.#made(new PickledList('tuple', this.#items())));
      case 'a':
        this.#append([this.#pop()]);
        return true;
      case 'e':
        this.#append(this.#items());
        return true;
      case 's': {
        const value = this.#pop();
        const key = this.#pop();
        this.#setItems(this.#top(), [key, value]);
        return true;
      }
      case 'u': {
        const items = this.#items();
        this.#setItems(this.#top(), items);
        return true;
      }
      case 'c':
        return push(this.#made(new PickledGlobal(`${this.#line()}.${this.#line()}`)));
      case 'R':
        return push(this.#call(this.#pop(), this.#pop()));
      case 'i': {
        const callee = new PickledGlobal(`${this.#line()}.${this.#line()}`);
        return push(this.#call(new PickledList('tuple', this.#items()), callee));
      }
      case 'o': {
        const [callee, ...args] = this.#items();
        return push(this.#call(new PickledList('tuple', args), callee));
      }
      case 'b': {
        const state = this.#pop();
        const target = this.#top();
        if (target instanceof PickledCall) target.state = state;
        return true;
      }
      case 'p':
        this.#memo.set(this.#index(this.#line()), this.#top());
        return true;
      case 'q':
        this.#memo.set(this.#unsigned(1), this.#top());
        return true;
      case 'r':
        this.#memo.set(this.#unsigned(4), this.#top());
        return true;
      case 'g':
        return push(this.#recall(this.#index(this.#line())));
      case 'h':
        return push(this.#recall(this.#unsigned(1)));
      case 'j':
        return push(this.#recall(this.#unsigned(4)));
      case 'P':
        return push(this.#made(new PickledReference(this.#line())));
      case 'Q':
        return push(this.#made(new PickledReference(this.#pop())));
      default:
        return this.#laterStep(op, push);
    }
  }

  /** Protocols 2 to 5. */
  #laterStep(op: number, push: (value: unknown) => true): boolean {
    switch (op) {
      case 0x80: {
        const protocol = this.#take(1)[0];
        if (protocol > 5) throw this.#damaged('a pickle of protocol 0 to 5', String(protocol));
        return true;
      }
      case 0x81:
        return push(this.#call(this.#pop(), this.#pop()));
      case 0x92: {
        this.#pop(); // keyword arguments
        return push(this.#call(this.#pop(), this.#pop()));
      }
      case 0x85:
      case 0x86:
      case 0x87: {
        const items = Array.from({ length: op - 0x84 }, () => this.#pop()).reverse();
        return push(this.#made(new PickledList('tuple', items)));
      }
      case 0x88:
        return push(true);
      case 0x89:
        return push(false);
      case 0x8a:
        return push(this.#integer(this.#unsigned(1)));
      case 0x8b:
        return push(this.#integer(this.#unsigned(4)));
      case 0x8c:
        return push(this.#text(this.#unsigned(1)));
      case 0x8d:
        return push(this.#text(this.#wide()));
      case 0x8e:
      case 0x96:
        return push(this.#latin(this.#wide()));
      case 0x8f:
        return push(this.#made(new PickledList('set')));
      case 0x90:
        this.#append(this.#items());
        return true;
      case 0x91:
        return push(this.#made(new PickledList('set', this.#items())));
      case 0x93: {
        const own = this.#pop();
        const module = this.#pop();
        return push(this.#made(new PickledGlobal(`${String(module)}.${String(own)}`)));
      }
      case 0x94:
        this.#memo.set(this.#memo.size, this.#top());
        return true;
      case 0x95:
        this.#need(this.#wide()); // a frame: its length
        return true;
      default:
        return false;
    }
  }

  /** @param args a tuple  @param callee a global; both as they come off the stack */
  #call(args: unknown, callee: unknown): unknown {
    const items = args instanceof PickledList ? args.items : [args];
    const name = callee instanceof PickledGlobal ? callee.name : 'something that is not imported';
    return this.#made(DICTS.includes(name) ? new PickledDict() : new PickledCall(name, items));
  }

  #made<T>(value: T): T {
    if (++this.#objects > MAX_OBJECTS) throw this.#damaged(`at most ${MAX_OBJECTS} objects in the pickle`, 'more');
    return value;
  }

  #append(items: unknown[]): void {
    const list = this.#top();
    if (list instanceof PickledList) for (const item of items) list.items.push(item);
    else if (list instanceof PickledCall) list.hasItems = true;
    else throw this.#damaged('a list to append to', 'something else');
  }

  /** Of a call that makes a dict of some class, as of a list of some class, nobody reads the items. */
  #setItems(dict: unknown, items: readonly unknown[]): void {
    if (items.length % 2 !== 0) throw this.#damaged('a value for each key', 'a key alone');
    if (dict instanceof PickledDict) {
      for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i], items[i + 1]]);
    } else if (dict instanceof PickledCall) dict.hasItems = true;
    else throw this.#damaged('a dict to put items into', 'something else');
  }

  #pop(): unknown {
    if (this.#stack.length === 0) throw this.#damaged('a value on the stack', 'an empty one');
    const value = this.#stack.pop();
    if (value === MARK) throw this.#damaged('a value on the stack', 'a mark');
    return value;
  }

  #top(): unknown {
    const value = this.#pop();
    this.#stack.push(value);
    return value;
  }

  /** Everything above the last mark, which goes too. */
  #items(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.#damaged('a mark on the stack', 'none');
    const items = this.#stack.splice(mark);
    items.shift();
    return items;
  }

  #recall(key: number): unknown {
    if (!this.#memo.has(key)) throw this.#damaged('a value that was stored before', `number ${key}`);
    return this.#memo.get(key);
  }

  #need(length: number): void {
    if (length <= this.#bytes.length - this.#at) return;
    throw this.#damaged(`${length} bytes more at byte ${this.#at}`, `${this.#bytes.length - this.#at}`);
  }

  #take(length: number): Uint8Array {
    this.#need(length);
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  #unsigned(bytes: 1 | 2 | 4): number {
    return this.#take(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  #wide(): number {
    this.#need(8);
    return Number(this.#view.getBigUint64((this.#at += 8) - 8, true));
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#take(length));
  }

  #latin(length: number): string {
    return new TextDecoder('latin1').decode(this.#take(length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0) throw this.#damaged('the end of a line', 'the end of the file');
    const text = this.#latin(end - this.#at);
    this.#at++;
    return text;
  }

  /** A whole number of two's complement; beyond 2^53 it is not exact, which sizes are checked for. */
  #integer(length: number): number {
    if (length > MAX_INTEGER) throw this.#damaged(`whole numbers of at most ${MAX_INTEGER} bytes`, String(length));
    const bytes = this.#take(length);
    const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
    return length > 0 && bytes[length - 1] >= 128 ? value - 256 ** length : value;
  }

  #number(text: string): number {
    const value = Number(text);
    if (text.length > MAX_INTEGER || Number.isNaN(value)) throw this.#damaged('a number', brief(text));
    return value;
  }

  #index(text: string): number {
    const value = this.#number(text);
    if (!Number.isSafeInteger(value) || value < 0) throw this.#damaged('a place in the memo', brief(text));
    return value;
  }

  #damaged(expected: string, received: string): UnrolledError {
    const message = `expected ${expected} in ${this.#name}, received ${received}`;
    return new UnrolledError('FORMAT', message, 'the file is damaged: copy it again, or save it again');
  }
}

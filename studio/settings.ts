// The settings of a run, as one typed table: what each is, its default, and what it may be. Addresses, forms and commands are
// made from it. A value from an address is checked as if an enemy had written it.

/** What a training is made of; another value of any but `learningRate` begins a new one. */
export interface RunSettings {
  tokens: 'char' | 'byte' | 'word';
  collapseWhitespace: boolean;
  /** A name of `CELLS`, or of a cell whose equations come beside. */
  cell: string;
  hiddenSize: number;
  numLayers: number;
  /** 0 for one-hot. */
  embeddingSize: number;
  dropout: number;
  batchSize: number;
  numSteps: number;
  optimizer: 'sgd' | 'adam' | 'adamw' | 'rmsprop' | 'adagrad';
  learningRate: number;
  clipNorm: number;
  seed: number;
}

/** What is looked at, and how. */
export interface ViewSettings {
  temperature: number;
  /** Steps in a second at most; 0 for as many as there are. */
  pace: number;
  /** The first token that the strip shows. */
  cursor: number;
  layer: number;
  /** The value of the cell that the heat map shows: `h`. */
  value: string;
  /** −1 for none. */
  unit: number;
  /** The token that is looked at, poked, and whose gradient flows; −1 for the first of the strip. */
  at: number;
  /** Where the unit is above or below a number, `>0.5`; empty for none. */
  threshold: string;
  /** Tokens that are marked, `120-126`; empty for none. */
  mark: string;
  /** A regular expression that is sought. */
  pattern: string;
  /** What was sought. */
  sought: 'nothing' | 'pattern' | 'mark';
  /** What the poke holds, as in `holds.ts`; the token that it reads instead; whether it is measured after the pattern; where it was done, −1 for nowhere. */
  poke: string;
  read: string;
  afterPattern: boolean;
  pokedAt: number;
  /** The token whose gradient flows; −1 for none. */
  flowAt: number;
  editor: boolean;
  /** What is shown of "the same elsewhere". */
  code: 'none' | 'shell' | 'typescript';
  /** The lesson that is open, and its page: `state.2`; empty for none. */
  lesson: string;
  /** Whether the map of steps shows the unit that is chosen; else how surprising each letter was. */
  mapUnit: boolean;
  /** Whether a training waits while the page is hidden. */
  pauseHidden: boolean;
  language: 'en' | 'zh';
}

interface NumberField {
  kind: 'number';
  default: number;
  min: number;
  max: number;
  whole: boolean;
}
interface ChoiceField {
  kind: 'choice';
  default: string;
  choices: readonly string[];
}
interface NameField {
  kind: 'name';
  default: string;
}
interface TextField {
  kind: 'text';
  default: string;
  /** Characters. */
  most: number;
}
interface FlagField {
  kind: 'flag';
  default: boolean;
}
export type Field = NumberField | ChoiceField | NameField | TextField | FlagField;

type FieldOf<T> = T extends number
  ? NumberField
  : T extends boolean
    ? FlagField
    : T extends string
      ? ChoiceField | NameField | TextField
      : never;
type Table<T> = { [K in keyof T]-?: FieldOf<T[K]> };

const whole = (standard: number, min: number, max: number): NumberField => ({
  ...{ kind: 'number', default: standard, min, max, whole: true },
});
const real = (standard: number, min: number, max: number): NumberField => ({
  ...{ kind: 'number', default: standard, min, max, whole: false },
});

/** Sizes are held to what a page can train. */
export const RUN_FIELDS: Table<RunSettings> = {
  tokens: { kind: 'choice', default: 'char', choices: ['char', 'byte', 'word'] },
  collapseWhitespace: { kind: 'flag', default: true },
  cell: { kind: 'name', default: 'lstm' },
  hiddenSize: whole(96, 1, 1024),
  numLayers: whole(1, 1, 4),
  embeddingSize: whole(32, 0, 512),
  dropout: real(0, 0, 0.9),
  batchSize: whole(32, 1, 256),
  numSteps: whole(32, 2, 512),
  optimizer: { kind: 'choice', default: 'adam', choices: ['adam', 'adamw', 'sgd', 'rmsprop', 'adagrad'] },
  learningRate: real(0.008, 0, 100),
  clipNorm: real(1, 0, 1000),
  seed: whole(0, 0, 2 ** 32 - 1),
};

export const VIEW_FIELDS: Table<ViewSettings> = {
  temperature: real(0.8, 0, 5),
  pace: real(0, 0, 1000),
  cursor: whole(0, 0, 1e9),
  layer: whole(0, 0, 3),
  value: { kind: 'name', default: 'h' },
  unit: whole(-1, -1, 1023),
  at: whole(-1, -1, 1e9),
  threshold: { kind: 'text', default: '', most: 20 },
  mark: { kind: 'name', default: '' },
  pattern: { kind: 'text', default: '', most: 200 },
  sought: { kind: 'choice', default: 'nothing', choices: ['nothing', 'pattern', 'mark'] },
  poke: { kind: 'text', default: '', most: 400 },
  read: { kind: 'text', default: '', most: 40 },
  afterPattern: { kind: 'flag', default: false },
  pokedAt: whole(-1, -1, 1e9),
  flowAt: whole(-1, -1, 1e9),
  editor: { kind: 'flag', default: false },
  code: { kind: 'choice', default: 'none', choices: ['none', 'shell', 'typescript'] },
  lesson: { kind: 'name', default: '' },
  mapUnit: { kind: 'flag', default: false },
  pauseHidden: { kind: 'flag', default: false },
  language: { kind: 'choice', default: 'en', choices: ['en', 'zh'] },
};

/** The defaults of a table. */
export function defaultsOf<T>(fields: Table<T>): T {
  const entries = Object.entries(fields as Record<string, Field>).map(([name, field]) => [name, field.default]);
  return Object.fromEntries(entries) as T;
}

/** A value from text; null where the field may not be so. */
export function readField(field: Field, text: string): string | number | boolean | null {
  switch (field.kind) {
    case 'number': {
      const value = text.trim() === '' ? NaN : Number(text);
      const fits = value >= field.min && value <= field.max && (!field.whole || Number.isInteger(value));
      return fits ? value : null;
    }
    case 'flag':
      return text === '1' ? true : text === '0' ? false : null;
    case 'choice':
      return field.choices.includes(text) ? text : null;
    case 'name':
      return /^[\w.-]{1,100}$/.test(text) ? text : null;
    case 'text':
      return text.length <= field.most ? text : null;
    default:
      return field satisfies never;
  }
}

/** What a field may be, for people. */
export function expectedOf(field: Field): string {
  switch (field.kind) {
    case 'number':
      return `${field.whole ? 'a whole number' : 'a number'} from ${field.min} to ${field.max}`;
    case 'flag':
      return '0 or 1';
    case 'choice':
      return field.choices.join(', ');
    case 'name':
      return 'a name';
    case 'text':
      return `a text of ${field.most} characters at most`;
    default:
      return field satisfies never;
  }
}

/** The other way round. */
export function writeField(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}

// The texts that the page carries, and the toy tasks, by name.

export interface KnownText {
  name: string;
  file: string;
  title: { en: string; zh: string };
  /** What a DATA argument of the command line must be for the same text, and options beside it. */
  shell: string;
  /** Settings that suit it. */
  tokens: number;
}

export const KNOWN_TEXTS: readonly KnownText[] = [
  {
    name: 'book',
    file: 'book.txt',
    title: { en: 'Moby-Dick, its first chapters', zh: '《白鲸》开头几章' },
    shell: 'moby-dick',
    tokens: 128_000,
  },
  {
    name: 'moby-dick',
    file: 'moby-dick.txt',
    title: { en: 'Moby-Dick', zh: '《白鲸》全书' },
    shell: 'moby-dick',
    tokens: 1_190_317,
  },
  {
    name: 'tang300',
    file: 'tang300.txt',
    title: { en: 'Three Hundred Tang Poems', zh: '唐诗三百首' },
    shell: 'tang300',
    tokens: 25_000,
  },
];

/** Tasks whose answers are known, as texts: a network that has learned one predicts every answer. */
export const TOYS = ['copying', 'adding', 'parity', 'counting', 'dyck', 'order', 'sine'] as const;
export type Toy = (typeof TOYS)[number];

export const isToy = (name: string): boolean => TOYS.some((toy) => toy === name);

/** Whether a file is a table, by its name: each of its lines stands for itself. */
export const isTable = (name: string): boolean => /\.(?:csv|tsv)$/i.test(name);

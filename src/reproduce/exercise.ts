// An exercise of a lesson: a question, a file to begin with, hints, and a check of the answer.
import type { Message } from './messages.js';

/** What a check says of an answer. */
export interface Verdict {
  /** Whether it is right. */
  ok: boolean;
  /** What was found, and where it is wrong, what to look at. */
  says: Message;
}

/** An exercise: `unrolled exercise NAME` writes its file, and checks what was made of it. */
export interface Exercise {
  /** Of its own among all: `gru-reset`. */
  name: string;
  /** `predict` wants a number or a word before anything runs; `code` a function. */
  kind: 'predict' | 'code';
  /** What is asked. Markdown, with LaTeX between dollars. */
  question: Message;
  /** One after the other, each says more. */
  hints: readonly Message[];
  /** Why it is so: shown when the answer is right, and folded on the page. */
  answer: Message;
  /** The lines of the file that the reader goes on with; its default export is the answer. */
  start: string;
  /** Lines that are right, in place of `start`. */
  solution: string;
  /** @param given the default export of the reader's file */
  check(given: unknown): Verdict | Promise<Verdict>;
}

/** What a number is compared with, or the words of which one is right. */
export interface Prediction extends Pick<Exercise, 'name' | 'question' | 'hints' | 'answer'> {
  /** A number with the tolerance of an answer, or the right word among `choices`. */
  right: number | string;
  /** The largest difference that passes; 0. */
  tolerance?: number;
  /** The words to choose from, for people: what each means. */
  choices?: Readonly<Record<string, Message>>;
}

const RIGHT: Message = { en: 'right', zh: '正确' };

/** An exercise in which a value is predicted before anything runs: a number, or one of some words. */
export function predict({ right, tolerance = 0, choices, ...rest }: Prediction): Exercise {
  const words = Object.keys(choices ?? {});
  const start = choices
    ? `export default '?'; // ${words.join(', ')}\n`
    : 'export default NaN; // a number in place of NaN\n';
  const listed = (language: 'en' | 'zh'): string =>
    Object.entries(choices ?? {})
      .map(([word, meaning]) => `\n- \`${word}\`: ${meaning[language]}`)
      .join('');
  return {
    ...rest,
    kind: 'predict',
    start,
    solution: `export default ${JSON.stringify(right)};\n`,
    question: { en: rest.question.en + listed('en'), zh: rest.question.zh + listed('zh') },
    check(given) {
      if (typeof right === 'string') {
        if (typeof given !== 'string' || !words.includes(given)) {
          const all = words.join(', ');
          return { ok: false, says: { en: `expected one of ${all}`, zh: `应当是其中之一：${all}` } };
        }
        return given === right
          ? { ok: true, says: RIGHT }
          : { ok: false, says: { en: `it is not ${given}`, zh: `不是 ${given}` } };
      }
      if (typeof given !== 'number' || !Number.isFinite(given)) {
        return { ok: false, says: { en: 'expected a number', zh: '应当是一个数' } };
      }
      if (Math.abs(given - right) <= tolerance) return { ok: true, says: RIGHT };
      return given > right
        ? { ok: false, says: { en: `${given} is too large`, zh: `${given} 偏大` } }
        : { ok: false, says: { en: `${given} is too small`, zh: `${given} 偏小` } };
    },
  };
}

/** What a function of the reader is tried on. */
export interface Trial {
  /** Its arguments. */
  given: readonly unknown[];
  /** What it must return: numbers to within 1e-6, in lists and objects too. */
  expected: unknown;
}

/** An exercise in which a function is written; it is tried on some arguments. */
export interface Writing extends Pick<Exercise, 'name' | 'question' | 'hints' | 'answer' | 'start' | 'solution'> {
  /** One after the other; the first that fails is told. */
  trials: readonly Trial[];
}

/** An exercise in which a function is written. */
export function write({ trials, ...rest }: Writing): Exercise {
  return {
    ...rest,
    kind: 'code',
    check(given) {
      if (typeof given !== 'function') {
        return { ok: false, says: { en: 'expected a function as the default export', zh: '默认导出应当是一个函数' } };
      }
      for (const trial of trials) {
        let got: unknown;
        try {
          got = (given as (...args: unknown[]) => unknown)(...structuredClone(trial.given));
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          return { ok: false, says: { en: `it threw: ${message}`, zh: `它抛出了错误：${message}` } };
        }
        if (!isSame(got, trial.expected)) {
          const [args, wanted, said] = [trial.given.map(brief).join(', '), brief(trial.expected), brief(got)];
          return {
            ok: false,
            says: {
              en: `for (${args}) it should return ${wanted}, it returned ${said}`,
              zh: `输入 (${args}) 时应当返回 ${wanted}，实际返回 ${said}`,
            },
          };
        }
      }
      return { ok: true, says: RIGHT };
    },
  };
}

function isSame(got: unknown, expected: unknown): boolean {
  if (typeof expected === 'number') {
    return (
      typeof got === 'number' &&
      (Object.is(got, expected) || Math.abs(got - expected) <= 1e-6 * (1 + Math.abs(expected)))
    );
  }
  if (typeof expected !== 'object' || expected === null) return got === expected;
  if (typeof got !== 'object' || got === null) return false;
  const [a, b] = [got, expected] as Record<string, unknown>[];
  const keys = Object.keys(b);
  return Object.keys(a).length === keys.length && keys.every((key) => isSame(a[key], b[key]));
}

function brief(value: unknown): string {
  const text =
    JSON.stringify(value, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(5)) : v)) ?? 'undefined';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

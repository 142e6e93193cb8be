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
  /** Wrong answers that the check knows by what they come from. */
  mistakes?: readonly Mistake[];
  /** @param given the default export of the reader's file */
  check(given: unknown): Verdict | Promise<Verdict>;
}

/** A wrong answer that many give, and what it comes from. */
export interface Mistake {
  /** A number, to within the tolerance of the answer, or one of the words. */
  given: number | string;
  /** Helps without saying the answer. */
  says: Message;
}

/** What a number is compared with, or the words of which one is right. */
export interface Prediction extends Pick<Exercise, 'name' | 'question' | 'hints' | 'answer'> {
  /** A number, or the right word among `choices`. A function computes it when an answer is looked at, as the lesson's code would. */
  right: number | string | (() => number | string | Promise<number | string>);
  /** The lines that are right, where `right` is computed; default the value itself. */
  solution?: string;
  /** The largest difference that passes; 0. */
  tolerance?: number;
  /** The words to choose from, for people: what each means. */
  choices?: Readonly<Record<string, Message>>;
  /** Wrong answers that get an answer of their own. */
  mistakes?: readonly Mistake[];
}

const RIGHT: Message = { en: 'right', zh: '正确' };

/** An exercise in which a value is predicted before anything runs: a number, or one of some words. */
export function predict(prediction: Prediction): Exercise {
  const { right, tolerance = 0, choices, mistakes = [], name, question, hints, answer } = prediction;
  const words = Object.keys(choices ?? {});
  const start = `export default ${choices ? "'?'" : 'NaN'};\n`;
  const listed = (language: 'en' | 'zh'): string =>
    Object.entries(choices ?? {})
      .map(([word, meaning]) => `\n- \`${word}\`: ${meaning[language]}`)
      .join('');
  return {
    ...{ name, hints, answer, start, mistakes, kind: 'predict' },
    solution: prediction.solution ?? `export default ${JSON.stringify(right)};\n`,
    question: { en: question.en + listed('en'), zh: question.zh + listed('zh') },
    async check(given) {
      const value = typeof right === 'function' ? await right() : right;
      return typeof value === 'string'
        ? judgeWord(given, value, words, mistakes)
        : judgeNumber(given, value, tolerance, mistakes);
    },
  };
}

function judgeWord(given: unknown, right: string, words: readonly string[], mistakes: readonly Mistake[]): Verdict {
  if (typeof given !== 'string' || !words.includes(given)) {
    const all = words.join(', ');
    return { ok: false, says: { en: `expected one of ${all}`, zh: `应当是其中之一：${all}` } };
  }
  if (given === right) return { ok: true, says: RIGHT };
  const known = mistakes.find((mistake) => mistake.given === given);
  return { ok: false, says: known?.says ?? { en: `it is not ${given}`, zh: `不是 ${given}` } };
}

function judgeNumber(given: unknown, right: number, tolerance: number, mistakes: readonly Mistake[]): Verdict {
  if (typeof given !== 'number' || !Number.isFinite(given)) {
    return { ok: false, says: { en: 'expected a number', zh: '应当是一个数' } };
  }
  const isNear = (value: unknown): boolean => typeof value === 'number' && Math.abs(given - value) <= tolerance;
  if (isNear(right)) return { ok: true, says: RIGHT };
  const known = mistakes.find((mistake) => isNear(mistake.given));
  if (known) return { ok: false, says: known.says };
  return given > right
    ? { ok: false, says: { en: `${given} is too large`, zh: `${given} 偏大` } }
    : { ok: false, says: { en: `${given} is too small`, zh: `${given} 偏小` } };
}

/** An exercise in which gates, weights or a cell are made; a check of its own runs them. */
export interface Building extends Pick<Exercise, 'name' | 'question' | 'hints' | 'answer' | 'start' | 'solution'> {
  /** What is wrong with the reader's default export; null where nothing is. An error that it throws is told as the reader's. */
  fault(given: unknown): Message | null | Promise<Message | null>;
}

/** An exercise in which gates, weights or a cell are made. */
export function build({ fault, ...rest }: Building): Exercise {
  return {
    ...rest,
    kind: 'code',
    async check(given) {
      try {
        const says = await fault(given);
        return says === null ? { ok: true, says: RIGHT } : { ok: false, says };
      } catch (error) {
        return threw(error);
      }
    },
  };
}

function threw(error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  return { ok: false, says: { en: `it threw: ${message}`, zh: `它抛出了错误：${message}` } };
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
          return threw(error);
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

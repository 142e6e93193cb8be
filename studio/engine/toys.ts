// Toy tasks as texts: a line is a question and its answer, so that everything that the page shows of a text it shows of them. The
// answers are certain, the questions are not: a network that has learned a task is sure of the former alone.
import { Philox } from 'unrolled';
import { type Toy, TOYS } from '../texts.js';

/** Characters of a text. */
const LENGTH = 60_000;

/** A whole number below n. */
type Below = (n: number) => number;

const many = <T>(n: number, make: () => T): T[] => Array.from({ length: n }, make);
const pick = (letters: string, below: Below): string => letters[below(letters.length)];

const LINES: Record<Toy, (below: Below) => string> = {
  /** Copying (Hochreiter and Schmidhuber 1997): letters, a pause, the same letters. */
  copying(below) {
    const letters = many(3 + below(6), () => pick('abcdefgh', below)).join('');
    return `${letters}${'.'.repeat(2 + below(6))}:${letters}`;
  },
  /** Adding: two numbers and their sum, written from the last digit, so that the carry goes forward. */
  adding(below) {
    const [a, b] = [below(1000), below(1000)];
    const backward = (n: number): string => Array.from(String(n)).reverse().join('');
    return `${backward(a)}+${backward(b)}=${backward(a + b)}`;
  },
  /** Parity: whether the ones are odd, after each digit. */
  parity(below) {
    let odd = 0;
    return many(4 + below(12), () => {
      const bit = below(2);
      odd ^= bit;
      return `${bit}${odd === 1 ? 'o' : 'e'}`;
    }).join('');
  },
  /** Counting ones among other letters. */
  counting(below) {
    const letters = many(3 + below(9), () => pick('10', below)).join('');
    return `${letters}=${letters.replaceAll('0', '').length}`;
  },
  /** Dyck words of two kinds of brackets: which one closes is certain. */
  dyck(below) {
    const open: string[] = [];
    let line = '';
    const length = 4 + below(16);
    while (line.length < length || open.length > 0) {
      const opens = line.length < length && (open.length === 0 || (open.length < 6 && below(2) === 0));
      if (opens) {
        const square = below(2) === 0;
        line += square ? '[' : '(';
        open.push(square ? ']' : ')');
      } else line += open.pop() ?? '';
    }
    return line;
  },
  /** Temporal order (Hochreiter and Schmidhuber 1997): which of X and Y came first, after noise. */
  order(below) {
    const noise = (): string => many(2 + below(6), () => pick('abcd', below)).join('');
    const [first, second] = [pick('XY', below), pick('XY', below)];
    return `${noise()}${first}${noise()}${second}${noise()}=${first}${second}`;
  },
  /** A sine in letters from a (−1) to y (1), each line with a period of its own. */
  sine(below) {
    const [period, phase] = [8 + below(17), below(24)];
    const letter = (t: number): string =>
      String.fromCharCode(97 + Math.round(12 + 12 * Math.sin((2 * Math.PI * (t + phase)) / period)));
    return Array.from({ length: 2 * period }, (_, t) => letter(t)).join('');
  },
};

/** The text of a toy task, always the same; null for another name. */
export function toyText(name: string): string | null {
  const toy = TOYS.find((one) => one === name);
  if (toy === undefined) return null;
  const rng = new Philox(1);
  const lines: string[] = [];
  for (let length = 0; length < LENGTH; length += (lines.at(-1)?.length ?? 0) + 1)
    lines.push(LINES[toy]((n) => rng.integer(n)));
  return `${lines.join('\n')}\n`;
}

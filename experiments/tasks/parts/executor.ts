// A network that reads a program character by character and writes what it prints; how it is trained and judged.
import {
  Adam,
  clipGradNorm,
  cosineSchedule,
  crossEntropy,
  fromData,
  gatherRows,
  Linear,
  LSTM,
  manualSeed,
  noGrad,
  Philox,
  Recurrent,
  scope,
  type Tensor,
} from 'unrolled';
import { CHARACTERS, type Program } from './programs.js';

const V = CHARACTERS.length;
const RATE = 0.01;
const BATCH = 16;

const encode = (text: string): number[] => Array.from(text, (character) => CHARACTERS.indexOf(character));

function argmax(scores: ArrayLike<number>, row: number): number {
  let best = 0;
  for (let v = 1; v < V; v++) if (scores[row * V + v] > scores[row * V + best]) best = v;
  return best;
}

export type Executor = ReturnType<typeof executor>;

export function executor(hiddenSize: number, seed: number) {
  manualSeed(seed);
  const rnn = new Recurrent(LSTM, { inputSize: V, hiddenSize, initialBias: { f: 1 } });
  const output = new Linear(hiddenSize, V);
  return {
    parameters: [...rnn.parameters(), ...output.parameters()],
    /**
     * One pass over programs and their results, as if what it wrote so far were right (teacher forcing).
     * @returns the scores of each character of the results [R, V], and these characters, one program after the other
     */
    read(programs: readonly Program[]): { scores: Tensor; characters: Int32Array } {
      const [rows, characters]: number[][] = [[], []];
      const N = programs.length;
      const texts = programs.map(({ text, result }) => text + result.slice(0, -1)); // after the last there is nothing to write
      const lengths = texts.map((text) => text.length);
      const T = Math.max(...lengths);
      const tokens = new Int32Array(T * N);
      programs.forEach(({ text, result }, n) => {
        encode(texts[n]).forEach((token, t) => (tokens[t * N + n] = token));
        characters.push(...encode(result));
        for (let i = 0; i < result.length; i++) rows.push((text.length - 1 + i) * N + n);
      });
      const states = rnn.forward(fromData(tokens, [T, N]), { lengths }).output.reshape([T * N, hiddenSize]);
      // Only where a character of the result comes next, the state is asked.
      const scores = output.forward(gatherRows(states, fromData(Int32Array.from(rows), [rows.length])));
      return { scores, characters: Int32Array.from(characters) };
    },
    /** What the network itself writes after a program, by always taking the most probable character. */
    write(text: string): string {
      return noGrad(() =>
        scope(() => {
          const tokens = Int32Array.from(encode(text));
          const read = rnn.forward(fromData(tokens, [tokens.length, 1]));
          let state = read.state;
          let last = read.output.slice(0, tokens.length - 1, tokens.length).reshape([1, hiddenSize]);
          let result = '';
          while (!result.endsWith('.') && result.length < 12) {
            const token = argmax(output.forward(last).data(), 0);
            result += CHARACTERS[token];
            ({ output: last, state } = rnn.step(fromData(Int32Array.of(token), [1]), state));
          }
          return result;
        }),
      );
    },
  };
}

/** The next example, where that share of the training is done. */
export type Draw = (done: number, random: Philox) => Program;

export interface Training {
  /** How many characters are read in all: what a training costs. */
  characters: number;
  seed: number;
  /** Called `times` times with the share that is done. */
  times: number;
  report(done: number): void;
}

export function train(net: Executor, draw: Draw, { characters, seed, times, report }: Training): void {
  const optimizer = new Adam(net.parameters, RATE);
  const schedule = cosineSchedule(0.02);
  const random = new Philox(seed, 1);
  let [read, reports] = [0, 0];
  for (let step = 0; read < characters; step++) {
    const done = read / characters;
    // Batches of like lengths would be quicker, but a batch of easy programs only is no mixture: it learned less that way.
    const programs = Array.from({ length: BATCH }, () => draw(done, random));
    optimizer.learningRate = RATE * Math.min(1, done / 0.02 + 0.01) * schedule({ step, epoch: 0, progress: done });
    scope(() => {
      const { scores, characters: targets } = net.read(programs);
      const loss = crossEntropy(scores, fromData(targets, [targets.length]));
      optimizer.zeroGrad();
      loss.backward();
      clipGradNorm(net.parameters, 1);
      optimizer.step();
    });
    for (const { text, result } of programs) read += text.length + result.length - 1;
    for (; reports < Math.min(times, Math.floor((read / characters) * times)); reports++) report((reports + 1) / times);
  }
}

export interface Judged {
  /** Share of the characters that are right where all before them are given. */
  characters: number;
  /** Share of the results that are right from the first to the last character. */
  exact: number;
}

/** The share of right characters and of right results: what `right` says of each character of each result. */
export function shares(
  programs: readonly Program[],
  right: (program: number, place: number, row: number) => boolean,
): Judged {
  let [row, characters, exact] = [0, 0, 0];
  programs.forEach(({ result }, n) => {
    const places = Array.from(result, (_, place) => right(n, place, row + place));
    row += places.length;
    characters += places.filter(Boolean).length;
    exact += Number(places.every(Boolean));
  });
  return { characters: characters / row, exact: exact / programs.length };
}

/**
 * Where every character is the most probable one after the right ones before it, the network left alone writes the same:
 * one pass gives both shares.
 */
export function judge(net: Executor, programs: readonly Program[]): Judged {
  const answers = Array.from({ length: Math.ceil(programs.length / 250) }, (_, i) =>
    noGrad(() =>
      scope(() => {
        const { scores, characters } = net.read(programs.slice(i * 250, (i + 1) * 250));
        const data = scores.data();
        return Array.from(characters, (character, row) => argmax(data, row) === character);
      }),
    ),
  ).flat();
  return shares(programs, (_, __, row) => answers[row]);
}

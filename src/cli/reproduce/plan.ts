// One experiment run: here, or in a process of its own, so that several run side by side.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UnrolledError } from '../../errors.js';
import { manualSeed } from '../../node.js';
import type { Experiment } from '../../reproduce/experiment.js';
import type { Language } from '../../reproduce/messages.js';
import type { SettingValues } from '../../reproduce/setting.js';
import { type ExperimentResult, runExperiment } from '../../reproduce/run.js';
import { readData, textOf } from '../../sources/data.js';
import type { Io } from '../io.js';
import { startBackend } from '../library.js';
import type { GlobalOptions } from '../options.js';

/** How experiments are run: plain data, the same for all. */
export interface Plan {
  quick: boolean;
  seed: number;
  /** What was set from outside. */
  set: SettingValues;
  languages: readonly Language[];
  backend: GlobalOptions['backend'];
  /** For each; as many as there are by default. */
  threads?: number;
  dataDir?: string;
}

export type OnProgress = (done: number, text: string) => void;

/** In this process. The backend is started. */
export async function runHere(
  experiment: Experiment,
  { quick, seed, set, languages, dataDir }: Plan,
  { io, signal, progress }: { io: Io; signal: AbortSignal; progress: OnProgress },
): Promise<ExperimentResult> {
  manualSeed(seed);
  return runExperiment(experiment, {
    ...{ quick, seed, set, languages, signal, progress },
    data: async (name) => textOf(await readData({ ...io, dataDir }, [name])),
    files: async (name) => {
      const { parts, validation, test } = await readData({ ...io, dataDir }, [name], 'any');
      return [...parts, ...validation, ...test];
    },
  });
}

/** From this process to its child. */
export interface Task {
  typed: string;
  plan: Plan;
}

/** From the child: how far it is, and at last what came out. */
export type Answer =
  | { progress: [done: number, text: string] }
  | { result: Omit<ExperimentResult, 'experiment' | 'error'> & { error: PlainError | null } };

export interface PlainError {
  code: UnrolledError['code'];
  message: string;
  help: string;
  stack?: string;
}

/** Built: a process of its own cannot run TypeScript. */
const CHILD = fileURLToPath(new URL('../../../dist/cli/reproduce/child.js', import.meta.url));

/** In a process of its own. What ends the process is the experiment's error. Errors: INTERRUPTED by `signal`, which ends it. */
export function runApart(
  experiment: Experiment,
  task: Task,
  { io, signal, progress }: { io: Pick<Io, 'cwd' | 'env'>; signal: AbortSignal; progress: OnProgress },
): Promise<ExperimentResult> {
  const { quick, seed, set } = task.plan;
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = fork(CHILD, {
      cwd: io.cwd,
      env: { ...process.env, ...io.env },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let answered: ExperimentResult | null = null;
    child.on('message', (answer: Answer) => {
      if ('progress' in answer) return progress(...answer.progress);
      const { error, ...rest } = answer.result;
      answered = { ...rest, experiment, error: error && toError(error) };
    });
    const end = (): void => void child.kill('SIGKILL'); // it may be in a loop that hears nothing else
    signal.addEventListener('abort', end, { once: true });
    // `exit` may come before the last message; `close` and `disconnect` do not.
    child.on('close', (status, killed) => {
      signal.removeEventListener('abort', end);
      if (signal.aborted) {
        return reject(new UnrolledError('INTERRUPTED', 'expected to finish, received an interrupt', 'run it again'));
      }
      resolve(
        answered ?? {
          ...{ experiment, quick, seed, set, seconds: (performance.now() - start) / 1000 },
          ...{ picture: null, blocks: [], codeAt: 0, findings: [], checks: [] },
          error: new UnrolledError(
            'INTERNAL',
            `expected the experiment to finish, received the end of its process with ${killed ?? `status ${status}`}`,
            'run this experiment alone with --debug',
          ),
        },
      );
    });
    child.on('error', () => undefined); // `close` follows
    child.send(task);
  });
}

/** In the child: the last answer to a task; those of its progress are sent on the way. */
export async function answerTask(
  experiment: Experiment,
  { plan }: Task,
  { io, send }: { io: Io; send: (answer: Answer) => void },
): Promise<Answer> {
  await startBackend({ backend: plan.backend, threads: plan.threads });
  const never = new AbortController().signal;
  const progress: OnProgress = (done, text) => send({ progress: [done, text] });
  const result = await runHere(experiment, plan, { io, signal: never, progress });
  const { seconds, quick, seed, set, picture, blocks, codeAt, findings, checks, error } = result; // functions do not travel
  const rest = { seconds, quick, seed, set, picture, blocks, codeAt, findings, checks };
  return { result: { ...rest, error: error && fromError(error) } };
}

function fromError({ code, message, help, cause, stack }: UnrolledError): PlainError {
  return { code, message, help, stack: cause instanceof Error ? cause.stack : stack };
}

function toError({ code, message, help, stack }: PlainError): UnrolledError {
  const cause = new Error(message);
  cause.stack = stack;
  return new UnrolledError(code, message, help, { cause });
}

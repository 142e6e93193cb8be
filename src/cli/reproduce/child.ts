// The process of one experiment: waits for its task, answers, ends. It does not outlive the one that asked.
import { processIo } from '../io.js';
import { findExperiment, readChapters } from './find.js';
import { answerTask, type Task } from './plan.js';

let done = false;

async function answer(task: Task): Promise<void> {
  const io = processIo();
  const all = (await readChapters()).flatMap(({ experiments }) => experiments);
  const experiment = await findExperiment(task.typed, all, io.cwd);
  const last = await answerTask(experiment, task, { io, send: (message) => void process.send?.(message) });
  process.send?.(last, () => {
    done = true;
    process.disconnect();
  });
}

process.on('disconnect', () => process.exit(done ? 0 : 1));
process.once('message', (task: Task) => void answer(task));

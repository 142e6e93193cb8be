// `unrolled bench`: speed, beside the peers that are installed, in one run and taking turns.
import { UnrolledError } from '../../errors.js';
import { didYouMean } from '../../nearest.js';
import { defineCommand } from '../command.js';
import { decimal, flag, integer, string, withDefault } from '../options.js';
import { formatNumber, table } from '../output.js';

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'speed, beside peers where they are installed',
  arguments: [],
  options: {
    only: string('--only <part>', 'tasks whose name contains this'),
    seconds: withDefault(decimal('--seconds <S>', 'how long each reading takes', { above: 0 }), 2),
    rounds: withDefault(integer('--rounds <N>', 'readings of each, taking turns with the peers; the best counts'), 2),
    profile: flag('--profile', 'where the time of one run goes, by calls of the backend'),
  },
  examples: ['unrolled bench --only train/d2l', 'unrolled bench --only generate --profile'],
  async run({ io, globals, signal }, _args, { only = '', seconds = 2, rounds = 2, profile: profiled }) {
    const library = await import('../../node.js');
    const { startBackend, describeBackend } = await import('../library.js');
    const { BENCH_TASKS } = await import('../bench/tasks.js');
    const { bestRate, profile } = await import('../bench/measure.js');
    const { findPeers } = await import('../bench/peers.js');
    const tasks = BENCH_TASKS.filter(({ name }) => name.includes(only));
    if (tasks.length === 0) {
      const names = BENCH_TASKS.map(({ name }) => name);
      throw new UnrolledError(
        'OPTION',
        `expected a part of a task's name for --only, received "${only}"`,
        `${didYouMean(only, names)}tasks: ${names.join(', ')}`,
      );
    }
    const backend = await startBackend(globals);
    const peers = findPeers(io, backend.name, backend.threads, seconds);
    const rows = [];
    for (const task of tasks) {
      if (signal.aborted) break;
      if (!globals.quiet) io.stderr.write(`${task.name}\n`);
      library.manualSeed(0);
      const work = task.make(library);
      let value = 0;
      const theirs: Record<string, number> = {};
      for (let round = 0; round < rounds; round++) {
        value = Math.max(value, bestRate(work, seconds));
        for (const peer of task.peers.length > 0 ? peers : []) {
          const read = peer.read(task.peers);
          if (read !== null) theirs[peer.name] = Math.max(theirs[peer.name] ?? 0, read);
        }
      }
      const best = Math.max(0, ...Object.values(theirs));
      rows.push({
        name: task.name,
        unit: task.unit,
        value,
        peers: theirs,
        ratio: best > 0 ? value / best : null,
        ...(profiled ? { profile: profile(backend, work.run, 20) } : {}),
      });
    }
    const columns = [{ heading: 'task' }, { heading: describeBackend(backend), number: true }, { heading: 'unit' }, { heading: 'best peer', number: true }, { heading: 'ratio', number: true }]; // prettier-ignore
    const shown = rows.map(({ name, unit, value, peers: read, ratio }) => {
      const [best] = Object.entries(read).sort((a, b) => b[1] - a[1]);
      const peer = best === undefined ? '–' : `${best[0]} ${formatNumber(Number(best[1].toPrecision(4)))}`;
      return [name, formatNumber(Number(value.toPrecision(4))), unit, peer, ratio === null ? '–' : ratio.toFixed(2)];
    });
    const profiles = rows.flatMap(({ name, profile: parts }) => {
      if (parts === undefined) return [];
      const lines = parts.map(({ what, calls, milliseconds, share }) => [what, calls.toFixed(calls < 10 ? 1 : 0), milliseconds.toFixed(3), `${(share * 100).toFixed(1)} %`]); // prettier-ignore
      return [table([{ heading: name }, { heading: 'calls', number: true }, { heading: 'ms', number: true }, { heading: 'share', number: true }], lines)]; // prettier-ignore
    });
    const text = [table(columns, shown), ...profiles].join('\n\n');
    return { json: { backend: backend.name, features: [...backend.features], threads: backend.threads, rows }, text };
  },
});

// `unrolled bench`: speed, beside the peers that are installed, in one run and taking turns; floors, linear cost, a report.
import { UnrolledError } from '../../errors.js';
import { didYouMean } from '../../nearest.js';
import type { Machine } from '../bench/machine.js';
import type { PeerName } from '../bench/peers.js';
import type { BenchRow } from '../bench/run.js';
import { type CommandResult, defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { decimal, flag, integer, path, string, withDefault } from '../options.js';

/** Small ones, of which one takes less than a millisecond. */
const MEMORY_STEPS = 20_000;

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'speed and memory, beside peers where they are installed',
  arguments: [],
  options: {
    only: string('--only <part>', 'tasks whose name contains this'),
    seconds: withDefault(decimal('--seconds <S>', 'how long each reading takes', { above: 0 }), 2),
    rounds: withDefault(integer('--rounds <N>', 'readings of each, taking turns with the peers; the best counts'), 2),
    profile: flag('--profile', 'where the time of one run goes, by calls of the backend'),
    scaling: flag('--scaling', 'also the cost over length, batch and layers, and memory over many steps'),
    report: path('--report <file>', 'draws it all on one HTML page, and writes the JSON beside it'),
  },
  examples: ['unrolled bench --only train/d2l', 'unrolled bench --scaling --report bench-report.html'],
  async run({ io, globals, signal }, _args, options) {
    const { only = '', seconds = 2, rounds = 2, profile: profiled, scaling: scaled, report } = options;
    const library = await import('../../node.js');
    const { startBackend, describeBackend } = await import('../library.js');
    const { BENCH_TASKS } = await import('../bench/tasks.js');
    const { BESIDE, findPeers } = await import('../bench/peers.js');
    const { addFloors, Backends, runTask } = await import('../bench/run.js');
    const { fastest, measureMachine } = await import('../bench/floors.js');
    const { describeMachine } = await import('../bench/machine.js');
    const { profileTables, rowTable, scalingTables } = await import('../bench/print.js');
    const tasks = BENCH_TASKS.filter(({ name }) => name.includes(only));
    if (tasks.length === 0) {
      const names = BENCH_TASKS.map(({ name }) => name);
      throw new UnrolledError(
        'OPTION',
        `expected a part of a task's name for --only, received "${only}"`,
        `${didYouMean(only, names)}tasks: ${names.join(', ')}`,
      );
    }
    const note = (line: string): void => {
      if (!globals.quiet) io.stderr.write(`${line}\n`);
    };
    const main = await startBackend(globals);
    const wanted = new Set<PeerName>();
    for (const task of tasks) {
      const beside = task.kind === 'rate' ? (task.on?.backend ?? main.name) : main.name;
      for (const { peer } of task.peers) if (BESIDE[peer] === beside) wanted.add(peer);
    }
    const peers = findPeers({ io, seconds, wanted, note });
    const versions: Record<string, string> = {};
    const rows: BenchRow[] = [];
    let rates = null;
    let scaling = null;
    try {
      // Before and after all else, and the better of both: a neighbour on the machine must not flatter us.
      const floored = tasks.some((task) => task.kind === 'rate' && task.floor !== undefined);
      if (floored) rates = measureMachine(library, main, Math.min(1, seconds));
      const backends = new Backends(library, main);
      const run = { u: library, main, peers: peers.list, seconds, rounds, profiled, versions };
      // Processes first: on Linux a process's peak counts what its parent held when it began, and we are small now.
      for (const task of [...tasks].sort((a, b) => Number(b.kind === 'process') - Number(a.kind === 'process'))) {
        if (signal.aborted) break;
        note(task.name);
        rows.push(await runTask(task, backends, run));
      }
      const place = (row: BenchRow): number => tasks.findIndex(({ name }) => name === row.name);
      rows.sort((a, b) => place(a) - place(b));
      if (rates !== null) {
        rates = fastest(rates, measureMachine(library, main, Math.min(1, seconds)));
        addFloors(library, tasks, rows, rates);
      }
      if (scaled && !signal.aborted) {
        note('cost over length, batch and layers; memory');
        const { measureGrowth, measureScaling } = await import('../bench/scaling.js');
        const context = { backend: main.name, threads: main.threads, seconds };
        scaling = {
          axes: measureScaling(library, seconds, rounds),
          memory: (['train', 'learner'] as const).map((mode) => measureGrowth(context, mode, MEMORY_STEPS)),
        };
      }
    } finally {
      peers.close();
    }
    const machine = describeMachine(main);
    const json = {
      date: new Date().toISOString(),
      machine,
      peers: versions,
      backend: main.name,
      features: [...main.features],
      threads: main.threads,
      rates,
      rows,
      scaling,
    };
    const text = [
      rowTable(rows, describeBackend(main)),
      ...profileTables(rows),
      ...(scaling === null ? [] : scalingTables(scaling.axes, scaling.memory)),
    ];
    if (report !== undefined) {
      const { benchReport } = await import('../../drawing/reports/benchReport.js');
      const data = `${report.replace(/\.html?$/i, '')}.json`;
      const page = benchReport({
        title: 'Unrolled beside its peers',
        date: `${json.date.slice(0, 16).replace('T', ' ')} UTC`,
        backend: describeBackend(main),
        machine: [...machineRows(machine, versions), ['each reading', `${seconds} s, best of ${rounds}`]],
        rates,
        rows,
        scaling,
      });
      await writeWhole(io.cwd, report, page);
      await writeWhole(io.cwd, data, `${JSON.stringify(json, null, 2)}\n`);
      text.push(`report  ${report}\ndata    ${data}`);
    }
    return { json: { ...json, report: report ?? null }, text: text.join('\n\n') } satisfies CommandResult;
  },
});

/** The machine and its peers for the page. */
function machineRows(machine: Machine, versions: Readonly<Record<string, string>>): [string, string][] {
  return [
    ['processor', machine.cpu],
    ['cores', String(machine.cores)],
    ['instruction set', machine.isa],
    ['memory', `${machine.memoryGiB} GiB`],
    ['system', machine.system],
    ['Node', machine.node],
    ...Object.entries(versions),
  ];
}

// `unrolled bench`: speed, beside the peers that are installed, in one run and taking turns; floors, linear cost, a report.
import type { Machine } from '../../bench/machine.js';
import { type CommandResult, defineCommand } from '../command.js';
import { writeWhole } from '../files.js';
import { decimal, flag, integer, path, string, withDefault } from '../options.js';

export const benchCommand = defineCommand({
  name: 'bench',
  summary: 'measure speed and memory, compared with other frameworks where installed',
  arguments: [],
  options: {
    only: string('--only <part>', 'run only tasks whose name contains this text'),
    seconds: withDefault(decimal('--seconds <S>', 'seconds per measurement', { above: 0 }), 2),
    rounds: withDefault(
      integer('--rounds <N>', 'measurements per task, alternating with the other frameworks; the best counts'),
      2,
    ),
    profile: flag('--profile', 'show how the time of one run splits over backend calls'),
    scaling: flag('--scaling', 'also measure scaling with length, batch size and layers, and memory over many steps'),
    quality: flag(
      '--quality',
      'instead of speed: how good models are without options, on the known data sets that are here, beside their baselines',
    ),
    seeds: withDefault(integer('--seeds <N>', 'runs of each data set, for --quality'), 3),
    jobs: withDefault(integer('--jobs <N>', 'runs at once, for --quality'), 1),
    tiny: flag('--tiny', 'small sizes, for --only gpu: to see on a software device that it runs'),
    report: path('--report <file>', 'write an HTML report, and the JSON beside it'),
  },
  examples: [
    'unrolled bench --only train/d2l',
    'unrolled bench --quality --only names --seeds 3',
    'unrolled bench --scaling --report bench-report.html',
    'unrolled bench --only ranks',
    'unrolled bench --only gpu',
  ],
  async run({ io, globals, signal }, _args, options) {
    const { only = '', seconds = 2, rounds = 2, profile = false, scaling = false, report } = options;
    if (options.quality) {
      const { runQuality } = await import('../../bench/quality.js');
      const { qualityTable } = await import('../benchTables.js');
      const { cwd } = io;
      const rows = await runQuality({
        ...{ only, seeds: options.seeds ?? 3, jobs: options.jobs ?? 1, threads: globals.threads ?? 2, cwd, signal },
        note: (line) => {
          if (!globals.quiet) io.stderr.write(`${line}\n`);
        },
      });
      return { json: { rows }, text: qualityTable(rows) } satisfies CommandResult;
    }
    const { isOfRanks, runRanks } = await import('../../bench/ranks.js');
    if (isOfRanks(only)) {
      const { ranksTables } = await import('../benchTables.js');
      const { env, cwd } = io;
      const result = runRanks({
        ...{ env, cwd, only, seconds, rounds, signal },
        note: (line) => {
          if (!globals.quiet) io.stderr.write(`${line}\n`);
        },
      });
      return { json: { ...result }, text: ranksTables(result).join('\n\n') } satisfies CommandResult;
    }
    const u = await import('../../node.js');
    const { isOfGpu, runGpu } = await import('../../bench/gpu.js');
    if (isOfGpu(only)) {
      const { gpuTable } = await import('../benchTables.js');
      const { env, cwd } = io;
      const result = await runGpu({
        ...{ u, env, cwd, only, seconds, rounds, signal, tiny: options.tiny ?? false },
        note: (line) => {
          if (!globals.quiet) io.stderr.write(`${line}\n`);
        },
      });
      return { json: { ...result }, text: gpuTable(result) } satisfies CommandResult;
    }
    const { startBackend, describeBackend } = await import('../library.js');
    const { runBench } = await import('../../bench/bench.js');
    const { profileTables, rowTable, scalingTables } = await import('../benchTables.js');
    const main = await startBackend(globals);
    const note = (line: string): void => {
      if (!globals.quiet) io.stderr.write(`${line}\n`);
    };
    const { env, cwd } = io;
    const measured = { only, seconds, rounds, profiled: profile, scaled: scaling };
    const result = await runBench({ u, main, env, cwd, ...measured, signal, note });
    const backend = describeBackend(main);
    const text = [
      rowTable(result.rows, backend),
      ...profileTables(result.rows),
      ...(result.scaling === null ? [] : scalingTables(result.scaling.axes, result.scaling.memory)),
    ];
    if (report !== undefined) {
      const { benchReport } = await import('../../drawing/reports/benchReport.js');
      const data = `${report.replace(/\.html?$/i, '')}.json`;
      const page = benchReport({
        ...result,
        title: 'Unrolled beside its peers',
        date: `${result.date.slice(0, 16).replace('T', ' ')} UTC`,
        backend,
        machine: [
          ...machineRows(result.machine, result.peers),
          ['each measurement', `${seconds} s, best of ${rounds}`],
        ],
      });
      await writeWhole(io.cwd, report, page);
      await writeWhole(io.cwd, data, `${JSON.stringify(result, null, 2)}\n`);
      text.push(`report  ${report}\ndata    ${data}`);
    }
    return { json: { ...result, report: report ?? null }, text: text.join('\n\n') } satisfies CommandResult;
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

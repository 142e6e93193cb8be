// `unrolled backends`: what this machine can run, and why not the rest.
import { defineCommand } from '../command.js';
import { table } from '../output.js';

export const backendsCommand = defineCommand({
  name: 'backends',
  summary: 'list the compute backends, and why some cannot run here',
  arguments: [],
  options: {},
  examples: ['unrolled backends'],
  async run({ globals }) {
    const { listBackends, withoutThreads } = await import('../library.js');
    const list = await listBackends({ threads: globals.threads });
    const backends = list.map(({ name, available, reason, help, threads, features }) => ({
      name,
      available,
      reason,
      help,
      threads,
      features: [...features],
    }));
    const first = backends.find(({ available }) => available)?.name ?? null;
    const rows = backends.map(({ name, available, reason, threads, features }) => [
      name === first ? `${name} *` : name,
      available ? 'yes' : 'no',
      available ? String(threads) : '–',
      available ? withoutThreads(features).join(', ') : (reason ?? ''),
    ]);
    const columns = [
      { heading: 'backend' },
      { heading: 'runs' },
      { heading: 'threads', number: true },
      { heading: 'features' },
    ];
    const remedies = backends.flatMap(({ name, help }) => (help === null ? [] : [`${name}: ${help}`]));
    const notes = ['* the choice of --backend auto, which never takes webgpu', ...remedies].join('\n');
    return { json: { backends, default: first }, text: `${table(columns, rows)}\n\n${notes}` };
  },
});

// `unrolled data`: the known data sets.
import { defineCommand } from '../command.js';
import { formatBytes, table } from '../output.js';
import { sourcesOf } from '../sources.js';

export const dataCommand = defineCommand({
  name: 'data',
  summary: 'list the known data sets: description, licence, size, whether available here',
  arguments: [],
  options: {},
  examples: ['unrolled data', 'unrolled data --data-dir ~/texts'],
  async run(context) {
    const { KnownData } = await import('../../sources/knownData.js');
    const datasets = new KnownData(sourcesOf(context)).list();
    const rows = datasets.map(({ name, title, licence, kind, bytes, present, source }) => [
      name,
      kind,
      present ? 'yes' : 'no',
      formatBytes(bytes),
      licence,
      title,
      source,
    ]);
    const columns = [
      { heading: 'name' },
      { heading: 'kind' },
      { heading: 'here' },
      { heading: 'size', number: true },
      { heading: 'licence' },
      { heading: 'what' },
      { heading: 'from' },
    ];
    return { json: { datasets }, text: table(columns, rows) };
  },
});

// Writes test/golden/brainjs/: small networks of brain.js as JSON, and what they answer. Needs brain.js, which the project does not:
//
//     npm install --prefix BRAINJS --ignore-scripts brain.js@2.0.0-beta.24
//     node test/golden/make_brainjs.mjs BRAINJS
//
// A second folder, with brain.js@1.6.1, writes the same of version 1.
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const out = join(import.meta.dirname, 'brainjs');
const rounded = (numbers) => Array.from(numbers, (value) => Number(value.toPrecision(9)));

/** Larger weights than training of seconds gives, so that every gate says something. */
function spread(net) {
  let seed = 7;
  const { input, hiddenLayers, outputConnector, output } = net.model;
  for (const matrix of [input, ...hiddenLayers.flatMap((layer) => Object.values(layer)), outputConnector, output]) {
    for (let i = 0; i < (matrix?.weights.length ?? 0); i++) {
      seed = (seed * 16807) % 2147483647;
      matrix.weights[i] = Math.fround(((seed / 2147483647) * 2 - 1) * 0.9);
    }
  }
}

for (const folder of process.argv.slice(2)) {
  const require = createRequire(resolve(folder, 'package.json'));
  const { recurrent } = require('brain.js');
  const { version } = require('brain.js/package.json');
  for (const [kind, hiddenLayers] of Object.entries({ RNN: [4], LSTM: [5, 3], GRU: [3, 4] })) {
    const net = new recurrent[kind]({ hiddenLayers });
    net.train(['abca', 'cab'], { iterations: 2 });
    spread(net);
    const json = JSON.parse(JSON.stringify(net.toJSON()));
    const again = new recurrent[kind]();
    again.fromJSON(json);
    const tokens = [0, 1, 3, 2, 1];
    if (again.model.equations.length === 0) again.bindEquation();
    const logits = tokens.map((token, t) => {
      while (again.model.equations.length <= t) again.bindEquation();
      return rounded(again.model.equations[t].runIndex(token).weights);
    });
    write(version, kind, json, { tokens, logits, run: again.run('ab') });
  }
  for (const kind of ['RNNTimeStep', 'LSTMTimeStep', 'GRUTimeStep']) {
    const net = new recurrent[kind]({ inputSize: 2, hiddenLayers: [4], outputSize: 2 });
    net.train(
      [
        [
          [0.1, 0.2],
          [0.3, 0.1],
          [0.2, 0.5],
        ],
      ],
      { iterations: 2 },
    );
    spread(net);
    const json = JSON.parse(JSON.stringify(net.toJSON()));
    const again = new recurrent[kind]();
    again.fromJSON(json);
    const values = [
      [0.5, -0.25],
      [1, 0.75],
      [-0.5, 0.125],
    ];
    const last = values.map((_, t) => rounded(again.run(values.slice(0, t + 1))));
    write(version, kind, json, { values, outputs: last });
  }
}

function write(version, kind, json, answers) {
  delete json.trainOpts;
  const name = `${kind}-${version.startsWith('1') ? 1 : 2}.json`;
  writeFileSync(join(out, name), `${JSON.stringify(json)}\n`);
  writeFileSync(join(out, name.replace('.json', '.answers.json')), `${JSON.stringify({ version, ...answers })}\n`);
}

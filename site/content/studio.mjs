// Where a lesson goes on: the studio with that lesson's network, or with a tour through its subject.
import { deflateRawSync } from 'node:zlib';
import { BASE, built } from './place.mjs';
import { WORDS } from './words.mjs';

const { defineCell } = await built('cell/defineCell.js');
const { graphToData } = await built('cell/define/data.js');

/** Half a GRU: the update gate alone. Its equations go along in the address, to be edited and trained there. */
const HALF_GRU = defineCell({
  name: 'half-gru',
  state: ['h'],
  step({ x, h, linear, sigmoid, tanh }) {
    const z = sigmoid(linear('z', x, h));
    const n = tanh(linear('n', x, h));
    return { h: n.add(z.mul(h.sub(n))) };
  },
});

/** A cell as the studio's address has it. */
const packed = (cell) => deflateRawSync(JSON.stringify(graphToData(cell)), { level: 9 }).toString('base64url');

/** What stands after # in the studio's address: its settings, or one of its own lessons and the page in it. */
const PLACES = {
  perplexity: 'lesson=language-model.0',
  'ngrams-zipf': 'lesson=language-model.1',
  'hidden-state': 'text=counting&cell=gru&collapseWhitespace=0&lesson=state.0',
  'rnn-from-scratch': 'cell=rnn',
  rnn: 'cell=rnn',
  'min-char-rnn': 'cell=rnn',
  bptt: 'cell=gru&lesson=training.0',
  'bptt-by-hand': 'cell=gru&lesson=training.0',
  'exploding-vanishing': 'text=order&cell=rnn&hiddenSize=48&collapseWhitespace=0&lesson=memory.0',
  'lstm-from-scratch': 'cell=lstm',
  lstm: 'text=order&cell=lstm&hiddenSize=48&collapseWhitespace=0&lesson=memory.1',
  'lstm-memory': 'text=order&cell=lstm&hiddenSize=48&collapseWhitespace=0&value=f&lesson=memory.2',
  'count-ones-lstm': 'text=counting&cell=lstm&collapseWhitespace=0&lesson=state.1',
  'gru-from-scratch': 'cell=gru',
  gru: 'cell=gru',
  'count-ones-gru': 'text=counting&cell=gru&collapseWhitespace=0&lesson=state.1',
  'deep-lstm': 'cell=lstm&numLayers=2',
  'char-rnn': 'cell=lstm',
};

/** Lessons that end with a cell of their own to edit. */
const CELLS = { gru: HALF_GRU, 'gru-from-scratch': HALF_GRU };

/** Links for the end of a lesson; nothing where the studio has nothing to its subject. */
export function studioLink(name, language) {
  const place = PLACES[name];
  if (place === undefined) return '';
  const link = (hash, text) => {
    const href = `${BASE}studio/#${hash}&language=${language}`.replaceAll('&', '&amp;');
    return `<p class="goes-on"><a href="${href}">${text}</a></p>`;
  };
  const own = name in CELLS ? link(`equations=${packed(CELLS[name])}`, WORDS.editCell[language]) : '';
  return link(place, WORDS.goOn[language]) + own;
}

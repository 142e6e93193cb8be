// What a language network gives each token of a text: the text is cut into rows, so that products are matrices and not vectors.
// Letters: T steps, N rows.
import { crossEntropy } from '../../autograd/ops.js';
import { noGrad } from '../../autograd/tape.js';
import { fromData } from '../../tensor/create.js';
import { scope } from '../../tensor/scope.js';
import { CarriedState } from '../carriedState.js';
import type { LanguageNetwork } from './languageNetwork.js';

const ROWS = 32;
const STEPS = 64;
/** Tokens that a row reads before its own, so that it does not start cold. */
const WARM_UP = 128;

/**
 * −ln P of each token but the first [tokens − 1], in nats, as the network predicts it from those before: of rows after the first, from
 * a hundred of them and more. The network must not be training. @param tokens two or more
 */
export function tokenLosses(network: LanguageNetwork, tokens: Int32Array): Float64Array {
  const positions = tokens.length - 1;
  const losses = new Float64Array(positions);
  const rows = Math.max(1, Math.min(ROWS, Math.floor(positions / (2 * WARM_UP))));
  const share = Math.ceil(positions / rows);
  const starts = Array.from({ length: rows }, (_, r) => Math.max(0, r * share - WARM_UP));
  const longest = Math.min(positions, share + (rows > 1 ? WARM_UP : 0));
  const carried = new CarriedState();
  for (let from = 0; from < longest; from += STEPS) {
    const steps = Math.min(STEPS, longest - from);
    const at = (t: number, r: number): number => Math.min(starts[r] + from + t, positions - 1);
    const gathered = (shift: number): Int32Array =>
      Int32Array.from({ length: steps * rows }, (_, i) => tokens[at(Math.floor(i / rows), i % rows) + shift]);
    scope(() =>
      noGrad(() => {
        const { logits, state } = network.forward(fromData(gathered(0), [steps, rows]), carried.current);
        const part = crossEntropy(logits, fromData(gathered(1), [steps, rows]), { reduction: 'none' }).data();
        for (let i = 0; i < part.length; i++) {
          const [t, r] = [Math.floor(i / rows), i % rows];
          const place = starts[r] + from + t;
          if (place >= r * share && place < Math.min((r + 1) * share, positions)) losses[place] = part[i];
        }
        carried.replace(state);
      }),
    );
  }
  carried.replace(null);
  return losses;
}

// Prints expressions for people.
import type { Expr } from './expr.js';

const INFIX: Partial<Record<string, string>> = { add: '+', sub: '-', mul: '*', div: '/', less: '<', equal: '==' };

/** One line of ordinary notation: `sigmoid(i) * tanh(g)`. */
export function printExpr(e: Expr): string {
  switch (e.kind) {
    case 'input':
    case 'uniform':
      return e.name;
    case 'constant':
      return String(e.value);
    case 'random':
      return `random(${e.stream})`;
    case 'rowSum':
      return `rowSum(${printExpr(e.args[0])})`;
    case 'op': {
      const args = e.args.map(printExpr);
      const infix = INFIX[e.op];
      return infix === undefined ? `${e.op}(${args.join(', ')})` : `(${args.join(` ${infix} `)})`;
    }
    default:
      return e satisfies never;
  }
}

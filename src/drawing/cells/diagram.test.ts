import { describe, expect, test } from 'vitest';
import { apply, constant, input } from '../../program/expr.js';
import { CELLS, GRU, GRUResetBefore, LSTM, RNN } from '../../cell/cells/index.js';
import { parseCell } from '../../cell/language/read.js';
import { toDiagram } from './diagram.js';
import { buildFigure } from './diagramGraph.js';
import type { Routed } from './diagramGrid.js';
import { placeFigure } from './diagramPlace.js';
import type { CellGraph } from '../../cell/define/graph.js';

/** What lines do wrong: through a part, along another line, missing. */
function faults(graph: CellGraph): string[] {
  const figure = buildFigure(graph);
  const routed: Routed = placeFigure(figure);
  const found: string[] = [];
  if (routed.missing > 0) found.push(`${routed.missing} ends without a line`);
  const ends = figure.lines.reduce(
    (sum, l) => sum + l.targets.length + l.ends.length + Number(l.joins) + Number(l.ends.includes(graph.output)),
    0,
  );
  if (routed.paths.length !== ends) found.push(`${routed.paths.length} paths for ${ends} ends`);
  const edges = new Map<string, number>();
  for (const { line, points } of routed.paths) {
    points.slice(1).forEach((b, k) => {
      const a = points[k];
      const key = [`${a.x},${a.y}`, `${b.x},${b.y}`].sort().join(' ');
      if (edges.has(key)) found.push(`lines ${edges.get(key)} and ${line} along ${key}`);
      edges.set(key, line);
    });
    for (const { x, y } of points.slice(1, -1)) {
      const part = figure.parts.find(
        (p) => routed.y[p.index] === y && Math.abs(routed.x[p.index] - x) <= (p.shape === 'box' ? 1 : 0),
      );
      if (part !== undefined) found.push(`line ${line} through ${part.label}`);
    }
  }
  return found;
}

const count = (text: string, part: string): number => text.split(part).length - 1;

describe('toDiagram', () => {
  test('LSTM: four gates in one row, five operations, two states, one rail', () => {
    const figure = buildFigure(LSTM);
    expect(figure.parts.filter((p) => p.shape === 'box').map((p) => `${p.symbol?.base} ${p.label}`)).toEqual([
      'i σ',
      'f σ',
      'g tanh',
      'o σ',
    ]);
    expect(figure.rails.map((r) => r.state)).toEqual(['c']);
    expect(figure.rails[0].parts.map((p) => figure.parts[p].label)).toEqual(['×', '+']);
    expect(figure.bottom).toEqual(['h']);
    const svg = toDiagram(LSTM);
    expect(count(svg, 'class="gate"')).toBe(4);
    expect(count(svg, 'class="op"')).toBe(5);
    // c and h before; c, h and h above after; x.
    expect(count(svg, 'dy="5">t−1<')).toBe(2);
    expect(count(svg, 'dy="5">t<')).toBe(4);
  });

  test('LSTM: the lines of c and of h are straight on their rows', () => {
    const figure = buildFigure(LSTM);
    const routed = placeFigure(figure);
    const rows = new Set(figure.rails[0].parts.map((p) => routed.y[p]));
    expect(rows.size).toBe(1);
    const gates = figure.parts.filter((p) => p.shape === 'box').map((p) => routed.y[p.index]);
    expect(new Set(gates).size).toBe(1);
    expect(gates[0]).toBeGreaterThan([...rows][0]);
  });

  test('GRU: h passes on the rail, n is an operation with a name', () => {
    const figure = buildFigure(GRU);
    expect(figure.rails.map((r) => r.parts.map((p) => figure.parts[p].label).join(' '))).toEqual(['× +']);
    expect(figure.bottom).toEqual([]);
    expect(figure.parts.find((p) => p.label === 'tanh')?.symbol?.base).toBe('n');
    expect(figure.parts.filter((p) => p.label === 'W').map((p) => p.symbol?.base)).toEqual(['nx', 'nh']);
    expect(figure.parts.some((p) => p.label === '1−')).toBe(true);
  });

  test('x and h enter as one line where all boxes read both', () => {
    const figure = buildFigure(LSTM);
    expect(figure.lines.filter((l) => l.joins).map((l) => l.source.kind)).toEqual(['x', 'state']);
    expect(figure.lines[figure.join].targets.length).toBe(4);
    expect(buildFigure(CELLS.mingru).join).toBe(-1);
  });

  test.each([
    ['RNN', RNN],
    ['LSTM', LSTM],
    ['GRU', GRU],
    ['GRU, reset before', GRUResetBefore],
    ['peepholes', CELLS['lstm-peephole']],
    ['minLSTM', CELLS.minlstm],
  ])('%s: no line through a part or along another', (_, cell) => {
    expect(faults(cell)).toEqual([]);
  });

  test('sLSTM, the largest: three rails, no faults', () => {
    expect(buildFigure(CELLS.slstm).rails.map((r) => r.state)).toEqual(['c', 'n', 'm']);
    expect(faults(CELLS.slstm)).toEqual([]);
  });

  /** So many candidates, each beside the state, all summed up: three parts each, and the sums. */
  const sumOf = (n: number): CellGraph => {
    const candidates = Array.from({ length: n }, (_, k) => `a${k}`);
    const lines = candidates.map((a, k) => `${a} = tanh(linear(x, h)) * 0.${k + 10} + h * 0.${k + 20}`);
    return parseCell(['cell Sum', 'state h', ...lines, `h' = ${candidates.join(' + ')}`].join('\n'));
  };

  test('a sum of three on the top rail: one operand comes from above', () => {
    const { rails, parts } = buildFigure(sumOf(4));
    expect(rails[0].parts.some((p) => parts[p].inputs.length === 3)).toBe(true);
    expect(faults(sumOf(4))).toEqual([]);
  });

  test('many operations take no longer, more than a hundred are refused at once', () => {
    const began = performance.now();
    expect(faults(sumOf(20))).toEqual([]);
    expect(() => toDiagram(sumOf(40))).toThrow(
      /at most 100 boxes and operations in a diagram, received 180 of cell Sum/,
    );
    // 3 s on a quiet machine; without the limits minutes.
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('unusual graphs: no box, a state kept, a swap, a constant, a square, an argument twice', () => {
    const [x, h, p] = [input('x'), input('s:h'), input('s:p')];
    const graph = (next: CellGraph['next']): CellGraph => ({
      ...RNN,
      name: 'odd',
      states: [...next.keys()],
      output: 'h',
      linears: [],
      next,
    });
    const leak = apply('add', apply('mul', h, constant(0.9)), x);
    for (const odd of [
      graph(new Map([['h', leak]])),
      graph(new Map([['h', h]])),
      graph(
        new Map([
          ['h', p],
          ['p', h],
        ]),
      ),
      graph(new Map([['h', constant(1)]])),
      graph(new Map([['h', apply('mul', leak, leak)]])),
      graph(new Map([['h', apply('max', x, apply('div', h, apply('sub', x, h)))]])),
      graph(
        new Map([
          ['h', leak],
          ['p', leak],
        ]),
      ),
    ]) {
      expect(faults(odd)).toEqual([]);
      expect(toDiagram(odd)).toContain('</svg>');
    }
  });

  test('the same picture each time; well-formed, self-contained, named for screen readers', () => {
    const svg = toDiagram(GRUResetBefore);
    expect(toDiagram(GRUResetBefore)).toBe(svg);
    expect(svg).toContain('<title id="cell-gru-reset-before-title">GRU-reset-before cell</title>');
    expect(svg).toContain('aria-labelledby="cell-gru-reset-before-title cell-gru-reset-before-desc"');
    expect(svg).not.toMatch(/<script|href=|NaN|undefined|Infinity/);
    const open: string[] = [];
    for (const [, close, tag, own] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(tag);
      else if (own === '') open.push(tag);
    }
    expect(open).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { CELLS, GRU, GRUResetBefore, LSTM, RNN } from '../../cell/cells/index.js';
import { apply, constant, type Expr, input } from '../../program/expr.js';
import { defineCell } from '../../cell/defineCell.js';
import type { CellGraph } from '../../cell/define/graph.js';
import { toLatex } from './latex.js';

const lines = (graph: CellGraph, asComputed = false): string[] =>
  toLatex(graph, { asComputed })
    .split('\n')
    .slice(1, -1)
    .map((line) => line.replace(/ \\\\$/, ''));

/** A graph with the one state h and the given new value. */
function graphOf(next: Expr, more: Partial<CellGraph> = {}): CellGraph {
  return { ...RNN, name: 'made', linears: [], next: new Map([['h', next]]), ...more };
}

const x = input('x');
const h = input('s:h');

describe('toLatex', () => {
  test('RNN', () => {
    expect(toLatex(RNN)).toBe(String.raw`\begin{aligned}
\mathbf{h}_t &= \tanh(\mathbf{W}_{xh}\mathbf{x}_t + \mathbf{W}_{hh}\mathbf{h}_{t-1} + \mathbf{b}_h)
\end{aligned}`);
  });

  test('LSTM, as textbooks print it', () => {
    expect(toLatex(LSTM)).toBe(String.raw`\begin{aligned}
\mathbf{i}_t &= \sigma(\mathbf{W}_{xi}\mathbf{x}_t + \mathbf{W}_{hi}\mathbf{h}_{t-1} + \mathbf{b}_i) \\
\mathbf{f}_t &= \sigma(\mathbf{W}_{xf}\mathbf{x}_t + \mathbf{W}_{hf}\mathbf{h}_{t-1} + \mathbf{b}_f) \\
\mathbf{g}_t &= \tanh(\mathbf{W}_{xg}\mathbf{x}_t + \mathbf{W}_{hg}\mathbf{h}_{t-1} + \mathbf{b}_g) \\
\mathbf{o}_t &= \sigma(\mathbf{W}_{xo}\mathbf{x}_t + \mathbf{W}_{ho}\mathbf{h}_{t-1} + \mathbf{b}_o) \\
\mathbf{c}_t &= \mathbf{f}_t \odot \mathbf{c}_{t-1} + \mathbf{i}_t \odot \mathbf{g}_t \\
\mathbf{h}_t &= \mathbf{o}_t \odot \tanh(\mathbf{c}_t)
\end{aligned}`);
  });

  test('GRU: the linears of n inside its line, the interpolation written out', () => {
    expect(lines(GRU).slice(2)).toEqual([
      String.raw`\mathbf{n}_t &= \tanh(\mathbf{W}_{\mathrm{nx}}\mathbf{x}_t + \mathbf{b}_{\mathrm{nx}} + \mathbf{r}_t \odot (\mathbf{W}_{\mathrm{nh}}\mathbf{h}_{t-1} + \mathbf{b}_{\mathrm{nh}}))`,
      String.raw`\mathbf{h}_t &= (1 - \mathbf{z}_t) \odot \mathbf{n}_t + \mathbf{z}_t \odot \mathbf{h}_{t-1}`,
    ]);
    expect(lines(GRU, true).at(-1)).toBe(
      String.raw`\mathbf{h}_t &= \mathbf{n}_t + \mathbf{z}_t \odot (\mathbf{h}_{t-1} - \mathbf{n}_t)`,
    );
  });

  test('GRU with reset before: a computed operand has the name of its state below the weight', () => {
    expect(lines(GRUResetBefore)[2]).toBe(
      String.raw`\mathbf{n}_t &= \tanh(\mathbf{W}_{xn}\mathbf{x}_t + \mathbf{W}_{hn}(\mathbf{r}_t \odot \mathbf{h}_{t-1}) + \mathbf{b}_n)`,
    );
  });

  test('a cell of one’s own: names, a candidate called like a state, values used twice', () => {
    const mine = defineCell({
      name: 'Mine',
      state: ['c', 'memory'],
      step({ x: now, c, memory, linear, sigmoid, tanh, exp, max }) {
        const log = linear('i', now, c);
        const top = max(log, memory);
        const gate = exp(log.sub(top));
        const candidate = tanh(linear('c', now));
        return { c: gate.mul(candidate).sub(sigmoid(c).neg().div(2)), memory: top };
      },
    });
    expect(lines(mine)).toEqual([
      String.raw`\tilde{\mathbf{i}}_t &= \mathbf{W}_{xi}\mathbf{x}_t + \mathbf{W}_{ci}\mathbf{c}_{t-1} + \mathbf{b}_i`,
      String.raw`\tilde{\mathbf{c}}_t &= \tanh(\mathbf{W}_c \mathbf{x}_t + \mathbf{b}_c)`,
      String.raw`\mathrm{memory}_t &= \max(\tilde{\mathbf{i}}_t, \mathrm{memory}_{t-1})`,
      String.raw`\mathbf{i}_t &= \exp(\tilde{\mathbf{i}}_t - \mathrm{memory}_t)`,
      String.raw`\mathbf{c}_t &= \mathbf{i}_t \odot \tilde{\mathbf{c}}_t - \frac{-\sigma(\mathbf{c}_{t-1})}{2}`,
    ]);
  });

  test('parentheses where they are needed, and only there', () => {
    const [a, b] = [x, h];
    const body = (e: Expr): string => lines(graphOf(e))[0].split('&= ')[1];
    expect(body(apply('sub', a, apply('add', a, b)))).toBe(
      String.raw`\mathbf{x}_t - (\mathbf{x}_t + \mathbf{h}_{t-1})`,
    );
    expect(body(apply('add', a, apply('sub', a, b)))).toBe(String.raw`\mathbf{x}_t + \mathbf{x}_t - \mathbf{h}_{t-1}`);
    expect(body(apply('mul', a, apply('mul', a, b)))).toBe(
      String.raw`\mathbf{x}_t \odot \mathbf{x}_t \odot \mathbf{h}_{t-1}`,
    );
    expect(body(apply('div', a, apply('mul', a, b)))).toBe(
      String.raw`\mathbf{x}_t \oslash (\mathbf{x}_t \odot \mathbf{h}_{t-1})`,
    );
    expect(body(apply('mul', apply('div', a, b), a))).toBe(
      String.raw`(\mathbf{x}_t \oslash \mathbf{h}_{t-1}) \odot \mathbf{x}_t`,
    );
    expect(body(apply('mul', constant(2), apply('add', a, b)))).toBe(String.raw`2 (\mathbf{x}_t + \mathbf{h}_{t-1})`);
    expect(body(apply('div', apply('add', a, b), constant(3)))).toBe(
      String.raw`\frac{\mathbf{x}_t + \mathbf{h}_{t-1}}{3}`,
    );
    expect(body(apply('mul', a, apply('neg', b)))).toBe(String.raw`\mathbf{x}_t \odot (-\mathbf{h}_{t-1})`);
    expect(body(apply('sqrt', apply('abs', a)))).toBe(String.raw`\sqrt{\lvert \mathbf{x}_t \rvert}`);
  });

  test('functions by their names, also where a file of 0.1 has them written out', () => {
    const body = (e: Expr): string => lines(graphOf(e))[0].split('&= ')[1];
    const decay = (e: Expr): Expr => apply('exp', apply('neg', apply('abs', e)));
    const writtenOut = (e: Expr): Expr =>
      apply('add', apply('max', e, constant(0)), apply('log', apply('add', constant(1), decay(e))));
    expect(body(apply('softplus', x))).toBe(String.raw`\operatorname{softplus}(\mathbf{x}_t)`);
    expect(body(writtenOut(x))).toBe(body(apply('softplus', x)));
    expect(body(apply('logSigmoid', x))).toBe(String.raw`\log\sigma(\mathbf{x}_t)`);
    expect(body(apply('neg', writtenOut(apply('neg', x))))).toBe(body(apply('logSigmoid', x)));
    expect(body(apply('silu', x))).toBe(String.raw`\operatorname{SiLU}(\mathbf{x}_t)`);
  });

  test('parameters, normalization, no bias', () => {
    const z = input('z:i');
    const peephole = apply('sigmoid', apply('add', z, apply('mul', input('v:pi'), h)));
    const linears = [{ name: 'i', operands: [x], perHead: [false], size: 'hidden', bias: false }];
    expect(lines(graphOf(peephole, { linears }))[0]).toBe(
      String.raw`\mathbf{h}_t &= \sigma(\mathbf{W}_i \mathbf{x}_t + \mathbf{p}_i \odot \mathbf{h}_{t-1})`,
    );
    const normal = apply('mul', z, constant(7));
    const norms = [{ name: 'cell', members: [z], outputs: [normal] }];
    expect(lines(graphOf(apply('tanh', normal), { linears, norms }))[0]).toBe(
      String.raw`\mathbf{h}_t &= \tanh(\mathrm{LN}_{\mathrm{cell}}(\mathbf{W}_i \mathbf{x}_t))`,
    );
    const scaled = apply('mul', h, input('v:alpha'));
    const vectors = [{ name: 'alpha', size: '1', init: null }];
    expect(lines(graphOf(scaled, { vectors }))[0]).toBe(String.raw`\mathbf{h}_t &= \alpha\,\mathbf{h}_{t-1}`);
  });

  test('layer normalization of two products: the only weight from x to i has two letters', () => {
    expect(lines(CELLS['lstm-layer-norm'])[0]).toBe(
      String.raw`\mathbf{i}_t &= \sigma(\mathrm{LN}_x(\mathbf{W}_{xi}\mathbf{x}_t) + \mathrm{LN}_h(\mathbf{W}_{hi}\mathbf{h}_{t-1}))`,
    );
  });

  test('states that keep or exchange their values get their lines', () => {
    const swap = graphOf(x, {
      states: ['h', 'p'],
      next: new Map([
        ['h', x],
        ['p', h],
      ]),
    });
    expect(lines(swap)).toEqual([
      String.raw`\mathbf{h}_t &= \mathbf{x}_t`,
      String.raw`\mathbf{p}_t &= \mathbf{h}_{t-1}`,
    ]);
  });

  test.each(Object.keys(CELLS))('%s: braces balance, every value is defined before its use', (name) => {
    const tex = toLatex(CELLS[name]);
    let depth = 0;
    for (const c of tex) {
      depth += c === '{' ? 1 : c === '}' ? -1 : 0;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
    expect((tex.match(/\(/g) ?? []).length).toBe((tex.match(/\)/g) ?? []).length);
    const defined = new Set([String.raw`\mathbf{x}_t`]);
    for (const line of lines(CELLS[name])) {
      const [left, right] = line.split(' &= ');
      for (const [used] of right.matchAll(/(\\(tilde|hat)\{)?\\math(bf|rm)\{\w+\}\}?_(t|\{\d,t\})(?![\w-])/g))
        expect(defined, line).toContain(used);
      expect(defined).not.toContain(left);
      defined.add(left);
    }
  });
});

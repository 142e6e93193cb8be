// Networks as graphs: what is joined with what, and where it stands in the picture.
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { drawGraph } from './graph.js';
import { lessonMap } from './lessonMap.js';
import { encoderDecoder, unrolled } from './unrolled.js';

const joined = (graph: ReturnType<typeof unrolled>): string[] => graph.edges.map(({ from, to }) => `${from} ${to}`);

describe('unrolled', () => {
  it('joins each step with the next, each layer with the one above', () => {
    const graph = unrolled({ cell: { name: 'LSTM' }, numLayers: 2 }, { steps: 2 });
    expect(new Set(joined(graph))).toEqual(
      new Set([
        'x1 1.0.1',
        'x2 1.0.2',
        '1.0.1 1.0.2',
        '1.0.1 2.0.1',
        '1.0.2 2.0.2',
        '2.0.1 2.0.2',
        '2.0.1 y1',
        '2.0.2 y2',
      ]),
    );
  });

  it('reads from both ends, and gives both directions to each output', () => {
    const edges = joined(unrolled({ cell: { name: 'GRU' }, bidirectional: true }, { steps: 3 }));
    expect(edges).toContain('1.0.1 1.0.2');
    expect(edges).toContain('1.1.3 1.1.2');
    expect(edges).not.toContain('1.1.2 1.1.3');
    expect(edges.filter((edge) => edge.endsWith(' y2'))).toEqual(['1.0.2 y2', '1.1.2 y2']);
  });

  it('sends gradients back from the last output, as far as the cut', () => {
    const { edges } = unrolled({ cell: { name: 'RNN' } }, { steps: 5, outputs: [5], gradients: true, cutBefore: 3 });
    const back = edges.filter(({ kind }) => kind !== undefined).map(({ from, to, kind }) => `${from} ${to} ${kind}`);
    expect(back).toEqual(['1.0.3 1.0.2 cut', '1.0.4 1.0.3 backward', '1.0.5 1.0.4 backward', 'y5 1.0.5 backward']);
  });

  it('has a decoder that reads what it wrote', () => {
    const graph = encoderDecoder({ cell: { name: 'GRU' } }, { source: ['go', '<eos>'], target: ['va', '!'] });
    expect(joined(graph)).toContain('y1 x2');
    expect(graph.nodes.filter(({ kind }) => kind === 'token').map(({ label }) => label)).toEqual([
      'go',
      '<eos>',
      'va',
      'va',
      '!',
    ]);
  });
});

describe('drawGraph', () => {
  const nodes = [
    { name: 'a', label: 'h_1', x: 0, y: 0, kind: 'state' },
    { name: 'b', label: '<b>', x: 1, y: 0, kind: 'layer' },
    { name: 'c', label: 'c', x: 0, y: 1, kind: 'value' },
  ] as const;

  it('stands rows from the bottom and columns from the left, with arrows between the borders', () => {
    const svg = drawGraph({ title: 'T & t', nodes, edges: [{ from: 'a', to: 'b' }] });
    const { document } = parseHTML(`<html><body>${svg}</body></html>`);
    expect(document.querySelector('svg')?.getAttribute('aria-label')).toBe('T & t');
    const [a, c] = [...document.querySelectorAll('circle')];
    expect(a.getAttribute('cx')).toBe(c.getAttribute('cx'));
    expect(Number(c.getAttribute('cy'))).toBeLessThan(Number(a.getAttribute('cy')));
    const box = document.querySelector('rect');
    const [, start, end] =
      /M([\d.]+) [\d.]+L([\d.]+) /.exec(document.querySelector('path')?.getAttribute('d') ?? '') ?? [];
    expect(Number(start)).toBeGreaterThan(Number(a.getAttribute('cx')));
    expect(Number(end)).toBeLessThan(Number(box?.getAttribute('x')));
    expect([...document.querySelectorAll('tspan')].map((index) => index.textContent)).toEqual(['1']);
    expect(svg).toContain('&lt;b&gt;');
  });

  it('leaves out an edge to a node that is not there', () => {
    expect(drawGraph({ title: '', nodes, edges: [{ from: 'a', to: 'nowhere' }] })).not.toContain('<path');
  });
});

describe('lessonMap', () => {
  const lesson = (name: string, needs: string[]) => ({
    name,
    title: `About ${name}`,
    href: `${name}.html`,
    needs,
    colour: 0,
  });

  it('puts each lesson below all that it needs, as a link', () => {
    const svg = lessonMap([lesson('c', ['a', 'b', 'elsewhere']), lesson('b', ['a']), lesson('a', [])], 'Map');
    const { document } = parseHTML(`<html><body>${svg}</body></html>`);
    const links = [...document.querySelectorAll('a')];
    const top = Object.fromEntries(
      links.map((link) => [link.getAttribute('href'), Number(link.querySelector('rect')?.getAttribute('y'))]),
    );
    expect(top['a.html']).toBeLessThan(top['b.html']);
    expect(top['b.html']).toBeLessThan(top['c.html']);
    expect(document.querySelectorAll('.lines path')).toHaveLength(3);
  });

  it('ends where lessons need each other, and breaks long rows', () => {
    expect(lessonMap([lesson('a', ['b']), lesson('b', ['a'])], '')).toContain('About a');
    const svg = lessonMap(
      Array.from({ length: 9 }, (_, i) => lesson(`l${i}`, [])),
      '',
    );
    const { document } = parseHTML(`<html><body>${svg}</body></html>`);
    const tops = new Set([...document.querySelectorAll('rect')].map((rect) => rect.getAttribute('y')));
    expect(tops.size).toBe(3);
  });
});

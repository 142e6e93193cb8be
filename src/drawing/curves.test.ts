import { describe, expect, it } from 'vitest';
import { curves } from './curves.js';
import { figure } from './figure.js';

/** Of the path with the most of them: ticks are paths too. */
const points = (html: string): number =>
  Math.max(...[...html.matchAll(/ d="M([^"]+)"/g)].map(([, path]) => path.split(/[LC]/).length));

describe('curves', () => {
  it('keep every point of a short series, however dense its start: log axes need it', () => {
    const x = Array.from({ length: 300 }, (_, i) => 1.03 ** i);
    const html = figure({ x: { type: 'log' }, marks: [curves([{ x, y: x.map((v) => (v * 7) % 1) }])] }, 'dense');
    expect(points(html)).toBe(300);
  });

  it('thin a long one', () => {
    const y = Float32Array.from({ length: 50_000 }, (_, i) => Math.sin(i));
    const html = figure({ marks: [curves([{ y }])] }, 'long');
    expect(points(html)).toBeGreaterThan(1000);
    expect(points(html)).toBeLessThanOrEqual(4 * 601);
  });
});

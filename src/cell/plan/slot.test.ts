// Slots: one object each, the same by way of an expression, and typed widths beside the names that files have.
import { expect, it } from 'vitest';
import { input } from '../../program/expr.js';
import { leafNamed, leafOf, stateExpr } from '../define/leaf.js';
import { nameOfWidth, sizeOfWidth, widthNamed } from '../define/width.js';
import { read, slot, slotNamed } from './slot.js';

it('has one object for a slot, which its expression leads back to', () => {
  const all = [
    ...[slot('input'), slot('state', 'h'), slot('nextState', 'h'), slot('linear', 'i'), slot('kept', 'i')],
    ...[slot('vector', 'p'), slot('dVector', 'p'), slot('computed', 0), slot('sum', 0), slot('dSum', 0)],
  ];
  expect(new Set(all.map((of) => read(of).name)).size).toBe(all.length);
  for (const of of all) expect(slotNamed(read(of).name)).toBe(of);
  expect(slot('computed', 1)).not.toBe(slot('computed', 0));
  expect(slot('state', 'h')).toBe(slot('state', 'h'));
});

it("knows the leaves of a cell's graph by the names that files have, and nothing else", () => {
  expect(slotNamed('s:other')).toEqual({ kind: 'state', name: 'other' });
  expect(slotNamed('x')).toBe(slot('input'));
  expect(read(slot('state', 'h'))).toBe(stateExpr('h'));
  expect(() => slotNamed('q:other')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
  expect(leafNamed('y')).toBeNull();
  expect(leafOf(input('m:h'))).toEqual({ kind: 'mask', name: 'h' });
});

it('has one object for a width, whose name leads back to it', () => {
  for (const name of ['input', 'hidden', '1', 'projection']) {
    expect(widthNamed(name)).toBe(widthNamed(name));
    expect(nameOfWidth(widthNamed(name))).toBe(name);
  }
  const sizes = { input: 3, hidden: 4, heads: 2, projection: 5 };
  const of = ['input', 'hidden', '1', 'projection', 'small'].map((name) => sizeOfWidth(sizes, widthNamed(name)));
  expect(of).toEqual([3, 4, 1, 5, 4]);
});

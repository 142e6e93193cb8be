import { describe, expect, it } from 'vitest';
import { CELLS, GRU } from '../cell/cells/index.js';
import { columnOrder } from '../cell/plan/columnOrder.js';
import { defineCell } from '../cell/defineCell.js';
import { orderOf01 } from './legacyOrders.js';

describe('orderOf01', () => {
  it.each(Object.values(CELLS))('of $name is what 0.1 found by its search', (cell) => {
    expect(orderOf01(cell)).toEqual(columnOrder(cell).map((l) => l.name));
  });

  it('of a cell of one’s own is found by the search, also under the name of a built-in one', () => {
    const own = defineCell({
      name: GRU.name,
      state: ['h'],
      step({ x, h, linear, sigmoid, tanh }) {
        const a = tanh(linear('a', x));
        const z = sigmoid(linear('z', x, h));
        const b = tanh(linear('b', x));
        return { h: a.add(z.mul(h)).mul(b) };
      },
    });
    expect(orderOf01(own)).toEqual(['a', 'b', 'z']);
  });
});

import { expect, it } from 'vitest';
import { GRU, LSTM } from '../../cell/cells/index.js';
import { toDiagram } from './diagram.js';
import { toLatex } from './latex.js';
import './methods.js';

it('are the free functions, options included', () => {
  expect(LSTM.toLatex()).toBe(toLatex(LSTM));
  expect(LSTM.toDiagram()).toBe(toDiagram(LSTM));
  expect(GRU.toLatex({ asComputed: true })).toBe(toLatex(GRU, { asComputed: true }));
  expect(GRU.toLatex({ asComputed: true })).not.toBe(GRU.toLatex());
});

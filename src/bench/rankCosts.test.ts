// The cost model, by hand.
import { expect, it } from 'vitest';
import { computeCost, paysUpTo, stepOnHosts, stepOnMachine } from './rankCosts.js';

it('is a line through two batches, and the sum beside it', () => {
  const cost = computeCost(32, 0.026, 16, 0.014);
  expect(cost.row).toBeCloseTo(0.00075, 10);
  expect(cost.fixed).toBeCloseTo(0.002, 10);
  const link = { latency: 0.0001, bandwidth: 1e9 };
  expect(stepOnMachine(cost, link, { rows: 32, ranks: 2, bytes: 1e6 })).toBeCloseTo(0.014 + 0.0001 + 0.001, 10);
  const busy = { rows: 32, ranks: 2, bytes: 1e6, slower: 1.5 };
  expect(stepOnMachine(cost, link, busy)).toBeCloseTo(0.021 + 0.0001 + 0.001, 10);
});

it('counts messages and bytes of hosts, and ends where twice as many gain little', () => {
  const cost = { fixed: 0.01, row: 0.02 };
  const network = { latency: 30e-6, bandwidth: 1.25e9 };
  const step = (hosts: number): number => stepOnHosts(cost, network, { rows: 64, hosts, bytes: 18e6 }).seconds;
  expect(stepOnHosts(cost, network, { rows: 64, hosts: 1, bytes: 18e6 }).sumSeconds).toBe(0);
  expect(step(8)).toBeCloseTo(0.01 + 8 * 0.02 + 14 * 30e-6 + (2 * 18e6 * 7) / 8 / 1.25e9, 10);
  const early = [
    { bytes: 8e6, ahead: 0.1 },
    { bytes: 4e6, ahead: 0.002 },
  ];
  // The first is over when the second begins, which goes on after the end; the rest follows it.
  const sumOf = (bytes: number): number => 14 * 30e-6 + (2 * bytes * 7) / 8 / 1.25e9;
  const waited = sumOf(4e6) - 0.002 + sumOf(6e6);
  expect(stepOnHosts(cost, network, { rows: 64, hosts: 8, bytes: 18e6, early }).sumSeconds).toBeCloseTo(waited, 10);
  const most = paysUpTo(step);
  expect(step(most / 2) / step(most)).toBeGreaterThanOrEqual(Math.SQRT2);
  expect(step(most) / step(2 * most)).toBeLessThan(Math.SQRT2);
});

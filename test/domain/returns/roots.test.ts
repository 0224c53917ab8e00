import { describe, expect, it } from 'vitest';
import { brent, lowestPoint } from '../../../domain/returns/roots.ts';

describe("Brent's method", () => {
  it.each([
    ['a line', (x: number) => 3 * x - 1, 0, 5, 1 / 3],
    ['a parabola', (x: number) => x * x - 2, 0, 2, Math.SQRT2],
    ['a falling exponential', (x: number) => Math.exp(-x) - 0.5, 0, 40, Math.LN2],
    ['a zero at an end', (x: number) => x, 0, 1, 0],
    ['a step', (x: number) => (x < 0.7 ? -1 : 1), 0, 1, 0.7],
    ['a flat cubic', (x: number) => (x - 1) ** 3, -4, 9, 1],
  ])('finds the zero of %s', (_name, f, low, high, expected) => {
    expect(brent(f, low, high)).toBeCloseTo(expected, _name === 'a flat cubic' ? 4 : 13);
  });
});

describe('the lowest point', () => {
  it('is found', () => {
    expect(lowestPoint((x) => (x - 0.3) ** 2 + 1, 0, 1)).toBeCloseTo(0.3, 6);
  });

  it('is any point below zero as soon as one is met', () => {
    const f = (x: number) => (x - 0.3) ** 2 - 0.01;
    expect(f(lowestPoint(f, 0, 1))).toBeLessThan(0);
  });
});

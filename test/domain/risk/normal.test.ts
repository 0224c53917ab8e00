import { describe, expect, it } from 'vitest';
import { normalDensity, normalQuantile } from '../../../domain/risk/normal.ts';

/** The probability between 0 and z, by Simpson's rule on the definition of the density. */
function areaUpTo(z: number): number {
  const steps = 2_000;
  const width = z / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * (Math.exp(-((i * width) ** 2) / 2) / Math.sqrt(2 * Math.PI));
  }
  return (sum * width) / 3;
}

describe('quantiles of the normal distribution', () => {
  // As tables give them, to 16 digits.
  it.each([
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.99, 2.3263478740408408],
    [0.999, 3.090232306167813],
    [0.05, -1.6448536269514722],
    [0.001, -3.090232306167813],
    [1e-6, -4.753424308822899],
    [1e-10, -6.361340902404056],
  ])('%s', (probability, z) => {
    expect(Math.abs(normalQuantile(probability) - z)).toBeLessThan(2e-15 * Math.max(1, Math.abs(z)));
  });

  it('enclose the probability that integration finds', () => {
    for (let probability = 0.501; probability < 0.9995; probability += 0.0083)
      expect(Math.abs(areaUpTo(normalQuantile(probability)) - (probability - 0.5))).toBeLessThan(1e-12);
  });

  it('are refused for what is no probability or too close to the ends', () => {
    for (const probability of [0, 1, -0.1, 1.1, NaN, 1e-12])
      expect(() => normalQuantile(probability)).toThrow(RangeError);
  });

  it('have the density of the bell at them', () => {
    expect(normalDensity(0)).toBeCloseTo(0.3989422804014327, 15);
    expect(normalDensity(1.6448536269514722)).toBeCloseTo(0.10313564037537139, 15);
  });
});

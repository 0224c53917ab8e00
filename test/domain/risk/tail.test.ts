import { describe, expect, it } from 'vitest';
import { moments } from '../../../domain/risk/moments.ts';
import {
  cornishFisherTail,
  historicalTail,
  isMonotone,
  overHorizon,
  parametricTail,
  returnsForTail,
  sumOf,
} from '../../../domain/risk/tail.ts';

describe('from the returns as they were', () => {
  const ascending = Float64Array.from({ length: 21 }, (_, i) => (i - 10) / 100);

  it('takes the ordered return that the place falls on: (21 − 1) · 5 % = 1', () => {
    // −10, −9, … 10 %: the second lowest, and the mean of the two.
    const tail = historicalTail(ascending, 0.95);
    expect(tail.valueAtRisk).toBeCloseTo(0.09, 15);
    expect(tail.expectedShortfall).toBeCloseTo(0.095, 15);
  });

  it('takes the straight line between two: (21 − 1) · 1 % = 0.2', () => {
    const tail = historicalTail(ascending, 0.99);
    expect(tail.valueAtRisk).toBeCloseTo(0.098, 15);
    expect(tail.expectedShortfall).toBeCloseTo(0.1, 15);
  });

  it('a place is not missed for what is lost of 1 − 0.9 in binary: (11 − 1) · 10 % = 1', () => {
    const eleven = Float64Array.from({ length: 11 }, (_, i) => i);
    expect(historicalTail(eleven, 0.9).valueAtRisk).toBe(-1);
    expect(historicalTail(eleven, 0.9).expectedShortfall).toBe(-0.5);
  });

  it('needs as many returns as leave one in the tail', () => {
    expect([0.9, 0.95, 0.99, 0.999].map(returnsForTail)).toEqual([10, 20, 100, 1000]);
  });
});

describe('of several returns in a row', () => {
  it('compounds every run of them', () => {
    // 1.1 · 0.9 and 0.9 · 1.2
    const runs = [...overHorizon(Float64Array.from([0.1, -0.1, 0.2]), 2)];
    expect(runs).toHaveLength(2);
    expect(runs[0]).toBeCloseTo(-0.01, 15);
    expect(runs[1]).toBeCloseTo(0.08, 15);
    expect(overHorizon(Float64Array.from([0.1]), 2)).toHaveLength(0);
  });

  it('adds up what does not depend on each other: four of mean 1 % and deviation 2 %', () => {
    const one = { count: 9, mean: 0.01, deviation: 0.02, skewness: -0.8, excessKurtosis: 2 };
    expect(sumOf(one, 4)).toEqual({
      count: 9,
      mean: 0.04,
      deviation: 0.04,
      skewness: -0.4,
      excessKurtosis: 0.5,
    });
    expect(sumOf(one, 1)).toEqual(one);
  });
});

describe('of a normal distribution', () => {
  it('mean 1 %, deviation 2 %', () => {
    const sample = { count: 9, mean: 0.01, deviation: 0.02, skewness: 0, excessKurtosis: 0 };
    const tail = parametricTail(sample, 0.95);
    expect(tail.valueAtRisk).toBeCloseTo(0.02 * 1.6448536269514722 - 0.01, 15);
    // The density at that point over 5 %: 0.10313564037537139 / 0.05.
    expect(tail.expectedShortfall).toBeCloseTo(0.02 * 2.062712807507427 - 0.01, 15);
  });
});

describe('Cornish-Fisher', () => {
  const sample = { count: 9, mean: 0.001, deviation: 0.01, skewness: -0.4, excessKurtosis: 1.2 };

  it('bends the quantile, by the expansion of 1938 written out', () => {
    const z = -1.6448536269514722;
    const bent =
      z + ((z * z - 1) * -0.4) / 6 + ((z * z * z - 3 * z) * 1.2) / 24 - ((2 * z * z * z - 5 * z) * 0.16) / 36;
    expect(cornishFisherTail(sample, 0.95)?.valueAtRisk).toBeCloseTo(-(0.001 + 0.01 * bent), 15);
  });

  it('has the expected shortfall that the mean of its quantiles over the tail gives', () => {
    // The quantile at e^u, integrated over u by Simpson's rule: p = e^u, dp = p du.
    const at = (confidence: number) => cornishFisherTail(sample, confidence)!.valueAtRisk;
    const [low, high, steps] = [Math.log(1e-9), Math.log(0.05), 4_000];
    const width = (high - low) / steps;
    let sum = 0;
    for (let i = 0; i <= steps; i++) {
      const probability = Math.exp(low + i * width);
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
      sum += weight * at(1 - probability) * probability;
    }
    const integral = (sum * width) / 3 / 0.05;
    expect(cornishFisherTail(sample, 0.95)?.expectedShortfall).toBeCloseTo(integral, 6);
  });

  it('is the normal one without skewness and excess kurtosis', () => {
    const normal = { ...sample, skewness: 0, excessKurtosis: 0 };
    const [bent, plain] = [cornishFisherTail(normal, 0.99), parametricTail(normal, 0.99)];
    expect(bent?.valueAtRisk).toBeCloseTo(plain.valueAtRisk, 15);
    expect(bent?.expectedShortfall).toBeCloseTo(plain.expectedShortfall, 15);
  });

  it('holds only where it rises everywhere, as a search finds', () => {
    const rises = (s: number, k: number) => {
      const value = (z: number) =>
        z + ((z ** 2 - 1) * s) / 6 + ((z ** 3 - 3 * z) * k) / 24 - ((2 * z ** 3 - 5 * z) * s ** 2) / 36;
      for (let z = -60; z < 60; z += 0.01) if (value(z + 0.01) < value(z)) return false;
      return true;
    };
    for (const [s, k] of [
      [0, 0],
      [0, 4],
      [-0.5, 1.5],
      [0.9, 2],
      [0, -0.5],
      [0, 8.5],
      [2.6, 3],
      [-1, 0.5],
    ] as const)
      expect(isMonotone(s, k), `${s}, ${k}`).toBe(rises(s, k));
  });

  it('has nothing to say where it does not, or without variation', () => {
    expect(cornishFisherTail({ ...sample, excessKurtosis: -1 }, 0.95)).toBeNull();
    expect(cornishFisherTail(moments([0.01, 0.01, 0.01]), 0.95)).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covariance, downsideDeviation, mean, moments } from '../../../domain/risk/moments.ts';

const someReturns = fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), {
  minLength: 5,
  maxLength: 60,
});
const near = (a: number, b: number, scale = 1) => Math.abs(a - b) <= 1e-12 * Math.max(scale, Math.abs(b));

describe('by hand', () => {
  // Mean 3; apart −2, −1, 1, 2 squared 4, 1, 1, 4; of the fourth power 16, 1, 1, 16.
  const sample = moments([1, 2, 4, 5]);

  it('mean and sample deviation: √(10/3)', () => {
    expect(sample.mean).toBe(3);
    expect(sample.deviation).toBe(Math.sqrt(10 / 3));
  });

  it('skewness of what is symmetric, and kurtosis: (34/4) / (10/4)² − 3 = −1.64', () => {
    expect(sample.skewness).toBe(0);
    expect(sample.excessKurtosis).toBeCloseTo(-1.64, 14);
  });

  it('skewness of 1, 1, 4: (6/3) / (6/3)^1.5 = 1/√2', () => {
    // Mean 2; apart −1, −1, 2: squares 6, cubes 6.
    expect(moments([1, 1, 4]).skewness).toBeCloseTo(Math.SQRT1_2, 14);
  });

  it('downside deviation over all four: √((4 + 1)/4)', () => {
    expect(downsideDeviation([-2, 3, -1, 0])).toBe(Math.sqrt(5 / 4));
  });

  it('covariance: (−1·−2 + 0·1 + 1·1) / 2', () => {
    expect(covariance([1, 2, 3], [0, 3, 3])).toBe(1.5);
  });
});

describe('without variation', () => {
  it('nothing is left of what rounding makes', () => {
    const flat = moments(Array.from({ length: 1000 }, (_, i) => 1.0001 ** (i + 1) / 1.0001 ** i - 1));
    expect(flat.deviation).toBe(0);
    expect(flat.skewness).toBeNull();
    expect(flat.excessKurtosis).toBeNull();
  });
});

describe('properties', () => {
  it('a constant added moves the mean alone, a factor scales mean and deviation', () => {
    fc.assert(
      fc.property(someReturns, fc.constantFrom(0.5, 2, -3), (values, factor) => {
        const plain = moments(values);
        const moved = moments(values.map((value) => 5 + factor * value));
        return (
          near(moved.mean, 5 + factor * plain.mean) &&
          Math.abs(moved.deviation - Math.abs(factor) * plain.deviation) < 1e-12
        );
      }),
    );
  });

  it('deviation is the mean of all squared differences of pairs, without any mean', () => {
    fc.assert(
      fc.property(someReturns, (values) => {
        const n = values.length;
        let pairs = 0;
        for (const a of values) for (const b of values) pairs += (a - b) ** 2;
        return near(moments(values).deviation, Math.sqrt(pairs / (2 * n * (n - 1))));
      }),
    );
  });

  it('covariance from the variances of sum and difference: (var(a + b) − var(a − b)) / 4', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
          { minLength: 2, maxLength: 40 },
        ),
        (pairs) => {
          const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
          const sum = moments(pairs.map(([x, y]) => x + y)).deviation ** 2;
          const difference = moments(pairs.map(([x, y]) => x - y)).deviation ** 2;
          return near(covariance(a, b), (sum - difference) / 4);
        },
      ),
    );
  });

  it('a large mean takes no digits from the deviation', () => {
    const values = [1e9 + 1, 1e9 + 2, 1e9 + 4, 1e9 + 5];
    expect(mean(values)).toBe(1e9 + 3);
    expect(moments(values).deviation).toBeCloseTo(Math.sqrt(10 / 3), 12);
  });
});

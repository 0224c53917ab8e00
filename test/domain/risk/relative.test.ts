import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { relativeRisk } from '../../../domain/risk/relative.ts';

const list = (...values: number[]) => Float64Array.from(values);
const codes = (reasons: readonly { figure: string; code: string }[]) =>
  reasons.map(({ figure, code }) => `${figure}: ${code}`);

describe('by hand', () => {
  // Around their means: −2, 0, 0, 2 and −1, 0, 0, 1 (in %).
  const found = relativeRisk(list(-0.01, 0.01, 0.01, 0.03), list(0, 0.01, 0.01, 0.02), undefined, 12);

  it('slope 4/2, intercept 1 % − 2 · 1 %, on one line', () => {
    expect(found.figures.beta).toBeCloseTo(2, 12);
    expect(found.figures.alpha).toBeCloseTo(-0.01 * 12, 12);
    expect(found.figures.correlation).toBeCloseTo(1, 12);
    expect(found.figures.r_squared).toBeCloseTo(1, 12);
  });

  it('what is active: −1, 0, 0 and 1 %', () => {
    expect(found.figures.active_return).toBeCloseTo(0, 15);
    expect(found.figures.tracking_error).toBeCloseTo(Math.sqrt((0.0002 / 3) * 12), 12);
    expect(found.figures.hit_rate).toBe(0.25);
  });

  it('a riskless rate shifts alpha alone: 1 % − r − 2 · (1 % − r)', () => {
    const rate = 0.004;
    const { figures } = relativeRisk(
      list(-0.01, 0.01, 0.01, 0.03),
      list(0, 0.01, 0.01, 0.02),
      list(rate, rate, rate, rate),
      12,
    );
    expect(figures.alpha).toBeCloseTo((rate - 0.01) * 12, 12);
    expect(figures.beta).toBeCloseTo(2, 12);
    expect(figures.tracking_error).toBe(found.figures.tracking_error);
  });

  it('capture is a quotient of geometric means', () => {
    const { figures } = relativeRisk(
      list(0.1, -0.1, 0.21, 0),
      list(0.05, -0.05, 0.05, -0.05),
      undefined,
      252,
    );
    expect(figures.up_capture).toBeCloseTo((Math.sqrt(1.1 * 1.21) - 1) / 0.05, 12);
    expect(figures.down_capture).toBeCloseTo((Math.sqrt(0.9) - 1) / -0.05, 12);
  });
});

describe('what cannot be said', () => {
  it('beside an index that does not move', () => {
    const { figures, reasons } = relativeRisk(list(0.01, 0.02), list(0, 0), undefined, 252);
    expect(figures).toMatchObject({ beta: null, alpha: null, correlation: null, up_capture: null });
    expect(codes(reasons)).toEqual([
      'relative.beta: no_variation',
      'relative.alpha: no_variation',
      'relative.correlation: no_variation',
      'relative.r_squared: no_variation',
      'relative.up_capture: no_rising_returns',
      'relative.down_capture: no_falling_returns',
    ]);
  });

  it('of the index itself: no active return to divide', () => {
    const { figures, reasons } = relativeRisk(
      list(0.01, -0.02, 0.03),
      list(0.01, -0.02, 0.03),
      undefined,
      252,
    );
    expect(figures).toMatchObject({ tracking_error: 0, information_ratio: null, beta: 1, hit_rate: 0 });
    expect(codes(reasons)).toContain('relative.information_ratio: no_variation');
  });

  it('the last digits of a float are neither above nor below', () => {
    // 0.1 + 0.2 is not quite 0.3 in binary: a tie all the same, and so is what is left of 0.
    const own = list(0.1 + 0.2, 0.01, -0.02, 0.05);
    const index = list(0.3, 4e-17, -0.02 - 4e-18, -4e-17);
    const { figures } = relativeRisk(own, index, undefined, 252);
    expect(figures.hit_rate).toBe(0.5);
    // Only the first rose, only the third fell.
    expect(figures.up_capture).toBeCloseTo(1, 12);
    expect(figures.down_capture).toBeCloseTo(1, 12);
  });

  it('without a riskless rate on some day', () => {
    const { figures, reasons } = relativeRisk(list(0.01, 0.02), list(0, 0.01), day('2024-03-01'), 252);
    expect(figures.beta).toBeNull();
    expect(figures.tracking_error).not.toBeNull();
    expect(reasons.find(({ figure }) => figure === 'relative.beta')).toMatchObject({
      code: 'unknown_risk_free_rate',
      day: day('2024-03-01'),
    });
  });
});

describe('properties', () => {
  const pairs = fc.array(
    fc.tuple(
      fc.integer({ min: -900, max: 900 }).map((n) => n / 10_000),
      fc.integer({ min: -900, max: 900 }).map((n) => n / 10_000),
    ),
    { minLength: 5, maxLength: 50 },
  );

  it('beta is the slope of least squares: nothing fits better', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const { figures } = relativeRisk(
          list(...given.map(([a]) => a)),
          list(...given.map(([, b]) => b)),
          undefined,
          252,
        );
        if (figures.beta === null || figures.alpha === null) return;
        const [slope, level] = [figures.beta, figures.alpha / 252];
        const error = (m: number, c: number) => given.reduce((sum, [a, b]) => sum + (a - c - m * b) ** 2, 0);
        for (const [m, c] of [
          [1e-4, 0],
          [-1e-4, 0],
          [0, 1e-4],
          [0, -1e-4],
        ] as const)
          expect(error(slope, level)).toBeLessThanOrEqual(error(slope + m, level + c));
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { runningWeights, weightIn } from '../../../domain/contribution/weights.ts';
import { decimal, format } from '../../../domain/decimal.ts';

describe('the weight of a part', () => {
  it('is its fraction of the whole, and nothing without a value', () => {
    expect(format(weightIn(decimal('30'), decimal('120'))!)).toBe('0.25');
    expect(format(weightIn(undefined, decimal('120'))!)).toBe('0');
  });

  it('is none of a whole that is not above zero', () => {
    expect(weightIn(decimal('30'), decimal('0'))).toBeNull();
    expect(weightIn(decimal('30'), decimal('-1'))).toBeNull();
  });

  it('is averaged over the days that have one', () => {
    const weights = runningWeights([null, decimal('0.2'), decimal('0.4'), null]);
    expect(format(weights.mean(0, 3)!)).toBe('0.3');
    expect(format(weights.mean(2, 2)!)).toBe('0.4');
    expect([weights.mean(3, 3), weights.mean(1, 0)]).toEqual([null, null]);
  });
});

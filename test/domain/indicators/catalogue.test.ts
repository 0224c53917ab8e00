import { describe, expect, it } from 'vitest';
import {
  checkIndicatorParams,
  createIndicator,
  INDICATORS,
  isIndicatorType,
  settlingBars,
  warmUp,
} from '../../../domain/indicators/catalogue.ts';

describe('the catalogue of indicators', () => {
  it('knows what it lists, and nothing else', () => {
    for (const { type } of INDICATORS) expect(isIndicatorType(type)).toBe(true);
    expect(isIndicatorType('toString')).toBe(false);
    expect(isIndicatorType('RSI')).toBe(false);
  });

  it('fills in what is not said', () => {
    expect(checkIndicatorParams('macd', { fast: 5 })).toEqual({
      ok: true,
      params: { fast: 5, slow: 26, signal: 9 },
    });
  });

  it.each([
    ['rsi', { period: 0 }, 'period'],
    ['rsi', { period: 2.5 }, 'period'],
    ['rsi', { period: 501 }, 'period'],
    ['rsi', { period: NaN }, 'period'],
    ['rsi', { multiplier: 2 }, 'multiplier'],
    ['bollinger', { multiplier: Infinity }, 'multiplier'],
    ['stddev', { period: 1 }, 'period'],
  ] as const)('refuses %s with %o', (type, params, name) => {
    expect(checkIndicatorParams(type, params)).toMatchObject({ ok: false, name });
    expect(() => createIndicator(type, params)).toThrow(RangeError);
  });

  it('says how many bars an indicator needs, and how many until the first ones do not matter', () => {
    expect(warmUp('sma', { period: 20 })).toBe(20);
    expect(warmUp('rsi')).toBe(15);
    expect(warmUp('macd')).toBe(34);
    expect(settlingBars('sma')).toBe(warmUp('sma'));
    expect(settlingBars('rsi')).toBe(15 + 280);
  });
});

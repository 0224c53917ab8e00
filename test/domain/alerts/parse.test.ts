import { describe, expect, it } from 'vitest';
import type { AlertInterval } from '../../../domain/alerts/condition.ts';
import { MAX_CONDITION_LENGTH, parseCondition } from '../../../domain/alerts/parse.ts';

function parsed(text: string, interval: AlertInterval = '1day') {
  const result = parseCondition(text, interval);
  if (!result.ok) throw new Error(result.error.message);
  return result.condition;
}

function refusal(text: string, interval: AlertInterval = '1day') {
  const result = parseCondition(text, interval);
  if (result.ok) throw new Error(`taken: ${text}`);
  return result.error;
}

describe('a condition', () => {
  it('compares a price with a number', () => {
    expect(parsed('price > 200', 'tick')).toEqual({
      left: { kind: 'price' },
      operator: '>',
      right: { kind: 'number', value: 200 },
    });
  });

  it.each([
    ['close crosses_below sma(50)', 'close', 'crosses_below'],
    ['volume>=1000000', 'volume', '>='],
    ['  HIGH   Crosses_Above  ema( 12 )', 'high', 'crosses_above'],
    ['low <= -0.5', 'low', '<='],
  ])('%s', (text, field, operator) => {
    expect(parsed(text)).toMatchObject({ left: { kind: 'bar', field }, operator });
  });

  it('has indicators with parameters by place, by name and by default', () => {
    const of = (text: string) => parsed(text).left;
    const macd = { fast: 12, slow: 26, signal: 9 };
    expect(of('macd().histogram crosses_above 0')).toEqual({
      kind: 'indicator',
      type: 'macd',
      params: macd,
      output: 'histogram',
    });
    expect(of('macd(5, 35).signal > 0')).toMatchObject({ params: { ...macd, fast: 5, slow: 35 } });
    expect(of('macd(signal = 5).macd > 0')).toMatchObject({ params: { ...macd, signal: 5 } });
    expect(of('rsi(14) > 70')).toMatchObject({ params: { period: 14 }, output: 'value' });
    expect(of('bollinger(20, 2.5).percent_b < 0')).toMatchObject({ params: { period: 20, multiplier: 2.5 } });
  });

  it('may have indicators on both sides', () => {
    expect(parsed('sma(20) crosses_above sma(50)').right).toMatchObject({
      type: 'sma',
      params: { period: 50 },
    });
  });

  it.each([
    ['', 0, 'operand'],
    ['close', 5, 'operator'],
    ['close > ', 8, 'operand'],
    ['close ! 3', 6, 'character'],
    ['close > 1e5', 8, 'character'],
    ['close > 3 and low < 2', 10, 'end'],
    ['close above 3', 6, 'operator'],
    ['shares > 3', 0, 'operand'],
    ['price > 3', 0, 'interval'],
    ['1 < 2', 0, 'constant'],
    ['foo(3) > 1', 0, 'indicator'],
    ['close > constructor(3)', 8, 'indicator'],
    ['rsi(14 > 70', 7, 'parenthesis'],
    ['rsi(0) > 70', 4, 'parameter'],
    ['rsi(2.5) > 70', 4, 'parameter'],
    ['rsi(100000) > 70', 4, 'parameter'],
    ['rsi(14, 3) > 70', 8, 'parameter'],
    ['rsi(span = 3) > 70', 11, 'parameter'],
    ['rsi(14, period = 3) > 70', 17, 'parameter'],
    ['rsi(high) > 70', 4, 'argument'],
    ['rsi(rsi(3)) > 70', 4, 'argument'],
    ['macd() > 0', 0, 'output'],
    ['macd().line > 0', 7, 'output'],
    ['macd(). > 0', 8, 'output'],
  ])('%j is refused at %i: %s', (text, position, rule) => {
    expect(refusal(text)).toMatchObject({ position, rule, message: expect.any(String) as string });
  });

  it.each(['close > 3', 'rsi() > 70', 'price > volume'])('of ticks is not %s', (text) => {
    expect(refusal(text, 'tick').rule).toBe('interval');
  });

  it('is no longer than it may be', () => {
    const text = `close > 1${' '.repeat(MAX_CONDITION_LENGTH)}`;
    expect(refusal(text)).toMatchObject({ rule: 'length', position: MAX_CONDITION_LENGTH });
    expect(refusal('('.repeat(MAX_CONDITION_LENGTH)).rule).toBe('operand');
  });
});

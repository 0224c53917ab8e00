import { describe, expect, it } from 'vitest';
import { readTick } from '../../../projections/market/tick-rules.ts';

const NOW = Date.UTC(2025, 7, 22, 9, 30);
const GOOD = { ric: 'AAPL.O', price: 187.32, timestamp: NOW, volume: 300, bid: 187.31, ask: 187.33 };
const rules = (value: unknown) => {
  const read = readTick(value, NOW);
  return read.ok ? [] : read.faults.map(({ field, rule }) => `${field} ${rule}`);
};

describe('a tick', () => {
  it('is read with its symbol, exchange and exact amounts', () => {
    expect(readTick(GOOD, NOW)).toEqual({
      ok: true,
      tick: {
        symbol: 'AAPL',
        exchange: 'XNAS',
        price: 18_732_000_000n,
        timestamp: NOW,
        volume: 30_000_000_000n,
        bid: 18_731_000_000n,
        ask: 18_733_000_000n,
      },
    });
  });

  it('may do without volume and quote, tell its symbol as such, and its amounts as text', () => {
    expect(readTick({ symbol: 'brk.b', price: '470.123456789', timestamp: 1, volume: null }, NOW)).toEqual({
      ok: true,
      tick: {
        symbol: 'BRK.B',
        exchange: undefined,
        price: 47_012_345_679n,
        timestamp: 1,
        volume: undefined,
        bid: undefined,
        ask: undefined,
      },
    });
  });

  it('may tell more, and the same twice', () => {
    expect(
      rules(JSON.parse('{"ric":"X","ric":"AAPL","price":1,"price":2,"timestamp":3,"venue":{}}')),
    ).toEqual([]);
  });

  it.each([
    ['an array', [GOOD], [' type']],
    ['null', null, [' type']],
    ['a number', 3, [' type']],
    ['nothing told', {}, ['ric required', 'price required', 'timestamp required']],
    ['a symbol that is none', { ...GOOD, ric: 'A B' }, ['ric symbol']],
    ['a symbol that is no text', { price: 1, timestamp: 1, symbol: 7 }, ['symbol type']],
    ['an infinite price', JSON.parse('{"ric":"A","price":1e400,"timestamp":1}'), ['price finite']],
    ['no price', { ...GOOD, price: 0 }, ['price positive']],
    ['a negative price', { ...GOOD, price: -1 }, ['price positive']],
    ['a price that rounds to nothing', { ...GOOD, price: 1e-9 }, ['price positive']],
    ['too large a price', { ...GOOD, price: 1e12 }, ['price range']],
    ['a price in words', { ...GOOD, price: '1e3' }, ['price decimal']],
    ['a price that is true', { ...GOOD, price: true }, ['price type']],
    ['a fractional time', { ...GOOD, timestamp: 1.5 }, ['timestamp integer']],
    ['a time in words', { ...GOOD, timestamp: '1' }, ['timestamp integer']],
    ['a time before 1970', { ...GOOD, timestamp: -1 }, ['timestamp not_negative']],
    ['a time to come', { ...GOOD, timestamp: NOW + 60_001 }, ['timestamp future']],
    ['a negative volume', { ...GOOD, volume: -0.5 }, ['volume not_negative']],
    ['a bid above the ask', { ...GOOD, bid: 2, ask: 1 }, ['bid crossed']],
    ['a negative bid', { ...GOOD, bid: -1 }, ['bid not_negative']],
    ['several faults', { ...GOOD, price: 'x', ask: [] }, ['price decimal', 'ask type']],
  ])('is not %s', (_, value, expected) => {
    expect(rules(value)).toEqual(expected);
  });

  it('may be a minute ahead, and bid and ask be equal', () => {
    expect(rules({ ...GOOD, timestamp: NOW + 60_000, bid: 1, ask: 1 })).toEqual([]);
  });
});

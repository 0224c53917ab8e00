import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { jsonPath } from '../../../infra/providers/json-path.ts';
import { addressOf, messagesOf } from '../../../infra/providers/template.ts';
import { barTime, decimalText, timeMs } from '../../../infra/providers/values.ts';

describe('figures', () => {
  it.each([
    [1.5, '1.5'],
    [1e21, '1000000000000000000000'],
    [1.25e-7, '0.000000125'],
    ['-2.50E+1', '-25.0'],
    ['1.234e2', '123.4'],
    [' 7 ', '7'],
  ])('%j is %s', (value, text) => {
    expect(decimalText(value)).toBe(text);
  });

  it.each([NaN, Infinity, null, undefined, true, '', '1,5', '0x1', '1e', {}])('%j is none', (value) => {
    expect(decimalText(value)).toBeUndefined();
  });

  it('stay the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(decimalText(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});

describe('times', () => {
  const MS = Date.parse('2025-08-15T14:30:00.123Z');

  it('are told apart by their size, or read as said', () => {
    expect(timeMs(1755268200.123)).toBe(MS);
    expect(timeMs(MS)).toBe(MS);
    expect(timeMs(String(MS))).toBe(MS);
    expect(timeMs(MS * 1_000)).toBe(MS);
    expect(timeMs(86_400, 'ms')).toBe(86_400);
    expect(timeMs('2025-08-15T16:30:00.123+02:00')).toBe(MS);
    expect(timeMs('2025-08-15 14:30:00.123')).toBe(MS);
    expect(timeMs('yesterday')).toBeUndefined();
    expect(timeMs(NaN)).toBeUndefined();
  });

  it('of bars are dates or moments', () => {
    expect(barTime('2025-08-15')).toEqual({ day: day('2025-08-15') });
    expect(barTime(MS)).toEqual({ at: MS });
    expect(barTime('2025-02-30')).toBeUndefined();
  });
});

describe('paths', () => {
  const document = { chart: { result: [{ t: [1, 2], q: [[3], [4]] }] }, 'a b': 5, empty: null };

  it.each<[string, unknown[]]>([
    ['', [document]],
    ['$', [document]],
    ['chart.result[0].t[*]', [1, 2]],
    ['$.chart.result[*].t', [[1, 2]]],
    ['chart.result[0].q[*][0]', [3, 4]],
    ['a b', [5]],
    ['empty', [null]],
    ['chart.nothing.more', []],
    ['empty.more[*]', []],
    ['constructor', []],
  ])('%s', (path, found) => {
    expect(jsonPath(path)(document)).toEqual(found);
  });

  it.each(['a[', 'a[x]', 'a..b[', ']', 'a['])('refuses %s', (path) => {
    expect(() => jsonPath(path)).toThrow('is not a path');
  });
});

describe('templates', () => {
  const from = Date.parse('2025-08-15T00:00:00Z');

  it('write times in any form, and escape what they are given', () => {
    const places = { texts: { symbol: 'BRK.B&x' }, times: { from }, form: 's' as const };
    expect(addressOf('/{symbol}?a={from}&b={from:ms}&c={from:iso}&d={from:date}', places)).toBe(
      '/BRK.B%26x?a=1755216000&b=1755216000000&c=2025-08-15T00%3A00%3A00.000Z&d=2025-08-15',
    );
    expect(() => addressOf('/{until}', places)).toThrow('unknown place {until}');
  });

  it('are a message for each symbol, or one for all', () => {
    expect(messagesOf({ op: 'sub', s: '{symbol}' }, ['A', 'B'])).toEqual([
      ...['{"op":"sub","s":"A"}', '{"op":"sub","s":"B"}'],
    ]);
    expect(messagesOf({ op: 'sub', s: '{symbols}' }, ['A', 'B'])).toEqual(['{"op":"sub","s":["A","B"]}']);
    expect(messagesOf('SUB {symbols}', ['A', 'B'])).toEqual(['SUB A,B']);
    expect(messagesOf({ op: 'ping' }, ['A', 'B'])).toEqual(['{"op":"ping"}']);
  });
});

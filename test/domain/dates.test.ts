import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addMonths,
  day,
  dayOfInstant,
  dayOfMonth,
  isoDate,
  isTimeZone,
  monthOf,
  startOfDay,
  tryDay,
  tryInstant,
  weekday,
  yearOf,
} from '../../domain/dates.ts';

describe('days', () => {
  it.each([
    '2024-02-30',
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '2024-01-00',
    '2024-1-1',
    '24-01-01',
    '',
    '0099-01-01',
  ])('%j is none', (text) => {
    expect(tryDay(text)).toBeUndefined();
    expect(() => day(text)).toThrow(RangeError);
  });

  it('count from 1970 and print back', () => {
    expect(day('1970-01-01')).toBe(0);
    expect(day('2024-02-29')).toBe(19_782);
    fc.assert(
      fc.property(fc.integer({ min: -200_000, max: 2_000_000 }), (value) => day(isoDate(value)) === value),
    );
  });

  it('know their weekday, month and year', () => {
    expect([weekday(0), weekday(day('2024-02-25')), weekday(-5)]).toEqual([4, 0, 6]);
    expect([yearOf(day('2024-12-31')), monthOf(day('2024-12-31'))]).toEqual([2024, 12]);
  });

  it('step by months to the same date or the end of the month', () => {
    const step = (from: string, months: number) => isoDate(addMonths(day(from), months));
    expect(step('2024-01-31', 1)).toBe('2024-02-29');
    expect(step('2024-03-31', -13)).toBe('2023-02-28');
    expect(step('2024-11-15', 3)).toBe('2025-02-15');
    expect(isoDate(dayOfMonth(2023, 14, 31))).toBe('2024-02-29');
  });
});

describe('instants', () => {
  it.each([
    ['2025-08-15T10:00:00Z', '2025-08-15T10:00:00.000000Z'],
    ['2025-08-15T10:00Z', '2025-08-15T10:00:00.000000Z'],
    ['2025-08-15T00:30:00.1234567+02:00', '2025-08-14T22:30:00.123456Z'],
    ['2025-12-31T23:00:00.5-0530', '2026-01-01T04:30:00.500000Z'],
  ])('%s is %s', (text, instant) => {
    expect(tryInstant(text)).toBe(instant);
  });

  it.each([
    '2025-08-15',
    '2025-08-15T10:00:00',
    '2025-02-30T10:00:00Z',
    '2025-01-01T24:00:00Z',
    '9999-12-31T23:00:00-02:00',
  ])('%s is none', (text) => {
    expect(tryInstant(text)).toBeUndefined();
  });

  it('fall on the day of the time zone', () => {
    expect(isoDate(dayOfInstant('2024-03-01T02:00:00.000000Z', 'America/New_York'))).toBe('2024-02-29');
    expect(isoDate(dayOfInstant('2024-03-01T20:00:00.000000Z', 'Asia/Tokyo'))).toBe('2024-03-02');
    expect([isTimeZone('Europe/Berlin'), isTimeZone('Mars/Olympus')]).toEqual([true, false]);
  });

  // Clocks change at midnight in the first three, both ways.
  it.each(['America/Sao_Paulo', 'America/Havana', 'Asia/Beirut', 'Europe/London', 'Pacific/Auckland', 'UTC'])(
    'a day begins where it begins in %s',
    (zone) => {
      for (let value = day('2017-01-01'); value < day('2020-01-01'); value++) {
        const start = startOfDay(value, zone);
        const before = tryInstant(new Date(Date.parse(start) - 1).toISOString())!;
        expect([dayOfInstant(before, zone), dayOfInstant(start, zone)]).toEqual([value - 1, value]);
      }
    },
  );
});

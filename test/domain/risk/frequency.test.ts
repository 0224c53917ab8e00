import { describe, expect, it } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import { bucketsWithin, type RiskFrequency } from '../../../domain/risk/frequency.ts';

const within = (from: string, to: string, frequency: RiskFrequency) =>
  bucketsWithin(day(from), day(to), frequency).map((bucket) => [isoDate(bucket.from), isoDate(bucket.to)]);

describe('business days', () => {
  it('a Monday carries the weekend before it', () => {
    // 2024-03-01 is a Friday.
    expect(within('2024-03-01', '2024-03-05', 'daily')).toEqual([
      ['2024-03-01', '2024-03-01'],
      ['2024-03-02', '2024-03-04'],
      ['2024-03-05', '2024-03-05'],
    ]);
  });

  it('make five returns a week, of whatever trades on all seven days', () => {
    expect(within('2024-03-04', '2024-03-31', 'daily')).toHaveLength(4 * 5);
  });

  it('a period that begins on a Monday or within a weekend has what it holds of it', () => {
    expect(within('2024-03-04', '2024-03-04', 'daily')).toEqual([['2024-03-04', '2024-03-04']]);
    expect(within('2024-03-03', '2024-03-04', 'daily')).toEqual([['2024-03-03', '2024-03-04']]);
  });

  it('a weekend that the period ends in is left out', () => {
    expect(within('2024-03-01', '2024-03-03', 'daily')).toEqual([['2024-03-01', '2024-03-01']]);
    expect(within('2024-03-02', '2024-03-03', 'daily')).toEqual([]);
  });
});

describe('weeks and months', () => {
  it('weeks end on Sundays, and partial ones are left out', () => {
    expect(within('2024-03-06', '2024-03-26', 'weekly')).toEqual([
      ['2024-03-11', '2024-03-17'],
      ['2024-03-18', '2024-03-24'],
    ]);
    expect(within('2024-03-04', '2024-03-10', 'weekly')).toEqual([['2024-03-04', '2024-03-10']]);
  });

  it('the week of New Year is whole', () => {
    expect(within('2024-12-30', '2025-01-05', 'weekly')).toEqual([['2024-12-30', '2025-01-05']]);
  });

  it('months are those of the calendar, and partial ones are left out', () => {
    expect(within('2024-01-02', '2024-04-29', 'monthly')).toEqual([
      ['2024-02-01', '2024-02-29'],
      ['2024-03-01', '2024-03-31'],
    ]);
    expect(within('2024-12-01', '2025-01-31', 'monthly')).toEqual([
      ['2024-12-01', '2024-12-31'],
      ['2025-01-01', '2025-01-31'],
    ]);
  });

  it('none fits into a few days', () => {
    expect(within('2024-03-05', '2024-03-09', 'weekly')).toEqual([]);
    expect(within('2024-03-05', '2024-03-30', 'monthly')).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { day } from '../../../domain/dates.ts';
import { linkDays } from '../../../domain/returns/link.ts';
import { dailyLevels, growthOver, hadCapital } from '../../../domain/risk/levels.ts';
import { aDay, days, withOptions } from '../returns/given-days.ts';
import { fromCloses } from './given-levels.ts';

const growth = (levels: ReturnType<typeof dailyLevels>, from: string, to: string) =>
  growthOver(levels, day(from), day(to));

describe('levels by calendar day', () => {
  it('give the growth between any two closes', () => {
    // 100 → 110 → 99 → 99 → 198
    const levels = fromCloses('2024-03-01', [100, 110, 99, 99, 198]);
    expect(growth(levels, '2024-03-01', '2024-03-04')).toBe(1.98);
    expect(growth(levels, '2024-03-02', '2024-03-02')).toBeCloseTo(0.9, 15);
    expect(growth(levels, '2024-03-03', '2024-03-03')).toBe(1);
  });

  it('days outside the series change nothing', () => {
    const levels = fromCloses('2024-03-01', [100, 110, 99]);
    expect(growth(levels, '2020-01-01', '2030-01-01')).toBe(0.99);
  });

  it('days without a row, when nothing was held, carry the level on and have no capital', () => {
    const rows = [
      aDay('2024-03-01', { bodFlow: '100', eod: '0', eodFlow: '-110' }),
      aDay('2024-03-06', { bodFlow: '50', eod: '60' }),
    ];
    const levels = dailyLevels(linkDays(rows, withOptions({})));
    // 110/100 · 60/50
    expect(growth(levels, '2024-03-01', '2024-03-06')).toBe(1.32);
    expect(growth(levels, '2024-03-02', '2024-03-05')).toBe(1);
    expect(hadCapital(levels, day('2024-03-02'), day('2024-03-05'))).toBe(false);
    expect(hadCapital(levels, day('2024-03-05'), day('2024-03-06'))).toBe(true);
  });

  it('a total loss leaves nothing, and a later stretch has its own growth', () => {
    const rows = days('2024-03-01', '100', [{ eod: '0' }, { bodFlow: '10', eod: '11' }]);
    const levels = dailyLevels(linkDays(rows, withOptions({})));
    expect(growth(levels, '2024-03-01', '2024-03-02')).toBe(0);
    expect(growth(levels, '2024-03-02', '2024-03-02')).toBe(1.1);
  });

  it('of no rows are one opening', () => {
    const levels = dailyLevels(linkDays([], withOptions({})));
    expect(growth(levels, '2024-03-01', '2024-03-02')).toBe(1);
    expect(hadCapital(levels, day('2024-03-01'), day('2024-03-02'))).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { pictureSeries } from '../../../api/pictures/series.ts';
import { day, isoDate } from '../../../domain/dates.ts';
import { aDay, days } from '../../domain/returns/given-days.ts';

const flat = (count: number, eod = '100') => Array.from({ length: count }, () => ({ eod }));

describe('the series of a picture', () => {
  test('are both values, and the difference of the returns since the first day shown', () => {
    const before = days('2024-03-01', '100', [{ eod: '100' }, { eod: '110' }, { eod: '121' }]);
    const after = days('2024-03-01', '100', [{ eod: '100' }, { eod: '111' }, { eod: '122.1' }]);
    const series = pictureSeries(before, after, day('2024-03-02'));
    expect(series?.before).toEqual([
      ['2024-03-01', 100],
      ['2024-03-02', 110],
      ['2024-03-03', 121],
    ]);
    expect(series?.after.at(-1)).toEqual(['2024-03-03', 122.1]);
    expect(series?.difference).toEqual([
      ['2024-03-01', 0],
      ['2024-03-02', 100],
      ['2024-03-03', 110],
    ]);
  });

  test('begin a while before the first day that changed', () => {
    const history = days('2024-01-01', '100', flat(200));
    const series = pictureSeries(history, history, day('2024-07-10'));
    expect(isoDate(series!.first)).toBe('2024-07-03');
    expect(series?.before).toHaveLength(series!.last - series!.first + 1);
    // A long time takes more of a run-up.
    expect(isoDate(pictureSeries(history, history, day('2024-04-10'))!.first)).toBe('2024-03-29');
    expect(isoDate(pictureSeries(history, history, undefined)!.first)).toBe('2024-01-01');
  });

  test('have gaps where days are missing, and no return from there on', () => {
    const before = days('2024-03-01', '100', flat(4));
    const after = before.filter((_, i) => i !== 1);
    const series = pictureSeries(before, after, day('2024-03-02'));
    expect(series?.after).toEqual([
      ['2024-03-01', 100],
      ['2024-03-02', null],
      ['2024-03-03', 100],
      ['2024-03-04', 100],
    ]);
    expect(series?.difference.map(([, value]) => value)).toEqual([0, null, null, null]);
  });

  test('say nothing of returns once one is undefined', () => {
    const before = days('2024-03-01', '100', flat(3));
    const after = [before[0]!, aDay('2024-03-02', { bod: '100', eod: '-5' }), before[2]!];
    expect(pictureSeries(before, after, day('2024-03-02'))?.difference.map(([, value]) => value)).toEqual([
      0,
      null,
      null,
    ]);
  });

  test('may be those of one side, or none', () => {
    const history = days('2024-03-01', '100', flat(2));
    expect(pictureSeries([], history, day('2024-03-01'))).toMatchObject({
      before: [],
      difference: [
        ['2024-03-01', null],
        ['2024-03-02', null],
      ],
    });
    expect(pictureSeries([], [], undefined)).toBeUndefined();
  });
});

import { expect, it } from 'vitest';
import { closesInNewestUnits } from '../../../domain/benchmarks/closes.ts';
import { day, isoDate } from '../../../domain/dates.ts';
import { decimal, format } from '../../../domain/decimal.ts';

function closes(
  values: Record<string, string>,
  ...splits: [date: string, ratio: string, adjusted: boolean][]
) {
  const series = closesInNewestUnits(
    new Map(Object.entries(values).map(([date, close]) => [day(date), close])),
    splits.map(([date, ratio, pricesAdjusted]) => ({
      day: day(date),
      ratio: decimal(ratio),
      pricesAdjusted,
    })),
  );
  return Object.fromEntries(series.points.map((point) => [isoDate(point.day), format(point.price)]));
}

it('leaves closes as they are without a split', () => {
  expect(closes({ '2014-06-09': '93.7', '2014-06-06': '645' })).toEqual({
    '2014-06-06': '645',
    '2014-06-09': '93.7',
  });
});

it('divides closes as quoted by every later split', () => {
  const quoted = { '2014-06-06': '651', '2014-06-09': '93.5', '2020-08-28': '500', '2020-08-31': '129' };
  expect(closes(quoted, ['2020-08-31', '4', false], ['2014-06-09', '7', false])).toEqual({
    // 651 / 28
    '2014-06-06': '23.25',
    // 93.5 / 4: the day of a split is in its new units
    '2014-06-09': '23.375',
    '2020-08-28': '125',
    '2020-08-31': '129',
  });
});

it('leaves closes alone that were divided already', () => {
  const mixed = { '2014-06-06': '93', '2014-06-09': '93.5', '2020-08-28': '500', '2020-08-31': '129' };
  expect(closes(mixed, ['2014-06-09', '7', true], ['2020-08-31', '4', false])).toEqual({
    '2014-06-06': '23.25',
    '2014-06-09': '23.375',
    '2020-08-28': '125',
    '2020-08-31': '129',
  });
});

it('drops a close that a ratio leaves nothing of', () => {
  const tiny = { '2025-01-01': '0.000000000000000001', '2025-01-03': '1' };
  expect(closes(tiny, ['2025-01-02', '1000', false])).toEqual({ '2025-01-03': '1' });
});

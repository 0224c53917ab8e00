import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSeries } from '../../../domain/books/series.ts';
import { text } from './given-books.ts';

it('answers every day asked in any order with the latest point at or before it', () => {
  const dated = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 999 }).map(String)),
  );
  fc.assert(
    fc.property(dated, fc.array(fc.integer({ min: -5, max: 70 })), (rows, asked) => {
      const series = createSeries(rows);
      const expected = (day: number) => {
        const known = rows.filter(([at]) => at <= day).map(([at]) => at);
        const latest = Math.max(...known);
        return known.length === 0 ? null : rows.filter(([at]) => at === latest).at(-1)![1];
      };
      for (const day of asked) expect(text(series.at(day)?.price)).toBe(expected(day));
    }),
  );
});

it('gives the same object for the same point', () => {
  const series = createSeries([[1, '10']]);
  expect(series.at(5)).toBe(series.at(1));
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, format, subtract, toNumber, ONE } from '../../../domain/decimal.ts';
import { day, isoDate } from '../../../domain/dates.ts';
import { linkReturns } from '../../../domain/returns/link.ts';
import { formatFraction } from '../../../domain/returns/model.ts';
import { performance } from '../../../domain/returns/performance.ts';
import { FREQUENCIES, resample } from '../../../domain/returns/resample.ts';
import { aDay, days, moved } from './given-days.ts';

describe('rows of a frequency', () => {
  // Wednesday 31 January to Monday 5 February 2024
  const rows = days('2024-01-31', '100', [
    { eod: '110', income: '1' },
    { bodFlow: '10', eod: '132', fees: '2' },
    { eodFlow: '-32', eod: '100' },
    {},
    { estimated: true },
    { eod: '90', taxes: '3', open: true },
  ]);

  const shown = (frequency: (typeof FREQUENCIES)[number]) =>
    resample(rows, frequency).map((row) => [
      isoDate(row.from),
      isoDate(row.to),
      ...[row.bodMarketValue, row.bodCashflow, row.eodCashflow, row.eodMarketValue].map(format),
      formatFraction(row.twr),
      formatFraction(row.index),
      row.quality,
    ]);

  it('carry the opening value, summed flows, the closing value and the linked return', () => {
    expect(shown('monthly')).toEqual([
      ['2024-01-31', '2024-01-31', '100', '0', '0', '110', '0.1', '1.1', 'final'],
      ['2024-02-01', '2024-02-05', '110', '10', '-32', '90', '-0.01', '1.089', 'estimated'],
    ]);
  });

  it('take weeks from Monday to Sunday', () => {
    expect(shown('weekly')).toEqual([
      ['2024-01-31', '2024-02-04', '100', '10', '-32', '100', '0.21', '1.21', 'estimated'],
      ['2024-02-05', '2024-02-05', '100', '0', '0', '90', '-0.1', '1.089', 'open_day'],
    ]);
  });

  it('sum income, fees and taxes', () => {
    const [year] = resample(rows, 'yearly');
    expect([year!.income, year!.fees, year!.taxes].map(format)).toEqual(['1', '2', '3']);
  });

  it('are the days themselves when daily', () => {
    expect(shown('daily').map((row) => row.slice(5))).toEqual([
      ['110', '0.1', '1.1', 'final'],
      ['132', '0.1', '1.21', 'final'],
      ['100', '0', '1.21', 'final'],
      ['100', '0', '1.21', 'final'],
      ['100', '0', '1.21', 'estimated'],
      ['90', '-0.1', '1.089', 'open_day'],
    ]);
  });

  it('of no days are none', () => {
    expect(resample([], 'monthly')).toEqual([]);
  });
});

describe('days that cannot be linked', () => {
  it('a missing day takes the return of its own bucket and the index from there on', () => {
    const rows = [
      aDay('2024-01-30', { bod: '100', eod: '110' }),
      aDay('2024-02-01', { bod: '120', eod: '132' }),
      aDay('2024-03-01', { bod: '132', eod: '132' }),
    ];
    const found = resample(rows, 'monthly');
    expect(found.map((row) => [formatFraction(row.twr), row.reason?.day && isoDate(row.reason.day)])).toEqual(
      [
        [null, '2024-01-31'],
        [null, '2024-02-02'],
        ['0', undefined],
      ],
    );
    expect(found.map((row) => formatFraction(row.index))).toEqual(['1.1', null, null]);
  });

  it('an undefined day likewise', () => {
    const found = resample(
      days('2024-01-31', '100', [{ eod: '110' }, { eod: '-1' }, { eod: '5' }]),
      'monthly',
    );
    expect(found.map((row) => [row.reason?.code, formatFraction(row.index)])).toEqual([
      [undefined, '1.1'],
      ['negative_closing_value', null],
    ]);
  });

  it('a bucket without capital has no return and leaves the index where it was', () => {
    const rows = days('2024-01-31', '100', [{ eodFlow: '-110', eod: '0' }, { eod: '0' }]);
    expect(
      resample(rows, 'monthly').map((row) => [formatFraction(row.twr), formatFraction(row.index)]),
    ).toEqual([
      ['0.1', '1.1'],
      [null, '1.1'],
    ]);
  });
});

describe('property', () => {
  it('the returns of any frequency link to those of the days, and agree with the periods', () => {
    const factor = fc.integer({ min: 9900, max: 10100 }).map((n) => ({ coefficient: BigInt(n), scale: 4 }));
    const inflow = fc.integer({ min: 0, max: 50000 }).map((n) => decimal(n));
    const moves = fc.array(fc.record({ factor, inflow }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(moves, fc.constantFrom(...FREQUENCIES), (given, frequency) => {
        const rows = moved('2023-12-20', decimal('1000'), given);
        const [first, last] = [rows[0]!.day, rows.at(-1)!.day];
        const buckets = resample(rows, frequency);
        const [total, ...each] = performance(
          rows,
          [{ from: first, to: last }, ...buckets].map(({ from, to }) => ({
            label: '',
            from,
            to,
            empty: false,
            notes: [],
          })),
        );
        expect(each.map((one) => one.twr && format(one.twr))).toEqual(
          buckets.map((row) => row.twr && format(row.twr)),
        );
        const linked = linkReturns(buckets.map((row) => row.twr!));
        expect(Math.abs(toNumber(subtract(linked, total!.twr!)))).toBeLessThan(1e-17);
        expect(format(subtract(buckets.at(-1)!.index!, ONE))).toBe(format(total!.twr!));
        expect(buckets[0]!.from).toBe(day('2023-12-20'));
      }),
      { numRuns: 40 },
    );
  });
});

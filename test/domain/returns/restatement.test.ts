import { describe, expect, it } from 'vitest';
import { decimal, format } from '../../../domain/decimal.ts';
import { day, isoDate } from '../../../domain/dates.ts';
import { DEFAULT_RETURN_OPTIONS, formatFraction } from '../../../domain/returns/model.ts';
import {
  changedDays,
  compareHistories,
  returnImpact,
  standardPeriods,
} from '../../../domain/returns/restatement.ts';
import { aDay, days } from './given-days.ts';

describe('days that changed', () => {
  const before = days('2024-03-01', '100', [{ eod: '101' }, { eod: '102' }, { eod: '103' }]);

  it('are those whose amounts differ, with the difference', () => {
    const after = days('2024-03-01', '100', [{ eod: '101.00' }, { eod: '104', fees: '1' }, { eod: '103' }]);
    const { days: changed } = compareHistories(before, after, day('2024-03-03'));
    expect(changed.map((one) => isoDate(one.day))).toEqual(['2024-03-02', '2024-03-03']);
    expect(changed[0]!.before && format(changed[0]!.before.eodMarketValue)).toBe('102');
    expect(changed[0]!.after && format(changed[0]!.after.eodMarketValue)).toBe('104');
    expect(changed[0]!.delta && format(changed[0]!.delta.eodMarketValue)).toBe('2');
    expect(changed[0]!.delta && format(changed[0]!.delta.fees)).toBe('1');
    expect(changed[1]!.delta && format(changed[1]!.delta.bodMarketValue)).toBe('2');
  });

  it('include days that only one side has', () => {
    const after = [aDay('2024-02-29', { eod: '100' }), ...before.slice(0, 2)];
    const { days: changed } = compareHistories(before, after, day('2024-03-03'));
    expect(
      changed.map((one) => [isoDate(one.day), one.before === null, one.after === null, one.delta]),
    ).toEqual([
      ['2024-02-29', true, false, null],
      ['2024-03-03', false, true, null],
    ]);
  });

  it('can be compared by other amounts', () => {
    const row = (quantity: string) => ({ day: day('2024-03-01'), quantity: decimal(quantity) });
    const [changed] = changedDays([row('10')], [row('12')], ['quantity']);
    expect(changed!.delta && format(changed!.delta.quantity)).toBe('2');
    expect(changedDays([row('10')], [row('10.0')], ['quantity'])).toEqual([]);
  });
});

describe('the impact on returns', () => {
  const before = days('2024-02-29', '100', [{ eod: '100' }, { eod: '101' }, { eod: '102' }]);
  const closing = (eod: string) => days('2024-02-29', '100', [{ eod: '100' }, { eod: '101' }, { eod }]);

  it('is in basis points per standard period', () => {
    const impact = returnImpact(before, closing('102.1'), day('2024-03-02'));
    expect(impact.map((one) => one.period)).toEqual(standardPeriods().map((one) => one.label));
    const month = impact[0]!;
    expect([formatFraction(month.twrBefore), formatFraction(month.twrAfter)]).toEqual(['0.02', '0.021']);
    expect(month.basisPoints && format(month.basisPoints)).toBe('10');
    expect(month.material).toBe(true);
  });

  it.each([
    ['102.05', '5', true],
    ['102.0499', '4.99', false],
    ['101.95', '-5', true],
    ['102', '0', false],
  ])('a close of %s instead of 102 is %s basis points', (eod, points, material) => {
    const [month] = returnImpact(before, closing(eod), day('2024-03-02'));
    expect(format(month!.basisPoints!)).toBe(points);
    expect(month!.material).toBe(material);
  });

  it('goes by the threshold given', () => {
    const options = { ...DEFAULT_RETURN_OPTIONS, materiality: decimal('20') };
    expect(returnImpact(before, closing('102.1'), day('2024-03-02'), options)[0]!.material).toBe(false);
  });

  it('is material when a return vanishes, with the reason', () => {
    const [month] = returnImpact(before, closing('-1'), day('2024-03-02'));
    expect(month).toMatchObject({ twrAfter: null, basisPoints: null, material: true });
    expect(month!.reasonsAfter).toMatchObject([{ code: 'negative_closing_value' }]);
  });

  it('of nothing on nothing is nothing', () => {
    const impact = returnImpact([], [], day('2024-03-02'));
    expect(impact.every((one) => one.basisPoints === null && !one.material)).toBe(true);
  });
});

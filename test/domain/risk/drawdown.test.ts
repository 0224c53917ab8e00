import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import { deepest, drawdowns, maximumDrawdown, type Drawdown } from '../../../domain/risk/drawdown.ts';
import { linkDays } from '../../../domain/returns/link.ts';
import { dailyLevels } from '../../../domain/risk/levels.ts';
import { days, withOptions } from '../returns/given-days.ts';
import { fromCloses } from './given-levels.ts';

/** The opening value is the close of 29 February. */
function falls(closes: readonly number[], from = '2024-03-01', to = '2024-12-31'): Drawdown[] {
  return drawdowns(fromCloses('2024-03-01', closes), day(from), day(to));
}

const told = (found: readonly Drawdown[]) =>
  found.map(({ depth, start, trough, recovery }) => [
    Number(depth.toFixed(12)),
    isoDate(start),
    isoDate(trough),
    recovery === null ? null : isoDate(recovery),
  ]);

describe('falls by hand', () => {
  it('from the last close at the peak to the first at the bottom, and to the first at the peak again', () => {
    // Opening 100; 110 twice, down to 99 twice, up over 110; down once more, without recovery.
    expect(told(falls([100, 110, 110, 104.5, 99, 99, 105, 112, 100.8, 106.4]))).toEqual([
      [-0.1, '2024-03-02', '2024-03-04', '2024-03-07'],
      [-0.1, '2024-03-07', '2024-03-08', null],
    ]);
  });

  it('the opening value can be the peak', () => {
    expect(told(falls([100, 90, 100]))).toEqual([[-0.1, '2024-02-29', '2024-03-01', '2024-03-02']]);
  });

  it('a period sees only its own closes', () => {
    const closes = [100, 110, 99, 104.94, 120];
    expect(told(falls(closes, '2024-03-02', '2024-03-03'))).toEqual([
      [-0.1, '2024-03-01', '2024-03-02', null],
    ]);
    expect(told(falls(closes, '2024-03-03', '2024-03-04'))).toEqual([]);
  });

  it('a total loss is never recovered', () => {
    const rows = days('2024-03-01', '100', [{ eod: '120' }, { eod: '0' }, { bodFlow: '50', eod: '60' }]);
    const found = drawdowns(
      dailyLevels(linkDays(rows, withOptions({}))),
      day('2024-03-01'),
      day('2024-03-03'),
    );
    expect(told(found)).toEqual([[-1, '2024-03-01', '2024-03-02', null]]);
  });

  it('the deepest come first, of equal ones the earlier', () => {
    const found = falls([100, 90, 100, 80, 100, 90, 100]);
    expect(told(deepest(found, 2))).toEqual([
      [-0.2, '2024-03-02', '2024-03-03', '2024-03-04'],
      [-0.1, '2024-02-29', '2024-03-01', '2024-03-02'],
    ]);
  });

  it('what never falls has none', () => {
    expect(
      maximumDrawdown(fromCloses('2024-03-01', [100, 100, 101]), day('2024-03-01'), day('2024-03-02')),
    ).toBe(undefined);
  });
});

describe('properties', () => {
  const someCloses = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 40 });

  it('the deepest is the worst of all pairs of closes', () => {
    fc.assert(
      fc.property(someCloses, (closes) => {
        let worst = 0;
        for (let i = 0; i < closes.length; i++)
          for (let j = i; j < closes.length; j++) worst = Math.min(worst, closes[j]! / closes[i]! - 1);
        const found = deepest(falls(closes), 1)[0]?.depth ?? 0;
        expect(Math.abs(found - worst)).toBeLessThan(1e-12);
      }),
    );
  });

  it('they do not overlap, and between them there is no fall', () => {
    fc.assert(
      fc.property(someCloses, (closes) => {
        const found = falls(closes);
        const at = (date: number) => closes[date - day('2024-02-29')]!;
        for (const [i, { start, trough, recovery }] of found.entries()) {
          expect(start).toBeLessThan(trough);
          if (recovery === null) expect(i).toBe(found.length - 1);
          else expect(at(recovery)).toBeGreaterThanOrEqual(at(start));
          if (i > 0) expect(found[i - 1]!.recovery).not.toBeGreaterThan(start);
          for (let date = found[i - 1]?.recovery ?? day('2024-02-29'); date < start; date++)
            expect(at(date + 1)).toBeGreaterThanOrEqual(at(date));
        }
      }),
    );
  });
});

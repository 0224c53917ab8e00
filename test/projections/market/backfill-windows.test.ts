import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { day, isoDate } from '../../../domain/dates.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { gatherHoles, windowsBetween, windowsIn } from '../../../projections/market/backfill-windows.ts';
import type { BarWindow } from '../../../projections/market/backfill-windows.ts';

const LATER = Date.parse('2030-01-01T00:00:00Z');

function windows(exchange: string, interval: '1day' | '5min', from: string, to: string, now = LATER) {
  return [...windowsBetween(calendarOf(exchange), interval, { from: day(from), to: day(to), now })].flat();
}

const dates = (list: readonly BarWindow[]) => list.map(({ session }) => isoDate(session));

describe('the bars to be expected', () => {
  it('of days leave weekends and holidays out', () => {
    // Independence Day of 2025 is a Friday.
    expect(dates(windows('XNYS', '1day', '2025-07-01', '2025-07-08'))).toEqual([
      ...['2025-07-01', '2025-07-02', '2025-07-03', '2025-07-07', '2025-07-08'],
    ]);
    expect(dates(windows('24x7', '1day', '2025-07-04', '2025-07-06'))).toHaveLength(3);
  });

  it('of five minutes go from the opening to the close, also where that is early or the clock has changed', () => {
    const full = windows('XNYS', '5min', '2025-07-02', '2025-07-02');
    expect(full).toHaveLength(78);
    expect(new Date(full[0]!.start).toISOString()).toBe('2025-07-02T13:30:00.000Z');
    expect(new Date(full.at(-1)!.end).toISOString()).toBe('2025-07-02T20:00:00.000Z');
    expect(windows('XNYS', '5min', '2025-07-03', '2025-07-03')).toHaveLength(42);
    const winter = windows('XNYS', '5min', '2025-11-03', '2025-11-03');
    expect(new Date(winter[0]!.start).toISOString()).toBe('2025-11-03T14:30:00.000Z');
  });

  it('are only those that are over', () => {
    const now = Date.parse('2025-07-02T13:44:00Z');
    expect(windows('XNYS', '5min', '2025-07-02', '2025-07-03', now)).toHaveLength(2);
    expect(dates(windows('XNYS', '1day', '2025-07-01', '2025-07-03', now))).toEqual(['2025-07-01']);
  });

  it('inside a range are found whatever the exchange calls the day', () => {
    // Sydney's Tuesday begins on Monday in UTC.
    const all = windows('XASX', '5min', '2025-02-04', '2025-02-04');
    const range = { from: all[0]!.start, to: all.at(-1)!.end, now: LATER };
    expect(windowsIn(calendarOf('XASX'), '5min', range)).toEqual(all);
  });
});

describe('ranges of holes', () => {
  const list = windows('XNYS', '1day', '2025-06-01', '2025-08-31');

  function gathered(holes: (index: number) => boolean, most: number, spanning = false) {
    const gatherer = gatherHoles(most, spanning);
    list.forEach((window, i) => gatherer.see(window, holes(i)));
    return gatherer.finish();
  }

  it('reach over weekends and holidays, not over bars that are there', () => {
    const [first, second, ...rest] = gathered((i) => i !== 3, 1_000);
    expect(rest).toEqual([]);
    expect(first).toEqual({ from: list[0]!.start, to: list[2]!.end, holes: 3 });
    expect(second).toEqual({ from: list[4]!.start, to: list.at(-1)!.end, holes: list.length - 4 });
  });

  it('hold every hole once, no bar, and never too many', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: list.length, maxLength: list.length }),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        (holes, most, spanning) => {
          const ranges = gathered((i) => holes[i]!, most, spanning);
          const covered = list.map(({ start }) =>
            ranges.filter(({ from, to }) => start >= from && start < to),
          );
          covered.forEach((of, i) => {
            if (holes[i]) expect(of).toHaveLength(1);
            else if (!spanning) expect(of).toEqual([]);
          });
          for (const { from, to, holes: counted } of ranges) {
            const inside = list.flatMap(({ start }, i) => (start >= from && start < to ? [i] : []));
            expect(inside.length).toBeLessThanOrEqual(most);
            expect(inside.filter((i) => holes[i])).toHaveLength(counted);
          }
        },
      ),
    );
  });
});

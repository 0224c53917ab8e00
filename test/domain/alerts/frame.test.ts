import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf, roll } from '../../../domain/alerts/frame.ts';
import type { BarInterval, Frame, FrameBar } from '../../../domain/alerts/frame.ts';
import type { IndicatorBar } from '../../../domain/indicators/model.ts';
import { calendarOf } from '../../../domain/market/calendars/calendars.ts';
import { rollUp } from '../../../domain/market/roll-up.ts';

const FIVE_MINUTES = 300_000;
const DAY = 86_400_000;
/** The clocks of New York go back two days later. */
const START = Date.UTC(2025, 9, 31);

const bar = (time: number, close: number, session: number | null = null): IndicatorBar => ({
  time,
  open: close - 1,
  high: close + 2,
  low: close - 2,
  close,
  volume: 1,
  session,
});

function rolled(frame: Frame, bars: readonly IndicatorBar[]) {
  const complete: FrameBar[] = [];
  let open: FrameBar | null = null;
  for (const each of bars) {
    const next = roll(frame, open, each);
    complete.push(...next.complete);
    open = next.open;
  }
  return { complete, open };
}

describe('windows of bars', () => {
  it('come to what rolling up all of them comes to', () => {
    const intervals: BarInterval[] = ['5min', '15min', '30min', '1h', '4h'];
    const slots = fc.uniqueArray(fc.integer({ min: 0, max: 4 * 288 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...intervals),
        fc.constantFrom('XNYS', 'XTKS', '24x7'),
        slots,
        (interval, exchange, places) => {
          const frame = frameOf(interval, calendarOf(exchange));
          const bars = places
            .sort((a, b) => a - b)
            .map((place) => bar(START + place * FIVE_MINUTES, 100 + (place % 7), place % 5 || null));
          const { complete, open } = rolled(frame, bars);
          const wanted = rollUp(
            bars.map((each) => ({
              time: each.time,
              open: BigInt(each.open),
              high: BigInt(each.high),
              low: BigInt(each.low),
              close: BigInt(each.close),
              volume: BigInt(each.volume),
              ticks: 1,
              session: each.session,
            })),
            frame.windowAt,
          ).map(({ ticks: _, session, time, ...units }) => ({
            time,
            session,
            ...Object.fromEntries(Object.entries(units).map(([name, value]) => [name, Number(value)])),
          }));
          expect([...complete, ...(open ? [open] : [])].map((each) => each.bar)).toEqual(wanted);
          for (const { bar: whole, end, last } of complete) {
            expect(frame.windowAt(whole.time)).toEqual({ start: whole.time, end });
            expect(last).toBeLessThan(end);
          }
        },
      ),
    );
  });

  it('are complete with their last five minutes, or when a later one begins', () => {
    const frame = frameOf('15min', calendarOf('24x7'));
    const at = (minutes: number) => bar(START + minutes * 60_000, 100);
    expect(rolled(frame, [at(0), at(5)]).complete).toEqual([]);
    expect(rolled(frame, [at(0), at(10)])).toMatchObject({
      complete: [{ end: START + 900_000 }],
      open: null,
    });
    expect(rolled(frame, [at(0), at(45)])).toMatchObject({
      complete: [{ last: START }],
      open: { bar: { time: START + 45 * 60_000 } },
    });
  });

  it('of days are complete at once and end when the session is settled', () => {
    const day = bar(START, 100);
    const calendar = calendarOf('XNYS');
    const { complete, open } = rolled(frameOf('1day', calendar), [day]);
    expect(complete).toEqual([{ bar: day, end: calendar.sessionOn(START / DAY)!.settled, last: START }]);
    expect(open).toBeNull();
    // A holiday that has a bar all the same ends with the day.
    const sunday = Date.UTC(2025, 10, 2);
    expect(rolled(frameOf('1day', calendar), [bar(sunday, 1)]).complete[0]?.end).toBe(sunday + DAY);
  });
});

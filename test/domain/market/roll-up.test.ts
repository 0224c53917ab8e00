import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rollUp } from '../../../domain/market/roll-up.ts';
import type { Bar } from '../../../domain/market/roll-up.ts';
import { windowsOf } from '../../../domain/market/windows.ts';
import type { IntradayInterval } from '../../../domain/market/windows.ts';

const MINUTES = 60_000;
const START = Date.parse('2025-03-29T20:00Z');

const bar = (time: number, [open, high, low, close]: readonly bigint[], volume = 0n): Bar => ({
  ...{ time, open: open!, high: high!, low: low!, close: close!, volume },
  ...{ ticks: 1, session: null },
});

/** Bars of five minutes with holes, through the night in which the clock goes forward. */
const fiveMinutes = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 0, max: 400 }),
      fc.array(fc.bigInt(1n, 10n ** 18n), { minLength: 4, maxLength: 4 }),
      fc.bigInt(0n, 10n ** 20n),
      fc.option(fc.constantFrom(100, 101)),
    ),
    {
      selector: ([slot]) => slot,
      maxLength: 60,
    },
  )
  .map((slots) =>
    slots
      .sort(([a], [b]) => a - b)
      .map(([slot, prices, volume, session]): Bar => {
        const sorted = [...prices].sort((a, b) => (a < b ? -1 : 1));
        return {
          ...bar(START + slot * 5 * MINUTES, [prices[0]!, sorted[3]!, sorted[0]!, prices[1]!], volume),
          session,
        };
      }),
  );
const interval = fc.constantFrom<IntradayInterval>('15min', '30min', '1h', '4h');
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu');

test('an hour of four bars, one of which is missing', () => {
  const hour = START;
  const bars = [
    bar(hour, [10n, 12n, 9n, 11n], 5n),
    bar(hour + 10 * MINUTES, [11n, 20n, 11n, 15n], 7n),
    bar(hour + 55 * MINUTES, [15n, 16n, 2n, 3n], 1n),
    bar(hour + 60 * MINUTES, [4n, 4n, 4n, 4n], 2n),
  ];
  expect(rollUp(bars, windowsOf('1h', 'UTC'))).toEqual([
    { ...bar(hour, [10n, 20n, 2n, 3n], 13n), ticks: 3 },
    { ...bar(hour + 60 * MINUTES, [4n, 4n, 4n, 4n], 2n), ticks: 1 },
  ]);
});

test('is what each window holds, by the plain definition', () => {
  fc.assert(
    fc.property(fiveMinutes, interval, zone, (bars, name, timeZone) => {
      const windowAt = windowsOf(name, timeZone);
      const windows = new Map<number, Bar[]>();
      for (const one of bars) {
        const start = windowAt(one.time).start;
        windows.set(start, [...(windows.get(start) ?? []), one]);
      }
      const plain = [...windows].map(([time, held]) => ({
        time,
        open: held[0]!.open,
        high: held.map(({ high }) => high).reduce((a, b) => (a > b ? a : b)),
        low: held.map(({ low }) => low).reduce((a, b) => (a < b ? a : b)),
        close: held.at(-1)!.close,
        volume: held.reduce((sum, { volume }) => sum + volume, 0n),
        ticks: held.length,
        session: held.findLast(({ session }) => session !== null)?.session ?? null,
      }));
      expect(rollUp(bars, windowAt)).toEqual(plain);
    }),
  );
});

test('comes to the same in any split, and in steps', () => {
  fc.assert(
    fc.property(fiveMinutes, interval, zone, fc.nat(60), (bars, name, timeZone, cut) => {
      const windowAt = windowsOf(name, timeZone);
      const whole = rollUp(bars, windowAt);
      const [head, tail] = [bars.slice(0, cut), bars.slice(cut)];
      expect(rollUp([...rollUp(head, windowAt), ...tail], windowAt)).toEqual(whole);
      expect(rollUp([...head, ...rollUp(tail, windowAt)], windowAt)).toEqual(whole);
      const quarters = rollUp(bars, windowsOf('15min', timeZone));
      expect(rollUp(quarters, windowAt)).toEqual(whole);
      expect(rollUp(whole, windowAt)).toEqual(whole);
    }),
  );
});

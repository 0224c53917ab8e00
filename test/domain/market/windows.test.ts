import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INTERVAL_MINUTES, INTERVALS, windowsOf } from '../../../domain/market/windows.ts';
import type { IntradayInterval } from '../../../domain/market/windows.ts';

const at = (text: string) => Date.parse(`${text}Z`);
const INTRADAY = INTERVALS.filter((interval): interval is IntradayInterval => interval !== '1day');
const ZONES = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe'];

/** The starts of all windows of a stretch, as they read in UTC. */
function starts(interval: IntradayInterval, timeZone: string, from: string, to: string): string {
  const windowAt = windowsOf(interval, timeZone);
  const found: string[] = [];
  for (let ms = at(from); ms < at(to); ms = windowAt(ms).end) {
    found.push(new Date(windowAt(ms).start).toISOString().slice(5, 16));
  }
  return found.join(' ');
}

describe('windows of four hours', () => {
  test('count from midnight at the exchange', () => {
    expect(starts('4h', 'Europe/Berlin', '2025-06-01T22:00', '2025-06-02T22:00')).toBe(
      '06-01T22:00 06-02T02:00 06-02T06:00 06-02T10:00 06-02T14:00 06-02T18:00',
    );
  });

  test.each([
    // 23 hours: the last window is of three.
    ['America/New_York', '2025-03-09T05:00', '2025-03-10T08:00'],
    ['Europe/Berlin', '2025-03-29T23:00', '2025-03-31T02:00'],
  ])('of a day of 23 hours in %s', (timeZone, from, to) => {
    const windows = starts('4h', timeZone, from, to).split(' ');
    expect(windows).toHaveLength(7);
    const last = Date.parse(`2025-${windows[6]}Z`) - Date.parse(`2025-${windows[5]}Z`);
    expect(last).toBe(3 * 3_600_000);
  });

  test.each([
    // 25 hours: one more, of an hour.
    ['America/New_York', '2025-11-02T04:00', '2025-11-03T05:00'],
    ['Europe/Berlin', '2025-10-25T22:00', '2025-10-26T23:00'],
  ])('of a day of 25 hours in %s', (timeZone, from, to) => {
    const windows = starts('4h', timeZone, from, to).split(' ');
    expect(windows).toHaveLength(7);
    expect(at(to) - Date.parse(`2025-${windows[6]}Z`)).toBe(3_600_000);
  });
});

test('quarters of an hour of a zone at three quarters of an hour from UTC', () => {
  expect(starts('1h', 'Asia/Kathmandu', '2025-06-01T18:15', '2025-06-01T20:15')).toBe(
    '06-01T18:15 06-01T19:15',
  );
});

test('every instant is in one window, whose neighbours meet it, whatever was asked before', () => {
  const instant = fc.integer({ min: at('2015-01-01T00:00'), max: at('2035-01-01T00:00') });
  fc.assert(
    fc.property(
      fc.constantFrom(...INTRADAY),
      fc.constantFrom(...ZONES),
      fc.array(instant, { minLength: 1, maxLength: 10 }),
      (interval, timeZone, instants) => {
        const windowAt = windowsOf(interval, timeZone);
        for (const ms of instants) {
          const window = windowAt(ms);
          expect(window.start).toBeLessThanOrEqual(ms);
          expect(window.end).toBeGreaterThan(ms);
          expect(window.end - window.start).toBeLessThanOrEqual(INTERVAL_MINUTES[interval] * 60_000);
          expect(windowAt(window.end).start).toBe(window.end);
          expect(windowAt(window.start - 1).end).toBe(window.start);
          expect(windowAt(window.end - 1)).toEqual(window);
          // Whole bars of five minutes.
          if (interval !== '1min') expect(window.start % 300_000).toBe(0);
        }
      },
    ),
  );
});

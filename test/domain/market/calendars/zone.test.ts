import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, dayOfInstant, isoDate } from '../../../../domain/dates.ts';
import { zoneOf } from '../../../../domain/market/calendars/zone.ts';

const iso = (ms: number) => new Date(ms).toISOString();

describe('the instant at which a clock shows a time', () => {
  test.each([
    ['America/New_York', '2025-03-09', 1 * 60 + 59, '2025-03-09T06:59:00.000Z'],
    // 02:30 is skipped: the moment of the change.
    ['America/New_York', '2025-03-09', 2 * 60 + 30, '2025-03-09T07:00:00.000Z'],
    ['America/New_York', '2025-03-09', 3 * 60, '2025-03-09T07:00:00.000Z'],
    // 01:30 comes twice: the first time.
    ['America/New_York', '2025-11-02', 1 * 60 + 30, '2025-11-02T05:30:00.000Z'],
    ['America/New_York', '2025-11-02', 2 * 60, '2025-11-02T07:00:00.000Z'],
    ['Europe/Berlin', '2025-03-30', 2 * 60 + 30, '2025-03-30T01:00:00.000Z'],
    ['Europe/Berlin', '2025-10-26', 2 * 60 + 30, '2025-10-26T00:30:00.000Z'],
    ['Europe/Berlin', '2025-10-26', 3 * 60, '2025-10-26T02:00:00.000Z'],
    // Half an hour only.
    ['Australia/Lord_Howe', '2025-10-05', 2 * 60 + 15, '2025-10-04T15:30:00.000Z'],
    // Midnight itself was skipped.
    ['America/Sao_Paulo', '2018-11-04', 0, '2018-11-04T03:00:00.000Z'],
    ['America/New_York', '2025-06-02', -7 * 60, '2025-06-01T21:00:00.000Z'],
    ['UTC', '2025-06-02', 1440, '2025-06-03T00:00:00.000Z'],
  ])('%s on %s, minute %i', (timeZone, date, minute, expected) => {
    expect(iso(zoneOf(timeZone).instantOf(day(date), minute))).toBe(expected);
  });
});

test('the date at an instant is the one that Intl tells, to the millisecond', () => {
  const zones = [
    'America/New_York',
    'Europe/London',
    'Australia/Sydney',
    'Asia/Kathmandu',
    'America/Sao_Paulo',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2040, 0, 1) }),
      fc.constantFrom(-1, 0, 1),
      (timeZone, instant, nudge) => {
        const zone = zoneOf(timeZone);
        // Around midnight, where it matters, as well as anywhere.
        for (const ms of [instant, zone.instantOf(zone.dateAt(instant), 0) + nudge]) {
          const told = dayOfInstant(`${iso(ms).slice(0, 23)}000Z`, timeZone);
          expect(isoDate(zone.dateAt(ms))).toBe(isoDate(told));
        }
      },
    ),
  );
});

test('a name that is no time zone is refused', () => {
  expect(() => zoneOf('Europe/Atlantis').dateAt(0)).toThrow(RangeError);
});

import { describe, expect, test } from 'vitest';
import { day } from '../../../../domain/dates.ts';
import { createCalendars } from '../../../../domain/market/calendars/calendars.ts';

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

describe('an exchange that is built in', () => {
  const { calendarOf } = createCalendars([
    {
      exchange: 'XNYS',
      holidays: [day('2027-03-03')],
      tradingDays: [day('2027-01-18')],
      earlyCloses: [
        [day('2027-03-04'), 12 * 60],
        [day('2027-11-26'), 14 * 60],
      ],
    },
  ]);
  const calendar = calendarOf('XNYS');

  test('gains a holiday and loses one', () => {
    expect(calendar.sessionOn(day('2027-03-03'))).toBeUndefined();
    expect(calendar.sessionOn(day('2027-01-18'))).toBeDefined();
    expect(calendar.sessionOn(day('2027-02-15'))).toBeUndefined();
  });

  test('closes early on further days, and on others at another time', () => {
    expect(iso(calendar.sessionOn(day('2027-03-04'))!.close)).toBe('2027-03-04T17:00');
    expect(iso(calendar.sessionOn(day('2027-11-26'))!.close)).toBe('2027-11-26T19:00');
  });

  test('leaves the others alone', () => {
    expect(calendarOf('XNAS').sessionOn(day('2027-03-03'))).toBeDefined();
  });
});

test('an exchange of the operator, open from Sunday to Thursday', () => {
  const { calendarOf, exchanges } = createCalendars([
    {
      exchange: 'XTAE',
      timeZone: 'Asia/Jerusalem',
      hours: { open: 10 * 60, close: 17 * 60 },
      weekdays: [0, 1, 2, 3, 4],
      settleMinutes: 30,
    },
  ]);
  expect(exchanges).toContain('XTAE');
  const { sessionOn } = calendarOf('XTAE');
  expect(sessionOn(day('2025-06-06'))).toBeUndefined();
  const sunday = sessionOn(day('2025-06-08'))!;
  expect([sunday.open, sunday.close, sunday.settled].map(iso)).toEqual([
    '2025-06-08T07:00',
    '2025-06-08T14:00',
    '2025-06-08T14:30',
  ]);
});

test('a future exchange that opens on the evening before, until the afternoon', () => {
  const { calendarOf } = createCalendars([
    { exchange: 'GLBX', timeZone: 'America/Chicago', hours: { open: -7 * 60, close: 16 * 60 } },
  ]);
  const { sessionAt } = calendarOf('GLBX');
  expect(sessionAt(Date.parse('2025-06-01T22:00Z'))?.date).toBe(day('2025-06-02'));
  expect(sessionAt(Date.parse('2025-06-02T21:30Z'))).toBeUndefined();
  expect(sessionAt(Date.parse('2025-06-02T22:00Z'))?.date).toBe(day('2025-06-03'));
});

test.each([
  [{ exchange: 'XNEW' }, 'XNEW is not built in'],
  [{ exchange: 'XNYS', hours: { open: 600, close: 600 } }, 'closes before it opens'],
  [{ exchange: 'XNYS', hours: { open: -400, close: 1040 } }, 'more than a day'],
  [
    { exchange: 'XNYS', earlyCloses: [[day('2027-01-05'), 540]] as const },
    'close before it opens on 2027-01-05',
  ],
])('what cannot be is refused: %j', (override, message) => {
  expect(() => createCalendars([override])).toThrow(message);
});

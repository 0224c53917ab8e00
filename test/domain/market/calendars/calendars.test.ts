/** Sessions: when they open, close and are settled, through changes of the clock. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, isoDate } from '../../../../domain/dates.ts';
import { calendarOf, createCalendars } from '../../../../domain/market/calendars/calendars.ts';

const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
const at = (text: string) => Date.parse(`${text}Z`);

function session(exchange: string, date: string): string | undefined {
  const found = calendarOf(exchange).sessionOn(day(date));
  return found && [found.open, found.close, found.settled].map(iso).join(' ');
}

describe('the clock changes', () => {
  test.each([
    ['XNYS', '2025-03-07', '2025-03-07T14:30 2025-03-07T21:00 2025-03-07T21:15'],
    ['XNYS', '2025-03-10', '2025-03-10T13:30 2025-03-10T20:00 2025-03-10T20:15'],
    ['XNYS', '2025-10-31', '2025-10-31T13:30 2025-10-31T20:00 2025-10-31T20:15'],
    ['XNYS', '2025-11-03', '2025-11-03T14:30 2025-11-03T21:00 2025-11-03T21:15'],
    ['XETR', '2025-03-28', '2025-03-28T08:00 2025-03-28T16:30 2025-03-28T16:45'],
    ['XETR', '2025-03-31', '2025-03-31T07:00 2025-03-31T15:30 2025-03-31T15:45'],
    ['XETR', '2025-10-24', '2025-10-24T07:00 2025-10-24T15:30 2025-10-24T15:45'],
    ['XETR', '2025-10-27', '2025-10-27T08:00 2025-10-27T16:30 2025-10-27T16:45'],
    ['XASX', '2025-04-04', '2025-04-03T23:00 2025-04-04T05:00 2025-04-04T05:15'],
    ['XASX', '2025-04-07', '2025-04-07T00:00 2025-04-07T06:00 2025-04-07T06:15'],
    // From Sunday on, an hour after the clock went forward, and a week of a quarter day less in UTC.
    ['FX', '2025-03-10', '2025-03-09T21:00 2025-03-10T21:00 2025-03-10T21:00'],
    ['FX', '2025-03-07', '2025-03-06T22:00 2025-03-07T22:00 2025-03-07T22:00'],
    ['24x7', '2025-03-09', '2025-03-09T00:00 2025-03-10T00:00 2025-03-10T00:00'],
  ])('%s on %s', (exchange, date, expected) => {
    expect(session(exchange, date)).toBe(expected);
  });
});

test('an early close is settled a quarter of an hour after it', () => {
  expect(session('XNYS', '2025-11-28')).toBe('2025-11-28T14:30 2025-11-28T18:00 2025-11-28T18:15');
  const { sessionAt } = calendarOf('XNYS');
  expect(sessionAt(at('2025-11-28T18:14:59.999'))?.date).toBe(day('2025-11-28'));
  expect(sessionAt(at('2025-11-28T18:15:00.000'))).toBeUndefined();
});

test('a session takes what is from its opening to before it is settled', () => {
  const { sessionAt } = calendarOf('XNYS');
  expect(sessionAt(at('2025-06-02T13:29:59.999'))).toBeUndefined();
  expect(sessionAt(at('2025-06-02T13:30:00.000'))?.date).toBe(day('2025-06-02'));
  expect(sessionAt(at('2025-06-02T20:14:59.999'))?.date).toBe(day('2025-06-02'));
  expect(sessionAt(at('2025-06-02T20:15:00.000'))).toBeUndefined();
  // A holiday and a Saturday.
  expect(sessionAt(at('2025-06-19T15:00:00.000'))).toBeUndefined();
  expect(sessionAt(at('2025-06-07T15:00:00.000'))).toBeUndefined();
});

test('currencies trade from Sunday to Friday, 17:00 in New York, without a gap', () => {
  const { sessionAt } = calendarOf('FX');
  expect(sessionAt(at('2025-06-01T20:59:59.999'))).toBeUndefined();
  expect(sessionAt(at('2025-06-01T21:00:00.000'))?.date).toBe(day('2025-06-02'));
  expect(sessionAt(at('2025-06-02T20:59:59.999'))?.date).toBe(day('2025-06-02'));
  expect(sessionAt(at('2025-06-02T21:00:00.000'))?.date).toBe(day('2025-06-03'));
  expect(sessionAt(at('2025-06-06T20:59:59.999'))?.date).toBe(day('2025-06-06'));
  expect(sessionAt(at('2025-06-06T21:00:00.000'))).toBeUndefined();
});

test('a date is that of the exchange, not of UTC', () => {
  expect(isoDate(calendarOf('XTKS').dateAt(at('2025-06-01T15:00:00.000')))).toBe('2025-06-02');
  expect(isoDate(calendarOf('XNYS').dateAt(at('2025-06-02T03:59:59.999')))).toBe('2025-06-01');
  expect(isoDate(calendarOf('24x7').dateAt(at('2025-06-02T00:00:00.000')))).toBe('2025-06-02');
});

test('sessions between two days, both included, across a year end', () => {
  const dates = (exchange: string) =>
    calendarOf(exchange)
      .sessionsBetween(day('2024-12-30'), day('2025-01-03'))
      .map(({ date }) => isoDate(date).slice(5))
      .join(' ');
  expect(dates('XNYS')).toBe('12-30 12-31 01-02 01-03');
  expect(dates('XSWX')).toBe('12-30 01-03');
  expect(dates('24x7')).toBe('12-30 12-31 01-01 01-02 01-03');
});

test('the session of an instant is found whatever was asked before, and sessions never overlap', () => {
  const exchanges = createCalendars().exchanges;
  const instant = fc.integer({ min: at('2010-01-01T00:00'), max: at('2030-01-01T00:00') });
  fc.assert(
    fc.property(fc.constantFrom(...exchanges), fc.array(instant, { maxLength: 20 }), (exchange, instants) => {
      const calendar = calendarOf(exchange);
      for (const ms of instants) {
        const date = calendar.dateAt(ms);
        const holding = calendar
          .sessionsBetween(date - 2, date + 2)
          .filter(({ open, settled }) => open <= ms && ms < settled);
        expect(holding.length).toBeLessThanOrEqual(1);
        expect(calendar.sessionAt(ms)).toEqual(holding[0]);
      }
    }),
  );
});

test('sessions begin and are settled at multiples of five minutes', () => {
  for (const exchange of createCalendars().exchanges) {
    const sessions = calendarOf(exchange).sessionsBetween(day('2008-01-01'), day('2027-12-31'));
    expect(sessions.filter(({ open, settled }) => open % 300_000 !== 0 || settled % 300_000 !== 0)).toEqual(
      [],
    );
  }
});

test('an exchange that nobody knows follows the day of UTC', () => {
  expect(calendarOf('XXXX').sessionOn(day('2025-06-01'))).toEqual(
    calendarOf('24x7').sessionOn(day('2025-06-01')),
  );
});

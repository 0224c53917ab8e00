/** Holidays and early closes as the exchanges published them. */
import { describe, expect, test } from 'vitest';
import { day, isoDate, weekday } from '../../../../domain/dates.ts';
import { calendarOf } from '../../../../domain/market/calendars/calendars.ts';

/** Days from Monday to Friday without a session, as `MM-DD`. */
function closed(exchange: string, year: number): string {
  const calendar = calendarOf(exchange);
  const days: string[] = [];
  for (let date = day(`${year}-01-01`); date <= day(`${year}-12-31`); date++) {
    const isWeekday = weekday(date) >= 1 && weekday(date) <= 5;
    if (!calendar.sessionOn(date)) {
      if (isWeekday) days.push(isoDate(date).slice(5));
    } else expect(isWeekday, isoDate(date)).toBe(true);
  }
  return days.join(' ');
}

/** Days that are shorter than most, with their local close. */
function early(exchange: string, year: number): string {
  const { timeZone, sessionsBetween } = calendarOf(exchange);
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const sessions = sessionsBetween(day(`${year}-01-01`), day(`${year}-12-31`));
  const usual = clock.format(sessions[20]!.close);
  return sessions
    .map(({ date, close }) => [isoDate(date).slice(5), clock.format(close)] as const)
    .filter(([, close]) => close !== usual)
    .map(([date, close]) => `${date} ${close}`)
    .join(', ');
}

describe('New York', () => {
  test.each([
    [2021, '01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24'],
    [2022, '01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26'],
    [2023, '01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25'],
    [2024, '01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25'],
    [2025, '01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25'],
    [2026, '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25'],
    [2027, '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24'],
  ])('is closed in %i', (year, dates) => {
    expect(closed('XNYS', year)).toBe(dates);
    expect(closed('XNAS', year)).toBe(dates);
  });

  test.each([
    [2002, '07-05 13:00, 11-29 13:00, 12-24 13:00'],
    [2021, '11-26 13:00'],
    [2022, '11-25 13:00'],
    [2023, '07-03 13:00, 11-24 13:00'],
    [2024, '07-03 13:00, 11-29 13:00, 12-24 13:00'],
    [2025, '07-03 13:00, 11-28 13:00, 12-24 13:00'],
    [2026, '11-27 13:00, 12-24 13:00'],
  ])('closes early in %i', (year, dates) => {
    expect(early('XNYS', year)).toBe(dates);
  });

  test('the last Friday of 2021 traded although New Year was a Saturday', () => {
    expect(calendarOf('XNYS').sessionOn(day('2021-12-31'))).toBeDefined();
  });
});

test.each([
  ['XLON', 2020, '01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28'],
  ['XLON', 2022, '01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27'],
  ['XLON', 2023, '01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26'],
  ['XLON', 2026, '01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28'],
  ['XETR', 2019, '01-01 04-19 04-22 05-01 06-10 10-03 12-24 12-25 12-26 12-31'],
  ['XETR', 2025, '01-01 04-18 04-21 05-01 12-24 12-25 12-26 12-31'],
  ['XPAR', 2025, '01-01 04-18 04-21 05-01 12-25 12-26'],
  ['XAMS', 2024, '01-01 03-29 04-01 05-01 12-25 12-26'],
  ['XMIL', 2025, '01-01 04-18 04-21 05-01 08-15 12-24 12-25 12-26 12-31'],
  ['XMAD', 2025, '01-01 04-18 04-21 05-01 12-25 12-26'],
  ['XSWX', 2025, '01-01 01-02 04-18 04-21 05-01 05-29 06-09 08-01 12-24 12-25 12-26 12-31'],
  ['XTSE', 2025, '01-01 02-17 04-18 05-19 07-01 08-04 09-01 10-13 12-25 12-26'],
  ['XASX', 2025, '01-01 01-27 04-18 04-21 04-25 06-09 12-25 12-26'],
  [
    'XTKS',
    2024,
    '01-01 01-02 01-03 01-08 02-12 02-23 03-20 04-29 05-03 05-06 07-15 08-12 09-16 09-23 10-14 11-04 12-31',
  ],
  [
    'XTKS',
    2026,
    '01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23 12-31',
  ],
  ['XHKG', 2025, '01-01 01-29 01-30 01-31 04-04 04-18 04-21 05-01 05-05 07-01 10-01 10-07 10-29 12-25 12-26'],
  ['XHKG', 2026, '01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25'],
])('%s is closed in %i', (exchange, year, dates) => {
  expect(closed(exchange, year)).toBe(dates);
});

test.each([
  ['XLON', 2022, '12-23 12:30, 12-30 12:30'],
  ['XLON', 2025, '12-24 12:30, 12-31 12:30'],
  ['XETR', 2025, '12-30 14:00'],
  ['XPAR', 2025, '12-24 14:05, 12-31 14:05'],
  ['XMAD', 2025, '12-24 14:00, 12-31 14:00'],
  ['XTSE', 2025, '12-24 13:00'],
  ['XASX', 2025, '12-24 14:10, 12-31 14:10'],
  ['XHKG', 2025, '01-28 12:00, 12-24 12:00, 12-31 12:00'],
  ['XMIL', 2025, ''],
])('%s closes early in %i', (exchange, year, dates) => {
  expect(early(exchange, year)).toBe(dates);
});

test('Tokyo trades half an hour longer since 5 November 2024', () => {
  const { sessionOn } = calendarOf('XTKS');
  expect(new Date(sessionOn(day('2024-11-01'))!.close).toISOString()).toBe('2024-11-01T06:00:00.000Z');
  expect(new Date(sessionOn(day('2024-11-05'))!.close).toISOString()).toBe('2024-11-05T06:30:00.000Z');
});

/**
 * New York and Toronto. The holidays of New York are those of NYSE Rule 7.2, from 1998 on, with the days of
 * mourning and disaster up to 2025; halts within a day are not known.
 */
import { dayOfMonth, weekday } from '../../dates.ts';
import type { Day } from '../../dates.ts';
import { at, cashMarket } from './definition.ts';
import {
  christmasAndBoxingDay,
  datesIn,
  goodFriday,
  isWeekend,
  last,
  mondayAfterSunday,
  mondayAfterWeekend,
  nearestWeekday,
  nth,
} from './rules.ts';

const CLOSED_IN_NEW_YORK = [
  ...['2001-09-11', '2001-09-12', '2001-09-13', '2001-09-14'],
  ...['2004-06-11', '2007-01-02', '2012-10-29', '2012-10-30', '2018-12-05', '2025-01-09'],
];

function newYorkHolidays(year: number): Day[] {
  return [
    // A Saturday's is not made up for: the Friday before is the last day of a year.
    mondayAfterSunday(dayOfMonth(year, 1, 1)),
    nth(year, 1, 1, 3),
    nth(year, 2, 1, 3),
    goodFriday(year),
    last(year, 5, 1),
    ...(year >= 2022 ? [nearestWeekday(dayOfMonth(year, 6, 19))] : []),
    nearestWeekday(dayOfMonth(year, 7, 4)),
    nth(year, 9, 1, 1),
    nth(year, 11, 4, 4),
    nearestWeekday(dayOfMonth(year, 12, 25)),
    ...datesIn(year, CLOSED_IN_NEW_YORK),
  ];
}

const ONE = at(13);

function newYorkEarlyCloses(year: number): (readonly [Day, number])[] {
  const independence = dayOfMonth(year, 7, 4);
  const christmasEve = dayOfMonth(year, 12, 24);
  const days = [nth(year, 11, 4, 4) + 1];
  // Before a Thursday's holiday it was the Friday after it until 2012.
  if (weekday(independence) === 4 && year < 2013) days.push(independence + 1);
  else if (!isWeekend(independence) && weekday(independence) !== 1) days.push(independence - 1);
  // A Friday's Christmas Eve is the holiday of a Saturday's Christmas.
  if (!isWeekend(christmasEve) && weekday(christmasEve) !== 5) days.push(christmasEve);
  if (year === 2003) days.push(dayOfMonth(year, 12, 26));
  return days.map((date) => [date, ONE]);
}

function newYork(exchange: string) {
  return cashMarket({
    exchange,
    timeZone: 'America/New_York',
    trades: [at(9, 30), at(16)],
    holidays: newYorkHolidays,
    earlyCloses: newYorkEarlyCloses,
  });
}

export const XNYS = newYork('XNYS');
export const XNAS = newYork('XNAS');

/** Toronto. */
export const XTSE = cashMarket({
  exchange: 'XTSE',
  timeZone: 'America/Toronto',
  trades: [at(9, 30), at(16)],
  holidays: (year) => {
    const beforeVictoria = dayOfMonth(year, 5, 24);
    return [
      mondayAfterWeekend(dayOfMonth(year, 1, 1)),
      ...(year >= 2008 ? [nth(year, 2, 1, 3)] : []),
      goodFriday(year),
      // The Monday before 25 May.
      beforeVictoria - ((weekday(beforeVictoria) + 6) % 7),
      mondayAfterWeekend(dayOfMonth(year, 7, 1)),
      nth(year, 8, 1, 1),
      nth(year, 9, 1, 1),
      nth(year, 10, 1, 2),
      ...christmasAndBoxingDay(year),
      ...datesIn(year, ['2001-09-11', '2001-09-12']),
    ];
  },
  earlyCloses: (year) => (year >= 2010 ? [[dayOfMonth(year, 12, 24), ONE]] : []),
});

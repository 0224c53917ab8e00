/** How holidays are found in a year. */
import { dayOfMonth, weekday } from '../../dates.ts';
import type { Day } from '../../dates.ts';

const SATURDAY = 6;
const SUNDAY = 0;

/** The n-th Monday (1), Thursday (4) … of a month. */
export function nth(year: number, month: number, dayOfWeek: number, n: number): Day {
  const first = dayOfMonth(year, month, 1);
  return first + ((dayOfWeek - weekday(first) + 7) % 7) + (n - 1) * 7;
}

/** The last such day of a month. */
export function last(year: number, month: number, dayOfWeek: number): Day {
  const end = dayOfMonth(year, month, 31);
  return end - ((weekday(end) - dayOfWeek + 7) % 7);
}

/** Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher. */
export function easter(year: number): Day {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const rest = year % 100;
  const epact =
    (19 * golden +
      century -
      Math.floor(century / 4) -
      Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) +
      15) %
    30;
  const sunday = (32 + 2 * (century % 4) + 2 * Math.floor(rest / 4) - epact - (rest % 4)) % 7;
  const correction = Math.floor((golden + 11 * epact + 22 * sunday) / 451);
  const index = epact + sunday - 7 * correction + 114;
  return dayOfMonth(year, Math.floor(index / 31), (index % 31) + 1);
}

export const goodFriday = (year: number): Day => easter(year) - 2;
export const easterMonday = (year: number): Day => easter(year) + 1;
export const whitMonday = (year: number): Day => easter(year) + 50;
export const ascension = (year: number): Day => easter(year) + 39;

export function isWeekend(date: Day): boolean {
  return weekday(date) === SATURDAY || weekday(date) === SUNDAY;
}

/** Of a Saturday the Friday, of a Sunday the Monday. */
export function nearestWeekday(date: Day): Day {
  if (weekday(date) === SATURDAY) return date - 1;
  return weekday(date) === SUNDAY ? date + 1 : date;
}

/** Of a Sunday the Monday; a Saturday stays where it is. */
export function mondayAfterSunday(date: Day): Day {
  return weekday(date) === SUNDAY ? date + 1 : date;
}

/** Of a Saturday or Sunday the Monday after it. */
export function mondayAfterWeekend(date: Day): Day {
  if (weekday(date) === SATURDAY) return date + 2;
  return mondayAfterSunday(date);
}

/** Of a Saturday or Sunday the Friday before it. */
export function fridayBeforeWeekend(date: Day): Day {
  if (weekday(date) === SATURDAY) return date - 1;
  return weekday(date) === SUNDAY ? date - 2 : date;
}

/** Christmas Day and Boxing Day, of which each that falls on a weekend is made up for after both. */
export function christmasAndBoxingDay(year: number): Day[] {
  const christmas = dayOfMonth(year, 12, 25);
  switch (weekday(christmas)) {
    case 5:
      return [christmas, christmas + 3];
    case SATURDAY:
      return [christmas + 2, christmas + 3];
    default:
      // Of a Sunday: Boxing Day on Monday as ever, and Christmas made up for on Tuesday.
      return weekday(christmas) === SUNDAY ? [christmas + 1, christmas + 2] : [christmas, christmas + 1];
  }
}

/** Those of the dates, written as `YYYY-MM-DD`, that lie in the year. */
export function datesIn(year: number, dates: readonly string[]): Day[] {
  return dates
    .filter((date) => Number(date.slice(0, 4)) === year)
    .map((date) => dayOfMonth(year, Number(date.slice(5, 7)), Number(date.slice(8))));
}

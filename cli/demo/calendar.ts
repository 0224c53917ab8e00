/** The demo's business days: Monday to Friday without a handful of holidays. */
import { addMonths, dayOfMonth, isoDate, weekday, yearOf } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';

/** Easter Sunday of the Gregorian calendar (the anonymous algorithm printed in Nature, 1876). */
function easter(year: number): Day {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const g = Math.floor((8 * b + 13) / 25);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 19 * l) / 433);
  const month = Math.floor((h + l - 7 * m + 90) / 25);
  return dayOfMonth(year, month, (h + l - 7 * m + 33 * month + 19) % 32);
}

const FIXED_HOLIDAYS = new Set(['01-01', '05-01', '12-25', '12-26']);

function isBusinessDay(day: Day): boolean {
  if (weekday(day) === 0 || weekday(day) === 6) return false;
  if (FIXED_HOLIDAYS.has(isoDate(day).slice(5))) return false;
  const sunday = easter(yearOf(day));
  return day !== sunday - 2 && day !== sunday + 1;
}

/** The business days of the years up to and including a day, in order: some 255 for each year. */
export function businessDays(until: Day, years: number): Day[] {
  const days: Day[] = [];
  for (let day = addMonths(until, -Math.round(12 * years)) + 1; day <= until; day++) {
    if (isBusinessDay(day)) days.push(day);
  }
  return days;
}

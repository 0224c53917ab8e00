/**
 * Hong Kong: the general holidays, from 2000 to 2049 with those of the moon, and the days lost to typhoons
 * up to 2024. The lunch break is not modelled: a day is one session.
 */
import { day, dayOfMonth, weekday } from '../../dates.ts';
import type { Day } from '../../dates.ts';
import { at, cashMarket } from './definition.ts';
import { lunarDays } from './lunar-days.ts';
import { datesIn, easterMonday, goodFriday, isWeekend } from './rules.ts';

const CLOSED = [
  ...['2008-08-06', '2008-08-22', '2011-09-29', '2013-08-14', '2015-09-03', '2016-08-02', '2016-10-21'],
  ...['2017-08-23', '2020-10-13', '2021-10-13', '2023-07-17', '2023-09-01', '2023-09-08', '2024-09-06'],
];
/** From then on the morning began and ended half an hour earlier. */
const EARLIER_SINCE = day('2011-03-07');
/** A Sunday's holiday of the moon was made up for on the day before, until then. */
const MADE_UP_AFTERWARDS_SINCE = 2012;

export const XHKG = cashMarket({
  exchange: 'XHKG',
  timeZone: 'Asia/Hong_Kong',
  hours: (date) => ({ open: date >= EARLIER_SINCE ? at(9, 30) : at(10), close: at(16) }),
  holidays: (year) => [
    ...withSubstitutes([
      dayOfMonth(year, 1, 1),
      ...lunarHolidays(year),
      chingMing(year),
      goodFriday(year),
      goodFriday(year) + 1,
      easterMonday(year),
      dayOfMonth(year, 5, 1),
      dayOfMonth(year, 7, 1),
      dayOfMonth(year, 10, 1),
      dayOfMonth(year, 12, 25),
      dayOfMonth(year, 12, 26),
    ]),
    ...datesIn(year, CLOSED),
  ],
  earlyCloses: (year) => {
    const newYear = lunarDays(year)?.newYear;
    const eves = [dayOfMonth(year, 12, 24), dayOfMonth(year, 12, 31)];
    if (newYear !== undefined && year >= 2012) eves.push(newYear - 1);
    return eves
      .filter((date) => !isWeekend(date))
      .map((date) => [date, date >= EARLIER_SINCE ? at(12) : at(12, 30)] as const);
  },
});

function lunarHolidays(year: number): Day[] {
  const days = lunarDays(year);
  if (!days) return [];
  const { newYear, buddhasBirthday, dragonBoat, midAutumn, doubleNinth } = days;
  const before = year < MADE_UP_AFTERWARDS_SINCE;
  const festive = [newYear, newYear + 1, newYear + 2];
  if (festive.some(isSunday)) festive.push(before ? newYear - 1 : newYear + 3);
  const dayAfter = before && isSunday(midAutumn + 1) ? midAutumn : midAutumn + 1;
  return [...festive.filter((date) => !isSunday(date)), buddhasBirthday, dragonBoat, dayAfter, doubleNinth];
}

const isSunday = (date: Day): boolean => weekday(date) === 0;

/** A Sunday's holiday, or the second of two on one day, is made up for on the next weekday that is none. */
function withSubstitutes(holidays: readonly Day[]): Day[] {
  const all = new Set<Day>();
  const wanting: Day[] = [];
  for (const holiday of holidays) {
    if (isSunday(holiday) || all.has(holiday)) wanting.push(holiday);
    else all.add(holiday);
  }
  for (const holiday of wanting) {
    let substitute = holiday + 1;
    while (all.has(substitute) || isSunday(substitute)) substitute++;
    all.add(substitute);
  }
  return [...all];
}

/** The solar term, by the usual approximation for this century. */
function chingMing(year: number): Day {
  const since = year - 2000;
  return dayOfMonth(year, 4, Math.floor(4.81 + 0.2422 * since) - Math.floor(since / 4));
}

/**
 * Tokyo: the national holidays by the law of 1948 as it stands since 2000, and the days around the new year.
 * The lunch break is not modelled: a day is one session.
 */
import { day, dayOfMonth, weekday } from '../../dates.ts';
import type { Day } from '../../dates.ts';
import { at, cashMarket } from './definition.ts';
import { datesIn, nth } from './rules.ts';

/** The accession in 2019, a day without trading in 2020, and what the games of 2020 and 2021 moved. */
const SINGLE = [
  ...['2019-04-30', '2019-05-01', '2019-05-02', '2019-10-22', '2020-10-01'],
  ...['2020-07-23', '2020-07-24', '2020-08-10', '2021-07-22', '2021-07-23', '2021-08-09'],
];
const OF_THE_GAMES = [2020, 2021];
/** From then on the afternoon ends half an hour later. */
const LONGER_SINCE = day('2024-11-05');

export const XTKS = cashMarket({
  exchange: 'XTKS',
  timeZone: 'Asia/Tokyo',
  hours: (date) => ({ open: at(9), close: date >= LONGER_SINCE ? at(15, 30) : at(15) }),
  holidays: (year) => [
    ...withSubstitutes(nationalHolidays(year)),
    ...[1, 2, 3].map((date) => dayOfMonth(year, 1, date)),
    dayOfMonth(year, 12, 31),
    ...datesIn(year, SINGLE),
  ],
});

function nationalHolidays(year: number): Day[] {
  const usual = !OF_THE_GAMES.includes(year);
  return [
    dayOfMonth(year, 1, 1),
    nth(year, 1, 1, 2),
    dayOfMonth(year, 2, 11),
    ...(year >= 2020 ? [dayOfMonth(year, 2, 23)] : []),
    equinox(year, 3, 20.8431),
    dayOfMonth(year, 4, 29),
    ...[3, 4, 5].map((date) => dayOfMonth(year, 5, date)),
    ...(usual ? [year >= 2003 ? nth(year, 7, 1, 3) : dayOfMonth(year, 7, 20)] : []),
    ...(usual && year >= 2016 ? [dayOfMonth(year, 8, 11)] : []),
    year >= 2003 ? nth(year, 9, 1, 3) : dayOfMonth(year, 9, 15),
    equinox(year, 9, 23.2488),
    ...(usual ? [nth(year, 10, 1, 2)] : []),
    dayOfMonth(year, 11, 3),
    dayOfMonth(year, 11, 23),
    ...(year <= 2018 ? [dayOfMonth(year, 12, 23)] : []),
  ];
}

/**
 * A Sunday's holiday is made up for on the next day that is none, and a day between two holidays is one.
 */
function withSubstitutes(holidays: readonly Day[]): Day[] {
  const all = new Set(holidays);
  for (const holiday of holidays) {
    if (weekday(holiday) !== 0) continue;
    let substitute = holiday + 1;
    while (all.has(substitute)) substitute++;
    all.add(substitute);
  }
  for (const holiday of holidays) if (holidays.includes(holiday + 2)) all.add(holiday + 1);
  return [...all];
}

/** Vernal and autumnal equinox in Japan, by the usual approximation, right from 1980 to 2099. */
function equinox(year: number, month: number, base: number): Day {
  const since = year - 1980;
  return dayOfMonth(year, month, Math.floor(base + 0.242194 * since - Math.floor(since / 4)));
}

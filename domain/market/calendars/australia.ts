/** Sydney. */
import { dayOfMonth } from '../../dates.ts';
import { at, cashMarket } from './definition.ts';
import {
  christmasAndBoxingDay,
  datesIn,
  easterMonday,
  fridayBeforeWeekend,
  goodFriday,
  mondayAfterWeekend,
  nth,
} from './rules.ts';

export const XASX = cashMarket({
  exchange: 'XASX',
  timeZone: 'Australia/Sydney',
  trades: [at(10), at(16)],
  holidays: (year) => [
    mondayAfterWeekend(dayOfMonth(year, 1, 1)),
    mondayAfterWeekend(dayOfMonth(year, 1, 26)),
    goodFriday(year),
    easterMonday(year),
    // Was made up for in two years only.
    dayOfMonth(year, 4, 25),
    nth(year, 6, 1, 2),
    ...christmasAndBoxingDay(year),
    ...datesIn(year, ['2010-04-26', '2011-04-26', '2022-09-22']),
  ],
  // The last trading days before Christmas and before the new year, but not in 2022.
  earlyCloses: (year) =>
    (year < 2010 || year === 2022 ? [] : [24, 31]).map(
      (date) => [fridayBeforeWeekend(dayOfMonth(year, 12, date)), at(14, 10)] as const,
    ),
});

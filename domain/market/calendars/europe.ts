/** London, Frankfurt, Euronext, Milan, Madrid and Zürich, as they trade since about 2007. */
import { dayOfMonth } from '../../dates.ts';
import type { Day } from '../../dates.ts';
import { at, cashMarket } from './definition.ts';
import {
  ascension,
  christmasAndBoxingDay,
  datesIn,
  easterMonday,
  fridayBeforeWeekend,
  goodFriday,
  last,
  mondayAfterWeekend,
  nth,
  whitMonday,
} from './rules.ts';

/** Jubilees, a wedding, a funeral and a coronation; some years moved a bank holiday to them. */
const CLOSED_IN_LONDON = [
  ...['1999-12-31', '2002-06-03', '2002-06-04', '2011-04-29', '2012-06-04', '2012-06-05'],
  ...['2022-06-02', '2022-06-03', '2022-09-19', '2023-05-08'],
];
const SPRING_HOLIDAY_MOVED = [2002, 2012, 2022];
/** Half an hour past noon. */
const HALF_DAY = at(12, 30);

export const XLON = cashMarket({
  exchange: 'XLON',
  timeZone: 'Europe/London',
  trades: [at(8), at(16, 30)],
  holidays: (year) => [
    mondayAfterWeekend(dayOfMonth(year, 1, 1)),
    goodFriday(year),
    easterMonday(year),
    // Moved to the day of victory at its anniversaries.
    year === 1995 || year === 2020 ? dayOfMonth(year, 5, 8) : nth(year, 5, 1, 1),
    ...(SPRING_HOLIDAY_MOVED.includes(year) ? [] : [last(year, 5, 1)]),
    last(year, 8, 1),
    ...christmasAndBoxingDay(year),
    ...datesIn(year, CLOSED_IN_LONDON),
  ],
  // The last trading days before Christmas and before the new year.
  earlyCloses: (year) =>
    [24, 31].map((date) => [fridayBeforeWeekend(dayOfMonth(year, 12, date)), HALF_DAY] as const),
});

/** New Year, Good Friday, Easter Monday and the first of May, on which all of the continent is closed. */
function continental(year: number): Day[] {
  return [dayOfMonth(year, 1, 1), goodFriday(year), easterMonday(year), dayOfMonth(year, 5, 1)];
}

const inDecember = (year: number, dates: readonly number[]): Day[] =>
  dates.map((date) => dayOfMonth(year, 12, date));

/** Xetra. Whit Monday and the day of unity were holidays for some years. */
export const XETR = cashMarket({
  exchange: 'XETR',
  timeZone: 'Europe/Berlin',
  holidays: (year) => [
    ...continental(year),
    ...(year === 2007 || (year >= 2015 && year <= 2021) ? [whitMonday(year)] : []),
    ...(year >= 2014 && year <= 2021 ? [dayOfMonth(year, 10, 3)] : []),
    ...inDecember(year, [24, 25, 26, 31]),
    ...datesIn(year, ['2017-10-31']),
  ],
  // The last trading day of the year.
  earlyCloses: (year) => (year >= 2010 ? [[fridayBeforeWeekend(dayOfMonth(year, 12, 30)), at(14)]] : []),
});

function euronext(exchange: string, timeZone: string) {
  return cashMarket({
    exchange,
    timeZone,
    holidays: (year) => [...continental(year), ...inDecember(year, [25, 26])],
    earlyCloses: (year) => inDecember(year, [24, 31]).map((date) => [date, at(14, 5)] as const),
  });
}

export const XPAR = euronext('XPAR', 'Europe/Paris');
export const XAMS = euronext('XAMS', 'Europe/Amsterdam');

export const XMIL = cashMarket({
  exchange: 'XMIL',
  timeZone: 'Europe/Rome',
  holidays: (year) => [...continental(year), dayOfMonth(year, 8, 15), ...inDecember(year, [24, 25, 26, 31])],
});

/** Madrid. In some years it was closed on the eves on which it otherwise trades for half a day. */
export const XMAD = cashMarket({
  exchange: 'XMAD',
  timeZone: 'Europe/Madrid',
  holidays: (year) => [
    ...continental(year),
    ...inDecember(year, [25, 26]),
    ...(year <= 2010 || (year >= 2021 && year <= 2023) ? inDecember(year, [24, 31]) : []),
  ],
  earlyCloses: (year) => inDecember(year, [24, 31]).map((date) => [date, at(14)] as const),
});

export const XSWX = cashMarket({
  exchange: 'XSWX',
  timeZone: 'Europe/Zurich',
  holidays: (year) => [
    ...continental(year),
    dayOfMonth(year, 1, 2),
    ascension(year),
    whitMonday(year),
    dayOfMonth(year, 8, 1),
    ...inDecember(year, [24, 25, 26, 31]),
  ],
});

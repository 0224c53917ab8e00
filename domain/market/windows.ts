/** The windows that bars are made of. Instants in Unix milliseconds. */
import { MS_PER_MINUTE, zoneOf } from './calendars/zone.ts';

/** From the shortest to the longest; a day is that of a trading session and has no fixed length. */
export const INTERVALS = ['1min', '5min', '15min', '30min', '1h', '4h', '1day'] as const;
export type Interval = (typeof INTERVALS)[number];
export type IntradayInterval = Exclude<Interval, '1day'>;

export const INTERVAL_MINUTES: Readonly<Record<IntradayInterval, number>> = {
  '1min': 1,
  '5min': 5,
  '15min': 15,
  '30min': 30,
  '1h': 60,
  '4h': 240,
};

/** From its start to before its end. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** The window that an instant falls into. */
export type WindowAt = (ms: number) => Window;

/**
 * One and five minutes begin at multiples of themselves, the same everywhere. Longer windows begin at
 * multiples of their width after midnight in the time zone, and the last one of a day ends with the day: on
 * the two days of a year that have 23 or 25 hours it is shorter, or there is one more.
 */
export function windowsOf(interval: IntradayInterval, timeZone: string): WindowAt {
  const width = INTERVAL_MINUTES[interval] * MS_PER_MINUTE;
  if (width <= 5 * MS_PER_MINUTE) {
    return (ms) => {
      const start = Math.floor(ms / width) * width;
      return { start, end: start + width };
    };
  }
  const zone = zoneOf(timeZone);
  let recent: Window | undefined;
  return (ms) => {
    if (recent && ms >= recent.start && ms < recent.end) return recent;
    const date = zone.dateAt(ms);
    const midnight = zone.instantOf(date, 0);
    const start = midnight + Math.floor((ms - midnight) / width) * width;
    recent = { start, end: Math.min(start + width, zone.instantOf(date + 1, 0)) };
    return recent;
  };
}

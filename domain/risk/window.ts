/** The length of a rolling window, by the calendar. */
import { monthsBefore } from '../returns/periods.ts';
import type { Day } from '../dates.ts';

export type WindowLength =
  { readonly unit: 'days'; readonly count: number } | { readonly unit: 'months'; readonly count: number };

/** A hundred years. */
const MOST_DAYS = 36_525;
const MOST_MONTHS = 1_200;

/** `90d`, `12W`, `6M`, `1Y`; `undefined` for other text. Capitals do not matter. */
export function tryWindow(text: string): WindowLength | undefined {
  const match = /^([1-9]\d{0,4})([DWMY])$/.exec(text.trim().toUpperCase());
  if (!match) return undefined;
  const count = Number(match[1]);
  switch (match[2]) {
    case 'D':
      return count <= MOST_DAYS ? { unit: 'days', count } : undefined;
    case 'W':
      return count * 7 <= MOST_DAYS ? { unit: 'days', count: count * 7 } : undefined;
    case 'M':
      return count <= MOST_MONTHS ? { unit: 'months', count } : undefined;
    default:
      return count * 12 <= MOST_MONTHS ? { unit: 'months', count: count * 12 } : undefined;
  }
}

/** The first day of the window that ends on a day, by the rule of trailing periods. */
export function windowStart({ unit, count }: WindowLength, to: Day): Day {
  return (unit === 'days' ? to - count : monthsBefore(to, count)) + 1;
}

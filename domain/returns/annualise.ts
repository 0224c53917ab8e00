/** Between a return over a number of days and a rate per year of 365 days. */
import { add, fromNumber, ONE, toNumber, type Decimal } from '../decimal.ts';
import { FRACTION_SCALE } from './model.ts';

export const DAYS_PER_YEAR = 365;

/** Rates beyond these bounds say nothing and would not print to 12 places. */
const LARGEST_RATE = 1e12;
const SMALLEST_GROWTH = 1e-12;

/**
 * `(1 + total)^(365 / days) − 1`, a float rounded to 12 places. `null` below 365 days unless `short` asks
 * for it (a month's luck compounded to a year is no forecast), and where the rate is beyond 10^12.
 */
export function annualise(total: Decimal, days: number, short = false): Decimal | null {
  if (days < 1 || (days < DAYS_PER_YEAR && !short)) return null;
  // Added as decimals: of a total near −1 a float would keep few digits of what is left.
  const growth = toNumber(add(ONE, total));
  if (growth < 0) return null;
  if (growth === 0) return fromNumber(-1, 0);
  return rateOf((Math.log(growth) * DAYS_PER_YEAR) / days);
}

/** The rate `e^logarithm − 1` to 12 places, `null` when it is out of any sensible range. */
export function rateOf(logarithm: number): Decimal | null {
  const rate = Math.expm1(logarithm);
  if (!(rate <= LARGEST_RATE) || Math.exp(logarithm) < SMALLEST_GROWTH) return null;
  return fromNumber(rate, FRACTION_SCALE);
}

/** What a yearly rate, given as ln(1 + rate), makes of a number of days. `null` when out of range. */
export function holdingPeriodRate(logarithm: number, days: number): Decimal | null {
  return rateOf((logarithm * days) / DAYS_PER_YEAR);
}

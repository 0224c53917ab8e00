/** What money earns without risk, from yearly rates. Statistics are made of it, hence binary floats. */
import type { Day } from '../dates.ts';
import type { Series } from '../books/series.ts';
import { toNumber } from '../decimal.ts';

/**
 * Fractions. The daily rate of a yearly rate r is (1 + r)^(1/365) − 1: the effective rate, actual/365, on
 * every calendar day.
 */
export interface RiskFree {
  /** The rate of a day; undefined before the first rate is known. */
  on(day: Day): number | undefined;
  /** What 1 earns from the close of one day to the close of another; undefined where a day has no rate. */
  between(after: Day, through: Day): number | undefined;
}

const DAYS_OF_YEAR = 365;

export function constantRate(yearly: number): RiskFree {
  const log = Math.log1p(yearly) / DAYS_OF_YEAR;
  const daily = Math.expm1(log);
  return { on: () => daily, between: (after, through) => Math.expm1(log * (through - after)) };
}

/** Each yearly rate is valid from its day until the next. */
export function variableRate(rates: Series): RiskFree {
  const starts = rates.points.map(({ day }) => day);
  const logs = rates.points.map(({ price }) => Math.log1p(toNumber(price)) / DAYS_OF_YEAR);
  // Logarithms add up: what has accumulated before each rate begins makes any stretch one subtraction.
  const before = [0];
  for (let i = 1; i < starts.length; i++)
    before.push(before[i - 1]! + logs[i - 1]! * (starts[i]! - starts[i - 1]!));
  const locate = (day: Day): number => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= day) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  /** The sum of the logarithms of all days up to and including one. */
  const accumulated = (day: Day, at: number) => before[at]! + logs[at]! * (day - starts[at]! + 1);
  return {
    on(day) {
      const at = locate(day);
      return at < 0 ? undefined : Math.expm1(logs[at]!);
    },
    between(after, through) {
      if (through <= after) return 0;
      const from = locate(after + 1);
      if (from < 0) return undefined;
      const upTo = accumulated(through, locate(through));
      // Nothing has accumulated before the first day of the first rate.
      const at = locate(after);
      return Math.expm1(upTo - (at < 0 ? 0 : accumulated(after, at)));
    },
  };
}

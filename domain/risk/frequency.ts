/** How often returns are taken for statistics, and how many of them make a year. */
import { dayOfMonth, monthOf, weekday, yearOf, type Day } from '../dates.ts';

/** `daily` means business days, Monday to Friday: what happens at a weekend is part of Monday. */
export const RISK_FREQUENCIES = ['daily', 'weekly', 'monthly'] as const;
export type RiskFrequency = (typeof RISK_FREQUENCIES)[number];

/** Returns per year, by which deviations (its root) and means are annualised. */
export const RETURNS_PER_YEAR: Readonly<Record<RiskFrequency, number>> = {
  daily: 252,
  weekly: 52,
  monthly: 12,
};

/** The days of one return. It runs from the close before `from` to the close of `to`. */
export interface Bucket {
  readonly from: Day;
  readonly to: Day;
}

/** The bucket a day falls in: a business day with the weekend before it, an ISO week, a calendar month. */
export function bucketOf(day: Day, frequency: RiskFrequency): Bucket {
  switch (frequency) {
    case 'daily': {
      const to = weekday(day) === 6 ? day + 2 : weekday(day) === 0 ? day + 1 : day;
      return { from: weekday(to) === 1 ? to - 2 : to, to };
    }
    case 'weekly': {
      const to = day + ((7 - weekday(day)) % 7);
      return { from: to - 6, to };
    }
    case 'monthly': {
      const [year, month] = [yearOf(day), monthOf(day)];
      return { from: dayOfMonth(year, month, 1), to: dayOfMonth(year, month, 31) };
    }
    default:
      return frequency satisfies never;
  }
}

/**
 * The buckets of a period in order. Weeks and months that lie only partly in it are left out, and so are the
 * days of a weekend that it ends in. A Monday is taken without the part of its weekend before the period.
 */
export function bucketsWithin(from: Day, to: Day, frequency: RiskFrequency): Bucket[] {
  const buckets: Bucket[] = [];
  for (let next = from; next <= to;) {
    const bucket = bucketOf(next, frequency);
    if (bucket.to > to) break;
    if (frequency === 'daily') buckets.push({ from: next, to: bucket.to });
    else if (bucket.from >= from) buckets.push(bucket);
    next = bucket.to + 1;
  }
  return buckets;
}

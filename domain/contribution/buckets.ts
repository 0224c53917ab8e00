/** A period cut into calendar months, quarters or years. */
import { addMonths, isoDate, monthOf, yearOf, type Day } from '../dates.ts';
import { startOf, type Period } from '../returns/periods.ts';

export type BucketUnit = 'month' | 'quarter' | 'year';

const MONTHS: Readonly<Record<BucketUnit, number>> = { month: 1, quarter: 3, year: 12 };

/** The calendar periods that a period touches, clipped to it; one without days stays as it is. */
export function bucketsOf(period: Period, unit: BucketUnit): Period[] {
  if (period.empty) return [period];
  const buckets: Period[] = [];
  for (let start = startOf(unit, period.from); start <= period.to; start = addMonths(start, MONTHS[unit])) {
    const end = addMonths(start, MONTHS[unit]) - 1;
    buckets.push({
      label: labelOf(start, unit),
      from: Math.max(start, period.from),
      to: Math.min(end, period.to),
      empty: false,
      notes: [],
    });
  }
  return buckets;
}

function labelOf(start: Day, unit: BucketUnit): string {
  switch (unit) {
    case 'month':
      return isoDate(start).slice(0, 7);
    case 'quarter':
      return `${yearOf(start)}-Q${(monthOf(start) + 2) / 3}`;
    case 'year':
      return String(yearOf(start));
    default:
      return unit satisfies never;
  }
}

/** Coarser rows from daily rows, such that their returns still link to those of the days. */
import { add, type Decimal } from '../decimal.ts';
import { addMonths, weekday, type Day } from '../dates.ts';
import { timeWeighted } from './figures.ts';
import { indexAfter, linkDays, type ReturnChain } from './link.ts';
import {
  DEFAULT_RETURN_OPTIONS,
  qualityOf,
  type Quality,
  type ReturnDay,
  type ReturnOptions,
} from './model.ts';
import { startOf } from './periods.ts';
import { missingDay, type Reason } from './remarks.ts';
import { findStretch } from './stretch.ts';

export const FREQUENCIES = ['daily', 'weekly', 'monthly', 'quarterly', 'yearly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** A bucket of days: its opening value, the sums of what moved, its closing value (that of `to`). */
export interface ResampledRow {
  /** First and last day that have a row in the bucket. */
  readonly from: Day;
  readonly to: Day;
  readonly bodMarketValue: Decimal;
  readonly bodCashflow: Decimal;
  readonly eodCashflow: Decimal;
  readonly eodMarketValue: Decimal;
  readonly income: Decimal;
  readonly fees: Decimal;
  readonly taxes: Decimal;
  /** Linked from the days, not computed from this row; `null` with a reason. */
  readonly twr: Decimal | null;
  readonly reason?: Reason;
  /** Growth of 1 from the opening of the first row; `null` once a day was missing or undefined. */
  readonly index: Decimal | null;
  readonly quality: Quality;
}

/** Rows of a frequency from ascending days (`RangeError` when they do not ascend). Weeks are Monday to Sunday. */
export function resample(
  days: readonly ReturnDay[],
  frequency: Frequency,
  options: ReturnOptions = DEFAULT_RETURN_OPTIONS,
): ResampledRow[] {
  const chain = linkDays(days, options);
  const indexEnds = Math.min(chain.undefinedRows[0]?.row ?? Infinity, chain.gapRows[0] ?? Infinity);
  const rows: ResampledRow[] = [];
  for (let first = 0; first < days.length;) {
    const last = endOfBucket(days, first, frequency);
    const missing = missingIn(chain, first, last, frequency);
    const outcome =
      missing === undefined ? timeWeighted(chain, { first, last, bridged: false }) : missingDay(missing);
    rows.push({
      ...totalsOf(days, first, last),
      ...('figure' in outcome ? { twr: null, reason: outcome } : { twr: outcome }),
      index: last < indexEnds ? indexAfter(chain, last) : null,
    });
    first = last + 1;
  }
  return rows;
}

function endOfBucket(days: readonly ReturnDay[], first: number, frequency: Frequency): number {
  const start = bucketStart(days[first]!.day, frequency);
  let last = first;
  while (last + 1 < days.length && bucketStart(days[last + 1]!.day, frequency) === start) last++;
  return last;
}

/** The first day of a bucket, as far as the series reaches, that has no row although something was held. */
function missingIn(chain: ReturnChain, first: number, last: number, frequency: Frequency): Day | undefined {
  if (frequency === 'daily' || chain.gapRows.length === 0) return undefined;
  const { days } = chain;
  const start = bucketStart(days[first]!.day, frequency);
  const from = Math.max(start, days[0]!.day);
  const to = Math.min(bucketEnd(start, frequency), days.at(-1)!.day);
  return findStretch(chain, from, to).missing;
}

/** The first calendar day of the bucket that a day falls in. */
export function bucketStart(day: Day, frequency: Frequency): Day {
  switch (frequency) {
    case 'daily':
      return day;
    case 'weekly':
      return day - ((weekday(day) + 6) % 7);
    case 'monthly':
      return startOf('month', day);
    case 'quarterly':
      return startOf('quarter', day);
    case 'yearly':
      return startOf('year', day);
    default:
      return frequency satisfies never;
  }
}

/** The last calendar day of the bucket that begins on a day. */
export function bucketEnd(start: Day, frequency: Frequency): Day {
  switch (frequency) {
    case 'daily':
      return start;
    case 'weekly':
      return start + 6;
    case 'monthly':
      return addMonths(start, 1) - 1;
    case 'quarterly':
      return addMonths(start, 3) - 1;
    case 'yearly':
      return addMonths(start, 12) - 1;
    default:
      return frequency satisfies never;
  }
}

function totalsOf(days: readonly ReturnDay[], first: number, last: number) {
  const [opening, closing] = [days[first]!, days[last]!];
  let { bodCashflow, eodCashflow, income, fees, taxes, estimated, open } = opening;
  for (let row = first + 1; row <= last; row++) {
    const day = days[row]!;
    bodCashflow = add(bodCashflow, day.bodCashflow);
    eodCashflow = add(eodCashflow, day.eodCashflow);
    income = add(income, day.income);
    fees = add(fees, day.fees);
    taxes = add(taxes, day.taxes);
    estimated ||= day.estimated;
    open ||= day.open;
  }
  return {
    from: opening.day,
    to: closing.day,
    bodMarketValue: opening.bodMarketValue,
    bodCashflow,
    eodCashflow,
    eodMarketValue: closing.eodMarketValue,
    income,
    fees,
    taxes,
    quality: qualityOf(estimated, open),
  };
}

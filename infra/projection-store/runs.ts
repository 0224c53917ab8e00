/**
 * Rows that are retired lie side by side: as runs of days they are a thousandth of the parameters, and each
 * run is one walk through the index instead of a search for each of its days.
 */
import { isoDate } from '../../domain/dates.ts';
import type { Day } from '../../domain/dates.ts';

export interface RetiredDay {
  readonly portfolioNo: number;
  /** Absent of the portfolio's own rows. */
  readonly securityNo?: number;
  readonly day: Day;
  readonly supersededBy: number | null;
}

export interface RetiredRuns {
  readonly portfolioNos: readonly number[];
  /** 0 of the portfolio's own rows. */
  readonly securityNos: readonly number[];
  /** ISO dates, both ends included. */
  readonly from: readonly string[];
  readonly through: readonly string[];
  readonly supersededBy: readonly (number | null)[];
}

/** Neighbours in the list that are neighbours in time, of one key and with one fate, become one run. */
export function runsOf(rows: readonly RetiredDay[]): RetiredRuns {
  const runs = { portfolioNos: [], securityNos: [], from: [], through: [], supersededBy: [] } as {
    -readonly [K in keyof RetiredRuns]: RetiredRuns[K][number][];
  };
  let last: RetiredDay | undefined;
  for (const row of rows) {
    const goesOn =
      last !== undefined &&
      row.day === last.day + 1 &&
      row.portfolioNo === last.portfolioNo &&
      row.securityNo === last.securityNo &&
      row.supersededBy === last.supersededBy;
    if (!goesOn) {
      if (last) runs.through.push(isoDate(last.day));
      runs.portfolioNos.push(row.portfolioNo);
      runs.securityNos.push(row.securityNo ?? 0);
      runs.from.push(isoDate(row.day));
      runs.supersededBy.push(row.supersededBy);
    }
    last = row;
  }
  if (last) runs.through.push(isoDate(last.day));
  return runs;
}

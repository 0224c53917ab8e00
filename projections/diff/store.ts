/** The port through which the rows of two generations are compared where they are stored. */
import type { Day } from '../../domain/dates.ts';

/** The numbers of a key in either generation; `null` where it has none. */
export interface KeyPair {
  readonly here: { readonly portfolioNo: number; readonly securityNo: number } | null;
  readonly there: { readonly portfolioNo: number; readonly securityNo: number } | null;
}

/** A run of days, both ends included. */
export type DayRun = readonly [from: Day, through: Day];

export interface KeyDifference {
  /** Days whose rows differ, or that only one generation has, in runs that may overlap. */
  readonly days: readonly DayRun[];
  /** Days of the transactions after which the key's state differs. */
  readonly transactionDays: readonly DayRun[];
  /** The first day with a row in either generation. */
  readonly firstHere: Day | null;
  readonly firstThere: Day | null;
}

/** The port through which a generation loses what is kept no longer. */
import type { Instant } from '../../domain/dates.ts';

export interface Removed {
  readonly rows: number;
  readonly bytes: number;
}

export interface PruneStore {
  /** What `remove` would take away: rows that an epoch shown before that instant replaced. */
  superseded(before: Instant): Promise<Removed>;
  /**
   * Notes the keys that have such rows, so that from now on nobody is shown a part of them.
   * @returns how many keys have become shorter
   */
  note(before: Instant): Promise<number>;
  /** Portfolios of which something was noted, now or in an earlier run that was interrupted. */
  portfolios(): Promise<readonly number[]>;
  /** Deletes what was noted of these portfolios, in transactions of a year of theirs each. */
  remove(portfolioNos: readonly number[]): Promise<Removed>;
}

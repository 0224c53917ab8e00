/** What backfill needs of the database. Times are Unix milliseconds. */
import type { Day } from '../../domain/dates.ts';
import type { BarFigures } from './backfill-rules.ts';
import type { Tier } from './model.ts';

export interface KnownSymbol {
  readonly symbolNo: number;
  readonly exchange: string;
}

export interface TimeRange {
  readonly from: number;
  /** Not in it any more. */
  readonly to: number;
}

export interface FoundBar extends BarFigures {
  readonly start: number;
  /** When it was over. */
  readonly closesAt: number;
  readonly session: Day;
}

/** The outcome of one request. */
export interface Filling {
  readonly symbolNo: number;
  readonly tier: Tier;
  readonly bars: readonly FoundBar[];
  /** Where the provider had nothing. */
  readonly absent: readonly TimeRange[];
  readonly provider: string;
}

export interface BackfillStore {
  find(symbol: string): Promise<KnownSymbol | undefined>;
  /** Leaves the exchange of a symbol that is there as it is. */
  register(symbol: string, exchange: string): Promise<KnownSymbol>;
  /** The bars that there are in a range. */
  present(symbolNo: number, tier: Tier, range: TimeRange): Promise<number[]>;
  /** Where a provider had nothing when it was asked, as far as it touches a range, in ascending order. */
  absences(symbolNo: number, tier: Tier, provider: string, range: TimeRange): Promise<TimeRange[]>;
  /**
   * Stores what a request brought, in one transaction: bars where there are none, the progress of the
   * symbol's bars, absences. @returns how many bars were new
   */
  fill(filling: Filling): Promise<number>;
}

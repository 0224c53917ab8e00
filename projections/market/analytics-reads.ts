/** What readers want of the indicators that are kept. */
import type { Figure } from '../../domain/indicators/formula.ts';
import type { Tier } from './model.ts';

export interface AnalyticsQuery {
  /** As it is stored, see `parseSymbol`. */
  readonly symbol: string;
  readonly tier: Tier;
  /** Unix milliseconds: of bars that begin at this or later. */
  readonly start?: number;
  /** Unix milliseconds: of bars that begin before this. */
  readonly end?: number;
  /** With `start` the first so many from there, otherwise the newest so many. */
  readonly limit: number;
}

export interface AnalyticsRow {
  /** Start of the bar, Unix milliseconds. */
  readonly time: number;
  readonly close: number;
  /** By the names of STANDARD_COLUMNS. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** More ticks may come into the bar. */
  readonly isOpen: boolean;
}

export interface AnalyticsSeries {
  readonly symbol: string;
  readonly exchange: string;
  /** In ascending order of time, the open bar among them. */
  readonly rows: readonly AnalyticsRow[];
}

export interface AnalyticsReader {
  /** @returns `undefined` for a symbol that no price was ever received of */
  rows(query: AnalyticsQuery): Promise<AnalyticsSeries | undefined>;
}

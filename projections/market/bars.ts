/** What readers want of bars and of symbols. */
import type { Bar } from '../../domain/market/roll-up.ts';
import type { Interval } from '../../domain/market/windows.ts';

export interface BarQuery {
  /** As it is stored, see `parseSymbol`. */
  readonly symbol: string;
  readonly interval: Interval;
  /** Unix milliseconds: bars that begin at this or later. */
  readonly start?: number;
  /** Unix milliseconds: bars that begin before this. */
  readonly end?: number;
  /** With `start` the first so many from there, otherwise the newest so many. */
  readonly limit: number;
}

/** A bar as it is given out. */
export interface ServedBar extends Bar {
  /** When its window ends, or when its trading day is settled. */
  readonly end: number;
  /** More ticks may come into it: its end lies in the future. */
  readonly isOpen: boolean;
}

export interface BarSeries {
  readonly symbol: string;
  readonly exchange: string;
  /** In ascending order of time. */
  readonly bars: readonly ServedBar[];
}

export interface BarReader {
  /** @returns `undefined` for a symbol that no price was ever received of */
  bars(query: BarQuery): Promise<BarSeries | undefined>;
}

/** What is there of a symbol. Times in Unix milliseconds, null where there is none. */
export interface SymbolFacts {
  readonly symbol: string;
  readonly exchange: string;
  /** The newest tick, by its own time. */
  readonly newest_tick: number | null;
  readonly first_intraday: number | null;
  readonly last_intraday: number | null;
  readonly first_daily: number | null;
  readonly last_daily: number | null;
}

export type ExchangeChange =
  | { readonly status: 'unknown_symbol' }
  | { readonly status: 'unknown_exchange'; readonly exchanges: readonly string[] }
  | { readonly status: 'unchanged'; readonly exchange: string }
  | {
      readonly status: 'changed';
      readonly from: string;
      readonly to: string;
      /** Daily bars that were made anew by the other calendar. */
      readonly dailyBars: number;
    };

export interface SymbolBook {
  /** In alphabetical order. */
  list(options?: {
    readonly symbol?: string;
    readonly after?: string;
    readonly limit?: number;
  }): Promise<readonly SymbolFacts[]>;
  /**
   * Lets the bars of a symbol follow another calendar, and makes those daily bars anew that are made of
   * ticks and whose five-minute bars are still there.
   */
  setExchange(symbol: string, exchange: string): Promise<ExchangeChange>;
}

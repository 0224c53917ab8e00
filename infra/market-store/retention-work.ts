/** What is kept for how long, and the lock by which one process at a time is at it. */
import type { Queryable } from '../database/queryable.ts';

/** For how many days each is kept; `undefined` for ever. Ticks are kept for no longer than intraday bars. */
export interface RetentionDays {
  readonly ticks: number;
  /** Bars of five minutes and their indicators. */
  readonly intraday: number;
  /** Daily bars and their indicators. */
  readonly daily: number | undefined;
}

export const RETAINED_TABLES = [
  'realtime_prices',
  'intraday_ohlcv',
  'intraday_analytics',
  'historical_ohlcv',
  'daily_analytics',
] as const;
export type RetainedTable = (typeof RETAINED_TABLES)[number];

/** How long each table keeps its rows. */
export function daysOf(table: RetainedTable, days: RetentionDays): number | undefined {
  switch (table) {
    case 'realtime_prices':
      return days.ticks;
    case 'intraday_ohlcv':
    case 'intraday_analytics':
      return days.intraday;
    case 'historical_ohlcv':
    case 'daily_analytics':
      return days.daily;
  }
}

export interface RetentionWork {
  readonly days: RetentionDays;
  /** Unix milliseconds. */
  readonly now: number;
  readonly batchRows: number;
  readonly signal: AbortSignal;
}

/** Any constant will do: it is the name of the lock. */
const LOCK = 818_235_377;

/** Held until the transaction ends. */
export async function takeLock(tx: Queryable): Promise<boolean> {
  const [row] = await tx.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1::bigint) as held', [
    LOCK,
  ]);
  return row?.held ?? false;
}

export function cutoff(now: number, days: number): string {
  return new Date(now - days * 86_400_000).toISOString();
}

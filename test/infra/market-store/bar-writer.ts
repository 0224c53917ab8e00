/** Bars in the tables as those who make them leave them behind: with how far they are. */
import type { Tier } from '../../../projections/market/model.ts';
import type { Queryable } from '../../../infra/database/queryable.ts';

export const FIVE_MINUTES = 300_000;
export const DAY = 86_400_000;

export interface TestBar {
  /** Unix milliseconds. */
  readonly time: number;
  readonly close: number;
  readonly volume?: number;
}

const INTRADAY = `
  insert into intraday_ohlcv (symbol_no, time, session_date, open, high, low, close, volume, ticks)
  select $1, time, time::date, close, close + 1, close - 1, close, volume, 0
  from unnest($2::timestamptz[], $3::numeric[], $4::numeric[]) as b (time, close, volume)
  on conflict (symbol_no, time) do update
  set close = excluded.close, high = excluded.high, low = excluded.low, volume = excluded.volume`;

const HISTORICAL = `
  insert into historical_ohlcv (symbol_no, time, open, high, low, close, volume, ticks)
  select $1, time, close, close + 1, close - 1, close, volume, 0
  from unnest($2::timestamptz[], $3::numeric[], $4::numeric[]) as b (time, close, volume)
  on conflict (symbol_no, time) do update
  set close = excluded.close, high = excluded.high, low = excluded.low, volume = excluded.volume`;

const PROGRESS = `
  insert into bar_progress as p (symbol_no, tier, newest, closes_at, dirty_from)
  values ($1, $2, $3, $4, $5)
  on conflict (symbol_no, tier) do update
  set newest = greatest(p.newest, excluded.newest), closes_at = greatest(p.closes_at, excluded.closes_at),
      dirty_from = least(p.dirty_from, excluded.dirty_from)`;

export async function addSymbol(db: Queryable, symbol: string, exchange = '24x7'): Promise<number> {
  const [row] = await db.query<{ symbol_no: number }>(
    'insert into symbols (symbol, exchange) values ($1, $2) returning symbol_no',
    [symbol, exchange],
  );
  return row!.symbol_no;
}

/** In one statement after the other; in a transaction where that matters. In ascending order of time. */
export async function writeBars(
  db: Queryable,
  symbolNo: number,
  tier: Tier,
  bars: readonly TestBar[],
): Promise<void> {
  const iso = (ms: number) => new Date(ms).toISOString();
  await db.query(tier === 'intraday' ? INTRADAY : HISTORICAL, [
    symbolNo,
    bars.map(({ time }) => iso(time)),
    bars.map(({ close }) => close),
    bars.map(({ volume }) => volume ?? 100),
  ]);
  const newest = bars.at(-1)!.time;
  await db.query(PROGRESS, [
    symbolNo,
    tier,
    iso(newest),
    iso(newest + (tier === 'intraday' ? FIVE_MINUTES : DAY)),
    iso(bars[0]!.time),
  ]);
}

/** A price that wanders between 80 and 120, different for each seed. */
export function wander(seed: number, index: number): number {
  return (
    Math.round((100 + 15 * Math.sin(index / 17 + seed) + 5 * Math.sin(index * 1.3 + seed * 7)) * 100) / 100
  );
}

export function fiveMinuteBars(seed: number, from: number, count: number): TestBar[] {
  return Array.from({ length: count }, (_, index) => {
    const time = from + index * FIVE_MINUTES;
    return { time, close: wander(seed, time / FIVE_MINUTES) };
  });
}

/** What ticks add to the bars of both tiers, and to what is known of how far the bars are. */
import type { FoldedBar } from '../../projections/market/tick-fold.ts';
import type { Queryable } from '../database/queryable.ts';
import { dateArray, int4Array, int8Array, numericArray, timeArray } from './tick-arrays.ts';

// A bar that came whole from a provider is left as it is. How far a symbol's bars are is written, or at
// least held, whenever one of them changes: whoever makes indicators and holds it has seen the bar.
//
// A bar wants its indicators when it is not the newest, when a later one begins, or when it is the newest
// and has them already. A new row has `dirty_from` only where an older bar came with the newest.
const INTRADAY = `
  with bar as (
    insert into intraday_ohlcv as b
      (symbol_no, time, session_date, open, high, low, close, volume, ticks, first_at, last_at)
    select * from unnest($1::int[], $2::timestamptz[], $3::date[], $4::numeric[], $5::numeric[], $6::numeric[],
                         $7::numeric[], $8::numeric[], $9::int[], $10::bigint[], $11::bigint[])
    on conflict (symbol_no, time) do update
    set open = case when excluded.first_at < b.first_at then excluded.open else b.open end,
        high = greatest(b.high, excluded.high),
        low = least(b.low, excluded.low),
        close = case when excluded.last_at >= b.last_at then excluded.close else b.close end,
        volume = b.volume + excluded.volume,
        ticks = b.ticks + excluded.ticks,
        first_at = least(b.first_at, excluded.first_at),
        last_at = greatest(b.last_at, excluded.last_at)
    where b.ticks > 0
    returning b.symbol_no, b.time
  ), progress as (
    insert into bar_progress as p (symbol_no, tier, newest, closes_at, dirty_from)
    select symbol_no, 'intraday', max(time), max(time) + interval '5 minutes',
           case when min(time) < max(time) then min(time) end
    from bar
    group by symbol_no
    order by symbol_no
    on conflict (symbol_no, tier) do update
    set newest = greatest(p.newest, excluded.newest),
        closes_at = greatest(p.closes_at, excluded.closes_at),
        dirty_from = least(p.dirty_from, excluded.dirty_from, case
          when excluded.newest < p.newest then excluded.newest
          when excluded.newest = p.newest and p.indicated_through >= p.newest then p.newest
          when excluded.newest > p.newest and p.newest > coalesce(p.indicated_through, '-infinity') then p.newest
        end)
    where excluded.newest <> p.newest or excluded.dirty_from is not null or p.indicated_through >= p.newest
  )
  select count(*) as bars from bar`;

const HISTORICAL = `
  with delta as (
    select * from unnest($1::int[], $2::timestamptz[], $3::timestamptz[], $4::numeric[], $5::numeric[],
                         $6::numeric[], $7::numeric[], $8::numeric[], $9::int[], $10::bigint[], $11::bigint[])
      as d (symbol_no, time, closes_at, open, high, low, close, volume, ticks, first_at, last_at)
  ), bar as (
    insert into historical_ohlcv as b
      (symbol_no, time, open, high, low, close, volume, ticks, first_at, last_at)
    select symbol_no, time, open, high, low, close, volume, ticks, first_at, last_at from delta
    on conflict (symbol_no, time) do update
    set open = case when excluded.first_at < b.first_at then excluded.open else b.open end,
        high = greatest(b.high, excluded.high),
        low = least(b.low, excluded.low),
        close = case when excluded.last_at >= b.last_at then excluded.close else b.close end,
        volume = b.volume + excluded.volume,
        ticks = b.ticks + excluded.ticks,
        first_at = least(b.first_at, excluded.first_at),
        last_at = greatest(b.last_at, excluded.last_at)
    where b.ticks > 0
    returning b.symbol_no, b.time
  ), progress as (
    insert into bar_progress as p (symbol_no, tier, newest, closes_at, dirty_from)
    select symbol_no, 'historical', max(time), max(closes_at),
           case when min(time) < max(time) then min(time) end
    from bar
    join delta using (symbol_no, time)
    group by symbol_no
    order by symbol_no
    on conflict (symbol_no, tier) do update
    set newest = greatest(p.newest, excluded.newest),
        closes_at = greatest(p.closes_at, excluded.closes_at),
        dirty_from = least(p.dirty_from, excluded.dirty_from, case
          when excluded.newest < p.newest then excluded.newest
          when excluded.newest = p.newest and p.indicated_through >= p.newest then p.newest
          when excluded.newest > p.newest and p.newest > coalesce(p.indicated_through, '-infinity') then p.newest
        end)
    where excluded.newest <> p.newest or excluded.dirty_from is not null or p.indicated_through >= p.newest
  )
  select count(*) as bars from bar`;

/** @returns how many bars were begun or amended */
export async function mergeIntraday(tx: Queryable, bars: readonly FoldedBar[]): Promise<number> {
  if (bars.length === 0) return 0;
  const dates = dateArray(bars.map(({ date }) => date));
  return merged(tx, INTRADAY, [...keysOf(bars), dates, ...deltasOf(bars)]);
}

/** @returns how many bars were begun or amended */
export async function mergeHistorical(tx: Queryable, bars: readonly FoldedBar[]): Promise<number> {
  if (bars.length === 0) return 0;
  const closing = timeArray(bars.map(({ closesAt }) => closesAt));
  return merged(tx, HISTORICAL, [...keysOf(bars), closing, ...deltasOf(bars)]);
}

async function merged(tx: Queryable, statement: string, values: readonly Buffer[]): Promise<number> {
  const [row] = await tx.query<{ bars: number }>(statement, values);
  return row?.bars ?? 0;
}

function keysOf(bars: readonly FoldedBar[]): Buffer[] {
  return [int4Array(bars.map(({ symbolNo }) => symbolNo)), timeArray(bars.map(({ time }) => time))];
}

function deltasOf(bars: readonly FoldedBar[]): Buffer[] {
  const deltas = bars.map(({ delta }) => delta);
  return [
    numericArray(deltas.map(({ open }) => open)),
    numericArray(deltas.map(({ high }) => high)),
    numericArray(deltas.map(({ low }) => low)),
    numericArray(deltas.map(({ close }) => close)),
    numericArray(deltas.map(({ volume }) => volume)),
    int4Array(deltas.map(({ ticks }) => ticks)),
    int8Array(deltas.map(({ firstAt }) => firstAt)),
    int8Array(deltas.map(({ lastAt }) => lastAt)),
  ];
}

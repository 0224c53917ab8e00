/** Rules on bars, against those that closed. */
import type { AlertRule } from '../../domain/alerts/condition.ts';
import { frameOf } from '../../domain/alerts/frame.ts';
import type { BarInterval, Frame } from '../../domain/alerts/frame.ts';
import {
  barsToWarmUp,
  NEW_BAR_STATE,
  newsOf,
  olderBars,
  warmed,
  watchBars,
} from '../../domain/alerts/watch-bars.ts';
import type { IndicatorBar } from '../../domain/indicators/model.ts';
import type { Calendar } from '../../domain/market/calendar.ts';
import { INTERVAL_MINUTES } from '../../domain/market/windows.ts';
import type { AlertRaised, Tier } from '../../projections/market/model.ts';
import type { Queryable } from '../database/queryable.ts';
import type { ClosedBars } from './alert-hooks.ts';
import { ruleOf } from './alert-index.ts';
import type { WatchedSymbols } from './alert-index.ts';
import { lockRules, storeWatched } from './alert-states.ts';
import type { RuleRow, Watched } from './alert-states.ts';

const EXCHANGES = `select symbol_no, exchange from public.symbols where symbol_no = any ($1::integer[])`;

/** @param closed of watched symbols */
export async function watchClosedBars(
  tx: Queryable,
  { bars }: WatchedSymbols,
  closed: readonly ClosedBars[],
  calendarOf: (exchange: string) => Calendar,
): Promise<AlertRaised[]> {
  const rows = await lockRules(
    tx,
    closed.flatMap(({ symbol, tier }) => bars[tier].get(symbol) ?? []),
  );
  if (rows.length === 0) return [];
  const numbers = closed.map(({ symbolNo }) => symbolNo);
  const exchanges = new Map(
    (await tx.query<{ symbol_no: number; exchange: string }>(EXCHANGES, [numbers])).map((row) => [
      row.symbol_no,
      row.exchange,
    ]),
  );
  const watched: Watched[] = [];
  for (const of of closed) {
    const calendar = calendarOf(exchanges.get(of.symbolNo) ?? '24x7');
    for (const row of rows) {
      if (row.symbol !== of.symbol || row.interval === 'tick' || tierOf(row.interval) !== of.tier) continue;
      const result = await watch(tx, row, row.interval, of, frameOf(row.interval, calendar));
      if (result) watched.push(result);
    }
  }
  return storeWatched(tx, watched);
}

function tierOf(interval: BarInterval): Tier {
  return interval === '1day' ? 'historical' : 'intraday';
}

/** @returns `undefined` when there is nothing new to the rule */
async function watch(
  tx: Queryable,
  row: RuleRow,
  interval: BarInterval,
  { symbolNo, bars, amendedFrom }: ClosedBars,
  frame: Frame,
): Promise<Watched | undefined> {
  const before = row.state ?? NEW_BAR_STATE;
  const news = newsOf(before, bars);
  const touched =
    before.through !== null && (news.length < bars.length || (amendedFrom ?? Infinity) <= before.through);
  const first = news[0];
  if (!first)
    return touched && !before.stale ? { row, state: { ...before, stale: true }, raised: [] } : undefined;
  const rule = ruleOf(row);
  const ready =
    touched || before.stale
      ? warmed(rule, frame, before, await storedBars(tx, symbolNo, interval, rule, first.time))
      : before;
  const { state, raised } = watchBars(
    rule,
    frame,
    ready,
    {
      since: row.since,
      pastThrough: row.past_through,
      madeOfTicks: await madeOfTicks(tx, symbolNo, tierOf(interval), olderBars(news, row.since)),
    },
    news,
  );
  return { row, state, raised };
}

const MADE_OF_TICKS: Readonly<Record<Tier, string>> = {
  intraday: `
    select (extract(epoch from b.time) * 1000)::int8 as time
    from unnest($2::timestamptz[]) as w (time)
    join public.intraday_ohlcv b on b.symbol_no = $1 and b.time = w.time
    where b.ticks > 0`,
  historical: `
    select (extract(epoch from b.time) * 1000)::int8 as time
    from unnest($2::timestamptz[]) as w (time)
    join public.historical_ohlcv b on b.symbol_no = $1 and b.time = w.time
    where b.ticks > 0`,
};

async function madeOfTicks(
  tx: Queryable,
  symbolNo: number,
  tier: Tier,
  bars: readonly IndicatorBar[],
): Promise<ReadonlySet<number>> {
  if (bars.length === 0) return new Set();
  const starts = bars.map(({ time }) => new Date(time).toISOString());
  const rows = await tx.query<{ time: number }>(MADE_OF_TICKS[tier], [symbolNo, starts]);
  return new Set(rows.map(({ time }) => time));
}

/** However slowly an indicator forgets, this many bars are enough. */
const MAX_WARM_UP = 30_000;

const STORED: Readonly<Record<Tier, string>> = {
  intraday: `
    select (extract(epoch from time) * 1000)::int8 as time, open::float8, high::float8, low::float8,
           close::float8, volume::float8, session_date - date '1970-01-01' as session
    from public.intraday_ohlcv
    where symbol_no = $1 and time < to_timestamp($2::double precision / 1000)
    order by intraday_ohlcv.time desc
    limit $3`,
  historical: `
    select (extract(epoch from time) * 1000)::int8 as time, open::float8, high::float8, low::float8,
           close::float8, volume::float8, (time at time zone 'UTC')::date - date '1970-01-01' as session
    from public.historical_ohlcv
    where symbol_no = $1 and time < to_timestamp($2::double precision / 1000)
    order by historical_ohlcv.time desc
    limit $3`,
};

/** The last bars before an instant that the condition needs, in ascending order. */
async function storedBars(
  tx: Queryable,
  symbolNo: number,
  interval: BarInterval,
  { condition }: AlertRule,
  before: number,
): Promise<IndicatorBar[]> {
  const each = interval === '1day' ? 1 : INTERVAL_MINUTES[interval] / INTERVAL_MINUTES['5min'];
  // One more than it needs, as the first may be cut, and one for a crossing to begin from.
  const limit = Math.min(MAX_WARM_UP, (barsToWarmUp(condition) + 2) * each);
  const rows = await tx.query<IndicatorBar>(STORED[tierOf(interval)], [symbolNo, before, limit]);
  return rows.reverse();
}

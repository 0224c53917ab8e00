/** Bars as indicators look at them, of many symbols at once. */
import type { IndicatorBar } from '../../domain/indicators/model.ts';
import type { Tier } from '../../projections/market/model.ts';
import type { Queryable } from '../database/queryable.ts';

/** What to read of a symbol: bars in between, in Unix milliseconds, both ends excluded. */
export interface BarSpan {
  readonly symbolNo: number;
  /** Absent: from its first bar. */
  readonly after: number | undefined;
  readonly before: number;
}

interface BarRow extends IndicatorBar {
  readonly symbol_no: number;
}

// The last two conditions say nothing new: by them the server leaves out the chunks in which there can be none.
const BARS: Readonly<Record<Tier, string>> = {
  intraday: `
    select w.symbol_no, b.*
    from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as w (symbol_no, after, before)
    cross join lateral (
      select (extract(epoch from time) * 1000)::int8 as time, open::float8, high::float8, low::float8,
             close::float8, volume::float8, session_date - date '1970-01-01' as session
      from public.intraday_ohlcv
      where symbol_no = w.symbol_no and time > w.after and time < w.before and time > $5 and time < $6
      order by intraday_ohlcv.time
      limit $4
    ) b
    order by w.symbol_no, b.time`,
  historical: `
    select w.symbol_no, b.*
    from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as w (symbol_no, after, before)
    cross join lateral (
      select (extract(epoch from time) * 1000)::int8 as time, open::float8, high::float8, low::float8,
             close::float8, volume::float8, (time at time zone 'UTC')::date - date '1970-01-01' as session
      from public.historical_ohlcv
      where symbol_no = w.symbol_no and time > w.after and time < w.before and time > $5 and time < $6
      order by historical_ohlcv.time
      limit $4
    ) b
    order by w.symbol_no, b.time`,
};

/** @param limit of each symbol, the earliest */
export async function readClosedBars(
  db: Queryable,
  tier: Tier,
  spans: readonly BarSpan[],
  limit: number,
): Promise<ReadonlyMap<number, readonly IndicatorBar[]>> {
  const earliest = Math.min(...spans.map(({ after }) => after ?? -Infinity));
  const rows = await db.query<BarRow>(BARS[tier], [
    spans.map(({ symbolNo }) => symbolNo),
    spans.map(({ after }) => instant(after ?? -Infinity)),
    spans.map(({ before }) => instant(before)),
    limit,
    instant(earliest),
    instant(Math.max(...spans.map(({ before }) => before))),
  ]);
  const bySymbol = new Map<number, IndicatorBar[]>();
  for (const row of rows) {
    const bars = bySymbol.get(row.symbol_no);
    if (bars === undefined) bySymbol.set(row.symbol_no, [row]);
    else bars.push(row);
  }
  return bySymbol;
}

function instant(ms: number): string {
  return ms === -Infinity ? '-infinity' : new Date(ms).toISOString();
}
